"""A provider that Redress can rely on passes; each way of being wrong is told in a sentence."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from claims.money.refund_abilities import RefundAbilities
from claims.outside import Done, Outcome, Refused
from claims.reconciling.listed import Listed
from tasks.providers.conformance import PaymentInTest, Trial, conform
from tasks.providers.port import (
    Abilities,
    Absent,
    CannotTell,
    Finding,
    Found,
    ListPage,
    RefundOrder,
)
from tasks.providers.sandbox.adapter import ABILITIES, Sandbox
from tests.tasks.sandbox_process import SandboxProcess

PAYMENT = PaymentInTest("P-1", 10_000, "EUR")


def broken(trial: Trial) -> dict[str, str]:
    return {verdict.rule: " ".join(verdict.wrong) for verdict in conform(trial) if verdict.wrong}


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of somebody who listens and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_the_sandbox_keeps_every_rule(provider: SandboxProcess, silent: str) -> None:
    assert broken(Trial(Sandbox(provider.url), PAYMENT, Sandbox(silent))) == {}


@dataclass
class Bank:
    """A provider in memory that does everything right, unless it is told to be `wrong`."""

    wrong: str = ""
    made: list[tuple[RefundOrder, Done]] = field(default_factory=list)
    keys: dict[str, tuple[RefundOrder, Outcome]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def abilities(self) -> Abilities:
        several = self.wrong != "declares one refund"
        return replace(ABILITIES, refunds=RefundAbilities(several_refunds_per_payment=several))

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
        if self.wrong == "raises":
            raise ConnectionError("the line is dead")
        with self.lock:
            if order.key in self.keys and self.wrong != "forgets keys":
                known, outcome = self.keys[order.key]
                same = known == order or self.wrong == "ignores what changed"
                return outcome if same else Refused("The key was used for another refund.")
            outcome = self._decided(order)
            self.keys[order.key] = (order, outcome)
            return outcome

    def _decided(self, order: RefundOrder) -> Outcome:
        left = PAYMENT.amount - sum(each.amount for each, _ in self.made)
        if order.amount > left and self.wrong != "pays too much":
            return Refused("That is more than is left.")
        if order.currency != PAYMENT.currency and self.wrong != "pays any currency":
            return Refused("The payment is in euros.")
        if order.payment_reference != PAYMENT.reference:
            return Refused("There is no such payment.")
        done = Done(f"b{len(self.made)}")
        self.made.append((order, done))
        return done

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
        mine = [(o, d) for o, d in self.made if o.reference == order.reference]
        if not mine:
            return CannotTell("who knows") if self.wrong == "never absent" else Absent()
        made, done = mine[0]
        amount = made.amount * (100 if self.wrong == "tells other amounts" else 1)
        payment = None if self.wrong == "tells no payment" else made.payment_reference
        return Found(done.provider_reference, amount, made.currency, {}, payment)

    def list_refunds(
        self, since: datetime, following: str | None, stop_after_seconds: float
    ) -> ListPage | CannotTell:
        rows = [
            Listed(
                order.reference,
                done.provider_reference,
                order.payment_reference,
                order.amount,
                order.currency,
                datetime.now(UTC),
            )
            for order, done in self.made
        ]
        return ListPage(tuple(rows[1:] if self.wrong == "lists not all" else rows))


def test_a_provider_in_memory_that_does_all_right_passes() -> None:
    assert broken(Trial(Bank(), PAYMENT)) == {}


@pytest.mark.parametrize(
    ("wrong", "rule", "sentence"),
    [
        ("raises", "the same key makes one refund", "The adapter raised ConnectionError"),
        ("forgets keys", "the same key makes one refund", "The same key made two refunds, b0 and"),
        ("forgets keys", "calls at once under one key make one refund", "made 5 refunds"),
        ("ignores what changed", "a used key is refused for another refund", "taken as done for"),
        ("tells other amounts", "a refund is found by our reference", "gave €500.00 of payment"),
        ("tells no payment", "a refund is found by our reference", "does not tell which payment"),
        ("never absent", "an unknown reference is absent", "cannot tell (who knows), not absent"),
        ("declares one refund", "several refunds of a payment are as declared", "gave done"),
        ("pays too much", "more than was paid is refused", "gave done"),
        ("pays any currency", "another currency is refused", "should have been refused for good"),
        ("lists not all", "the list tells each refund once", "stands 0 times in the list"),
    ],
)
def test_each_way_of_being_wrong_is_told(wrong: str, rule: str, sentence: str) -> None:
    told = broken(Trial(Bank(wrong), PAYMENT))

    assert sentence in told[rule]
