"""Whether something can be taken back is said before the button is pressed."""

import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Item, Order, WorkflowVersion
from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import Line, an_order
from tests.support.web import Browser

Sessions = sessionmaker[Session]
CONFIRMED = "//p[@class='event__confirm']"


@pytest.mark.parametrize(
    ("claimed", "way", "event", "said"),
    [
        (
            ("does-not-fit", "goodwill"),
            (),
            "refund",
            "This pays money back; it cannot be undone.",
        ),
        (
            ("faulty", "replacement"),
            ("accept",),
            "replace",
            (
                "This orders the same product for the customer, free of charge. "
                "Until it is sent it can be cancelled."
            ),
        ),
        (
            ("part-missing", "parts"),
            (),
            "send-parts",
            (
                "This orders the parts for the customer, free of charge. "
                "Until they are sent they can be cancelled."
            ),
        ),
    ],
)
def test_the_form_says_what_can_be_taken_back(
    clerk: Browser,
    sessions: Sessions,
    rules: Rules,
    claimed: tuple[str, str],
    way: tuple[str, ...],
    event: str,
    said: str,
) -> None:
    number = filed(sessions, rules, claimed, way)

    page = clerk.open(f"/reclamations/{number}/items/1/events/{event}")

    assert page.texts(CONFIRMED) == [said]


@pytest.mark.parametrize(
    ("claimed", "way", "event", "said"),
    [
        (
            ("does-not-fit", "goodwill"),
            (),
            "refund",
            "This pays money back; it cannot be undone.",
        ),
        (
            ("faulty", "replacement"),
            ("accept",),
            "replace",
            "This makes a new order for the customer. Until it is sent it can be cancelled.",
        ),
    ],
)
def test_a_workflow_that_says_nothing_is_spoken_for(
    clerk: Browser,
    sessions: Sessions,
    rules: Rules,
    claimed: tuple[str, str],
    way: tuple[str, ...],
    event: str,
    said: str,
) -> None:
    number = filed(sessions, rules, claimed, way, keeps_words=False)

    one = clerk.open(f"/reclamations/{number}/items/1/events/{event}")
    with sessions() as session:
        key = session.scalars(select(Item.id)).one()
    many = clerk.open(f"/reclamations/{number}/items/events/{event}?item={key}")

    assert one.texts(CONFIRMED) == [said]
    assert many.texts(CONFIRMED) == [said]


def test_where_a_new_order_cannot_be_cancelled_that_is_said(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    number = filed(
        sessions, rules, ("faulty", "replacement"), ("accept",), keeps_words=False, cancels=False
    )

    page = clerk.open(f"/reclamations/{number}/items/1/events/replace")

    assert page.texts(CONFIRMED) == [
        "This makes a new order for the customer; it cannot be cancelled here."
    ]


def filed(
    sessions: Sessions,
    rules: Rules,
    claimed: tuple[str, str],
    way: tuple[str, ...],
    *,
    keeps_words: bool = True,
    cancels: bool = True,
) -> str:
    """A claim on a version of the shipped workflow, with or without its own words."""
    reason, resolution = claimed
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session), reason=reason, resolution=resolution)
        for event in way:
            press(session, rules, item, event, AGENT)
        if not keeps_words:
            shipped = rules.definitions[item.workflow]
            text = re.sub(r"(?m)^    confirm: .*\n", "", shipped.text)
            if not cancels:
                text = text.replace("run: replacement.cancel", "run: parts.order")
            mark = "a" if cancels else "b"
            session.add(
                WorkflowVersion(
                    hash=mark * 63 + str(len(reason)),
                    name=shipped.name,
                    subject="item",
                    text=text,
                    first_used_at=item.state_since,
                )
            )
            session.flush()
            session.execute(update(Item).values(workflow_hash=mark * 63 + str(len(reason))))
        return item.reclamation.number


def test_a_cancelled_order_is_shown_as_cancelled_and_cannot_be_claimed(
    clerk: Browser, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        reclamation = claim_first(session, rules, an_order(session)).reclamation
        made = an_order(session, [Line(paid=0)], payments=[0], number="RE-1")
        made.kind, made.origin_reclamation, made.status = "replacement", reclamation, "cancelled"
        made.lines[0].status, made.lines[0].delivered_at = "cancelled", None
        address = f"/orders/{made.id}"
        number = reclamation.number

    shown, listed = clerk.open(address), clerk.open("/orders?q=RE-1")
    linked = clerk.open(f"/reclamations/{number}")

    assert "Cancelled" in shown.texts("//div[@class='page__head']//span")
    assert "It was cancelled before it was sent." in shown.text
    assert shown.texts("//button[@aria-disabled='true']") == ["Claim"]
    assert "This order was cancelled." in shown.text
    assert "replacement, cancelled" in listed.texts("//tr[@data-row]")[0]
    assert "RE-1 Cancelled replacement" in linked.texts("//ul[contains(@class, 'links')]/li")[0]
    assert linked.texts("//li[contains(@class, '--order')]/p")[:2] == [
        "Redress made a new order (replacement): RE-1",
        "1 × Blue shirt, M",
    ]
    with sessions() as session:
        assert session.scalars(select(Order.status).where(Order.number == "RE-1")).one()
