"""Signing in and out, and what nobody may do without it."""

from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from claims import staff
from claims.models import Staff, WebSession
from config.bootstrap import Redress
from tests.support.shop import a_member_of_staff
from tests.support.web import Browser, Shown
from tests.web.conftest import SignIn
from web.app import create_app

Sessions = sessionmaker[Session]
PASSWORD = "correct horse battery"


WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Checked at once: what these tests try is not how dear a hash is."""


@pytest.fixture
def anna(sessions: Sessions) -> str:
    with sessions.begin() as session:
        member = a_member_of_staff(session, "Anna", "agent")
        member.password = WEAK
        return member.email


def signing_in(
    browser: Browser, email: str, password: str = PASSWORD, address: str = "/sign-in"
) -> Shown:
    return browser.press(
        browser.open(address), {"email": email, "password": password}, follow=False
    )


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(app: Flask, anna: str) -> None:
    browser = Browser(app)

    asked = browser.open("/orders?q=mug")
    answer = signing_in(browser, anna, address="/sign-in?next=/orders?q=mug")

    assert asked.title.startswith("Sign in")
    assert answer.status == 302
    assert answer.response.location.endswith("/orders?q=mug")
    assert browser.open("/orders").title.startswith("Orders")


@pytest.mark.parametrize("address", ["/", "/orders", "/orders/1", "/orders/1/claim", "/mail/a.eml"])
def test_no_page_is_shown_without_a_sign_in(app: Flask, address: str) -> None:
    answer = app.test_client().get(address)

    assert answer.status_code == 302
    assert "/sign-in" in answer.location


def test_an_address_elsewhere_is_not_followed_after_the_sign_in(app: Flask, anna: str) -> None:
    answer = signing_in(Browser(app), anna, address="/sign-in?next=https://evil.example/orders")

    assert "evil" not in (answer.response.location or "")


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(
    app: Flask, anna: str
) -> None:
    wrong = signing_in(Browser(app), anna, "not the password")
    unknown = signing_in(Browser(app), "nobody@redress.example")

    sentence = "This mail address and password do not belong together."
    assert wrong.texts("//*[@role='alert']/p")[0].startswith(sentence)
    assert wrong.texts("//*[@role='alert']/p") == unknown.texts("//*[@role='alert']/p")


def test_the_mail_address_is_taken_in_any_spelling(app: Flask, anna: str) -> None:
    assert signing_in(Browser(app), f"  {anna.upper()} ").status == 302


def test_signing_in_gives_the_session_a_new_id(app: Flask, anna: str) -> None:
    browser = Browser(app)
    browser.open("/sign-in")
    planted = browser.client.get_cookie("redress")

    signing_in(browser, anna)

    given = browser.client.get_cookie("redress")
    assert planted is not None
    assert given is not None
    assert planted.value != given.value


def test_signing_out_ends_the_session_also_for_a_copied_cookie(app: Flask, anna: str) -> None:
    browser = Browser(app)
    signing_in(browser, anna)
    cookie = browser.client.get_cookie("redress")
    assert cookie is not None
    page = browser.open("/orders")
    token = page.values("//input[@name='csrf_token']/@value")[0]

    browser.client.post("/sign-out", data={"csrf_token": token})
    thief = app.test_client()
    thief.set_cookie("redress", cookie.value)

    assert thief.get("/orders").status_code == 302


def test_a_new_password_or_a_deactivation_signs_out_everywhere(
    app: Flask, anna: str, sessions: Sessions
) -> None:
    for change in (lambda m: staff.set_password(m, PASSWORD), staff.deactivate):
        browser = Browser(app)
        assert signing_in(browser, anna).status == 302
        with sessions.begin() as session:
            change(staff.by_email(session, anna))

        assert browser.client.get("/orders").status_code == 302
    assert signing_in(Browser(app), anna).status == 200


def test_the_database_keeps_neither_passwords_nor_session_ids(
    app: Flask, anna: str, sessions: Sessions
) -> None:
    browser = Browser(app)
    signing_in(browser, anna)
    cookie = browser.client.get_cookie("redress")
    assert cookie is not None

    with sessions() as session:
        password = session.scalars(select(Staff.password)).one()
        kept = session.scalars(select(WebSession.id)).all()
    assert password is not None
    assert password.startswith("$argon2id$")
    assert cookie.value not in kept


def test_a_session_that_has_expired_is_a_sign_in_again(
    app: Flask, anna: str, sessions: Sessions
) -> None:
    browser = Browser(app)
    signing_in(browser, anna)
    with sessions.begin() as session:
        session.execute(update(WebSession).values(expires_at=text("now() - interval '1 second'")))

    assert browser.client.get("/orders").status_code == 302


def test_a_session_in_use_is_prolonged(clerk: Browser, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(update(WebSession).values(expires_at=text("now() + interval '1 minute'")))

    clerk.open("/orders")

    with sessions() as session:
        left = session.scalar(select(WebSession.expires_at > text("now() + interval '11 hours'")))
    assert left is True


def test_a_form_without_its_safety_token_is_refused_and_changes_nothing(
    app: Flask, anna: str
) -> None:
    answer = app.test_client().post("/sign-in", data={"email": anna, "password": PASSWORD})

    assert answer.status_code == 400
    assert "This form was open too long" in answer.text


def test_what_was_typed_into_a_form_that_is_too_old_can_be_sent_again_on_purpose(
    clerk: Browser,
) -> None:
    typed = {"note": "rang twice", "csrf_token": "old", "request_token": "t"}

    answer = clerk.client.post(
        "/orders/1/claim", data=typed, headers={"Origin": "http://localhost"}
    )

    form = Shown(answer).form("/orders/1/claim")
    assert answer.status_code == 400
    assert form.fields["note"] == "rang twice"
    assert form.fields["request_token"] == "t"
    assert form.fields["csrf_token"] != "old"


def test_what_another_site_posts_is_not_offered_to_be_sent_again(clerk: Browser) -> None:
    answer = clerk.client.post(
        "/orders/1/claim", data={"note": "x"}, headers={"Origin": "https://evil.example"}
    )

    assert answer.status_code == 400
    assert Shown(answer).tree.forms == []


def test_too_many_tries_on_one_account_are_slowed_down(app: Flask, anna: str) -> None:
    browser = Browser(app)

    answers = [signing_in(browser, anna, "wrong wrong wrong") for _ in range(11)]

    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert "Wait a minute" in answers[-1].text
    assert signing_in(browser, "somebody@redress.example").status == 200


def test_the_sign_in_works_and_is_counted_while_redis_is_away(redress: Redress, anna: str) -> None:
    gone = redress.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    browser = Browser(create_app(replace(redress, settings=gone)))

    answers = [signing_in(browser, anna, "wrong wrong wrong") for _ in range(11)]

    assert answers[-1].status == 429
    assert answers[0].status == 200


def test_every_answer_forbids_inline_scripts_frames_and_guessing(clerk: Browser) -> None:
    for address in ("/orders", "/healthz", "/nowhere"):
        headers = clerk.client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_cookie_is_out_of_reach_of_scripts_and_bound_to_https_where_the_shop_is(
    redress: Redress,
) -> None:
    public = redress.settings.model_copy(update={"public_url": "https://claims.shop.example"})
    browser = create_app(replace(redress, settings=public)).test_client()
    answer = browser.get("/sign-in", base_url="https://localhost")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-redress=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"))


def test_a_page_for_other_roles_says_which_it_needs(sign_in: SignIn) -> None:
    page = sign_in("Wim", "warehouse").open("/orders/1/claim")

    assert page.status == 403
    assert "agent or lead" in page.text


def test_no_token_signs_anybody_in(app: Flask, anna: str) -> None:
    browser = Browser(app)
    token = browser.open("/sign-in").values("//input[@name='csrf_token']/@value")[0]

    answer = browser.client.post(
        "/sign-in?include_auth_token",
        json={"email": anna, "password": PASSWORD},
        headers={"Accept": "application/json", "X-CSRFToken": token},
    )
    with app.test_request_context():
        user = app.extensions["security"].datastore.find_user(email=anna)
        made = user.get_auth_token()
    by_header = app.test_client().get("/orders", headers={"Authentication-Token": made})
    by_address = app.test_client().get(f"/orders?auth_token={made}")

    assert "token" not in (answer.get_json(silent=True) or {})
    assert by_header.status_code == by_address.status_code == 302


def test_a_script_may_send_the_safety_token_as_a_header(clerk: Browser) -> None:
    token = clerk.open("/orders").values("//input[@name='csrf_token']/@value")[0]

    with_it = clerk.client.post("/sign-out", headers={"X-CSRFToken": token})

    assert with_it.status_code == 302
    assert clerk.client.get("/orders").status_code == 302


@pytest.mark.parametrize("address", ["/register", "/reset", "/verify", "/change", "/login"])
def test_nothing_is_offered_that_nobody_asked_for(clerk: Browser, address: str) -> None:
    assert clerk.open(address).status == 404
