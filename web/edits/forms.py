"""The forms for changing a reclamation or an item, with what was typed and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request
from sqlalchemy.orm import Session

from claims.edits import PRIORITIES
from claims.models import Item, Reclamation
from claims.queries import case as cases
from claims.queries import people
from claims.refusals import InvalidInput, Refused, Stale
from claims.rules import Rules
from web.numbers import whole
from web.words import request_token
from web.workflows.labels import Labels

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class EditForm:
    reclamation: Reclamation
    item: Item | None
    values: Mapping[str, str]
    options: Mapping[str, Pairs]
    seen_version: int
    token: str
    settles: bool
    """Whether reason, resolution and quantity can still be changed."""
    state_label: str
    errors: Mapping[str, str]
    changes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def reclamation_form(session: Session, rules: Rules, number: str) -> EditForm:
    """Assignee and priority as they are now; NotFound where there is no such reclamation."""
    found = cases.find(session, number)
    staff = [(str(person.id), person.name) for person in people.active_staff(session)]
    return EditForm(
        reclamation=found,
        item=None,
        values={"assignee_id": str(found.assignee_id or ""), "priority": found.priority},
        options={"assignee_id": staff, "priority": [(p, p.capitalize()) for p in PRIORITIES]},
        seen_version=found.version,
        token=request_token(),
        settles=found.final is None,
        state_label=Labels(session, rules).state_of(found).label,
        errors={},
    )


def item_form(session: Session, rules: Rules, number: str, position: int) -> EditForm:
    """Reason, resolution, quantity and evidence as they are now; or NotFound."""
    item = cases.find_item(session, number, position)
    labels, choices = Labels(session, rules), rules.choices
    shop = item.reclamation.shop.code
    reasons = [(name, reason.label) for name, reason in choices.reasons(shop).items()]
    return EditForm(
        reclamation=item.reclamation,
        item=item,
        values={
            "reason": item.reason,
            "resolution": item.resolution,
            "quantity": str(item.quantity),
            "evidence": item.evidence,
        },
        options={
            "reason": reasons,
            "resolution": [(name, each.label) for name, each in choices.resolutions.items()],
        },
        seen_version=item.version,
        token=request_token(),
        settles=item.state == labels.definition(item.workflow_hash).initial,
        state_label=labels.state_of(item).label,
        errors={},
    )


def sent_back(form: EditForm, refused: Refused) -> EditForm:
    """The form with what was typed, and what is wrong or happened meanwhile."""
    return replace(
        form,
        values={name: request.form.get(name, value) for name, value in form.values.items()},
        token=request.form.get("request_token") or form.token,
        errors=refused.fields if isinstance(refused, InvalidInput) else {},
        changes=refused.changes if isinstance(refused, Stale) else (),
        refused=() if isinstance(refused, InvalidInput | Stale) else refused.reasons,
    )


def typed_changes(names: Sequence[str]) -> dict[str, object]:
    """The fields that were sent, as the domain takes them; InvalidInput for a crooked quantity."""
    typed: dict[str, object] = {n: request.form[n].strip() for n in names if n in request.form}
    for name, empty in (("quantity", 0), ("assignee_id", None)):
        if name in typed:
            typed[name] = _whole(name, str(typed[name]), empty)
    return typed


def _whole(name: str, text: str, empty: int | None) -> int | None:
    if not text:
        return empty
    number = whole(text)
    if number is None:
        said = text if len(text) <= 20 else f"{text[:20]}…"
        raise InvalidInput({name: f"Enter a whole number, not “{said}”."})
    return number
