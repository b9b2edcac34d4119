"""`deductions:` and `shipping:` of `config/claims.yaml`, read strictly."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar, cast, get_args

from claims.money.refund_terms import (
    Asks,
    DeductionKind,
    DeductionRule,
    ShippingRule,
    ShippingShare,
)
from workflows.fields import Fields
from workflows.problems import Findings, did_you_mean
from workflows.source import Node, Scalar, Sequence

_WHICH = ("reason", "resolution", "condition")
_AMOUNT = re.compile(r"\d{1,10}(\.\d{1,4})?")
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,2})?")
Rule = TypeVar("Rule")


@dataclass(frozen=True, slots=True)
class Known:
    """The names that rules may use."""

    reasons: Collection[str]
    resolutions: Collection[str]


def read_deductions(
    findings: Findings, node: Node | None, known: Known, otherwise: tuple[DeductionRule, ...]
) -> tuple[DeductionRule, ...]:
    """What is taken off refunds, or what is otherwise; what is wrong goes into `findings`."""

    def read(item: Node) -> DeductionRule | None:
        fields = Fields(findings, item, "a deduction", ("kind", "percent", "amount", *_WHICH))
        fields.require("kind")
        kind = cast(DeductionKind | None, fields.one_of("kind", get_args(DeductionKind)))
        percent = _number(findings, fields.scalar("percent"), _PERCENT, "percent", "15 or 7.5")
        amount = _number(findings, fields.scalar("amount"), _AMOUNT, "amount", "4.90")
        if fields.is_mapping and ("percent" in fields) == ("amount" in fields):
            sentence = "A deduction is either a percent or an amount."
            findings.add("percent-or-amount", fields.place, sentence)
        if percent is not None and percent > 100:
            sentence = f"{percent} percent is more than there is."
            findings.add("number", fields.place_of("percent"), sentence, "Write at most 100.")
        asks = _asks(fields, known)
        return DeductionRule(kind, asks, percent, amount) if kind else None

    return _list(findings, node, "deductions", read, otherwise)


def read_shipping(
    findings: Findings, node: Node | None, known: Known, otherwise: tuple[ShippingRule, ...]
) -> tuple[ShippingRule, ...]:
    """How much of the shipping comes back, or what is otherwise."""

    def read(item: Node) -> ShippingRule | None:
        fields = Fields(findings, item, "a rule of shipping", ("refund", *_WHICH))
        fields.require("refund")
        share = cast(ShippingShare | None, fields.one_of("refund", get_args(ShippingShare)))
        asks = _asks(fields, known)
        return ShippingRule(share, asks) if share else None

    return _list(findings, node, "shipping", read, otherwise)


def _list(
    findings: Findings,
    node: Node | None,
    name: str,
    read: Callable[[Node], Rule | None],
    otherwise: tuple[Rule, ...],
) -> tuple[Rule, ...]:
    if node is None:
        return otherwise
    if not isinstance(node, Sequence):
        findings.add("not-a-list", node.place, f"{name} is a list.")
        return otherwise
    return tuple(rule for rule in map(read, node.items) if rule is not None)


def _asks(fields: Fields, known: Known) -> Asks:
    return Asks(
        _names(fields, "reason", known.reasons),
        _names(fields, "resolution", known.resolutions),
        _names(fields, "condition", None),
    )


def _names(fields: Fields, key: str, known: Collection[str] | None) -> frozenset[str] | None:
    """The names at a key; None where it is left out. Conditions are what a form offers: any."""
    scalars = fields.scalars(key)
    for scalar in scalars if known is not None else ():
        if scalar.text not in (known or ()):
            sentence = f"There is no {key} {scalar.text[:80]}."
            suggestion = did_you_mean(scalar.text, known or ())
            fields.findings.add(f"unknown-{key}", scalar.place, sentence, suggestion)
    return frozenset(scalar.text for scalar in scalars) if key in fields else None


def _number(
    findings: Findings, scalar: Scalar | None, form: re.Pattern[str], about: str, example: str
) -> Decimal | None:
    if scalar is None:
        return None
    if not form.fullmatch(scalar.text):
        sentence = f"The {about} of a deduction cannot be {scalar.text[:40]}."
        findings.add("number", scalar.place, sentence, f"Write a number such as {example}.")
        return None
    return Decimal(scalar.text)
