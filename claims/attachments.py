"""Files in the forms of events: what they really are, their names, and keeping them.

A file is known by its content alone; its name is what somebody typed, and made harmless.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from claims.models import Attachment, Item, Reclamation
from claims.people import Actor
from claims.refusals import InvalidInput, NotFound
from workflows.definition import Event, Input

LARGEST = 5 * 1024 * 1024
MOST = 3
"""Files in one form."""
LONGEST_NAME = 120

_KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "image/png": ("image", (".png",)),
    "image/jpeg": ("image", (".jpg", ".jpeg")),
    "image/gif": ("image", (".gif",)),
    "image/webp": ("image", (".webp",)),
    "application/pdf": ("pdf", (".pdf",)),
}
_BEGINNINGS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-\d"), "application/pdf"),
)
_UNFIT = re.compile(r'[<>:"|?*\\/]|[^\w\s.,()+\-]')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it."""

    name: str
    content: bytes


def media_type_of(content: bytes) -> str | None:
    """What a content is by how it begins; None for whatever is not taken here."""
    return next((kind for begins, kind in _BEGINNINGS if begins.match(content)), None)


def safe_name(name: str, media_type: str) -> str:
    """The last part of a name without anything harmful, and with the ending of what it is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = " ".join(_UNFIT.sub("", last).split()).strip(". ") or "file"
    endings = _KINDS[media_type][1]
    if kept.lower().endswith(endings):
        stem, ending = kept[: kept.rindex(".")], kept[kept.rindex(".") :]
    else:
        stem, ending = kept, endings[0]
    return stem[: LONGEST_NAME - len(ending)] + ending


def take_in(
    session: Session,
    case: Reclamation | Item,
    event: Event | None,
    raw: Mapping[str, str],
    files: Mapping[str, Upload],
    actor: Actor,
    at: datetime,
) -> Mapping[str, str]:
    """What was typed, with a reference for each file that the event asks for and that is kept.

    InvalidInput, with a sentence per field, for files that are too large, empty, too many or not
    what the field takes. What is kept goes with the transaction.
    """
    fields = [field for field in event.input if field.type == "file"] if event else []
    if event is None or not fields:
        return raw
    sent = {field.name: files[field.name] for field in fields if field.name in files}
    wrong = {name: said for name, said in _wrong(fields, sent).items() if said}
    if wrong:
        raise InvalidInput(wrong)
    # A reference is ours to give: what came as text in its place is left out.
    typed = {name: value for name, value in raw.items() if name not in {f.name for f in fields}}
    kept = {name: _keep(session, case, event, upload, actor, at) for name, upload in sent.items()}
    return {**typed, **kept}


def of_reclamation(session: Session, reclamation_id: int) -> Sequence[Attachment]:
    """The files of a reclamation and its items, oldest first, without their contents."""
    found = select(Attachment).where(Attachment.reclamation_id == reclamation_id)
    return session.scalars(found.order_by(Attachment.id)).all()


def find(session: Session, number: str, key: str) -> Attachment:
    """One file with its content; NotFound where the reclamation has none of that key."""
    found = session.scalar(
        select(Attachment)
        .join(Reclamation, Reclamation.id == Attachment.reclamation_id)
        .where(Reclamation.number == number, Attachment.key == key)
        .options(undefer(Attachment.content))
    )
    if found is None:
        raise NotFound(f"Reclamation {number} has no such file.")
    return found


def _wrong(fields: Sequence[Input], sent: Mapping[str, Upload]) -> dict[str, str]:
    wrong = {f.name: _why_not(f, sent[f.name]) for f in fields if f.name in sent}
    if len(sent) > MOST:
        last = list(sent)[-1]
        wrong[last] = f"At most {MOST} files can be sent at once; leave {len(sent) - MOST} out."
    return wrong


def _why_not(field: Input, upload: Upload) -> str:
    """What is wrong with a file, or nothing."""
    size = len(upload.content)
    if size == 0:
        return f"{field.label}: the file is empty; choose another one."
    if size > LARGEST:
        most = LARGEST // 1024 // 1024
        return f"{field.label} has {size / 1024 / 1024:.1f} MB; {most} MB are the most."
    media_type = media_type_of(upload.content)
    wanted = field.of or ("image", "pdf")
    if media_type is None or _KINDS[media_type][0] not in wanted:
        said = " or ".join("a picture" if kind == "image" else "a PDF" for kind in wanted)
        return f"{field.label} must be {said} (PNG, JPEG, GIF, WebP); this file is none inside."
    return ""


def _keep(
    session: Session,
    case: Reclamation | Item,
    event: Event,
    upload: Upload,
    actor: Actor,
    at: datetime,
) -> str:
    media_type = media_type_of(upload.content) or ""
    item = case if isinstance(case, Item) else None
    attachment = Attachment(
        key=token_hex(16),
        reclamation_id=case.reclamation_id if isinstance(case, Item) else case.id,
        item_id=item.id if item else None,
        event=event.name,
        name=safe_name(upload.name, media_type),
        media_type=media_type,
        size=len(upload.content),
        sha256=hashlib.sha256(upload.content).hexdigest(),
        content=upload.content,
        at=at,
        by=actor.name,
        by_id=actor.staff_id,
    )
    session.add(attachment)
    if item is not None:
        item.attached += 1
    return json.dumps(
        {
            "name": attachment.name,
            "sha256": attachment.sha256,
            "size": attachment.size,
            "attachment": attachment.key,
        }
    )
