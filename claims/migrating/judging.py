"""Whether one case can be moved, and if not, why: a decision without a database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from claims.migrating.crossing import Crossing, sent
from claims.migrating.standing import OpenEffect, Standing
from workflows.definition import Definition
from workflows.problems import did_you_mean

StayKind = Literal[
    "effect-under-way",
    "in-use",
    "state-gone",
    "state-ends",
    "passes-through",
    "stranded",
    "proposal",
    "outcome-unheard",
    "not-understood",
    "moved-since",
    "settled-since",
    "unreadable",
]
LATER: frozenset[StayKind] = frozenset({"effect-under-way", "in-use"})
"""What ends by itself: the same command moves these cases afterwards."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Why a case stays; the sentence is the same for all cases of which it is true."""

    kind: StayKind
    sentence: str

    @property
    def is_later(self) -> bool:
        return self.kind in LATER


Beside = Mapping[str, Definition | None]
"""The versions that a case's reclamation or items are pinned to, by hash."""


def judge(standing: Standing, crossing: Crossing, beside: Beside) -> Stay | str:
    """The state in which the case goes on in the new version, or why it stays where it is."""
    first = next(_objections(standing, crossing, beside), None)
    return crossing.target(standing.state) if first is None else first


def under_way(effects: tuple[OpenEffect, ...]) -> Stay | None:
    """What is on its way out, or what nobody knows yet, belongs to the version that asked."""
    for effect in effects:
        if effect.status == "waiting":
            sentence = f"The effect {effect.use} is under way; its outcome comes first."
            return Stay("effect-under-way", sentence)
        if effect.status == "unknown" and effect.events:
            sentence = (
                f"What became of the effect {effect.use} is not known yet; decide that first."
            )
            return Stay("effect-under-way", sentence)
    return None


def _objections(standing: Standing, crossing: Crossing, beside: Beside) -> Iterator[Stay]:
    if (stay := under_way(standing.effects)) is not None:
        yield stay
    if (stay := about_state(standing.state, crossing)) is not None:
        yield stay
        return
    target = crossing.target(standing.state)
    yield from _about_standing_still(standing.state, target, crossing)
    if standing.has_proposal:
        yield from _about_proposal(standing.state, target, crossing)
    yield from _about_stopped(standing.effects, target, crossing)
    for definition in (beside[each] for each in sorted(standing.beside)):
        if definition is not None:
            yield from _about_the_other_side(standing, target, crossing, definition)


def about_state(state: str, crossing: Crossing) -> Stay | None:
    """Why no case can go from this state, whatever else is true of it."""
    target = crossing.target(state)
    declared = crossing.new.states.get(target)
    if declared is None:
        hint = did_you_mean(target, crossing.new.states) or ""
        way_out = f"Say where such cases go: --map {state}:STATE. {hint}".strip()
        return Stay("state-gone", f"The new version has no state {target}. {way_out}")
    if declared.final is not None:
        sentence = (
            f"The state {target} ends a case in the new version, and a case ends by an event, not "
            f"by a migration. Choose another: --map {state}:STATE."
        )
        return Stay("state-ends", sentence)
    return None


def _about_standing_still(state: str, target: str, crossing: Crossing) -> Iterator[Stay]:
    if crossing.passes_through(target):
        sentence = (
            f"No case stays in {target} in the new version: it is only passed through. "
            f"Choose another: --map {state}:STATE."
        )
        yield Stay("passes-through", sentence)
    waited_before = crossing.old is not None and not crossing.rests(crossing.old, state)
    if not crossing.rests(crossing.new, target) and not waited_before:
        sentence = (
            f"In {target} of the new version a case waits for an effect, and none is under way: "
            f"it would be stranded. Choose another: --map {state}:STATE."
        )
        yield Stay("stranded", sentence)


def _about_proposal(state: str, target: str, crossing: Crossing) -> Iterator[Stay]:
    pays = crossing.pays(crossing.new, target)
    if not pays:
        sentence = f"A refund waits for approval, and out of {target} nobody can approve it."
        yield Stay("proposal", sentence)
    approved = crossing.pays(crossing.old, state) if crossing.old else []
    wanted_two = all(event.second_person for event in approved)
    if wanted_two and not all(event.second_person for event in pays):
        sentence = (
            "A refund waits for approval by a second person, and the new version lets whoever "
            f"proposed it approve it out of {target}."
        )
        yield Stay("proposal", sentence)


def _about_stopped(
    effects: tuple[OpenEffect, ...], target: str, crossing: Crossing
) -> Iterator[Stay]:
    """A stopped effect can be sent out again by a person; somebody must hear how it ends."""
    for effect in effects:
        unheard = sorted(each for each in effect.events if not crossing.hears(target, each))
        if effect.status == "stopped" and unheard:
            sentence = (
                f"The effect {effect.use} was stopped and can be tried again, and in {target} of "
                f"the new version nobody hears its outcome {unheard[0]}."
            )
            yield Stay("outcome-unheard", sentence)


def _about_the_other_side(
    standing: Standing, target: str, crossing: Crossing, other: Definition
) -> Iterator[Stay]:
    """Events that go between the reclamation and its items are still understood on both sides."""
    towards, back = (
        ("items", "reclamation")
        if standing.subject == "item"
        else (
            "reclamation",
            "items",
        )
    )
    for event in sorted(sent(other.transitions, towards)):
        if crossing.heard(standing.state, event) and not crossing.hears(target, event):
            sentence = (
                f"{other.label} sends {event}, which {target} of the new version does not take."
            )
            yield Stay("not-understood", sentence)
    sent_before = sent(crossing.old.transitions, back) if crossing.old else set()
    for event in sorted(sent(crossing.new.transitions, back) - sent_before - set(other.events)):
        sentence = (
            f"The new version sends {event}, which {other.name}@{other.hash[:8]} does not know; "
            f"migrate {other.name} first."
        )
        yield Stay("not-understood", sentence)
