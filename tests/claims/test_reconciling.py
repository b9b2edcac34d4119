"""Each discrepancy of two lists is found, called by its kind, and no other."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claims.reconciling.comparing import WHAT_TO_DO, Difference, Here, Kind, Truth, compare
from claims.reconciling.listed import Listed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Pair = tuple[list[Here], list[Listed]]


def pair(number: int, amount: int = 2499) -> Pair:
    """A refund that both know, and agree on."""
    here = Here(number, number, f"k{number}-1", f"r{number}", f"p{number}", amount, "EUR", "paid")
    return [here], [Listed(f"k{number}-1", f"r{number}", f"p{number}", amount, "EUR", NOON)]


def with_here(change: Callable[[Here], list[Here]]) -> Callable[[Pair], Pair]:
    return lambda pair: (change(pair[0][0]), pair[1])


def with_there(change: Callable[[Listed], list[Listed]]) -> Callable[[Pair], Pair]:
    return lambda pair: (pair[0], change(pair[1][0]))


PLANTED: dict[Kind, list[Callable[[Pair], Pair]]] = {
    "not-here": [
        with_here(lambda here: []),
        with_here(lambda here: [replace(here, standing="unpaid", provider_reference=None)]),
    ],
    "not-there": [with_there(lambda there: [])],
    "amount": [
        with_there(lambda there: [replace(there, amount=there.amount + 1)]),
        with_here(lambda here: [replace(here, amount=here.amount * 100, standing="unknown")]),
    ],
    "currency": [
        with_there(lambda there: [replace(there, currency="CHF")]),
        with_there(lambda there: [replace(there, currency="JPY", amount=3)]),
    ],
    "payment": [
        with_there(lambda there: [replace(there, payment_reference="elsewhere")]),
        with_here(lambda here: [replace(here, payment_reference="another", standing="asked")]),
    ],
    "twice": [
        with_there(lambda there: [there, replace(there, provider_reference="again")]),
        lambda pair: (
            [replace(pair[0][0], standing="unknown", provider_reference=None)],
            [pair[1][0], replace(pair[1][0], provider_reference="again")],
        ),
    ],
    "reversed": [with_there(lambda there: [replace(there, standing="reversed")])],
    "failed-late": [with_there(lambda there: [replace(there, standing="failed")])],
}
SOUND: list[Callable[[Pair], Pair]] = [
    lambda pair: pair,
    with_here(lambda here: [replace(here, standing="asked", provider_reference=None)]),
    with_here(lambda here: [replace(here, standing="unknown", provider_reference=None)]),
    with_there(lambda there: [replace(there, reference="")]),
    with_there(
        lambda there: [replace(there, standing="failed", provider_reference="before"), there]
    ),
    lambda pair: ([replace(pair[0][0], surely_listed=False)], []),
    lambda pair: ([replace(pair[0][0], standing="asked", provider_reference=None)], []),
    lambda pair: ([replace(pair[0][0], standing="unknown", provider_reference=None)], []),
    lambda pair: ([], [replace(pair[1][0], standing="failed", reference="")]),
    lambda pair: (
        [replace(pair[0][0], standing="unpaid")],
        [replace(pair[1][0], standing="failed")],
    ),
]


def planted(refunds: int, discrepancies: int, seed: int) -> tuple[Pair, set[tuple[str, str]]]:
    """So many refunds, of which so many are wrong; and each wrong one with its kind."""
    chance = random.Random(seed)
    wrong = set(chance.sample(range(refunds), discrepancies))
    here: list[Here] = []
    there: list[Listed] = []
    expected: set[tuple[str, str]] = set()
    for number in range(refunds):
        before = pair(number, chance.randint(1, 50_000))
        if number in wrong:
            kind = list(PLANTED)[number % len(PLANTED)]
            mine, theirs = chance.choice(PLANTED[kind])(before)
            expected.add((kind, f"k{number}-1"))
        else:
            mine, theirs = chance.choice(SOUND)(before)
        here += mine
        there += theirs
    chance.shuffle(here)
    chance.shuffle(there)
    return (here, there), expected


def found(lists: Pair) -> list[tuple[str, str]]:
    return [(d.kind, d.reference) for d in compare(*lists) if isinstance(d, Difference)]


@pytest.mark.parametrize("kind", PLANTED)
def test_each_kind_is_called_by_its_name_and_says_what_to_do(kind: Kind) -> None:
    for plant in PLANTED[kind]:
        [difference] = compare(*plant(pair(1)))

        assert isinstance(difference, Difference)
        assert difference.kind == kind
        assert difference.sentence.endswith(".")
        assert WHAT_TO_DO[kind].endswith(".")


@pytest.mark.parametrize("sound", SOUND)
def test_what_agrees_or_may_still_come_is_no_discrepancy(
    sound: Callable[[Pair], Pair],
) -> None:
    assert found(sound(pair(1))) == []


@pytest.mark.parametrize("standing", ["unknown", "asked"])
def test_what_is_paid_there_exactly_as_asked_only_has_to_be_adopted(standing: str) -> None:
    [here], there = pair(1)
    waiting = replace(here, standing=standing, provider_reference=None)  # type: ignore[arg-type]

    assert list(compare([waiting], there)) == [Truth(waiting, there[0])]


@pytest.mark.parametrize("seed", range(5))
def test_what_was_planted_is_found_with_its_kind_and_nothing_else(seed: int) -> None:
    lists, expected = planted(2000, 100, seed)

    seen = found(lists)

    assert set(seen) == expected
    assert Counter(seen).most_common(1)[0][1] == 1
