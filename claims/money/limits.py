"""How much one person may refund alone: the `limits:` of `config/claims.yaml`, read strictly."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Literal, cast, get_args

from claims.money.amounts import decimals
from claims.people import ROLES
from workflows.definition import Place
from workflows.fields import Fields
from workflows.problems import Findings, did_you_mean
from workflows.source import Node, Scalar, Sequence

Per = Literal["case", "order", "customer", "day"]

NO_LIMIT = 1e12
"""What `staff.may_refund` is for a person without limits, in major units: more than any refund."""

_KEYS = ("role", "per", "within", "amount", "currency")
_AMOUNT = re.compile(r"\d{1,10}(\.\d{1,4})?")
_DAYS = re.compile(r"([1-9]\d{0,3}) days?")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Limit:
    """The sum that a role may refund alone of one case, order, customer, or in one day."""

    role: str
    per: Per
    amount: Decimal
    """In major units of whatever currency the order has, unless `currency` names one."""
    place: Place
    within: timedelta | None = None
    """Of a customer, only what was refunded in so many days counts; None: all that ever was."""
    currency: str | None = None

    def minor(self, currency: str) -> int:
        return int(self.amount.scaleb(decimals(currency)).to_integral_value(ROUND_FLOOR))

    @property
    def about(self) -> str:
        """What its sum is counted over, for a sentence: `per customer in 30 days`."""
        days = f" in {self.within.days} days" if self.within else ""
        return f"per {self.per}{days}"

    @property
    def key(self) -> tuple[object, ...]:
        return (self.role, self.per, self.within)


OfOneKind = tuple[tuple[Limit, ...], ...]
"""The limits of one kind of `per`, for each of several roles; one of the roles is enough."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one shop."""

    all: tuple[Limit, ...] = ()

    def __iter__(self) -> Iterator[Limit]:
        return iter(self.all)

    def of(self, roles: Iterable[str], currency: str) -> tuple[OfOneKind, ...]:
        """What binds somebody with these roles, by kind; nothing where nothing binds.

        For each kind of `per` the best of their roles counts. A role that no limit names lifts
        none: whoever packs parcels besides may refund no more for it.
        """
        here = self._in(currency)
        named = {limit.role for limit in self.all} & set(roles)
        kinds: list[OfOneKind] = []
        for per in get_args(Per):
            of_roles = [
                tuple(limit for limit in here if (limit.role, limit.per) == (role, per))
                for role in sorted(named)
            ]
            if of_roles and all(of_roles):
                kinds.append(tuple(of_roles))
        return tuple(kinds)

    def strictest(self, currency: str) -> tuple[OfOneKind, ...]:
        """Every limit of every role at once: what binds where no person presses."""
        return tuple(((limit,),) for limit in self._in(currency))

    def _in(self, currency: str) -> list[Limit]:
        """Those that hold in a currency; one that names it stands in for the general one."""
        named = [limit for limit in self.all if limit.currency == currency]
        keys = {limit.key for limit in named}
        general = [x for x in self.all if x.currency is None and x.key not in keys]
        return named + general


def read_limits(findings: Findings, node: Node | None, otherwise: Limits) -> Limits:
    """The list of limits, or those that hold otherwise; what is wrong goes into `findings`."""
    if node is None:
        return otherwise
    if not isinstance(node, Sequence):
        findings.add("not-a-list", node.place, "limits is a list.")
        return otherwise
    limits = [limit for limit in (_limit(findings, item) for item in node.items) if limit]
    seen: set[tuple[object, ...]] = set()
    for limit in limits:
        key = (*limit.key, limit.currency)
        if key in seen:
            sentence = f"There are two limits {limit.about} for {limit.role}; keep one of them."
            findings.add("limit-twice", limit.place, sentence)
        seen.add(key)
    return Limits(tuple(limits))


def _limit(findings: Findings, node: Node) -> Limit | None:
    fields = Fields(findings, node, "a limit", _KEYS)
    fields.require("role", "per", "amount")
    role = fields.scalar("role")
    if role and role.text not in ROLES:
        sentence = f"There is no role {role.text[:80]}."
        findings.add("unknown-role", role.place, sentence, did_you_mean(role.text, ROLES))
    per = cast(Per | None, fields.one_of("per", get_args(Per)))
    within = _within(findings, fields, per)
    currency = _currency(findings, fields)
    amount = _amount(findings, fields.scalar("amount"), currency)
    if role is None or per is None or amount is None:
        return None
    return Limit(role.text, per, amount, fields.place, within, currency)


def _within(findings: Findings, fields: Fields, per: Per | None) -> timedelta | None:
    scalar = fields.scalar("within")
    if scalar is None:
        return None
    if per in {"case", "order", "day"}:
        sentence = f"within is for limits per customer; this one is per {per}."
        findings.add("misplaced", scalar.place, sentence, "Leave it out.")
        return None
    match = _DAYS.fullmatch(scalar.text)
    if match is None:
        sentence = f"within of a limit cannot be {scalar.text[:40]}."
        findings.add("span", scalar.place, sentence, "Write a number of days, such as 30 days.")
        return None
    return timedelta(days=int(match[1]))


def _currency(findings: Findings, fields: Fields) -> str | None:
    scalar = fields.scalar("currency")
    if scalar is None or _CURRENCY.fullmatch(scalar.text):
        return scalar.text if scalar else None
    sentence = f"{scalar.text[:40]} is no currency."
    findings.add("currency", scalar.place, sentence, "Write its three capital letters, as EUR.")
    return None


def _amount(findings: Findings, scalar: Scalar | None, currency: str | None) -> Decimal | None:
    if scalar is None:
        return None
    if not _AMOUNT.fullmatch(scalar.text):
        sentence = f"The amount of a limit cannot be {scalar.text[:40]}."
        findings.add("amount", scalar.place, sentence, "Write a number such as 200.00.")
        return None
    places = len(scalar.text.partition(".")[2].rstrip("0"))
    if currency and places > decimals(currency):
        sentence = f"{scalar.text} has more decimals than {currency}."
        findings.add("amount", scalar.place, sentence, f"It has {decimals(currency)}.")
    return Decimal(scalar.text)


def alone_up_to(of_shops: Iterable[Limits]) -> dict[str, float]:
    """For the checker: the most that each role may refund of one case alone in any shop.

    A role without such a limit in one of the shops is left out: there it has none.
    """
    highest: dict[str, float] = {}
    free: set[str] = set()
    for limits in of_shops:
        here = [limit for limit in limits if limit.per == "case"]
        free |= set(ROLES) - {limit.role for limit in here if limit.currency is None}
        for limit in here:
            highest[limit.role] = max(highest.get(limit.role, 0.0), float(limit.amount))
    return {role: amount for role, amount in highest.items() if role not in free}
