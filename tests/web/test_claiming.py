"""Filing a reclamation through the page."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from claims.claimable import Wanted
from claims.claiming import claim
from claims.models import Item, JournalEntry, OrderLine, Reclamation
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first
from tests.support.shop import Line, an_order
from tests.support.web import Browser, Shown
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]


def ordered(sessions: Sessions, *lines: Line) -> tuple[str, list[int]]:
    """An order; the address of its claiming form and the keys of its lines."""
    with sessions.begin() as session:
        order = an_order(session, lines or (Line(),))
        return f"/orders/{order.id}/claim", [line.id for line in order.lines]


def filed(sessions: Sessions) -> list[tuple[str, int, str, str, str]]:
    """SKU, pieces, reason, resolution and evidence of all items there are."""
    with sessions() as session:
        return [
            tuple(row)
            for row in session.execute(
                select(OrderLine.sku, Item.quantity, Item.reason, Item.resolution, Item.evidence)
                .join(Item.line)
                .order_by(Item.id)
            )
        ]


def errors(page: Shown) -> list[str]:
    return page.texts("//p[@class='field__error']") + page.texts("//*[@role='alert']/p")


def test_ticked_lines_become_items_of_one_reclamation(clerk: Browser, sessions: Sessions) -> None:
    address, [shirt, mug, _] = ordered(
        sessions, Line(quantity=3), Line("MUG", "Mug"), Line("HAT", "Hat")
    )

    page = clerk.press(
        clerk.open(address),
        {
            f"line-{shirt}": "1",
            f"quantity-{shirt}": "2",
            f"reason-{shirt}": "does-not-fit",
            f"resolution-{shirt}": "exchange",
            f"line-{mug}": "1",
            f"reason-{mug}": "faulty",
            f"resolution-{mug}": "replacement",
            f"evidence-{mug}": "the handle is off",
        },
    )

    assert page.path.startswith("/reclamations/R-")
    assert filed(sessions) == [
        ("SHIRT-BLUE-M", 2, "does-not-fit", "exchange", ""),
        ("MUG", 1, "faulty", "replacement", "the handle is off"),
    ]


def test_everything_left_is_claimed_by_selecting_all_without_any_script(
    clerk: Browser, sessions: Sessions
) -> None:
    address, _ = ordered(sessions, Line(quantity=3), Line("MUG", "Mug"))

    selected = clerk.press(clerk.open(address), {"do": "select-all"})
    clerk.press(selected, {"do": "file"})

    assert [(sku, pieces) for sku, pieces, *_ in filed(sessions)] == [
        ("SHIRT-BLUE-M", 3),
        ("MUG", 1),
    ]


def test_selecting_all_keeps_what_was_typed(clerk: Browser, sessions: Sessions) -> None:
    address, [shirt, _] = ordered(sessions, Line(quantity=3), Line("MUG", "Mug"))

    page = clerk.press(
        clerk.open(address),
        {"do": "select-all", f"quantity-{shirt}": "2", f"evidence-{shirt}": "too small"},
    )

    assert page.form().fields[f"quantity-{shirt}"] == "2"
    assert page.form().fields[f"evidence-{shirt}"] == "too small"
    assert filed(sessions) == []


def test_nothing_ticked_is_a_sentence_and_keeps_what_was_typed(
    clerk: Browser, sessions: Sessions
) -> None:
    address, [shirt, _] = ordered(sessions, Line(quantity=3), Line("MUG", "Mug"))

    page = clerk.press(
        clerk.open(address), {f"quantity-{shirt}": "2", "note": "rang twice", "do": "file"}
    )

    assert page.status == 422
    assert errors(page) == ["Nothing is selected; tick at least one item of the order."]
    assert page.form().fields[f"quantity-{shirt}"] == "2"
    assert page.form().fields["note"] == "rang twice"


def test_the_only_line_that_can_be_claimed_is_ticked_already(
    clerk: Browser, sessions: Sessions
) -> None:
    address, [shirt] = ordered(sessions)

    assert clerk.open(address).form().fields[f"line-{shirt}"] == "1"


def test_a_line_with_nothing_left_is_grey_and_says_why(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=2), Line("MUG", "Mug")])
        number = claim_first(session, rules, order, quantity=2).reclamation.number
        address, key = f"/orders/{order.id}/claim", order.lines[0].id

    page = clerk.open(address)

    assert f"All 2 pieces are claimed already (on {number})." in page.text
    assert page.values(f"//input[@id='line-{key}']/@disabled")
    assert f"line-{key}" not in page.form().fields
    assert f"/reclamations/{number}" in page.values("//p/a/@href")


def test_more_than_is_left_is_refused_at_the_field(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=3)])
        claim_first(session, rules, order, quantity=1)
        address, key = f"/orders/{order.id}/claim", order.lines[0].id

    for typed in ("3", "0", "-1", "two", "", "1.5", "²"):
        page = clerk.press(clerk.open(address), {f"quantity-{key}": typed})

        assert page.status == 422, typed
        assert page.form().fields[f"quantity-{key}"] == typed
    assert len(filed(sessions)) == 1


def test_a_resolution_that_does_not_fit_the_reason_is_refused_in_words_of_the_page(
    clerk: Browser, sessions: Sessions
) -> None:
    address, [shirt] = ordered(sessions)

    page = clerk.press(
        clerk.open(address), {f"reason-{shirt}": "does-not-fit", f"resolution-{shirt}": "parts"}
    )

    assert page.status == 422
    assert errors(page)[0].startswith(
        "“Does not fit” does not lead to “The missing part” here; take “Money back” or"
    )


def test_going_back_and_claiming_something_else_is_not_told_as_filed(
    clerk: Browser, sessions: Sessions
) -> None:
    address, [shirt, mug] = ordered(sessions, Line(), Line("MUG", "Mug"))
    form = clerk.open(address)
    first = clerk.press(form, {f"line-{shirt}": "1", "do": "file"})

    again = clerk.press(form, {f"line-{shirt}": None, f"line-{mug}": "1", "do": "file"})

    number = first.path.rpartition("/")[2]
    [said] = again.texts("//p[contains(@class, 'flash--')]")
    assert said.startswith(f"Nothing more was filed: this form had filed {number} already.")
    assert [sku for sku, *_ in filed(sessions)] == ["SHIRT-BLUE-M"]


def test_what_a_customer_said_stays_out_of_the_log_even_where_it_cannot_be_kept(
    clerk: Browser, sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    address, [shirt] = ordered(sessions, Line(quantity=3))
    said = {f"line-{shirt}": "1", f"evidence-{shirt}": "I am ill\0", "do": "file"}

    page = clerk.press(clerk.open(address), said)

    assert page.status == 400
    assert "answered 400" in caplog.text
    assert "I am ill" not in caplog.text


def test_a_number_of_five_thousand_digits_is_a_sentence(clerk: Browser, sessions: Sessions) -> None:
    address, [shirt] = ordered(sessions, Line(quantity=3))

    page = clerk.press(
        clerk.open(address), {f"line-{shirt}": "1", f"quantity-{shirt}": "9" * 5000, "do": "file"}
    )

    assert page.status == 422
    assert "Write a whole number from 1 to 3." in errors(page)


def test_a_double_click_files_once_and_shows_the_same_reclamation_twice(
    clerk: Browser, sessions: Sessions
) -> None:
    address, [shirt] = ordered(sessions, Line(quantity=3))
    form = clerk.open(address)
    typed = {f"line-{shirt}": "1", f"quantity-{shirt}": "2"}

    first, second = (clerk.press(form, typed, follow=False) for _ in range(2))

    assert first.status == second.status == 302
    assert first.response.location == second.response.location
    assert len(filed(sessions)) == 1


def test_two_clicks_at_the_very_same_time_file_once(
    app: Flask, sign_in: SignIn, sessions: Sessions
) -> None:
    address, [shirt] = ordered(sessions, Line(quantity=3))
    browsers = [sign_in("Anna", "agent") for _ in range(2)]
    form = browsers[0].open(address)
    token = form.form().fields["request_token"]

    def click(browser: Browser) -> Shown:
        own = browser.open(address)
        return browser.press(
            own,
            {"request_token": token, f"line-{shirt}": "1", f"quantity-{shirt}": "2"},
            follow=False,
        )

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(click, browsers))

    assert [answer.status for answer in answers] == [302, 302]
    assert len({answer.response.location for answer in answers}) == 1
    assert len(filed(sessions)) == 1


def test_assignee_priority_and_note_are_kept(clerk: Browser, sessions: Sessions) -> None:
    address, _ = ordered(sessions)

    clerk.press(
        clerk.open(address),
        {"assignee": str(clerk.staff_id), "priority": "high", "note": "rang twice"},
    )

    with sessions() as session:
        reclamation = session.scalars(select(Reclamation)).one()
        notes = session.scalars(select(JournalEntry).where(JournalEntry.kind == "note")).all()
        assert (reclamation.assignee_id, reclamation.priority) == (clerk.staff_id, "high")
        assert [note.input["text"] for note in notes] == ["rang twice"]


def test_an_assignee_or_priority_that_is_not_offered_is_refused(
    clerk: Browser, sessions: Sessions
) -> None:
    address, _ = ordered(sessions)

    for typed in ({"assignee": "99999"}, {"priority": "urgent"}):
        assert clerk.press(clerk.open(address), typed).status == 422
    assert filed(sessions) == []


def test_a_line_of_another_order_is_never_touched(clerk: Browser, sessions: Sessions) -> None:
    address, _ = ordered(sessions)
    _, [foreign] = ordered(sessions, Line("MUG", "Mug"))

    clerk.press(clerk.open(address), {f"line-{foreign}": "1", f"quantity-{foreign}": "1"})

    assert [sku for sku, *_ in filed(sessions)] == ["SHIRT-BLUE-M"]


def test_an_open_reclamation_of_the_order_is_pointed_at(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=2)])
        number = claim_first(session, rules, order).reclamation.number
        address = f"/orders/{order.id}/claim"

    page = clerk.open(address)

    assert f"This order has an open reclamation: {number}." in page.text
    assert f"Already claimed on {number}" in page.text


def test_a_follow_up_is_linked_only_to_a_closed_reclamation(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        order = an_order(session, [Line(quantity=2)])
        wanted = [Wanted(order.lines[0].id, 1, "does-not-fit", "refund")]
        number = claim(session, rules, order.id, wanted, AGENT).number
        address = f"/orders/{order.id}/claim?follow-up-of={number}"

    page = clerk.press(clerk.open(address), {"do": "file"})

    assert page.status == 422
    assert errors(page) == [f"{number} is still open; go on with it instead of following it up."]


def test_what_a_selection_is_worth_stands_beside_each_line(
    clerk: Browser, sessions: Sessions
) -> None:
    address, _ = ordered(sessions, Line(quantity=3, paid=10000), Line("MUG", "Mug", paid=950))

    assert clerk.open(address).texts("//*[@data-worth]") == ["€100.00", "€9.50"]


def test_the_warehouse_is_told_which_role_claims(sign_in: SignIn, sessions: Sessions) -> None:
    address, _ = ordered(sessions)

    page = sign_in("Wim", "warehouse").open(address)

    assert page.status == 403
    assert "This needs the role agent or lead; you hold: warehouse." in page.text


def test_claiming_on_an_order_that_does_not_exist_is_a_sentence(clerk: Browser) -> None:
    page = clerk.open("/orders/987654/claim")

    assert page.status == 404
    assert "There is no order with the key 987654." in page.text


def test_claiming_changes_nothing_else_of_the_order(clerk: Browser, sessions: Sessions) -> None:
    address, _ = ordered(sessions, Line(quantity=2), Line("MUG", "Mug"))
    clerk.press(clerk.press(clerk.open(address), {"do": "select-all"}), {"do": "file"})

    with sessions() as session:
        held = session.scalar(select(func.sum(OrderLine.refund_held)))
        kinds = session.scalars(select(JournalEntry.kind)).all()
    assert held == 0
    assert kinds == ["claim"]
