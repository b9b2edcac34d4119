"""Files in the forms of events: known by their content, kept once, and only ever downloaded."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from claims.attachments import LARGEST, media_type_of, safe_name
from claims.claimable import Wanted
from claims.claiming import claim
from claims.models import Attachment, Item, JournalEntry
from claims.rules import Rules
from tests.claims.other_rules import rules_with
from tests.support.cases import AGENT, claim_first
from tests.support.shop import Line, an_order
from tests.support.web import Browser, Shown

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.7\n" + b"." * 40
FIELDS = """\
    input:
      photo: { type: file, label: Photo, of: [image] }
      bill: { type: file, label: Bill, of: [pdf], optional: true }
"""


@pytest.fixture
def asking(rules: Rules) -> Rules:
    """A workflow of which one form takes a photo and a bill."""
    return rules_with(
        rules,
        "item-return",
        (
            "    label: Request return\n    by: [agent, lead]\n",
            f"    label: Request return\n    by: [agent, lead]\n{FIELDS}",
        ),
    )


@pytest.fixture
def page_of(asking: Rules, sessions: sessionmaker[Session]) -> str:
    """The address of that form."""
    with sessions.begin() as session:
        item = claim_first(session, asking, an_order(session))
        number = item.reclamation.number
    return f"/reclamations/{number}/items/1/events/request-return"


def send(clerk: Browser, address: str, **files: tuple[str, bytes]) -> Shown:
    return send_values(clerk, address, dict(clerk.open(address).form().form_values()), **files)


def send_values(
    clerk: Browser, address: str, values: Mapping[str, Any], **files: tuple[str, bytes]
) -> Shown:
    values = {name: value for name, value in values.items() if not name.startswith("input.")}
    sent = {f"input.{field}": (BytesIO(content), name) for field, (name, content) in files.items()}
    answer = clerk.client.post(
        address, data=values | sent, content_type="multipart/form-data", follow_redirects=True
    )
    # A large body lies in a file of its own, which the test's client leaves open.
    answer.request.environ["wsgi.input"].close()
    return Shown(answer)


def test_a_photo_is_kept_told_and_downloaded_as_it_came(
    clerk: Browser, page_of: str, sessions: sessionmaker[Session]
) -> None:
    form = clerk.open(page_of).form()
    assert form.get("enctype") == "multipart/form-data"

    page = send(clerk, page_of, photo=("../../Müller <b>.html", PNG), bill=("b.pdf", PDF))

    assert page.texts("//ul[contains(@class, 'files')]//a") == ["Müller b.html.png", "b.pdf"]
    [href, _] = page.values("//ul[contains(@class, 'files')]//a/@href")
    got = clerk.client.get(href)
    assert got.data == PNG
    assert got.headers["Content-Type"] == "image/png"
    assert got.headers["Content-Disposition"].startswith("attachment; filename")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].startswith("sandbox")
    with sessions.begin() as session:
        kept = session.scalars(select(Attachment).order_by(Attachment.id)).first()
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.event == "request-return")
        ).one()
        assert kept is not None
        assert entry.input["photo"] == {
            "name": "Müller b.html.png",
            "sha256": kept.sha256,
            "size": len(PNG),
            "attachment": kept.key,
        }
        assert session.scalars(select(Item.attached)).all() == [2]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("photo.png", b"<html><script>alert(1)</script>", "Photo must be a picture"),
        ("photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Photo must be a picture"),
        ("photo.png", PDF, "Photo must be a picture"),
        ("photo.png", b"", "the file is empty"),
        ("photo.png", PNG + b"\0" * LARGEST, "Photo has 5.0 MB; 5 MB are the most."),
    ],
)
def test_what_is_no_picture_is_refused_at_its_field(
    clerk: Browser,
    page_of: str,
    sessions: sessionmaker[Session],
    name: str,
    content: bytes,
    sentence: str,
) -> None:
    page = send(clerk, page_of, photo=(name, content))

    assert page.status == 422
    assert sentence in page.texts("//p[@class='field__error']")[0]
    with sessions.begin() as session:
        assert session.scalar(select(Attachment.id)) is None


def test_a_reference_cannot_be_typed_in_place_of_a_file(clerk: Browser, page_of: str) -> None:
    values = dict(clerk.open(page_of).form().form_values())

    page = clerk.client.post(page_of, data=values | {"input.photo": '{"name": "mine"}'})

    assert page.status_code == 422
    assert "Photo is missing." in page.text


def test_the_same_form_twice_keeps_its_file_once(
    clerk: Browser, page_of: str, sessions: sessionmaker[Session]
) -> None:
    values = dict(clerk.open(page_of).form().form_values())

    for _ in range(2):
        page = send_values(clerk, page_of, values, photo=("a.png", PNG))

    assert "It was sent twice and done once." in page.text
    with sessions.begin() as session:
        assert len(session.scalars(select(Attachment.id)).all()) == 1


def test_a_file_that_was_kept_cannot_be_changed(
    clerk: Browser, page_of: str, sessions: sessionmaker[Session]
) -> None:
    send(clerk, page_of, photo=("a.png", PNG))

    with sessions() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("UPDATE attachments SET name = 'b.png'"))


def test_nobody_gets_a_file_by_another_reclamation_or_without_a_sign_in(
    clerk: Browser, app: Flask, page_of: str
) -> None:
    page = send(clerk, page_of, photo=("a.png", PNG))
    [href] = page.values("//ul[contains(@class, 'files')]//a/@href")

    assert clerk.client.get("/reclamations/R-999999/attachments/" + href[-32:]).status_code == 404
    assert Browser(app).client.get(href).status_code in {302, 401}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\photos\\a.PNG", "a.PNG"),
        ("..", "file.png"),
        ("a\r\nSet-Cookie: x.png", "a Set-Cookie x.png"),
        ("invoice.pdf\u202egnp.exe", "invoice.pdfgnp.exe.png"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one(given: str, kept: str) -> None:
    assert safe_name(given, "image/png") == kept


def test_a_file_is_known_by_how_it_begins() -> None:
    begins = {b"\xff\xd8\xff\xe0": "image/jpeg", b"RIFF\0\0\0\0WEBPVP8 ": "image/webp"}

    assert {content: media_type_of(content) for content in begins} == begins
    assert media_type_of(b"MZ") is None


def test_one_photo_for_several_ticked_items_is_kept_with_each(
    clerk: Browser, asking: Rules, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        lines = an_order(session, [Line(), Line("COAT", "Coat")]).lines
        wanted = [Wanted(line.id, 1, "does-not-fit", "refund") for line in lines]
        reclamation = claim(session, asking, lines[0].order_id, wanted, AGENT)
        ticked = "&".join(f"item={item.id}" for item in reclamation.items)
        address = f"/reclamations/{reclamation.number}/items/events/request-return"
    form = clerk.open(f"{address}?{ticked}").form()
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)

    page = send_values(clerk, address, values, photo=("a.png", PNG))

    assert page.texts("//ul[contains(@class, 'files')]//a") == ["a.png", "a.png"]
