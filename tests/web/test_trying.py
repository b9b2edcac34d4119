"""What if: a workflow tried out on a page, and nothing of it kept."""

from collections.abc import Mapping

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Base
from config.bootstrap import Redress
from tests.support.web import Browser, Shown

PAGE = "/workflows/item-return/try"
Sessions = sessionmaker[Session]


def counted_rows(sessions: Sessions) -> Mapping[str, int]:
    """How many rows each table has, but for the one in which a server of other tests says that it
    is still there."""
    with sessions.begin() as session:
        return {
            table.name: session.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
            for table in Base.metadata.sorted_tables
            if table.name != "running_processes"
        }


def pressed(clerk: Browser, page: Shown, button: str, **typed: str) -> Shown:
    """Press the button with this label, in whichever form it is."""
    path = f"//main//form[.//button[normalize-space()='{button}']]"
    form = page.tree.xpath(path)[0]
    fields = {name: value or "" for name, value in form.fields.items() if name}
    named = form.xpath(f".//button[normalize-space()='{button}'][@name]")
    fields |= {each.get("name"): each.get("value") for each in named}
    return Shown(clerk.client.post(PAGE, data={**fields, **typed}))


@pytest.fixture
def page(clerk: Browser) -> Shown:
    return clerk.open(PAGE)


def test_a_whole_life_leaves_nothing_behind(
    clerk: Browser, page: Shown, sessions: Sessions
) -> None:
    before = counted_rows(sessions)

    page = pressed(clerk, page, "Warehouse")
    page = pressed(clerk, page, "Parcel arrived", **{"input.received": "1"})
    page = pressed(clerk, page, "Agent")
    page = pressed(clerk, page, "Refund", **{"input.amount": "20.00"})
    assert "pay-refund is asked for" in page.text
    page = pressed(clerk, page, "It is done")

    assert "Item 1 Refunded" in page.text
    assert "€24.99 paid, €20.00 refunded" in page.text or "20.00 € refunded" in page.text
    assert "The reclamation Closed" in page.text
    assert counted_rows(sessions) == before


def test_what_is_refused_is_told_and_not_kept(clerk: Browser, page: Shown) -> None:
    page = pressed(clerk, page, "Parcel arrived", **{"input.received": "7"})

    assert "Pieces received is at most 1." in page.text
    assert "agent filed the claim." in page.texts("//ol[@class='try__journal']")[0]
    assert page.values("//input[@name='script']/@value")[0] == ""


def test_the_last_step_can_be_taken_back(clerk: Browser, page: Shown) -> None:
    page = pressed(clerk, page, "Request return")
    assert "Item 1 Waiting for the parcel" in page.text

    page = pressed(clerk, page, "Take the last step back")

    assert "Item 1 Reported" in page.text


def test_time_passes_and_clocks_ring(clerk: Browser, page: Shown) -> None:
    page = pressed(clerk, page, "Request return")
    assert "Parcel not here after two weeks: rings" in page.text

    page = pressed(clerk, page, "Until the next rings")

    assert "Item 1 Parcel late and urged" in page.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"price": "dear"}, "dear is no price in EUR; write it like 24.99."),
        ({"quantity": "0"}, "The number of pieces: write a whole number from 1 to 999."),
        ({"currency": "EURO"}, "EURO is no currency"),
        ({"script": "frobnicate"}, "There is no event frobnicate here."),
        ({"script": "'"}, "The quotes do not close"),
        ({"script": "as boss"}, "There is no role 'boss'"),
        ({"script": "wait 1 day\n" * 300}, "Friday, 18 September 2026"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(
    clerk: Browser, page: Shown, given: Mapping[str, str], said: str
) -> None:
    token = page.values("//input[@name='csrf_token']/@value")[0]

    shown = Shown(clerk.client.post(PAGE, data={"csrf_token": token, **given}))

    assert shown.status == 200
    assert said in shown.text


def test_every_workflow_of_the_shop_can_be_tried(clerk: Browser, redress: Redress) -> None:
    for name in redress.rules.definitions:
        assert clerk.open(f"/workflows/{name}/try").status == 200
    assert clerk.open("/workflows/nothing/try").status == 404
