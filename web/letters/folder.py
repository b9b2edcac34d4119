"""Letters as .eml files of one folder; nothing outside of it can be named."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

NAME = re.compile(r"[A-Za-z0-9@_-][A-Za-z0-9.@_-]*\.eml")
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Letter:
    name: str
    sender: str
    recipient: str
    subject: str
    at: datetime | None
    text: str


def folder_of(mail_url: str) -> Path | None:
    """The folder of a `file://` MAIL_URL; None where letters are really sent."""
    parts = urlsplit(mail_url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def newest(folder: Path) -> list[Letter]:
    """The last SHOWN letters, the newest first."""
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [letter for file in files[:SHOWN] if (letter := read(folder, file.name))]


def read(folder: Path, name: str) -> Letter | None:
    """One letter by the name of its file; None where there is none of that name."""
    file = folder / name
    if not NAME.fullmatch(name) or file.is_symlink() or not file.is_file():
        return None
    parsed = BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
    body = parsed.get_body(("plain",))
    date = parsed["Date"]
    return Letter(
        name=name,
        sender=str(parsed["From"] or ""),
        recipient=str(parsed["To"] or ""),
        subject=str(parsed["Subject"] or "Without a subject"),
        at=date.datetime if date else None,
        text=body.get_content() if body else "",
    )
