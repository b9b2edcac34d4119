"""The engine decides what the table says; `make fuzz` asks it of 10,000 machines."""

from tests.workflows.differential import compare


def test_the_engine_agrees_with_a_plain_reading_of_the_table() -> None:
    compared = compare(seed=200, count=200)

    assert compared.machines == 200
    assert 500 < compared.taken < compared.decisions, "lines are taken, and others are not"
