"""From a way through the product to a finding: the guilty line, a sentence, the list of events."""

from collections.abc import Iterator
from typing import Literal

from workflows.definition import Place as Line
from workflows.definition import Transition
from workflows.product.exploring import Way, sure_from
from workflows.product.machine import Machine, Move
from workflows.product.together import Firing, Place, Step, Together, Whole
from workflows.product.verdicts import Known, PathStep, Refutation

_SUGGESTIONS = {
    "refund-twice": "Lead there only after a refusal, let a person decide an unclear refund first "
    "(do: refund.confirm-not-paid), or say may-repeat: true where it is meant.",
    "unbounded-amount": "Add max: item.refundable to the input.",
    "above-limit-alone": "Add when: input.amount <= staff.may_refund, and a line without when: "
    "that proposes the refund; let another event, with second-person: true, pay it.",
}


class Blame:
    def __init__(
        self, item: Known, whole: Known | None, machine: Machine, together: Together
    ) -> None:
        self.item, self.whole = item, whole
        self._machine, self._together = machine, together

    def broken(self, rule: str, way: Way, count: int) -> Refutation:
        """A line that broke a rule of money in the last firing."""
        last = way.firings[-1]
        step = next(step for step in last.steps if rule in step.move.faults)
        line = step.move.line
        assert line is not None
        sentence = f"{line.event} from {line.source} {self._broken(rule, line, step.move)}"
        return self._refutation(
            rule, self.item, line.place, sentence, _SUGGESTIONS[rule], way, count
        )

    def _broken(self, rule: str, line: Transition, move: Move) -> str:
        amount = f"{move.amount:.2f}" if move.amount is not None else "what was proposed"
        match rule:
            case "refund-twice":
                return "asks for a refund of an item for which one was made, or may have been."
            case "unbounded-amount":
                return f"takes {amount} where {move.left or 0:.2f} is all that is left."
            case _:
                limits = self._machine.known.catalogue.alone_up_to
                roles = sorted(self.item.definition.events[line.event].by & limits.keys())
                may = " and ".join(f"{role} ({limits[role]:.2f})" for role in roles)
                return f"pays {amount}, above what one person may refund alone: {may}."

    def deaf(self, way: Way, count: int) -> Refutation:
        """A line whose event is not taken in the last firing."""
        firing = way.firings[-1]
        line = firing.deaf[0]
        sent, receiver = line.send_reclamation or line.send_items, "The items"
        whose = self.whole if line.send_items and self.whole else self.item
        if line.send_reclamation:
            state = self._whole_state(self._before(way), firing, line)
            receiver = f"The reclamation in {state}"
        return self._refutation(
            "deaf",
            whose,
            line.place,
            f"{receiver} cannot take {sent}, which {line.event} from {line.source} sends.",
            f"Add a line for {sent} there, or send it only where it is taken.",
            way,
            count,
        )

    def stranded(self, way: Way, count: int) -> Refutation:
        """Some case that never comes to its end from the last place."""
        case = self._stuck(way.end)
        known = self.item if case else self.whole
        assert known is not None
        state_name = self._state(way.end, case)
        state = known.definition.states[state_name]
        waits = self._waits_for_other(way.end, case)
        rule = "wait-for-each-other" if waits else "stranded"
        whose = f"Item {case}" if case else "The reclamation"
        sentence = f"{whose} could wait for ever in {state.name} ({state.label})."
        suggestion = "Give the state a button (by:) or a sure deadline (after:) that leads on."
        place: Line = state.place
        if waits:
            other = "its items" if case == 0 else "its reclamation"
            sentence = f"{whose} in {state.name} ({state.label}) waits for {other} for ever."
        if case == 0 and (silent := self._silent(way)) is not None:
            known, place = self.item, silent.place
            sentence += f" {silent.event} from {silent.source} does not tell it."
            suggestion = "Add send-reclamation: to the line, or give the reclamation a button."
        return self._refutation(rule, known, place, sentence, suggestion, way, count)

    def _refutation(
        self,
        rule: str,
        known: Known,
        place: Line,
        sentence: str,
        suggestion: str,
        way: Way,
        count: int,
    ) -> Refutation:
        return Refutation(
            rule,
            known,
            place,
            sentence,
            suggestion,
            self.item,
            self.whole,
            count,
            tuple(self._steps(way)),
            self._facts(way.start),
            self._machine.known.catalogue.alone_up_to,
        )

    def _stuck(self, end: Place) -> int:
        """The first case that sure steps never finish: an item, rather than the reclamation."""
        finals = self._together.items.finals
        open_ones = {n for n, item in enumerate(end.items, 1) if not finals[item]}
        for place in sure_from(self._together, end):
            open_ones -= {n for n in open_ones if finals[place.items[n - 1]]}
            if not open_ones:
                break
        return min(open_ones, default=0)

    def _waits_for_other(self, end: Place, case: int) -> bool:
        known = self.item if case else self.whole
        assert known is not None
        state = self._state(end, case)
        events = known.definition.events
        lines = known.definition.lines_from[state]
        return any(events[line.event].sent_by for line in lines)

    def _silent(self, way: Way) -> Transition | None:
        """The last line that ended an item and told the reclamation nothing."""
        steps = [step for firing in way.firings for step in firing.steps if step.case]
        for step in reversed(steps):
            line = step.move.line
            if line and self._together.items.finals[step.move.target]:
                return None if line.send_reclamation else line
        return None

    def _steps(self, way: Way) -> Iterator[PathStep]:
        for firing in way.firings:
            yield self._step(firing)

    def _step(self, firing: Firing) -> PathStep:
        known = self.item if firing.case else self.whole
        move = firing.move
        steps = firing.steps or (Step(firing.case, move, -1),)
        line = move.line
        effect = None
        if move.outcome and firing.case:
            here = self._machine.situations[steps[0].source]
            uses = self.item.definition.effects
            effect = next(
                (
                    way.effect
                    for way in here.under_way
                    if uses[way.effect].outcomes.get(move.outcome) == (move.event or None)
                ),
                None,
            )
        source = line.source if line else self._machine.situations[steps[0].source].state
        return PathStep(
            case=firing.case,
            event=move.event,
            sender=_sender(known, move),
            source=source,
            # What cannot be sent moves nobody.
            target=line.target if line and firing.steps else source,
            place=line.place if line and known else None,
            outcome=move.outcome,
            effect=effect,
            amount=move.amount,
            takes_all=move.takes_all,
            follows=tuple(self._follows(firing)),
        )

    def _follows(self, firing: Firing) -> Iterator[str]:
        for step in firing.steps[1:]:
            line = step.move.line
            if line:
                whose = f"item {step.case}" if step.case else "the reclamation"
                yield f"{whose}: {line.event}, {line.source} → {line.target}"

    def _before(self, way: Way) -> Place:
        return way.firings[-2].target if len(way.firings) > 1 else way.start

    def _whole_state(self, before: Place, firing: Firing, line: Transition) -> str:
        here = before.whole
        for step in firing.steps:
            if step.case == 0:
                here = step.move.target
            if step.move.line is line:
                break
        return self._state(Place(here, ()), 0)

    def _state(self, place: Place, case: int) -> str:
        if case:
            return self._machine.situations[place.items[case - 1]].state
        whole = self._together.whole
        assert isinstance(whole, Whole)
        return whole.machine.situations[place.whole].state

    def _facts(self, start: Place) -> dict[str, object]:
        worlds = self._machine.known.worlds
        return dict(worlds[self._machine.situations[start.items[0]].world])


def _sender(
    known: Known | None, move: Move
) -> Literal["person", "clock", "change", "outcome", "import"]:
    event = known.definition.events.get(move.event) if known else None
    if move.outcome or event is None:
        return "outcome"
    if event.by_clock:
        return "clock"
    if event.on_change:
        return "change"
    return "person" if event.by != frozenset({"import"}) else "import"
