"""Two lists of refunds into which discrepancies are planted, each with its kind.

`python -m tests.claims.planted` plants 500 among 10,000, with seeds, and looks for them.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from claims.reconciling.comparing import Difference, Here, Kind, compare
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
    "not-there": [
        with_there(lambda there: []),
        with_there(
            lambda there: [replace(there, standing="failed", provider_reference="another try")]
        ),
    ],
    "amount": [
        with_there(lambda there: [replace(there, uncounted="2499 EUR as they count them")]),
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
        with_there(lambda there: [replace(there, provider_reference="again")]),
        lambda pair: (
            [replace(pair[0][0], surely_listed=False)],
            [replace(pair[1][0], provider_reference="weeks later", amount=pair[1][0].amount + 1)],
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
    with_there(
        lambda there: [
            replace(there, standing="reversed"),
            replace(there, provider_reference="new"),
        ]
    ),
    with_here(lambda here: [replace(here, provider_reference=None)]),
    lambda pair: ([replace(pair[0][0], surely_listed=False)], []),
    lambda pair: (
        [replace(pair[0][0], surely_listed=False)],
        [replace(pair[1][0], standing="failed", provider_reference="another try")],
    ),
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


def main() -> int:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--refunds", type=int, default=10_000)
    said.add_argument("--discrepancies", type=int, default=500)
    said.add_argument("--seeds", type=int, default=20)
    options = said.parse_args()
    missed = false_alarms = 0
    kinds: Counter[str] = Counter()
    began = time.monotonic()
    for seed in range(options.seeds):
        lists, expected = planted(options.refunds, options.discrepancies, seed)
        seen = Counter(found(lists))
        missed += len(expected - set(seen))
        false_alarms += sum((seen - Counter(expected)).values())
        kinds += Counter(kind for kind, _ in expected)
    took = (time.monotonic() - began) / options.seeds
    counted = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    sys.stdout.write(
        f"{options.seeds} seeds, {options.refunds} refunds and {options.discrepancies} "
        f"discrepancies each ({counted}): {missed} missed or called wrongly, {false_alarms} false "
        f"alarms, {took:.2f} s a run.\n"
    )
    return 1 if missed or false_alarms else 0


if __name__ == "__main__":
    sys.exit(main())
