"""The frame of the benchmarks."""

import pytest

from bench.__main__ import main, show
from bench.measure import compare


def test_ours_and_the_floor_take_turns_and_the_ratio_is_of_medians() -> None:
    turns: list[str] = []

    measured = compare(
        lambda: turns.append("ours"),
        lambda: turns.append("floor"),
        floor_is="nothing at all",
        rounds=3,
        warm_up=1,
    )

    assert turns == ["floor", "ours"] * 4
    assert measured.ratio == measured.ours / measured.floor


def test_what_is_printed_names_floor_ours_and_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    show("nothing", "two empty calls", compare(int, int, floor_is="int()", rounds=2, warm_up=0))

    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines()[1:]] == [
        "nothing:",
        "floor",
        "ours",
        "ratio",
    ]


def test_an_unknown_benchmark_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed"]) == 2
    assert "There is no benchmark speed" in capsys.readouterr().err
