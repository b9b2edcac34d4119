"""Letters kept as files, as in trials."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from config.bootstrap import Redress
from tests.support.shop import a_member_of_staff
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
