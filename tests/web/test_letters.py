"""Letters kept as files, as in trials."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from claims import clock
from claims.models import Letter
from claims.rules import Rules
from config.bootstrap import Redress
from tests.support.cases import AGENT, claim_first, press, waiting_effects
from tests.support.shop import a_member_of_staff, an_order
from tests.support.web import Browser
from web.app import create_app


def test_letters_kept_as_files_are_shown_and_nothing_outside_their_folder(
    redress: Redress, tmp_path: Path, sessions: sessionmaker[Session]
) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (tmp_path / "secret.eml").write_text("Subject: secret\n\nno")
    (folder / "l-1@shop.eml").write_text(
        "From: s@shop.example\nTo: mia@post.example\nSubject: Your refund\n"
        "Date: Tue, 01 Sep 2026 10:00:00 +0000\n\nDear Mia\n"
    )
    (folder / "link.eml").symlink_to(tmp_path / "secret.eml")
    kept = redress.settings.model_copy(update={"mail_url": f"file://{folder}"})
    app = create_app(replace(redress, settings=kept))
    with sessions.begin() as session:
        browser = Browser(app, a_member_of_staff(session, "Anna", "agent").fs_uniquifier)

    assert "Your refund" in browser.open("/mail").text
    assert "Dear Mia" in browser.open("/mail/l-1@shop.eml").text
    for name in ("..%2Fsecret.eml", "../secret.eml", "link.eml", ".eml", "nothing.eml"):
        assert browser.open(f"/mail/{name}").status == 404, name


def test_where_letters_are_really_sent_there_are_no_files_to_show(clerk: Browser) -> None:
    page = clerk.open("/mail")

    assert page.status == 404
    assert "Letters are sent by mail here" in page.text


def test_a_letter_leads_back_to_its_reclamation(
    clerk: Browser, sessions: sessionmaker[Session], rules: Rules
) -> None:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        press(session, rules, item, "request-return", AGENT)
        [effect] = waiting_effects(session, item)
        letter = Letter(
            reclamation_id=item.reclamation.id,
            effect_id=effect.id,
            letter="return",
            recipient="mia@post.example",
            subject="How to return it",
            body="Dear Mia",
            message_id="1@shop.example",
            sent_at=clock.now(session),
        )
        session.add(letter)
        session.flush()
        number, address = item.reclamation.number, f"letters/{letter.id}"

    page = clerk.open(f"/reclamations/{number}/{address}")

    assert "Dear Mia" in page.text
    assert page.texts(f"//main//a[@href='/reclamations/{number}']") == [number]
    assert page.title.startswith(f"How to return it · {number}")
