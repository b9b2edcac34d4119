"""What a migration would come to, computed case by case and shown before anything is moved."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from claims import clock
from claims.migrating.deciding import Decider, Decision, Stayed
from claims.migrating.judging import Stay
from claims.migrating.reading import candidates, standings
from claims.migrating.versions import Aim
from claims.queries.workflows import versions_in_use
from claims.refusals import Refused
from claims.rules import Rules
from workflows.renaming import guess_renamed

CHUNK = 2_000


@dataclass(slots=True)
class PlannedState:
    """The open cases of one version that stand in one state."""

    hash: str
    state: str
    to_state: str | None = None
    """Where those go that move; None where none does."""
    moves: int = 0
    stays: Counter[Stay] = field(default_factory=Counter)
    due_at_once: Counter[str] = field(default_factory=Counter)
    """Deadlines (by their event) that ring right after the migration, and how many."""


@dataclass(slots=True)
class Plan:
    aim: Aim
    states: list[PlannedState]
    stayed: list[Stayed]
    guessed: dict[str, str]
    """States that are gone and seem to be called otherwise now: what `states` could say."""

    @property
    def moves(self) -> int:
        return sum(each.moves for each in self.states)

    @property
    def due_at_once(self) -> Counter[str]:
        return sum((each.due_at_once for each in self.states), Counter[str]())


def plan(session: Session, rules: Rules, aim: Aim) -> Plan:
    """The plan as things stand now; takes no lock and writes nothing.

    Raises Refused where the aim names states that are not there.
    """
    decider = Decider(session, rules, aim, clock.now(session))
    in_use = [
        each
        for each in versions_in_use(session, aim.to.name)
        if each.open_cases and each.hash != aim.to.hash and aim.from_hash in (None, each.hash)
    ]
    for each in in_use:
        if each.subject != aim.to.subject:
            raise Refused(
                f"{each.name}@{each.hash[:8]} has the subject {each.subject}, and the new "
                f"version {aim.to.subject}; such cases end by the version they began with."
            )
    decider.check_states([each.hash for each in in_use])
    states: dict[tuple[str, str], PlannedState] = {}
    stayed: list[Stayed] = []
    for decision in _decisions(session, decider):
        case = decision if isinstance(decision, Stayed) else decision.standing
        key = (case.hash, case.state)
        planned = states.setdefault(key, PlannedState(*key))
        if isinstance(decision, Stayed):
            planned.stays[decision.why] += 1
            stayed.append(decision)
        else:
            planned.to_state = decision.to_state
            planned.moves += 1
            planned.due_at_once.update(decision.clocks.due_at_once)
    return Plan(aim, _in_order(decider, states), stayed, _guessed(decider, states))


def _decisions(session: Session, decider: Decider) -> Iterator[Decision]:
    chosen, after = decider.aim.chosen, 0
    while ids := candidates(session, chosen, after, CHUNK):
        after = ids[-1]
        yield from map(decider.decide, standings(session, chosen.subject, ids))


def _in_order(decider: Decider, states: dict[tuple[str, str], PlannedState]) -> list[PlannedState]:
    """By version, and within it in the order of its file."""

    def place(planned: PlannedState) -> tuple[str, int, str]:
        version = decider.version(planned.hash)
        names = list(version.states) if version else []
        index = names.index(planned.state) if planned.state in names else len(names)
        return planned.hash, index, planned.state

    return sorted(states.values(), key=place)


def _guessed(decider: Decider, states: dict[tuple[str, str], PlannedState]) -> dict[str, str]:
    """Guesses for states in which cases stay because the new version has none of that name."""
    gone = {
        (planned.hash, planned.state)
        for planned in states.values()
        if any(stay.kind == "state-gone" for stay in planned.stays)
    }
    guessed: dict[str, str] = {}
    for version, state in sorted(gone):
        old = decider.version(version)
        names = guess_renamed(old, decider.aim.to) if old else {}
        if state in names:
            guessed.setdefault(state, names[state])
    return guessed
