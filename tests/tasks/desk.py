"""What the tests of tasks do at the desk: ask for a refund, let time pass, look at the effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from claims import clock
from claims.models import Attempt, Effect, Incident, Item, Observation, Refund, RefundShare
from claims.people import Actor
from claims.rules import Rules
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop
from tests.support.cases import AGENT, claim_first, press
from tests.support.loopback import http
from tests.support.machine import MovableMachine
from tests.support.parts import Sandbox
from tests.support.shop import Line, an_order

PRICE = 2499


@dataclass(frozen=True)
class Desk:
    """One shop with a real database and a real provider."""

    sessions: sessionmaker[Session]
    owner_sessions: sessionmaker[Session]
    rules: Rules
    sandbox: Sandbox
    machine: MovableMachine

    def ask_refund(
        self,
        payments: Sequence[int] = (PRICE,),
        *,
        provider: str = "sandbox",
        sessions: sessionmaker[Session] | None = None,
    ) -> int:
        """A goodwill refund of everything that these payments paid; gives the effect's key."""
        total = sum(payments)
        with (sessions or self.sessions).begin() as session:
            line = Line(unit_price=total)
            order = an_order(session, [line], payments=payments, provider=provider)
            for payment in order.payments:
                self.sandbox.register_payment(payment.reference, payment.captured)
            item = claim_first(session, self.rules, order, resolution="goodwill")
            press(session, self.rules, item, "refund", AGENT, amount=f"{total / 100:.2f}")
            return session.scalars(select(Effect.id).where(Effect.item_id == item.id)).one()

    def walk(
        self,
        *steps: tuple[str, Actor, dict[str, str]],
        workshop: Workshop,
        order: dict[str, Any] | None = None,
        customer: dict[str, str] | None = None,
        **claimed: Any,
    ) -> int:
        """Claim an item and press buttons, with all effects carried out after each."""
        with self.sessions.begin() as session:
            bought = an_order(session, **(order or {}))
            for name, value in (customer or {}).items():
                setattr(bought, name, value)
            item_id = claim_first(session, self.rules, bought, **claimed).id
        for event, actor, values in steps:
            with self.sessions.begin() as session:
                press(session, self.rules, session.get_one(Item, item_id), event, actor, **values)
            self.carry_out_all(workshop)
        return item_id

    def carry_out_all(self, shop: Workshop) -> None:
        while carry_out_next(shop):
            pass

    def ask_return(self) -> int:
        """An item that waits for its parcel; gives the item's key."""
        with self.sessions.begin() as session:
            item = claim_first(session, self.rules, an_order(session))
            press(session, self.rules, item, "request-return", AGENT)
            return item.id

    def state_of(self, item_id: int) -> str:
        with self.sessions() as session:
            return session.get_one(Item, item_id).state

    def cut_everybody_off(self) -> None:
        """The database ends every connection but the one that says so."""
        with self.sessions() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND usename = current_user"
                )
            )

    def pass_time(self, by: timedelta, *, for_provider: bool = True) -> None:
        self.move_database_clock(by)
        self.machine.pass_time(by)
        if for_provider:
            body = {"move_seconds": by.total_seconds()}
            http.post(f"{self.sandbox.url}/clock", json=body).raise_for_status()

    def move_database_clock(self, by: timedelta) -> None:
        """No time passes; that one clock jumps."""
        with self.owner_sessions.begin() as session:
            clock.move(session, by)

    def work_off(self, shop: Workshop, effect_id: int, rounds: int = 20) -> "Seen":
        """Carry out until it is settled, with the waits in between passed quickly."""
        for _ in range(rounds):
            carry_out_next(shop, effect_id)
            if self.see(effect_id).status != "waiting":
                break
            self.pass_time(timedelta(hours=2), for_provider=False)
        return self.see(effect_id)

    def misbehave(self, *faults: dict[str, Any]) -> None:
        self.sandbox.faults(faults=list(faults))

    def paid(self) -> list[int]:
        """What the provider's own ledger says was paid."""
        return [refund["amount"] for refund in self.sandbox.ledger()]

    def see(self, effect_id: int) -> "Seen":
        with self.sessions() as session:
            effect = session.get_one(Effect, effect_id)
            assert effect.item_id is not None
            attempts = session.scalars(
                select(Attempt).where(Attempt.effect_id == effect_id).order_by(Attempt.id)
            )
            shares = session.execute(
                select(RefundShare.amount, RefundShare.status)
                .join(Refund)
                .where(Refund.effect_id == effect_id)
                .order_by(RefundShare.position)
            )
            incidents = session.scalars(select(Incident).order_by(Incident.id))
            observations = session.scalars(select(Observation.outcome).order_by(Observation.id))
            return Seen(
                status=effect.status,
                word=effect.last_word,
                waits=effect.due_at > clock.now(session),
                state=session.get_one(Item, effect.item_id).state,
                refund=session.scalar(select(Refund.status).where(Refund.effect_id == effect_id)),
                attempts=[(a.action, a.result) for a in attempts],
                shares=[(amount, status) for amount, status in shares],
                incidents=[incident.kind for incident in incidents],
                observations=list(observations),
            )


@dataclass(frozen=True)
class Seen:
    """An effect and what lies around it, at one moment."""

    status: str
    word: str
    waits: bool
    state: str
    refund: str | None
    attempts: list[tuple[str, str | None]]
    shares: list[tuple[int, str]]
    incidents: list[str]
    observations: list[str]
