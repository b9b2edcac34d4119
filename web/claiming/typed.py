"""What was typed into the claiming form, and what of it cannot be taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from claims.choices import Choices
from claims.claimable import Claimable, Wanted
from claims.queries.people import active_staff
from claims.refusals import Refused
from web.numbers import whole

PRIORITIES = {"normal": "Normal", "high": "High", "low": "Low"}


@dataclass(frozen=True, slots=True)
class TypedLine:
    """The fields of one line as text, ticked or not."""

    is_ticked: bool
    quantity: str
    reason: str
    resolution: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    lines: dict[int, TypedLine]
    """By the key of the order line."""
    priority: str = "normal"
    assignee: str = ""
    note: str = ""
    follow_up_of: str = ""
    request_token: str | None = None


@dataclass(slots=True)
class Checked:
    wanted: list[Wanted] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """Field name to sentence."""


def first_choice(choices: Choices, shop: str) -> tuple[str, str]:
    """The reason and resolution that a line begins with: the first of the shop's file."""
    reason = next(iter(choices.reasons(shop)))
    return reason, next(iter(choices.resolutions_for(reason, shop)), "")


def untouched(lines: Sequence[Claimable], choices: Choices, shop: str, follow_up_of: str) -> Typed:
    """The form before anything is typed; an only line is ticked already."""
    reason, resolution = first_choice(choices, shop)
    claimable = [can.line.id for can in lines if can.left]
    return Typed(
        {
            can.line.id: TypedLine([can.line.id] == claimable, str(can.left), reason, resolution)
            for can in lines
        },
        follow_up_of=follow_up_of,
    )


def typed_from(form: MultiDict[str, str], lines: Sequence[Claimable], *, all_ticked: bool) -> Typed:
    """What a sent form holds."""
    return Typed(
        {
            can.line.id: TypedLine(
                is_ticked=bool(can.left) and (all_ticked or f"line-{can.line.id}" in form),
                quantity=form.get(f"quantity-{can.line.id}", str(can.left)).strip(),
                reason=form.get(f"reason-{can.line.id}", ""),
                resolution=form.get(f"resolution-{can.line.id}", ""),
                evidence=form.get(f"evidence-{can.line.id}", ""),
            )
            for can in lines
        },
        priority=form.get("priority", "normal"),
        assignee=form.get("assignee", ""),
        note=form.get("note", ""),
        follow_up_of=form.get("follow-up-of", ""),
        request_token=form.get("request_token"),
    )


def checked(typed: Typed, lines: Sequence[Claimable], choices: Choices, shop: str) -> Checked:
    """The ticked lines as the domain wants them; what it could not read has a sentence.

    Whether it may be claimed is for the domain to say, under its lock.
    """
    found = Checked()
    for can in lines:
        line = typed.lines[can.line.id]
        if not line.is_ticked:
            continue
        key = can.line.id
        quantity = whole(line.quantity)
        if quantity is None:
            found.errors[f"quantity-{key}"] = f"Write a whole number from 1 to {can.left}."
        elif not 1 <= quantity <= can.left:
            found.errors[f"quantity-{key}"] = (
                f"{line.quantity} of {can.line.quantity} cannot be claimed; take 1 to {can.left}."
            )
        problem = _wrong_pair(line, choices, shop)
        if problem:
            found.errors[f"resolution-{key}"] = problem
        if quantity is not None and not found.errors:
            found.wanted.append(Wanted(key, quantity, line.reason, line.resolution, line.evidence))
    return found


def assignee_id(session: Session, typed: Typed) -> int | None:
    """The chosen member of staff; None for nobody yet."""
    if not typed.assignee:
        return None
    if typed.assignee not in {str(member.id) for member in active_staff(session)}:
        raise Refused("Whoever you chose cannot be given work any more; choose somebody else.")
    return int(typed.assignee)


def priority(typed: Typed) -> str:
    if typed.priority not in PRIORITIES:
        raise Refused(f"There is no priority {typed.priority}; take one of the list.")
    return typed.priority


def _wrong_pair(line: TypedLine, choices: Choices, shop: str) -> str:
    reasons = choices.reasons(shop)
    if line.reason not in reasons:
        return "Choose a reason from the list."
    possible = choices.resolutions_for(line.reason, shop)
    if line.resolution in possible:
        return ""
    wanted = choices.resolutions.get(line.resolution)
    labels = " or ".join(f"“{resolution.label}”" for resolution in possible.values())
    return (
        f"“{reasons[line.reason].label}” does not lead to "
        f"“{wanted.label if wanted else 'nothing chosen'}” here; take {labels}."
    )
