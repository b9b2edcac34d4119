"""Proofs about clocks: each can ring, where it is heard, and while it still makes a difference."""

from collections.abc import Sequence
from datetime import timedelta

from workflows.definition import Event, Transition
from workflows.draft import Draft
from workflows.problems import did_you_mean
from workflows.ways import closure


def prove_clocks(draft: Draft) -> None:
    """What is wrong with `pauses-for:` and `since:`, and with waits that a refund may follow."""
    for event in draft.events.values():
        if event.after is None or event.since != "opened":
            _has_a_clock_to_pause(draft, event)
        else:
            _pauses_for_someone(draft, event)
    for line in draft.lines:
        _is_heard(draft, line)
    if draft.is_complete and draft.catalogue.refund_window:
        _no_refund_comes_too_late(draft, draft.catalogue.refund_window)


def is_sure(draft: Draft, line: Transition) -> bool:
    """Whether the clock of this line, which has no condition, surely rings in its state."""
    event = draft.events[line.event]
    if event.at is not None:
        facts = draft.catalogue.facts[draft.subject]
        return not any(fact.may_be_unset and name in event.at for name, fact in facts.items())
    if event.since == "entered":
        return True
    if draft.states[line.source].waits_for in event.pauses_for:
        return False
    after_it_rang = {each.target for each in draft.lines if each.event == event.name}
    steps = [(each.source, each.target) for each in draft.lines]
    return line.source not in closure(after_it_rang, steps)


def _has_a_clock_to_pause(draft: Draft, event: Event) -> None:
    if event.pauses_for:
        draft.findings.add(
            "pause-without-clock",
            event.place,
            f"{event.name} pauses for {' and '.join(sorted(event.pauses_for))}, but no clock of "
            "it runs over the whole case.",
            "Add after: and since: opened, or remove pauses-for.",
        )
    elif event.since == "opened":
        draft.findings.add(
            "pause-without-clock",
            event.place,
            f"{event.name} counts since the opening, but has no after: to count to.",
            "Add after: with a span, or remove since.",
        )


def _pauses_for_someone(draft: Draft, event: Event) -> None:
    waited_for = {state.waits_for for state in draft.states.values() if state.waits_for}
    for word in sorted(event.pauses_for - waited_for):
        draft.findings.add(
            "pause-for-nobody",
            event.place,
            f"{event.name} pauses for {word[:80]}, for whom no state waits.",
            did_you_mean(word, sorted(waited_for)),
        )


def _is_heard(draft: Draft, line: Transition) -> None:
    event, state = draft.events[line.event], draft.states[line.source]
    if event.since == "opened" and event.after and state.waits_for in event.pauses_for:
        draft.findings.add(
            "paused-deadline",
            line.place,
            f"This line is never taken: {event.name} stands still in {line.source}, which waits "
            f"for {state.waits_for}.",
            "Take the state out of from:, or the word out of pauses-for.",
        )


def _no_refund_comes_too_late(draft: Draft, window: timedelta) -> None:
    paying = [line for line in draft.lines if _moves_money(draft, line)]
    steps = [(line.target, line.source) for line in draft.lines]
    before_paying = closure({line.source for line in paying}, steps)
    clocks = [line for line in draft.lines if draft.events[line.event].after]
    waits = _Waits(draft, clocks)
    for line in clocks:
        wait, leads_on = waits.until(line), line.target in before_paying
        is_first = waits.before(line) <= window
        if wait > window and is_first and (leads_on or _moves_money(draft, line)):
            draft.findings.add(
                "deadline-past-refund-window",
                line.place,
                f"A case can wait {_days(wait)} until {line.event}, and be refunded after it; the "
                f"payment provider pays back for {_days(window)}.",
                "Shorten the wait, or lead to an end that pays nothing.",
            )


def _moves_money(draft: Draft, line: Transition) -> bool:
    kinds = draft.catalogue.effects
    return any(kinds[draft.effects[name].run].moves_money for name in line.effects)


class _Waits:
    """How long a case can have waited by clocks alone, one after the other."""

    def __init__(self, draft: Draft, clocks: Sequence[Transition]) -> None:
        self._draft = draft
        self._into: dict[str, list[Transition]] = {}
        self._known: dict[int, timedelta] = {}
        for line in clocks:
            self._into.setdefault(line.target, []).append(line)

    def until(self, line: Transition) -> timedelta:
        """Until the clock of this line has rung; a circle counts once."""
        event = self._draft.events[line.event]
        after = event.after or timedelta()
        if id(line) not in self._known:
            self._known[id(line)] = timedelta()
            before = timedelta() if event.since == "opened" else self.before(line)
            self._known[id(line)] = before + after
        return self._known[id(line)]

    def before(self, line: Transition) -> timedelta:
        """Before the state of this line was entered."""
        earlier = self._into.get(line.source, [])
        return max((self.until(each) for each in earlier if each != line), default=timedelta())


def _days(span: timedelta) -> str:
    return f"{span.days} days" if span >= timedelta(days=2) else f"{span}"
