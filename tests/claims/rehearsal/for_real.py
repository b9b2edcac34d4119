"""Plays a test of a workflow on PostgreSQL: real rows, real doors, the clock of the database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, deadlines, door, edits, effects, finding_out
from claims.cases import CaseRef
from claims.claimable import Wanted
from claims.claiming import claim
from claims.late_truth import Truth, WasNotPaid, WasPaid, settle_unknown_refund
from claims.models import Attempt, Deadline, Effect, Item, Reclamation, RefundShare
from claims.money import findings
from claims.outside import IN_FLIGHT
from claims.people import Actor, importer
from claims.refusals import Refused
from claims.rehearsal import Given, Person
from claims.rehearsal.trials import Answer, Edit, Fire, Step, Trial, Wait
from claims.rules import Rules
from tests.support.shop import Line, an_order

LEASE = timedelta(minutes=1)
Entry = tuple[int, str, str, str | None, str | None, str | None]
"""Position of the item, kind, actor, event, from, to."""


@dataclass
class Played:
    sessions: sessionmaker[Session]
    rules: Rules
    reclamation_id: int = 0
    people: dict[str, int] = field(default_factory=dict)

    def play(self, trial: Trial) -> None:
        with self.sessions.begin() as session:
            self.reclamation_id = self._claim(session, trial.given)
        for placed in trial.when:
            self._step(placed.step)

    def journal(self) -> list[Entry]:
        with self.sessions() as session:
            return [
                (
                    entry.item.position if entry.item else 0,
                    entry.kind,
                    entry.actor_kind,
                    entry.event,
                    entry.from_state,
                    entry.to_state,
                )
                for entry in session.get_one(Reclamation, self.reclamation_id).journal
            ]

    def money(self) -> list[tuple[int, int, int, str]]:
        with self.sessions() as session:
            order = session.get_one(Reclamation, self.reclamation_id).order
            return [(r.item.position, r.amount, r.paid_amount, r.status) for r in order.refunds]

    def _claim(self, session: Session, given: Given) -> int:
        lines = [Line(unit_price=item.price, quantity=item.quantity) for item in given.items]
        order = an_order(session, lines, payments=given.payments or None)
        wanted = [
            Wanted(line.id, item.quantity, item.reason, item.resolution, item.evidence)
            for line, item in zip(order.lines, given.items, strict=True)
        ]
        return claim(session, self.rules, order.id, wanted, self._actor(given.opened_by)).id

    def _step(self, step: Step) -> None:
        match step:
            case Wait():
                self._wait(step)
            case Answer(_, None):
                pass
            case Answer():
                self._answer(step)
            case Fire() | Edit():
                self._act(step)
        self._do_what_fires_nothing()

    def _act(self, step: Fire | Edit) -> None:
        try:
            with self.sessions.begin() as session:
                case = self._case(session, step.case)
                if isinstance(step, Fire):
                    subject = "item" if isinstance(case, Item) else "reclamation"
                    ref = CaseRef(subject, case.id)
                    who = self._actor(step.who)
                    self._let_colleague_say(session, case, step.event)
                    door.fire(session, self.rules, ref, step.event, who, step.typed)
                else:
                    actor = self._actor(step.who)
                    edits.edit_item(
                        session, self.rules, case.id, step.changes, actor, seen_version=case.version
                    )
        except Refused:
            assert step.refused is not None
        else:
            assert step.refused is None

    def _let_colleague_say(self, session: Session, case: Reclamation | Item, event: str) -> None:
        definition = self.rules.definition(session, case.workflow_hash)
        truth = findings.decided_by(definition, case.state, event)
        if truth and isinstance(case, Item) and (refund := findings.unclear(case)):
            # A file says when something is decided only where that matters to it.
            session.execute(update(Attempt).values(at=Attempt.at - IN_FLIGHT))
            of = next(iter(findings.events_for(definition, case.state, truth)))
            who = Actor("person", "a colleague", of.by, 1_000_000)
            reference = f"seen {refund.id}" if truth == "paid" else ""
            finding_out.propose(session, self.rules, refund.id, truth, reference, "Seen.", who)

    def _wait(self, step: Wait) -> None:
        with self.sessions() as session:
            now = clock.now(session)
            shop = session.get_one(Reclamation, self.reclamation_id).shop.code
            calendar = self.rules.choices.calendar(shop)
            end = calendar.add(now, step.span) if step.is_business else now + step.span
        while (due := self._next_due(end)) is not None:
            self._move_to(due)
            with self.sessions.begin() as session:
                for each in deadlines.due(session, 10):
                    deadlines.fire_due(session, self.rules, each)
            self._do_what_fires_nothing()
        self._move_to(end)

    def _next_due(self, end: datetime) -> datetime | None:
        with self.sessions() as session:
            of_it = select(Deadline.due_at).where(Deadline.reclamation_id == self.reclamation_id)
            due = of_it.where(Deadline.ended_at.is_(None), Deadline.due_at <= end)
            return session.scalar(due.order_by(Deadline.due_at).limit(1))

    def _move_to(self, moment: datetime) -> None:
        with self.sessions.begin() as session:
            clock.move(session, max(moment - clock.now(session), timedelta()))

    def _do_what_fires_nothing(self) -> None:
        with self.sessions.begin() as session:
            while quiet := [e.id for e in self._waiting(session) if not e.outcomes]:
                [taken] = effects.take(session, "tests", LEASE, 1, quiet[:1])
                effects.finish(session, self.rules, taken, "done", "Done.", {})

    def _answer(self, step: Answer) -> None:
        assert step.outcome is not None
        with self.sessions.begin() as session:
            waiting = next((e.id for e in self._waiting(session) if e.use == step.effect), None)
            if waiting is None:
                self._tell_truth(session, step)
                return
            [taken] = effects.take(session, "tests", LEASE, 1, [waiting])
            effects.begin_attempt(session, taken, "a key", "")
            if step.outcome == "unknown":
                effects.give_to_a_person(session, self.rules, taken, "Nobody knows.", {})
                return
            refund = session.get_one(Effect, waiting).refund
            shares: list[RefundShare] = list(refund.shares) if refund else []
            many = len(shares) if step.outcome == "done" else step.shares_paid
            for share in shares[:many]:
                effects.settle_share(session, taken, share.id, "paid", "a reference", {})
            for share in shares[many : many + 1]:
                effects.settle_share(session, taken, share.id, "refused", None, {})
            effects.finish(session, self.rules, taken, step.outcome, "As it says.", {})

    def _tell_truth(self, session: Session, step: Answer) -> None:
        of_it = select(Effect).where(Effect.reclamation_id == self.reclamation_id)
        effect = session.scalars(of_it.where(Effect.status == "unknown")).one()
        assert effect.refund is not None
        held = [share.id for share in effect.refund.shares if share.status == "held"]
        many = len(held) if step.outcome == "done" else step.shares_paid
        paid: dict[int, Truth] = dict.fromkeys(held[:many], WasPaid("a reference"))
        truths = paid | dict.fromkeys(held[many:], WasNotPaid())
        assert settle_unknown_refund(session, self.rules, effect.id, truths, "a look-up")

    def _waiting(self, session: Session) -> list[Effect]:
        of_it = select(Effect).where(Effect.reclamation_id == self.reclamation_id)
        return list(session.scalars(of_it.where(Effect.status == "waiting").order_by(Effect.id)))

    def _case(self, session: Session, number: int) -> Reclamation | Item:
        reclamation = session.get_one(Reclamation, self.reclamation_id)
        return reclamation.items[number - 1] if number else reclamation

    def _actor(self, who: Person) -> Actor:
        if "import" in who.roles:
            return importer(who.name)
        number = self.people.setdefault(who.name, len(self.people) + 1)
        return Actor("person", who.name, who.roles, number)
