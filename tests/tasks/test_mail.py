import email
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp
from aiosmtpd.controller import Controller

from claims.outside import Done, NotBegun, Refused, Unknown
from tasks.mail import Mail, MailRefused, sender_for

LETTER = Mail(
    message_id="refund-17@redress.example",
    sender="Blue Shop <service@shop.example>",
    recipient="ann@example.com",
    subject="Your refund",
    text="Dear Ann,\n\nwe paid 24.99 €.\n",
    at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
)


class Postbox:
    """An SMTP server's memory, and what it is told to say."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.to_recipient = ""
        self.to_letter = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: smtp.SMTP,
        _session: smtp.Session,
        envelope: smtp.Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: smtp.SMTP, _session: smtp.Session, envelope: smtp.Envelope
    ) -> str:
        content: Any = envelope.content
        self.letters.append(email.message_from_bytes(content, policy=default))
        if self.to_letter == "cut":
            server.transport.abort()
        return self.to_letter or "250 taken"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def smtp_url(postbox: Postbox) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_a_letter_arrives_with_the_message_id_it_was_given(postbox: Postbox, smtp_url: str) -> None:
    outcome = sender_for(smtp_url)(LETTER)

    assert isinstance(outcome, Done)
    assert outcome.provider_reference == "refund-17@redress.example"
    (letter,) = postbox.letters
    assert letter["Message-ID"] == "<refund-17@redress.example>"
    assert letter["To"] == "ann@example.com"
    assert letter.get_content().replace("\r\n", "\n") == LETTER.text


def test_an_address_the_server_will_never_know_is_refused(postbox: Postbox, smtp_url: str) -> None:
    postbox.to_recipient = "550 no such person"

    outcome = sender_for(smtp_url)(LETTER)

    assert isinstance(outcome, Refused)
    assert outcome.reason == "The mail server said 550 no such person."


@pytest.mark.parametrize("where", ["to_recipient", "to_letter"])
def test_a_server_that_is_busy_has_surely_not_begun(
    postbox: Postbox, smtp_url: str, where: str
) -> None:
    setattr(postbox, where, "451 greylisted")

    assert isinstance(sender_for(smtp_url)(LETTER), NotBegun)


def test_a_letter_that_the_server_declines_as_a_whole_is_refused(
    postbox: Postbox, smtp_url: str
) -> None:
    postbox.to_letter = "554 this is spam"

    assert isinstance(sender_for(smtp_url)(LETTER), Refused)


def test_a_cut_after_the_letter_is_unknown(postbox: Postbox, smtp_url: str) -> None:
    postbox.to_letter = "cut"

    assert isinstance(sender_for(smtp_url)(LETTER), Unknown)
    assert len(postbox.letters) == 1


def test_no_server_has_surely_not_begun() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    assert isinstance(sender_for(f"smtp://127.0.0.1:{port}")(LETTER), NotBegun)


def test_a_letter_is_a_file_that_one_can_open(tmp_path: Path) -> None:
    outcome = sender_for(f"file://{tmp_path}/out")(LETTER)

    assert isinstance(outcome, Done)
    file = tmp_path / "out" / "refund-17@redress.example.eml"
    letter = email.message_from_bytes(file.read_bytes(), policy=default)
    assert letter["Subject"] == "Your refund"
    assert letter.get_content() == LETTER.text.replace("\n", "\r\n")


def test_the_same_letter_twice_is_one_file_and_leaves_nothing_behind(tmp_path: Path) -> None:
    send = sender_for(f"file://{tmp_path}")
    send(LETTER)
    send(LETTER)

    assert [path.name for path in tmp_path.iterdir()] == ["refund-17@redress.example.eml"]


def test_a_message_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out"

    sender_for(f"file://{folder}")(replace(LETTER, message_id="../../evil@redress.example"))

    assert [path.name for path in folder.iterdir()] == ["_.._evil@redress.example.eml"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_cannot_be_written_has_surely_not_begun(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")

    assert isinstance(sender_for(f"file://{tmp_path}/taken/in")(LETTER), NotBegun)


@pytest.mark.parametrize("recipient", ["", "nobody", "a@b@c", "ann\r\nBcc: x@y.example", "ä@x.y"])
def test_an_address_that_is_none_is_refused_and_nothing_is_sent(
    tmp_path: Path, recipient: str
) -> None:
    outcome = sender_for(f"file://{tmp_path}")(replace(LETTER, recipient=recipient))

    assert isinstance(outcome, Refused)
    assert list(tmp_path.iterdir()) == []


def test_a_line_break_cannot_add_a_header(tmp_path: Path) -> None:
    sender_for(f"file://{tmp_path}")(replace(LETTER, subject="Hello\nBcc: all@example.com"))

    (file,) = tmp_path.iterdir()
    assert email.message_from_bytes(file.read_bytes(), policy=default)["Bcc"] is None


def test_a_mail_url_of_another_kind_is_a_sentence() -> None:
    with pytest.raises(MailRefused, match="MAIL_URL begins with 'ftp' and cannot be used"):
        sender_for("ftp://host")
