"""Mapping files are read strictly; everything wrong is said at once, with its place."""

import re
from pathlib import Path

import pytest

from claims.imports import mappings
from claims.imports.mapping import ClaimsMapping, OrdersMapping, Source
from claims.refusals import Refused
from config.settings import PROJECT
from tests.claims.imports.small_shop import CLAIMS, CLAIMS_BY_ORDER, ORDERS
from workflows.problems import WorkflowProblems

FOLDER = PROJECT / "config" / "imports"
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def problems(text: str) -> list[str]:
    """`line:column rule` of each problem."""
    with pytest.raises(WorkflowProblems) as raised:
        mappings.read(text, "m.yaml")
    return [f"{p.line}:{p.column} {p.rule}" for p in raised.value.problems]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_mapping_is_sound(name: str) -> None:
    assert mappings.find(FOLDER, name).name == name


def test_a_mapping_is_typed_values(tmp_path: Path) -> None:
    orders, claims = mappings.read(ORDERS, "m.yaml"), mappings.read(CLAIMS_BY_ORDER, "m.yaml")

    assert isinstance(orders, OrdersMapping)
    assert orders.line["unit-price"] == Source(("price",))
    assert set(orders.columns()) == {
        "number", "quantity", "date", "customer", "sku", "name", "price",
    }  # fmt: skip
    assert isinstance(claims, ClaimsMapping)
    assert claims.claim["reason"].possible() == ("other", "faulty", "arrived-late")
    assert claims.ways["store-credit"] == Source(("credit",))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("kind: orders", "kind: order", "3:7 unknown-word"),
        ("format: csv", "format: xml", "4:17 unknown-word"),
        ("format: csv", "format: csv, delimiter: ';;'", "4:33 delimiter"),
        ("format: csv", "format: csv, encoding: utf-9", "4:32 encoding"),
        ("Europe/Berlin", "Europe/Bärlin", "5:12 time-zone"),
        ("currency: EUR", "currency: euro", "6:50 currency"),
        ("begins-with: C", "starts-with: C", "9:25 unknown-key"),
        ("at-most: 0", "at-most: none", "11:36 number"),
        ("adjacent", "near", "13:21 unknown-word"),
        ("  number: number", "  nummer: number", "15:3 unknown-key"),
        ('{ column: date, date: "%Y-%m-%d %H:%M" }', "date", "16:14 date"),
        ("price\n", "price\n  paid-includes: [tax]\n", "19:3 missing-key"),
        ("price\n", "{ column: price, constant: 2 }\n", "22:15 source"),
        ("{shop}-{number}", "{shop}", "24:54 reference"),
        ("{shop}-{number}", "{order}-{number}", "24:54 reference"),
        ("method: invoice", "amount: price", "24:3 payments"),
    ],
)
def test_a_mistake_in_a_mapping_of_orders_is_told_with_its_place(
    old: str, new: str, found: str
) -> None:
    assert old in ORDERS

    assert found in problems(ORDERS.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("match: customer-and-sku", "match: order-and-sku", "11:3 missing-key"),
        ("customer-number: customer", "order-number: customer", "11:3 missing-key"),
        ("unit-price: price", "evidence: price", "11:3 amount"),
        ("amount-basis: with-tax", "amount-basis: net", "18:17 unknown-word"),
        ("sign: turned", "sign: minus", "16:39 unknown-word"),
    ],
)
def test_a_mistake_in_a_mapping_of_claims_is_told_with_its_place(
    old: str, new: str, found: str
) -> None:
    assert old in CLAIMS

    assert found in problems(CLAIMS.replace(old, new, 1))


def test_all_mistakes_are_told_at_once() -> None:
    text = ORDERS.replace("adjacent", "near").replace("EUR", "euro").replace("sku: sku", "sko: sku")

    assert len(problems(text)) >= 4


def test_a_key_that_stands_twice_is_refused() -> None:
    assert "25:1 duplicate-key" in problems(ORDERS + "kind: claims\n")


def test_a_name_that_is_not_there_gets_a_near_one_suggested() -> None:
    with pytest.raises(Refused, match=r"no mapping tpcds-order\. Did you mean tpcds-orders"):
        mappings.find(FOLDER, "tpcds-order")


def test_a_mapping_is_called_as_its_file_is(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(ORDERS)

    with pytest.raises(Refused, match=r"other.yaml calls itself small-orders"):
        mappings.find(tmp_path, "other")


def test_every_mapping_in_the_papers_is_sound_and_every_key_is_described() -> None:
    paper = (PROJECT / "docs" / "imports.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", paper, re.DOTALL)
    whole = [block for block in blocks if block.startswith("import:")]
    keys = {
        *mappings.COMMON,
        *mappings.ORDER_FIELDS,
        *mappings.LINE_FIELDS,
        *mappings.CLAIM_FIELDS,
    }

    assert len(whole) == 2
    for block in whole:
        mappings.read(block, "imports.md")
    assert [key for key in sorted(keys) if f"`{key}`" not in paper] == []
    assert [name for name in SHIPPED if f"`{name}`" not in paper] == []
