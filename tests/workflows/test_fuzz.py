"""Whatever stands in a file, it is read to problems in sentences, and nothing else happens.

`make fuzz` does the same with 10,000 definitions; its figures are in docs/evidence/fuzz.md.
"""

import time

import pytest

from tests.workflows.fuzzing import fuzz, read_one, warm_up, watching
from tests.workflows.mutants import BOMBS, definitions, shipped


def test_three_hundred_definitions_end_in_problems_or_sound_workflows() -> None:
    figures = fuzz(definitions(seed=300, count=300))

    assert len(figures.seconds) == 300
    assert len(figures.rules) > 20, "the mutants reach many rules"
    assert figures.sound > 10, "some mutants are sound"


@pytest.mark.parametrize("number", range(len(BOMBS)))
def test_a_bomb_does_not_go_off(number: int) -> None:
    begun = time.perf_counter()

    read_one(BOMBS[number]().encode())

    assert time.perf_counter() - begun < 60


def test_the_watch_sees_what_is_executed() -> None:
    warm_up()
    with watching() as seen:
        exec(compile("1", "x", "exec"))

    assert [line.split()[0] for line in seen] == ["compile", "exec"]


def test_reading_a_shipped_workflow_does_nothing_else() -> None:
    warm_up()
    with watching() as seen:
        for text in shipped():
            assert read_one(text.encode()) == ()

    assert seen == []
