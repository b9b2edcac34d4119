"""Everything that happened to a reclamation, in one voice, the newest first.

`Anna pressed Refund: Received → Refund under way, amount 24.99 €.` The words of states and
events come from the version that the case was pinned to when it happened.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from claims.models import Attempt, Effect, Item, JournalEntry, Letter, Order
from claims.queries.case import Case
from web.badges import Badge
from web.effects.words import standing, what
from web.formats import money
from web.workflows.labels import Labels
from workflows.definition import Input

VERBS = {
    "person": "pressed",
    "clock": "let the time run out:",
    "worker": "reported",
    "case": "passed on",
    "import": "took in",
}
"""How whoever acted made an event happen."""

NAMES = {"clock": "The clock", "worker": "A worker", "case": "Redress"}
"""Whoever acts without a name of its own."""

EDITED = {
    "reason": "reason",
    "resolution": "wanted",
    "quantity": "quantity",
    "evidence": "evidence",
    "assignee": "assignee",
    "priority": "priority",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    kind: str
    """event, edit, note, claim, effect, letter or order: how it is marked."""
    who: str
    verb: str
    what: str = ""
    before: Badge | None = None
    after: Badge | None = None
    about: Item | None = None
    details: Sequence[tuple[str, str]] = ()
    text: str = ""
    """Words below it: what a person wrote, a letter's subject, what was ordered."""
    href: str = ""
    mark: Badge | None = None
    attempts: Sequence[Attempt] = ()


def timeline(case: Case, labels: Labels) -> list[Moment]:
    """The newest first; what happened at the same moment in the order it was written."""
    found = [
        _of_entry(entry, case, labels)
        for entry in case.reclamation.journal
        if not _is_told_by_the_effect(entry)
    ]
    found += [_of_effect(effect) for effect in case.reclamation.effects]
    found += [_of_letter(letter, case) for letter in case.letters]
    found += [_of_order(order) for order in case.reclamation.new_orders]
    return sorted(found, key=lambda moment: moment.at)[::-1]


def _is_told_by_the_effect(entry: JournalEntry) -> bool:
    """An effect that was done says so itself, and leaves its letter, order or event."""
    return entry.kind == "effect" and entry.input.get("outcome") == "done"


def _of_entry(entry: JournalEntry, case: Case, labels: Labels) -> Moment:
    return _WRITTEN[entry.kind](entry, case, labels)


def _event(entry: JournalEntry, case: Case, labels: Labels) -> Moment:
    version = entry.workflow_hash or case.reclamation.workflow_hash
    moved = entry.from_state != entry.to_state
    return Moment(
        at=entry.at,
        kind="event",
        who=_who(entry),
        verb=VERBS[entry.actor_kind],
        what=labels.event_label(version, entry.event),
        before=labels.state(version, entry.from_state) if moved else None,
        after=labels.state(version, entry.to_state) if moved else None,
        about=entry.item,
        details=list(_inputs(entry, version, case.reclamation.currency, labels)),
    )


def _who(entry: JournalEntry) -> str:
    return NAMES.get(entry.actor_kind, entry.actor_name)


def _inputs(
    entry: JournalEntry, version: str, currency: str, labels: Labels
) -> Iterator[tuple[str, str]]:
    event = labels.event(version, entry.event or "")
    declared = {field.name: field for field in event.input} if event else {}
    for name, value in entry.input.items():
        if value not in ("", None):
            yield _input(declared.get(name), name, value, currency)


def _input(declared: Input | None, name: str, value: object, currency: str) -> tuple[str, str]:
    if isinstance(value, Mapping) and declared is not None and declared.type == "file":
        return declared.label, str(value.get("name"))
    if isinstance(value, Mapping):
        parts = ", ".join(
            f"{way} {money(part, currency) if isinstance(part, int) else part}"
            for way, part in value.items()
        )
        return name, parts
    if declared is None:
        return name, str(value)
    if declared.type == "money" and isinstance(value, int):
        return declared.label, money(value, currency)
    if declared.type == "yes-no":
        return declared.label, "yes" if value else "no"
    return declared.label, str(value)


def _edit(entry: JournalEntry, case: Case, labels: Labels) -> Moment:
    shop = case.reclamation.shop.code

    def worded(name: str, value: object) -> str:
        if name == "reason":
            return labels.reason(str(value), shop)
        if name == "resolution":
            return labels.resolution(str(value))
        return str(value) if value not in {None, ""} else "nothing"

    changes = [
        (EDITED.get(name, name), " → ".join(worded(name, value) for value in pair))
        for name, pair in entry.input.items()
    ]
    return Moment(entry.at, "edit", entry.actor_name, "changed", about=entry.item, details=changes)


def _note(entry: JournalEntry, case: Case, labels: Labels) -> Moment:  # noqa: ARG001 (one shape)
    text = str(entry.input.get("text", ""))
    return Moment(entry.at, "note", entry.actor_name, "noted", text=text)


def _claim(entry: JournalEntry, case: Case, labels: Labels) -> Moment:  # noqa: ARG001 (one shape)
    count = len(case.reclamation.items)
    what_claimed = "1 item" if count == 1 else f"{count} items"
    note = str(entry.input.get("note") or "")
    return Moment(entry.at, "claim", entry.actor_name, "claimed", what_claimed, text=note)


def _effect_word(entry: JournalEntry, case: Case, labels: Labels) -> Moment:  # noqa: ARG001
    said = str(entry.input.get("sentence") or entry.event or "")
    return Moment(entry.at, "effect", _who(entry), "says:", said, about=entry.item)


def _migrated(entry: JournalEntry, case: Case, labels: Labels) -> Moment:
    """Its states have the words of two versions: before and after."""
    after = entry.workflow_hash or case.reclamation.workflow_hash
    before = str(entry.input.get("from") or after)
    renamed = entry.from_state != entry.to_state
    return Moment(
        at=entry.at,
        kind="edit",
        who=entry.actor_name,
        verb="moved the case to another version of its workflow",
        before=labels.state(before, entry.from_state) if renamed else None,
        after=labels.state(after, entry.to_state) if renamed else None,
        about=entry.item,
        details=[("version", f"{before[:8]} → {after[:8]}")],
    )


_WRITTEN: Mapping[str, Callable[[JournalEntry, Case, Labels], Moment]] = {
    "event": _event,
    "edit": _edit,
    "note": _note,
    "claim": _claim,
    "effect": _effect_word,
    "migrated": _migrated,
}


def _of_effect(effect: Effect) -> Moment:
    return Moment(
        at=effect.asked_at,
        kind="effect",
        who="Redress",
        verb="was asked to",
        what=what(effect).lower(),
        about=effect.item,
        mark=standing(effect),
        text="" if effect.done_at else effect.last_word,
        attempts=effect.attempts,
    )


def _of_letter(letter: Letter, case: Case) -> Moment:
    return Moment(
        at=letter.sent_at,
        kind="letter",
        who="Redress",
        verb="wrote to",
        what=letter.recipient,
        text=letter.subject,
        href=url_for("reclamations.letter", number=case.reclamation.number, letter_id=letter.id),
    )


def _of_order(order: Order) -> Moment:
    pieces = ", ".join(f"{line.quantity} × {line.name}" for line in order.lines)
    return Moment(
        at=order.placed_at,
        kind="order",
        who="Redress",
        verb=f"made a new order ({order.kind}):",
        what=order.number,
        text=pieces,
        href=url_for("orders.show", order_id=order.id),
    )
