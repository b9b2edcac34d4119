"""Mail to customers: `smtp://[user:password@]host[:port]`, or `file:///folder` for .eml files.

A letter has the Message-ID that the caller gives it, so that the same letter sent twice is one
letter to whoever sorts by it. Nothing is raised for what a mail server does or fails to do.
"""

import os
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import unquote, urlsplit

from claims.outside import Done, NotBegun, Outcome, Refused, Unknown

CONNECT_SECONDS = 10
ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter to one person; `message_id` is without angle brackets."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    at: datetime


class MailRefused(Exception):
    """A MAIL_URL that cannot be used; the text is a sentence."""


Send = Callable[[Mail], Outcome]


def sender_for(url: str) -> Send:
    """How mail is sent by this MAIL_URL."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return lambda mail: write_to_folder(mail, Path(unquote(parts.path)))
    if parts.scheme == "smtp" and parts.hostname:
        server = SmtpServer(
            host=parts.hostname,
            port=parts.port or 25,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
        return lambda mail: send_by_smtp(mail, server)
    raise MailRefused(
        f"MAIL_URL begins with {parts.scheme!r} and cannot be used; "
        "it is smtp://[user:password@]host:port or file:///folder."
    )


def write_to_folder(mail: Mail, folder: Path) -> Outcome:
    """One whole .eml, named by the Message-ID; the same letter again replaces it."""
    try:
        content = _message(mail).as_bytes(policy=SMTP)
    except ValueError as wrong:
        return _unwritable(wrong)
    name = re.sub(r"[^A-Za-z0-9.@_-]", "_", mail.message_id).lstrip(".") + ".eml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(folder / name)
    except OSError as wrong:
        return NotBegun(f"The letter cannot be written to {folder}: {wrong}.")
    return Done(mail.message_id, {"file": name})


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    user: str = ""
    password: str = ""


def send_by_smtp(mail: Mail, server: SmtpServer) -> Outcome:
    """One letter over one connection; a password goes over TLS only, or to this machine."""
    try:
        message = _message(mail)
    except ValueError as wrong:
        return _unwritable(wrong)
    try:
        smtp = smtplib.SMTP(server.host, server.port, timeout=CONNECT_SECONDS)
    except (OSError, smtplib.SMTPException) as wrong:
        return NotBegun(f"The mail server cannot be reached: {_said(wrong)}.")
    try:
        return _hand_over(smtp, message, mail, server)
    finally:
        smtp.close()


def _hand_over(
    smtp: smtplib.SMTP, message: EmailMessage, mail: Mail, server: SmtpServer
) -> Outcome:
    try:
        code, said = _introduce(smtp, mail, server)
    except (OSError, smtplib.SMTPException) as wrong:
        return NotBegun(f"The mail server could not be spoken to: {_said(wrong)}.")
    if code >= 400:
        return _declined(code, said)
    try:
        code, said = smtp.data(message.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as wrong:
        return _declined(wrong.smtp_code, wrong.smtp_error)
    except (OSError, smtplib.SMTPException) as wrong:
        return Unknown(f"The mail server was cut off in the middle of the letter: {_said(wrong)}.")
    if code >= 400:
        return _declined(code, said)
    return Done(mail.message_id, {"code": code, "said": _text(said)})


def _introduce(smtp: smtplib.SMTP, mail: Mail, server: SmtpServer) -> tuple[int, bytes]:
    """All that comes before the letter itself; the first answer that is a no, or the last."""
    smtp.ehlo_or_helo_if_needed()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=_tls(server))
        smtp.ehlo()
    elif server.user and server.host not in LOOPBACK:
        return 454, b"no TLS is offered, and the password must not go without"
    if server.user:
        smtp.login(server.user, server.password)
    code, said = smtp.mail(mail.sender)
    return (code, said) if code >= 400 else smtp.rcpt(mail.recipient)


def _message(mail: Mail) -> EmailMessage:
    if not ADDRESS.fullmatch(mail.recipient):
        raise ValueError(f"{mail.recipient!r} is no mail address")
    message = EmailMessage()
    message["Message-ID"] = f"<{mail.message_id}>"
    message["Date"] = format_datetime(mail.at)
    message["From"] = mail.sender
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = " ".join(mail.subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _tls(server: SmtpServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.host in LOOPBACK:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _declined(code: int, said: bytes | str) -> Outcome:
    """A mail server's 4xx passes, its 5xx does not."""
    if code < 500:
        return NotBegun(f"The mail server said {code} {_text(said)}.")
    return Refused(f"The mail server said {code} {_text(said)}.", {"code": code})


def _unwritable(wrong: ValueError) -> Refused:
    return Refused(f"This is no letter that could be sent: {wrong}.")


def _said(wrong: Exception) -> str:
    return str(wrong) or type(wrong).__name__


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
