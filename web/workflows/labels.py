"""Words and tones of states and events, from the very version that a case is pinned to."""

from collections import Counter

from sqlalchemy.orm import Session

from claims.models import Item, Reclamation
from claims.people import ROLES
from claims.queries.reclamations import ReclamationRow
from claims.rules import Rules
from web.badges import Badge, tone_of
from workflows.definition import Definition, Event
from workflows.drawing import clock_words, outcomes_of

WAITS = {
    "agent": "Agent",
    "warehouse": "Warehouse",
    "lead": "Lead",
    "finance": "Finance",
    "admin": "Admin",
    "customer": "Customer",
    "provider": "Payment provider",
}
"""Words for whom a state waits; the file may name others, which are shown as they stand."""
ARTICLES = {"agent": "an", "lead": "a", "admin": "an", "finance": ""}


def whom(waits_for: str | None) -> str:
    """Who is waited for, in a word for people."""
    return WAITS.get(waits_for or ROLES[0], (waits_for or "").capitalize())


def the(waits_for: str) -> str:
    """`the customer`, `a lead`, `finance`: one of several people is not named as the only one."""
    return f"{ARTICLES.get(waits_for, 'the')} {whom(waits_for).lower()}".strip()


def fired_by(definition: Definition, event: Event) -> str:
    """Who or what makes an event happen, in words."""
    if event.by:
        people = " or ".join(whom(role) for role in sorted(event.by))
        return f"{people}, a second person" if event.second_person else people
    if event.by_clock:
        return f"The clock, {clock_words(event)}"
    if event.sent_by:
        return f"The {event.sent_by}"
    if event.on_change:
        return "A change of the case's facts"
    if event.on_enter:
        return "Entering the state"
    return f"The outcome of {', '.join(outcomes_of(definition, event)) or 'an effect'}"


class Labels:
    """Asks the pinned versions for words; one per page, at the cost of no statement once cached."""

    def __init__(self, session: Session, rules: Rules) -> None:
        self._session = session
        self._rules = rules

    def definition(self, workflow_hash: str) -> Definition:
        return self._rules.definition(self._session, workflow_hash)

    def state(self, workflow_hash: str, name: str | None) -> Badge:
        """A state's badge; a name that the version has not got stands for itself."""
        definition = self.definition(workflow_hash)
        state = definition.states.get(name or "")
        if state is None:
            return Badge(name or "—", "closed")
        return Badge(state.label, tone_of(state), tuple(sorted(state.flags)))

    def state_of(self, case: Reclamation | Item) -> Badge:
        return self.state(case.workflow_hash, case.state)

    def standings(self, row: ReclamationRow) -> list[tuple[Badge, int]]:
        """The states of a row's items, each once with how many; of a closed row its own state."""
        if row.closed_at:
            return [(self.state(row.workflow_hash, row.state), 1)]
        counted = Counter(self.state(i.workflow_hash, i.state) for i in row.items)
        return list(counted.items())

    def event(self, workflow_hash: str, name: str) -> Event | None:
        return self.definition(workflow_hash).events.get(name)

    def event_label(self, workflow_hash: str, name: str | None) -> str:
        event = self.event(workflow_hash, name or "")
        return event.label if event else (name or "")

    def workflow(self, case: Reclamation | Item) -> str:
        return self.definition(case.workflow_hash).label

    def reason(self, name: str, shop: str) -> str:
        """A reason's label as the shop writes it; one no longer in use stands for itself."""
        reason = self._rules.choices.reasons(shop).get(name)
        return reason.label if reason else name

    def resolution(self, name: str) -> str:
        resolution = self._rules.choices.resolutions.get(name)
        return resolution.label if resolution else name
