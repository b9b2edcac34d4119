"""What a reclamation's condition asks of all its items."""

import pytest

from claims.catalogue import CATALOGUE
from workflows.catalogue import FactType
from workflows.conditions import compile_condition
from workflows.example import RECLAMATION
from workflows.mistakes import Mistaken
from workflows.reading import problems_in

FIELDS: dict[str, FactType] = {name: fact.type for name, fact in CATALOGUE.item_fields.items()}
VARIABLES: dict[str, FactType] = {"items.open": "integer", "order.total": "money"}


def item(state: str, **more: object) -> dict[str, object]:
    return {"state": state, "flags": [], **more}


FACTS = {
    "items.open": 1,
    "order.total": 60.0,
    "items": (
        item("refunded", final=True, good=True, refunded=20.1, quantity=2),
        item("received", final=False, good=False, refunded=0, quantity=3, flags=["fragile"]),
        item("rejected", final=True, good=False, refunded=0.2, quantity=1),
    ),
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("items.all(final)", False),
        ('items.all(final || state == "received")', True),
        ("items.any(good)", True),
        ("items.count(final) == 2", True),
        ("items.count(final) == items.open", False),
        ("items.sum(quantity) == 6", True),
        ("items.sum(refunded) == 20.3", True),
        ("items.sum(refunded) * 2.0 > order.total || items.any(!final && quantity > 2)", True),
        ('items.any(state == "(")', False),
        ('items.count("fragile" in flags) == 1', True),
        ('items.any(good && "fragile" in flags)', False),
    ],
)
def test_it_counts_sums_and_compares_what_the_items_are(condition: str, holds: bool) -> None:
    assert compile_condition(condition, VARIABLES, FIELDS).evaluate(FACTS) is holds


def test_without_items_all_of_them_are_and_none_is() -> None:
    nobody = {**FACTS, "items": ()}

    assert compile_condition("items.all(final)", VARIABLES, FIELDS).evaluate(nobody) is True
    assert compile_condition("items.any(final)", VARIABLES, FIELDS).evaluate(nobody) is False
    assert compile_condition("items.sum(quantity) == 0", VARIABLES, FIELDS).evaluate(nobody) is True


def test_a_refusal_tells_what_came_out() -> None:
    expression = compile_condition("items.all(final) && items.open == 0", VARIABLES, FIELDS)

    assert expression.present_values(FACTS) == "items.open is 1, items.all(final) is no"


@pytest.mark.parametrize(
    ("condition", "offset", "sentence"),
    [
        ("items.all(finl)", 10, "There is no fact finl here."),
        (
            "items.open == 0 && items.all(quantity)",
            29,
            "items.all( ) takes a yes-no of each item; quantity gives a whole number.",
        ),
        (
            "items.sum(state) > 2",
            10,
            "items.sum( ) takes a number of each item; state gives text.",
        ),
        ("items.most(final)", 0, "There is no items.most( )."),
        ("items.all(final", 0, "The bracket behind it is never closed."),
        (
            "items.all(items.any(final))",
            10,
            "Within items.…( ) stands one item; its items cannot be asked again.",
        ),
        ("items.all(final) && itms.open == 0", 20, "There is no fact itms.open here."),
        ("items.sum(refunded) > 2", 20, "> does not work on money and a whole number."),
    ],
)
def test_a_mistake_is_told_at_its_character(condition: str, offset: int, sentence: str) -> None:
    with pytest.raises(Mistaken) as raised:
        compile_condition(condition, VARIABLES, FIELDS)

    assert [(each.offset, each.sentence) for each in raised.value.mistakes] == [(offset, sentence)]


def test_a_reclamation_may_ask_it_and_an_item_may_not() -> None:
    asking = RECLAMATION.replace("items.open == 0", "items.all(final)")

    assert problems_in(asking, "reclamation.yaml", CATALOGUE) == []
    with pytest.raises(Mistaken):
        compile_condition("items.all(final)", VARIABLES)
