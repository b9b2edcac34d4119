"""What every payment provider must do for refunds to be exact and to happen once.

`conform` tries an adapter out on a payment in the provider's test mode, as Redress uses it, and
gives a verdict on each rule. It makes a handful of small refunds of that payment. A rule that is
broken is told in a sentence that says what was done, what came back and what should have.
"""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from claims.money.refunds import money
from claims.outside import Done, NotBegun, Outcome, Refused, Unknown
from claims.reconciling.listed import Listed
from tasks.providers.port import (
    Absent,
    CannotTell,
    Failed,
    Finding,
    Found,
    ListsRefunds,
    Provider,
    RefundOrder,
)

PATIENCE = 10.0
AT_ONCE = 5
PARTS = 20
"""The payment is cut into so many; a little more than half of them is refunded."""


@dataclass(frozen=True, slots=True)
class PaymentInTest:
    """A payment in the provider's test mode, of which nothing was refunded; in minor units."""

    reference: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one rule; it is kept where nothing is `wrong`."""

    rule: str
    wrong: tuple[str, ...]


@dataclass
class Trial:
    """One go at a provider. Its references and keys were never used before."""

    provider: Provider
    payment: PaymentInTest
    mute: Provider | None = None
    """The same adapter, speaking to an address that accepts and never answers."""
    patience: float = PATIENCE
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    name: str = field(default_factory=lambda: f"check-{secrets.token_hex(6)}")
    paid: list[tuple[RefundOrder, Done]] = field(default_factory=list)

    @property
    def part(self) -> int:
        """A small amount, in minor units."""
        return max(1, self.payment.amount // PARTS)

    def order(self, about: str, amount: int | None = None) -> RefundOrder:
        return RefundOrder(
            reference=f"{self.name}-{about}-1",
            key=f"{self.name}-{about}",
            payment_reference=self.payment.reference,
            amount=amount or self.part,
            currency=self.payment.currency,
        )

    def pay(self, order: RefundOrder) -> Outcome:
        outcome = self.provider.pay_refund(order, self.patience)
        if isinstance(outcome, Done):
            self.paid.append((order, outcome))
        return outcome

    def look_up(self, order: RefundOrder) -> Finding:
        return self.provider.look_up(order, self.patience)


Rule = Callable[[Trial], Iterator[str]]


def conform(trial: Trial) -> list[Verdict]:
    """A verdict on each rule, in their order; one that breaks down is broken, too."""
    return [Verdict(name, _wrong(rule, trial)) for name, rule in RULES.items()]


def _wrong(rule: Rule, trial: Trial) -> tuple[str, ...]:
    try:
        return tuple(rule(trial))
    except Exception as mistake:  # noqa: BLE001 - whatever it raises is what it has wrong
        said = f"The adapter raised {type(mistake).__name__} ({mistake})"
        return (f"{said}; it must sort whatever happens into an outcome.",)


def _declared(trial: Trial) -> Iterator[str]:
    abilities = trial.provider.abilities
    if not abilities.may_be_retried:
        yield "It declares neither a key lifetime nor a look-up; Redress will not start with it."
    if abilities.key_lifetime is not None and abilities.key_lifetime < timedelta(hours=1):
        yield f"Its keys live {abilities.key_lifetime}; below an hour they are of no use."
    if abilities.lists and not isinstance(trial.provider, ListsRefunds):
        yield "It declares that it lists refunds and has no list_refunds."
    known = abilities.refunds.currencies
    if known is not None and trial.payment.currency not in known:
        yield f"It does not declare {trial.payment.currency}, the currency of the test payment."


def _same_key(trial: Trial) -> Iterator[str]:
    order = trial.order("same")
    first = trial.pay(order)
    if not isinstance(first, Done):
        yield f"A refund of {_sum(order)} gave {_said(first)}; it should have been done."
        return
    if trial.provider.abilities.key_lifetime is None:
        return
    second = trial.provider.pay_refund(order, trial.patience)
    if not isinstance(second, Done):
        yield f"The same refund under the same key gave {_said(second)} the second time."
    elif second.provider_reference != first.provider_reference:
        yield (
            f"The same key made two refunds, {first.provider_reference} and "
            f"{second.provider_reference}; a repeated call must give the first one again."
        )


def _at_once(trial: Trial) -> Iterator[str]:
    if trial.provider.abilities.key_lifetime is None:
        return
    order = trial.order("at-once")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        calls = [
            pool.submit(trial.provider.pay_refund, order, trial.patience) for _ in range(AT_ONCE)
        ]
    outcomes = [call.result() for call in calls]
    references = {each.provider_reference for each in outcomes if isinstance(each, Done)}
    refused = [each for each in outcomes if isinstance(each, Refused)]
    if len(references) > 1:
        yield f"{AT_ONCE} calls at once under one key made {len(references)} refunds."
    if refused:
        yield f"A call that came at once with another was taken as refused: {_said(refused[0])}."
    for each in outcomes:
        if isinstance(each, Done):
            trial.paid.append((order, each))
            break


def _changed(trial: Trial) -> Iterator[str]:
    if trial.provider.abilities.key_lifetime is None or not trial.paid:
        return
    order, done = trial.paid[0]
    other = replace(order, amount=order.amount + 1)
    outcome = trial.provider.pay_refund(other, trial.patience)
    if isinstance(outcome, Done) and outcome.provider_reference != done.provider_reference:
        yield (
            f"A key that was used for {_sum(order)} paid {_sum(other)} as well "
            f"({outcome.provider_reference}); another request under a used key must be refused."
        )
    elif isinstance(outcome, Done):
        yield (
            f"A key that was used for {_sum(order)} was taken as done for {_sum(other)}; another "
            "request under a used key must be refused."
        )


def _looked_up(trial: Trial) -> Iterator[str]:
    looks_up = trial.provider.abilities.looks_up
    for order, done in trial.paid[:2]:
        finding = trial.look_up(order)
        if not looks_up:
            if not isinstance(finding, CannotTell):
                yield f"It declares no look-up, and looking up gave {_found(finding)}."
        elif not isinstance(finding, Found):
            yield f"Looking {order.reference} up, which is paid, gave {_found(finding)}."
        elif not finding.is_of(order):
            yield (
                f"Looking {order.reference} up gave {money(finding.amount, finding.currency)} of "
                f"payment {finding.payment_reference}; {_sum(order)} of payment "
                f"{order.payment_reference} was refunded."
            )
        elif finding.provider_reference != done.provider_reference:
            yield (
                f"Looking {order.reference} up gave {finding.provider_reference}; it was paid as "
                f"{done.provider_reference}."
            )
        elif finding.payment_reference is None:
            yield "A look-up does not tell which payment was paid back; restored backups need it."


def _absent(trial: Trial) -> Iterator[str]:
    if trial.provider.abilities.looks_up:
        finding = trial.look_up(trial.order("never-made"))
        if not isinstance(finding, Absent):
            yield f"Looking up a reference that was never used gave {_found(finding)}, not absent."


def _partial(trial: Trial) -> Iterator[str]:
    declares = trial.provider.abilities.refunds.partial_refunds
    if trial.payment.amount > 1 and bool(trial.paid) != declares:
        yield (
            "It declares partial refunds, and a part of the payment was not refunded."
            if declares
            else "It declares no partial refunds, and a part of the payment was refunded."
        )


def _several(trial: Trial) -> Iterator[str]:
    declares = trial.provider.abilities.refunds.several_refunds_per_payment
    outcome = trial.pay(trial.order("several"))
    if isinstance(outcome, Done) != declares:
        said = "several refunds" if declares else "one refund"
        yield f"It declares {said} for each payment, and the next one gave {_said(outcome)}."


def _too_much(trial: Trial) -> Iterator[str]:
    order = trial.order("too-much", trial.payment.amount + 1)
    yield from _is_refused(trial, order, f"A refund of {_sum(order)}, more than was paid,")


def _other_currency(trial: Trial) -> Iterator[str]:
    currency = "USD" if trial.payment.currency != "USD" else "EUR"
    order = replace(trial.order("currency"), currency=currency)
    yield from _is_refused(trial, order, f"A refund in {currency}, not the payment's currency,")


def _no_payment(trial: Trial) -> Iterator[str]:
    order = replace(trial.order("no-payment"), payment_reference=f"{trial.name}-no-such-payment")
    yield from _is_refused(trial, order, "A refund of a payment that does not exist")


def _is_refused(trial: Trial, order: RefundOrder, what: str) -> Iterator[str]:
    outcome = trial.pay(order)
    if not isinstance(outcome, Refused):
        yield f"{what} gave {_said(outcome)}; it should have been refused for good."
    elif trial.provider.abilities.looks_up:
        finding = trial.look_up(order)
        if not isinstance(finding, Absent | Failed):
            yield f"{what} was refused, and a look-up gave {_found(finding)}."


def _impatient(trial: Trial) -> Iterator[str]:
    """Given up too soon, it may have been paid or not; asking again must come to one refund."""
    order = trial.order("impatient")
    outcome = trial.provider.pay_refund(order, 0.001)
    if isinstance(outcome, Refused):
        yield f"A call that was given up after a millisecond was taken as {_said(outcome)}."
    if isinstance(outcome, Done):
        trial.paid.append((order, outcome))
    elif trial.provider.abilities.key_lifetime is not None:
        again = trial.pay(order)
        if not isinstance(again, Done):
            yield f"Asked again under the same key after that, it gave {_said(again)}."


def _silence(trial: Trial) -> Iterator[str]:
    if trial.mute is None:
        return
    outcome = trial.mute.pay_refund(trial.order("silence"), 0.3)
    if not isinstance(outcome, Unknown):
        yield f"A request that was sent and never answered gave {_said(outcome)}, not unknown."
    finding = trial.mute.look_up(trial.order("silence"), 0.3)
    if not isinstance(finding, CannotTell):
        yield f"A look-up that was never answered gave {_found(finding)}."


def _listed(trial: Trial) -> Iterator[str]:
    provider = trial.provider
    if not provider.abilities.lists or not isinstance(provider, ListsRefunds):
        return
    found: dict[str, list[Listed]] = {}
    following: str | None = None
    for _ in range(1000):
        since = trial.began - timedelta(hours=1)
        page = provider.list_refunds(since, following, trial.patience)
        if isinstance(page, CannotTell):
            yield f"The list of refunds could not be read: {page.reason}"
            return
        for each in page.refunds:
            found.setdefault(each.reference, []).append(each)
        following = page.following
        if following is None:
            break
    else:
        yield "The list of refunds did not end after 1000 pages."
    for order, done in {order.reference: (order, done) for order, done in trial.paid}.values():
        listed = found.get(order.reference, [])
        if len(listed) != 1:
            yield f"Refund {order.reference} stands {len(listed)} times in the list, not once."
            continue
        there, asked = listed[0], (done.provider_reference, order.payment_reference, order.amount)
        told = (there.provider_reference, there.payment_reference, there.amount)
        if (*told, there.currency) != (*asked, order.currency) or there.standing != "paid":
            yield f"The list tells refund {order.reference} otherwise than it was made: {there}."


RULES: dict[str, Rule] = {
    "what it declares fits together": _declared,
    "the same key makes one refund": _same_key,
    "calls at once under one key make one refund": _at_once,
    "a used key is refused for another refund": _changed,
    "a refund is found by our reference": _looked_up,
    "an unknown reference is absent": _absent,
    "partial refunds are as declared": _partial,
    "several refunds of a payment are as declared": _several,
    "more than was paid is refused": _too_much,
    "another currency is refused": _other_currency,
    "a payment that does not exist is refused": _no_payment,
    "an answer that was not waited for is no refusal": _impatient,
    "silence is unknown": _silence,
    "the list tells each refund once": _listed,
}


def _sum(order: RefundOrder) -> str:
    return money(order.amount, order.currency)


def _said(outcome: Outcome) -> str:
    match outcome:
        case Done(reference):
            return f"done ({reference})"
        case Refused(reason):
            return f"refused ({reason})"
        case NotBegun(reason):
            return f"not begun ({reason})"
        case Unknown(reason):
            return f"unknown ({reason})"


def _found(finding: Finding) -> str:
    match finding:
        case Found(reference):
            return f"found ({reference})"
        case Failed(reference):
            return f"failed ({reference})"
        case Absent():
            return "absent"
        case CannotTell(reason):
            return f"cannot tell ({reason})"
