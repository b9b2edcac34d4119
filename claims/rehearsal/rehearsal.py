"""A reclamation tried out: press, wait, let the provider answer, and look."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from claims import deadlines, edits, outcomes
from claims.asking import MONEY
from claims.changes import look_again
from claims.door import fire_loaded, fire_typed
from claims.facts import facts_of
from claims.incidents import UNKNOWN, open_incident, settle_unknown
from claims.models import Deadline, Effect, Incident, Item, Reclamation
from claims.money import findings
from claims.offering import CaseOffer, offers_of
from claims.outcomes import Outcome
from claims.people import CLOCK, Actor, importer
from claims.refusals import NotFound, Refused
from claims.rehearsal import colleague, memory, provider, seen
from claims.rehearsal.given import RECLAMATION, Given, Person
from claims.rehearsal.memory import Memory
from claims.rehearsal.seen import DeadlineSeen, EffectSeen, Happened, Money
from claims.rehearsal.world import open_reclamation
from claims.rules import Rules
from claims.sentences import told
from claims.steps import Happening
from workflows.definition import Definition

WORKER = Actor("worker", provider.NAME)
LAST_YEAR = 2500


class Rehearsal:
    """One reclamation in memory. What is Refused has changed nothing, as in a rolled back
    transaction; an effect whose outcomes fire no event is done at once, the others wait for
    `answer`."""

    def __init__(self, rules: Rules, given: Given) -> None:
        """Opens the reclamation. Refused where nobody could claim this."""
        self.rules, self.given, self.at = rules, given, given.at
        self._people: dict[str, int] = {}
        self._session = memory.new_session()
        opener = self._actor(given.opened_by)
        self.reclamation: Reclamation = open_reclamation(self._session, rules, given, opener)

    # What can be done.

    def offers(self, case: int, who: Person) -> tuple[CaseOffer, ...]:
        """What `who` would see offered at the case, once a colleague has said what became of a
        refund that is unclear."""
        chosen, actor = self.case(case), self._actor(who)
        now = offers_of(self._session, self.rules, chosen, actor, self.at)
        if not isinstance(chosen, Item) or findings.unclear(chosen) is None:
            return now
        offered, before = [now], self.remember()
        for truth in colleague.TRUTHS:
            colleague.says(chosen, truth, self.at)
            memory.write(self._session)
            offered.append(offers_of(self._session, self.rules, chosen, actor, self.at))
            self.go_back(before)
        return colleague.best_of(offered)

    def fire(
        self, case: int, event: str, who: Person, typed: Mapping[str, str] | None = None
    ) -> tuple[Happened, ...]:
        """Press a button with its form as typed, files by their names; gives all that it set off,
        or raises Refused."""
        with self._step() as happened:
            self._let_colleague_say(case, event)
            fire_typed(
                self._session,
                self.rules,
                self.case(case),
                event,
                self._actor(who),
                self._with_files(case, event, typed or {}),
                self.at,
            )
        return tuple(happened)

    def edit(self, item: int, who: Person, **changes: object) -> tuple[Happened, ...]:
        """Change reason, resolution, quantity or evidence of an item, or raise Refused."""
        with self._step() as happened:
            edited, actor = self.item(item), self._actor(who)
            edits.check_may_edit(edited, actor)
            before = edited.workflow_hash
            edits.change_item(self._session, self.rules, edited, changes, actor, self.at)
            begun = [] if edited.workflow_hash == before else [edited]
            look_again(self._session, self.rules, self.reclamation, actor, self.at, begun)
        return tuple(happened)

    def wait(self, span: timedelta, *, is_business: bool = False) -> tuple[Happened, ...]:
        """Let time pass; deadlines ring on the way, each at its moment."""
        calendar = self.rules.choices.calendar(self.given.shop)
        return self.wait_until(calendar.add(self.at, span) if is_business else self.at + span)

    def wait_until(self, moment: datetime) -> tuple[Happened, ...]:
        """The same until a moment; one that has passed is Refused."""
        if moment.year > LAST_YEAR:
            raise Refused(f"Nobody waits until the year {moment.year}.")
        if moment < self.at:
            raise Refused(f"It is {self.at:%Y-%m-%d %H:%M} already; time goes one way.")
        rang: list[Happened] = []
        while (next_one := self._next_due(moment)) is not None:
            due, deadline = next_one
            self.at = max(self.at, due)
            with self._step() as happened:
                self._ring(deadline)
            rang += happened
        self.at = moment
        return tuple(rang)

    def answer(
        self, use: str, outcome: Outcome, *, case: int | None = None, shares_paid: int = 0
    ) -> tuple[Happened, ...]:
        """What comes back for the oldest waiting effect of this name; where none waits, the truth
        about the oldest that is unknown.

        Of a refund over several payments, `shares_paid` were paid before it was refused or lost.
        """
        effect = self._waiting(use, case, is_late=outcome != "unknown")
        word = f"{use} ended as {outcome!r}."
        with self._step() as happened:
            if effect.status == "unknown":
                settle_unknown(effect, WORKER, self.at, word)
            provider.attempt(effect, outcome, self.at)
            provider.settle_shares(effect.refund, outcome, shares_paid)
            self._conclude(effect, outcome, word)
        return tuple(happened)

    def crash(self, use: str, *, case: int | None = None) -> None:
        """The worker dies between the attempt and the answer: nobody knows, another goes on."""
        effect = self._waiting(use, case)
        with self._step():
            provider.attempt(effect, None, self.at)
            effect.epoch += 1

    # What there is to see.

    def case(self, number: int) -> Reclamation | Item:
        return self.reclamation if number == RECLAMATION else self.item(number)

    def item(self, number: int) -> Item:
        """NotFound where there is no such item."""
        items = self.reclamation.items
        if not 1 <= number <= len(items):
            raise NotFound(f"There is no item {number}; the reclamation has {len(items)}.")
        return items[number - 1]

    def definition_of(self, case: int) -> Definition:
        """The workflow that the case goes through."""
        return self.rules.definition(self._session, self.case(case).workflow_hash)

    def state(self, case: int) -> str:
        return self.case(case).state

    def facts(self, case: int, who: Person | None = None) -> Mapping[str, object]:
        """What conditions see of a case when `who` acts; without, when the clock does."""
        actor = self._actor(who) if who else CLOCK
        return facts_of(self._session, self.rules, self.case(case), self.at, actor)

    @property
    def journal(self) -> tuple[Happened, ...]:
        return tuple(self._told(0))

    @property
    def effects(self) -> tuple[EffectSeen, ...]:
        """In the order in which they were asked for."""
        return tuple(map(seen.effect_seen, self.reclamation.effects))

    @property
    def waiting(self) -> tuple[EffectSeen, ...]:
        """The effects for which `answer` is to say what came back."""
        return tuple(each for each in self.effects if each.status == "waiting")

    @property
    def unclear(self) -> tuple[EffectSeen, ...]:
        """The refunds that are unknown, of which `answer` may still tell the truth."""
        return tuple(
            each for each in self.effects if each.status == "unknown" and each.kind == MONEY
        )

    @property
    def deadlines(self) -> tuple[DeadlineSeen, ...]:
        """The clocks that run, the next first, and after them those that stand still."""
        running = [each for _, each in self._running()]
        still = [d for d in self.reclamation.deadlines if d.ended_at is None and d.due_at is None]
        return tuple(map(seen.deadline_seen, [*running, *still]))

    @property
    def incidents(self) -> tuple[str, ...]:
        """What a person would have to look at, as sentences."""
        rows = [row for row in self._session.new if isinstance(row, Incident)]
        return tuple(row.sentence for row in rows if row.resolved_at is None)

    def money(self, item: int | None = None) -> Money:
        """Of one item, or of the whole order."""
        return seen.money_of(self.reclamation, None if item is None else self.item(item))

    def remember(self) -> tuple[Memory, datetime]:
        """This moment, to come back to by `go_back` as often as is liked."""
        return memory.remember(self._session), self.at

    def go_back(self, moment: tuple[Memory, datetime]) -> None:
        kept, self.at = moment
        memory.go_back(self._session, kept)

    # How it is done.

    @contextmanager
    def _step(self) -> Iterator[list[Happened]]:
        """One transaction; the list holds what happened once it has ended well."""
        before, entries = self.remember(), len(self.reclamation.journal)
        happened: list[Happened] = []
        try:
            yield happened
            self._do_what_fires_nothing()
        except Refused:
            self.go_back(before)
            raise
        self._session.info.pop("effects_new", None)
        memory.write(self._session)
        happened += self._told(entries)

    def _let_colleague_say(self, case: int, event: str) -> None:
        chosen = self.case(case)
        truth = findings.decided_by(self.definition_of(case), chosen.state, event)
        if truth is not None and isinstance(chosen, Item):
            colleague.says(chosen, truth, self.at)

    def _with_files(self, case: int, event: str, typed: Mapping[str, str]) -> Mapping[str, str]:
        """What was typed, with the reference that a file of this name would have been given."""
        declared = self.definition_of(case).events.get(event)
        files = {field.name for field in declared.input if field.type == "file"} if declared else ()
        named = {name: json.dumps({"name": typed[name]}) for name in files if typed.get(name)}
        return {**typed, **named}

    def _do_what_fires_nothing(self) -> None:
        memory.write(self._session)
        for effect in self.reclamation.effects:
            if effect.status == "waiting" and not effect.outcomes:
                self._conclude(effect, "done", f"{effect.use} was done.")

    def _conclude(self, effect: Effect, outcome: Outcome, word: str) -> None:
        """As `claims.effects.finish` does, and `give_to_a_person` for what is unknown."""
        if outcome == "unknown":
            if "unknown" not in effect.outcomes:
                outcomes.stop(self._session, self.reclamation, effect, word, WORKER, self.at)
                return
            open_incident(self._session, effect, UNKNOWN, word, self.at)
        outcomes.settle(self.reclamation, effect, outcome, word, WORKER, self.at)
        event = outcomes.event_of(effect, outcome)
        if event is None:
            outcomes.unhandled(self._session, effect, outcome, word, self.at)
            self._look_again()
            return
        memory.write(self._session)
        before = self.remember()
        try:
            happening = outcomes.happening_of(effect, event, WORKER, self.at)
            fire_loaded(self._session, self.rules, happening)
        except Refused as refused:
            self.go_back(before)
            outcomes.not_taken(self._session, effect, event, str(refused), self.at)
            self._look_again()

    def _look_again(self) -> None:
        look_again(self._session, self.rules, self.reclamation, WORKER, self.at)

    def _ring(self, due: Deadline) -> None:
        before = self.remember()
        try:
            happening = Happening(due.item or self.reclamation, due.event, CLOCK, self.at)
            fire_loaded(self._session, self.rules, happening)
        except Refused as refused:
            self.go_back(before)
            deadlines.hold(self._session, due, refused, self.at)

    def _waiting(self, use: str, case: int | None, *, is_late: bool = False) -> Effect:
        named = [
            effect
            for effect in self.reclamation.effects
            if effect.use == use and (case is None or seen.position(effect.item) == case)
        ]
        for effect in named:
            if effect.status == "waiting":
                return effect
        for effect in named if is_late else ():
            if effect.status == "unknown" and effect.kind == MONEY:
                return effect
        names = ", ".join(each.use for each in self.waiting) or "none"
        raise NotFound(f"No effect {use} waits for an answer; waiting: {names}.")

    def _running(self) -> list[tuple[datetime, Deadline]]:
        running = [
            (each.due_at, each)
            for each in self.reclamation.deadlines
            if each.ended_at is None and each.due_at is not None
        ]
        return sorted(running, key=lambda due: (due[0], due[1].id))

    def _next_due(self, moment: datetime) -> tuple[datetime, Deadline] | None:
        return next((due for due in self._running() if due[0] <= moment), None)

    def _told(self, since: int) -> list[Happened]:
        return [
            seen.happened(entry, told(self._session, self.rules, entry))
            for entry in self.reclamation.journal[since:]
        ]

    def _actor(self, who: Person) -> Actor:
        if "import" in who.roles:
            return importer(who.name)
        number = self._people.setdefault(who.name, len(self._people) + 1)
        return Actor("person", who.name, who.roles, number)
