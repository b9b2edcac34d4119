"""What follows when facts of a reclamation have changed: on-change events, dates that move.

Nothing polls: after each event, edit, outcome and opening the open cases of that one reclamation
are looked at whose present state asks for it, in the same transaction and under its locks.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from claims import clocks, refunded
from claims.facts import facts_of
from claims.models import Incident, Item, Reclamation
from claims.people import ITSELF, Actor
from claims.refusals import Refused
from claims.rules import Rules
from claims.steps import LONGEST_CHAIN, Happening, Prepared, name_of, prepare, reclamation_of, take
from workflows.catalogue import Facts
from workflows.conditions import ConditionFailed
from workflows.definition import Transition
from workflows.engine import Engine

Case = Reclamation | Item


def take_whole(session: Session, rules: Rules, prepared: Prepared) -> None:
    """Carry a prepared step out, and all that follows from the facts that it has changed."""
    take(session, rules, prepared)
    happening = prepared.happening
    look_again(session, rules, reclamation_of(happening.case), happening.actor, happening.at)


def go_on(
    session: Session,
    rules: Rules,
    reclamation: Reclamation,
    actor: Actor,
    at: datetime,
    entered: Collection[Case] = (),
) -> None:
    """`look_again` where no event came first: what limits ask is read here, if anybody asks."""
    if is_watching(session, rules, reclamation, entered):
        refunded.load(session, rules, [reclamation], ITSELF, at, lock=True)
        with session.no_autoflush:
            look_again(session, rules, reclamation, actor, at, entered)


def look_again(
    session: Session,
    rules: Rules,
    reclamation: Reclamation,
    actor: Actor,
    at: datetime,
    entered: Collection[Case] = (),
) -> None:
    """Fire on-change events as long as a condition holds, then set the dates of `at:` events.

    `actor` is who changed the facts; `entered` are cases that have just begun, whose first state
    may have on-enter lines. A line that cannot be taken (its effect could not be asked
    for) leaves its case where it is, and an incident tells a person. Refused where cases go on
    and on without a stop.
    """
    looking = _Looking(session, rules, reclamation, actor, at)
    for case in entered:
        looking.enter(case)
    while looking.fire_all():
        pass
    looking.set_dates()


def is_watching(
    session: Session, rules: Rules, reclamation: Reclamation, entered: Collection[Case] = ()
) -> bool:
    """Whether any open case of the reclamation is in a state that asks for changed facts, or one
    of those that have just begun may go on at once."""
    return any(
        rules.engine(session, case.workflow_hash).goes_on(case.state) for case in entered
    ) or any(True for _ in _watching(session, rules, reclamation))


def all_cases(reclamation: Reclamation) -> list[Case]:
    """The items, and then the reclamation itself."""
    return [*reclamation.items, reclamation]


def _watching(
    session: Session, rules: Rules, reclamation: Reclamation
) -> Iterator[tuple[Case, Engine]]:
    for case in all_cases(reclamation):
        if case.final is None:
            engine = rules.engine(session, case.workflow_hash)
            if engine.watches(case.state):
                yield case, engine


@dataclass(slots=True)
class _Looking:
    session: Session
    rules: Rules
    reclamation: Reclamation
    actor: Actor
    at: datetime
    fired: dict[Case, int] = field(default_factory=dict)
    deaf: set[Case] = field(default_factory=set)

    def enter(self, case: Case) -> None:
        """Fire the on-enter event of the state in which a case has begun, if there is one."""
        engine = self.rules.engine(self.session, case.workflow_hash)
        if case.final is None and engine.goes_on(case.state):
            step = self._prepared(case, engine.automatic)
            if step is not None:
                take(self.session, self.rules, step)

    def fire_all(self) -> bool:
        """Go once through all cases; True where one of them moved, so that others may follow."""
        has_moved = False
        for case, _ in _watching(self.session, self.rules, self.reclamation):
            while (step := self._step(case)) is not None:
                self._count(case)
                take(self.session, self.rules, step)
                has_moved = True
        return has_moved

    def set_dates(self) -> None:
        for case, engine in _watching(self.session, self.rules, self.reclamation):
            try:
                dates = engine.dates(case.state, self._facts(case))
            except ConditionFailed as failed:
                self._tell("date-unknown", f"{name_of(case)} cannot tell a date: {failed}")
            else:
                clocks.set_dates(case, dates, self.at)

    def _step(self, case: Case) -> Prepared | None:
        """The on-change event that is to be fired at the case now, if any."""
        if case.final is not None or case in self.deaf:
            return None
        engine = self.rules.engine(self.session, case.workflow_hash)
        return self._prepared(case, engine.changed) if engine.watches(case.state) else None

    def _prepared(
        self, case: Case, choose: Callable[[str, Facts], Transition | None]
    ) -> Prepared | None:
        """The step of the line that is chosen; an incident where it cannot be taken."""
        try:
            line = choose(case.state, self._facts(case))
            if line is None:
                return None
            actor = self.actor if self.actor.kind == "import" else ITSELF
            happening = Happening(case, line.event, actor, self.at)
            return prepare(self.session, self.rules, happening)
        except (ConditionFailed, Refused) as wrong:
            self.deaf.add(case)
            sentence = f"{name_of(case)} could not go on by itself from {case.state!r}: {wrong}"
            self._tell("change-not-taken", sentence)
            return None

    def _facts(self, case: Case) -> Facts:
        return facts_of(self.session, self.rules, case, self.at, ITSELF)

    def _count(self, case: Case) -> None:
        self.fired[case] = self.fired.get(case, 0) + 1
        if self.fired[case] > LONGEST_CHAIN:
            raise Refused(
                f"{name_of(case)} went through {LONGEST_CHAIN} on-change events without a stop; "
                "correct its workflow."
            )

    def _tell(self, kind: str, sentence: str) -> None:
        self.session.add(
            Incident(reclamation=self.reclamation, kind=kind, sentence=sentence, opened_at=self.at)
        )
