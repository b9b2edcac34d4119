"""Each discrepancy of two lists is found, called by its kind, and no other."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from claims.reconciling.comparing import WHAT_TO_DO, Difference, Kind, Truth, compare
from tests.claims.planted import PLANTED, SOUND, Pair, found, pair, planted


@pytest.mark.parametrize("kind", PLANTED)
def test_each_kind_is_called_by_its_name_and_says_what_to_do(kind: Kind) -> None:
    for plant in PLANTED[kind]:
        [difference] = compare(*plant(pair(1)))

        assert isinstance(difference, Difference)
        assert difference.kind == kind
        assert difference.sentence.endswith(".")
        assert WHAT_TO_DO[kind].endswith(".")


def test_an_amount_that_cannot_be_counted_is_told_in_the_providers_words() -> None:
    _, [there] = pair(1)
    odd = replace(there, currency="LYD", uncounted="500 LYD in Stripe's own units")

    [difference] = compare([], [odd])

    assert isinstance(difference, Difference)
    assert difference.sentence.startswith("The provider paid 500 LYD in Stripe's own units of ")


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
