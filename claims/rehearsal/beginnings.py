"""With what a search for tests begins: both sides of what a workflow's conditions compare with."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from claims.money.amounts import decimals
from claims.refunded import OF_CUSTOMER
from claims.rehearsal.given import Given
from claims.rehearsal.moves import EVIDENCE, NUMBER
from claims.rehearsal.reading import standard_given
from claims.rules import Rules
from workflows.definition import Definition

A_LOT = 999_900
"""More, in minor units, than anyone refunds alone."""


def beginnings(definition: Definition, rules: Rules) -> Iterator[Given]:
    """The standard one first; then others, as far as a condition asks for what they vary."""
    standard = standard_given(definition, rules)
    if definition.subject == "reclamation":
        one = replace(standard.items[0], price=1000)
        yield from (replace(standard, items=(one,) * many) for many in (1, 3))
        standard = replace(standard, items=(one,) * 2)
    yield standard
    asked = " ".join(line.when or "" for line in definition.transitions)
    numbers = list(dict.fromkeys(NUMBER.findall(asked)))
    counts = [int(number) + by for number in numbers if "." not in number for by in (0, 1)]
    places = decimals(standard.currency)
    amounts = [
        round(float(number) * 10**places) + by
        for number in numbers
        if "." in number
        for by in (0, 1)
    ]
    yield _all(standard, price=A_LOT, quantity=max(counts, default=1))
    for amount in filter(None, (A_LOT, *amounts)):
        yield _all(standard, price=amount, quantity=1)
    yield from _by_words(standard, asked, counts, amounts)


def _by_words(
    standard: Given, asked: str, counts: list[int], amounts: list[int]
) -> Iterator[Given]:
    """What is varied only where the conditions name it."""
    for count in counts:
        yield _all(standard, quantity=max(1, count))
        if "customer.claims" in asked:
            yield replace(standard, customer_claims=count)
        if "delivery" in asked or "delivered" in asked:
            yield _all(standard, delivered_at=standard.at - timedelta(days=count))
        if "placed_at" in asked:
            yield replace(standard, placed_at=standard.at - timedelta(days=count))
    if OF_CUSTOMER in asked:
        yield from (replace(standard, customer_refunded=amount) for amount in amounts)
    if "evidence" in asked:
        yield _all(standard, evidence=EVIDENCE)
    if "priority" in asked:
        yield from (replace(standard, priority=priority) for priority in ("low", "high"))


def _all(given: Given, **changes: Any) -> Given:
    """The same with every item changed."""
    return replace(given, items=tuple(replace(item, **changes) for item in given.items))
