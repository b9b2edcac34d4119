"""A few hundred of the tampers that `make tampers` makes 10,000 of."""

from tests.claims.tampers import TAMPERS, tamper_often


def test_every_random_tamper_is_found_at_its_place() -> None:
    made, missed = tamper_often(250, seed=7)

    assert missed == []
    assert set(made) == {tamper.__name__ for tamper in TAMPERS}
