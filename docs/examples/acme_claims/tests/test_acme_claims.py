"""Acme's own tests: what it adds, against a little hauler of its own. Needs no database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acme_claims import EXTENSION, hauler, weighing
from acme_claims.little_hauler import LittleHauler
from claims import outside
from claims.extending import EffectRun, Item, note
from claims.extension_tables import problems_of
from claims.extensions import join
from workflows.reading import read

REQUEST = {
    "with": {"depot": "north"},
    "customer": {"address": "Lindenweg 4"},
    "items": [{"quantity": 1, "name": "Wardrobe"}],
}
RUN = EffectRun("key-1", REQUEST, 2)


@pytest.fixture
def vans(monkeypatch: pytest.MonkeyPatch) -> Iterator[LittleHauler]:
    with LittleHauler() as little:
        monkeypatch.setenv("ACME_HAULER_URL", little.url)
        yield little


def test_the_table_is_right() -> None:
    assert problems_of([EXTENSION]) == []


def test_the_workflow_that_uses_it_is_sound() -> None:
    path = Path(__file__).parents[1] / "workflows" / "item-bulky.yaml"

    definition = read(path.read_text(), path.name, join([EXTENSION]).catalogue)

    assert definition.name == "item-bulky"


def test_what_weighs_more_than_twenty_kilograms_is_heavy() -> None:
    item = Item(noted={})
    assert weighing.grams(item) == 0

    note(item, "acme.grams", 20_001)

    assert weighing.is_heavy({"acme.grams": weighing.grams(item)})
    assert not weighing.is_heavy({"acme.grams": 20_000})


def test_a_van_is_booked_and_found_under_the_key(vans: LittleHauler) -> None:
    booked = hauler.book_pickup(RUN)

    assert isinstance(booked, outside.Done)
    assert booked.provider_reference == "V-1"
    assert hauler.find_pickup(RUN) == booked


def test_what_was_never_booked_is_absent(vans: LittleHauler) -> None:
    assert hauler.find_pickup(RUN) == outside.Absent()


def test_a_hauler_that_hangs_up_leaves_it_unknown(vans: LittleHauler) -> None:
    vans.hangs_up = "after"

    assert isinstance(hauler.book_pickup(RUN), outside.Unknown)


def test_a_hauler_that_refuses_has_not_booked(vans: LittleHauler) -> None:
    vans.refuses = "the street is too narrow."

    assert hauler.book_pickup(RUN) == outside.Refused(
        "The hauler refuses: the street is too narrow."
    )


def test_a_hauler_that_is_away_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_HAULER_URL", "http://127.0.0.1:1")

    assert isinstance(hauler.book_pickup(RUN), outside.NotBegun)
    assert isinstance(hauler.find_pickup(RUN), outside.Unknown)
