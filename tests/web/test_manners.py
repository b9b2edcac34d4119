"""What holds for every page: titles, labels, landmarks, no inline scripts, sentences for errors."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config.bootstrap import Redress
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser, Shown
from web.app import create_app

Sessions = sessionmaker[Session]
STATIC = Path(__file__).parents[2] / "web" / "static"


@pytest.fixture(scope="module")
def opened() -> list[Shown]:
    """The pages that the first test has opened, which the others only look at."""
    return []


@pytest.fixture
def pages(
    opened: list[Shown], clerk: Browser, app: Flask, sessions: Sessions, rules: Rules
) -> list[Shown]:
    """Every kind of page, with something on it."""
    if not opened:
        opened += every_kind(clerk, app, sessions, rules)
    return opened


def every_kind(clerk: Browser, app: Flask, sessions: Sessions, rules: Rules) -> list[Shown]:
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=2), Line("MUG", "Mug", unit_price=900)])
        item = claim_first(session, rules, order)
        mug = claim_first(session, rules, order, line=1)
        press(session, rules, mug, "refund", AGENT, amount="9.00")
        key, number, ticked = order.id, item.reclamation.number, item.id
        refunded = mug.reclamation.number
    addresses = [
        "/orders",
        f"/orders/{key}",
        f"/orders/{key}/claim",
        "/orders?q=nothing",
        "/nowhere",
        "/reclamations?tab=open",
        f"/reclamations/{number}?list=tab%3Dopen",
        f"/reclamations/{refunded}",
        f"/reclamations/{number}/items/1/events/reject",
        f"/reclamations/{number}/items/events/reject?item={ticked}",
        f"/reclamations/{number}/events/close",
        f"/reclamations/{number}/items/1/edit",
        f"/reclamations/{number}/edit",
        f"/reclamations/{number}/notes",
        "/refunds",
        "/workflows",
        "/workflows/item-return",
        "/notices",
        "/effects",
    ]
    return [Browser(app).open("/sign-in"), *(clerk.open(address) for address in addresses)]


def test_every_page_has_a_title_and_one_heading_and_landmarks(pages: list[Shown]) -> None:
    for page in pages:
        assert re.fullmatch(r".+ · Redress", page.title), page.path
        assert len(page.texts("//h1")) == 1, page.path
        assert len(page.texts("//main")) == 1, page.path
        assert page.values("/html/@lang") == ["en"], page.path


def test_no_page_has_a_script_or_a_style_of_its_own(pages: list[Shown]) -> None:
    for page in pages:
        assert page.texts("//script[not(@src)]") == [], page.path
        assert page.texts("//style") == [], page.path
        assert page.values("//@style") == [], page.path
        assert page.values("//@*[starts-with(name(), 'on')]") == [], page.path


def test_the_header_shows_where_a_page_or_a_form_belongs(pages: list[Shown]) -> None:
    for page in pages:
        place = page.path.split("/")[1].capitalize()
        if place in {"Orders", "Reclamations", "Refunds", "Workflows", "Notices"}:
            assert page.texts("//header//a[@aria-current='page']") == [place], page.path


def test_every_field_has_a_label(pages: list[Shown]) -> None:
    fields = "//input[not(@type='hidden')] | //select | //textarea"
    for page in pages:
        for found in page.tree.xpath(fields):
            labels = page.tree.xpath("//label[@for=$id]", id=found.get("id"))
            assert labels, f"{page.path}: {found.get('name')}"


def test_no_id_is_used_twice_on_a_page(pages: list[Shown]) -> None:
    for page in pages:
        ids = page.values("//@id")
        assert len(ids) == len(set(ids)), page.path


def test_every_table_head_and_row_says_what_it_heads(pages: list[Shown]) -> None:
    for page in pages:
        assert page.texts("//th[not(@scope)]") == [], page.path


def test_every_form_that_changes_something_carries_its_safety_token(pages: list[Shown]) -> None:
    for page in pages:
        for form in page.tree.xpath("//form[@method='post']"):
            assert form.xpath(".//input[@name='csrf_token']"), page.path


def test_a_page_leads_past_its_header_by_one_link(clerk: Browser) -> None:
    page = clerk.open("/orders")

    assert page.values("//a[@class='skip']/@href") == ["#content"]
    assert page.values("//main/@id") == ["content"]


def test_money_and_dates_are_written_as_in_the_viewers_country(
    clerk: Browser, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        an_order(session, [Line(paid=123456)])

    german = clerk.open("/orders", headers={"Accept-Language": "de-DE,de;q=0.9"})
    british = clerk.open("/orders", headers={"Accept-Language": "en-GB"})

    assert "1.234,56\xa0€" in german.response.text
    assert "01.09.2026" in german.text
    assert "€1,234.56" in british.text
    assert "1 Sept 2026" in british.text


def test_the_exact_time_stands_in_the_viewers_zone(clerk: Browser, sessions: Sessions) -> None:
    with sessions.begin() as session:
        an_order(session)
    clerk.client.set_cookie("zone", "Europe/Berlin")

    assert "12:00:00 CEST" in clerk.open("/orders").values("//time/@title")[0]


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Nowhere/Land", ""])
def test_a_zone_that_does_not_exist_is_utc(clerk: Browser, sessions: Sessions, zone: str) -> None:
    with sessions.begin() as session:
        an_order(session)
    clerk.client.set_cookie("zone", zone)

    assert "10:00:00 UTC" in clerk.open("/orders").values("//time/@title")[0]


def test_a_mistake_of_ours_is_a_sentence_with_a_reference_that_is_logged(
    app: Flask,
    clerk: Browser,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_down() -> str:
        raise ZeroDivisionError("secret details")

    monkeypatch.setitem(app.view_functions, "orders.index", break_down)
    with caplog.at_level(logging.ERROR):
        page = clerk.open("/orders")

    reference = page.texts("//*[@class='mono']")[0]
    assert page.status == 500
    assert "secret details" not in page.text
    assert "That was our mistake" in page.text
    assert any(reference in record.getMessage() for record in caplog.records)
    assert "secret details" in caplog.text


def test_a_database_that_is_away_is_a_sentence_and_an_unhealthy_answer(redress: Redress) -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    lost = replace(redress, engine=engine, sessions=sessionmaker(engine))
    browser = create_app(lost).test_client()
    browser.set_cookie("redress", "some session")

    page, health = browser.get("/orders"), browser.get("/healthz")

    assert page.status_code == 503
    assert "The database does not answer" in page.text
    assert health.status_code == 503


def test_the_health_is_good_while_the_database_answers(app: Flask) -> None:
    assert app.test_client().get("/healthz").status_code == 200


def test_a_form_that_is_too_large_is_a_sentence(clerk: Browser) -> None:
    answer = clerk.client.post("/orders/1/claim", data={"note": "x" * 3_000_000})

    assert answer.status_code == 413
    assert "more than we take" in answer.text


def test_another_kind_of_request_is_a_sentence(clerk: Browser) -> None:
    page = clerk.open("/orders/1/claim")
    token = page.values("//input[@name='csrf_token']/@value") or [""]

    answer = clerk.client.post("/orders", data={"csrf_token": token[0]})

    assert answer.status_code in {400, 405}
    assert "Reference" in answer.text


def test_style_and_script_are_kept_for_ever_under_a_name_of_their_content(app: Flask) -> None:
    browser = app.test_client()
    page = Shown(browser.get("/sign-in"))
    for address in page.values("//link[@rel='stylesheet']/@href | //script/@src"):
        answer = browser.get(address)
        assert "immutable" in answer.headers["Cache-Control"]
        assert browser.get(address.replace("/assets/", "/assets/x")).status_code == 200


def test_every_style_file_names_its_layer_and_only_tokens_name_colours() -> None:
    for file in sorted((STATIC / "css").glob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
        assert text.startswith("@layer"), file.name
        if file.name not in {"tokens.css", "print.css"}:
            assert not re.search(r"#[0-9a-f]{3,8}\b|oklch\(", text), file.name
