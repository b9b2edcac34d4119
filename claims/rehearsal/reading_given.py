"""`given:` of a file of tests, or of one test: what it leaves out is as it was before."""

from dataclasses import replace
from typing import Any

from claims.rehearsal import reading_values as values
from claims.rehearsal.given import Given, ItemGiven, Person
from claims.rules import Rules
from workflows.fields import Fields
from workflows.problems import Findings, did_you_mean
from workflows.source import Node, Sequence

KEYS = (
    "items",
    "reclamation-workflow",
    "at",
    "placed",
    "shop",
    "business-unit",
    "currency",
    "shipping",
    "payments",
    "customer",
    "customer-claims",
    "customer-refunded",
    "priority",
    "opened-by",
)
ITEM_KEYS = (
    "workflow",
    "quantity",
    "price",
    "bought",
    "reason",
    "resolution",
    "evidence",
    "sku",
    "name",
    "delivered",
)
_TEXTS = {
    "shop": "shop",
    "business-unit": "business_unit",
    "currency": "currency",
    "customer": "customer",
}
_ITEM_TEXTS = ("reason", "resolution", "evidence", "sku", "name")


def read_given(findings: Findings, node: Node | None, default: Given, rules: Rules) -> Given:
    """The default with what stands here instead."""
    if node is None:
        return default
    fields = Fields(findings, node, "given", KEYS)
    said: dict[str, Any] = {
        own: fields.text(key) or "" for key, own in _TEXTS.items() if key in fields
    }
    currency = said.get("currency", default.currency)
    said |= {
        "at": values.moment(findings, fields.scalar("at")),
        "placed_at": values.moment(findings, fields.scalar("placed")),
        "shipping": values.amount(findings, fields.scalar("shipping"), currency),
        "customer_refunded": values.amount(findings, fields.scalar("customer-refunded"), currency),
        "customer_claims": values.number(
            findings, fields.scalar("customer-claims"), "customer-claims"
        ),
        "priority": fields.one_of("priority", ("low", "normal", "high")),
        "reclamation_workflow": _workflow(fields, "reclamation-workflow", "reclamation", rules),
    }
    if opener := fields.text("opened-by"):
        said["opened_by"] = Person(opener, frozenset({"agent"}))
    if "payments" in fields:
        amounts = [values.amount(findings, each, currency) for each in fields.scalars("payments")]
        said["payments"] = tuple(each or 0 for each in amounts)
    if "items" in fields:
        said["items"] = _items(findings, fields.node("items"), default.items[0], currency, rules)
    return replace(default, **{key: value for key, value in said.items() if value is not None})


def _items(
    findings: Findings, node: Node | None, default: ItemGiven, currency: str, rules: Rules
) -> tuple[ItemGiven, ...] | None:
    if not isinstance(node, Sequence) or not node.items:
        if node is not None:
            findings.add("not-a-list", node.place, "items is a list with at least one item.")
        return None
    return tuple(_item(findings, each, default, currency, rules) for each in node.items)


def _item(
    findings: Findings, node: Node, default: ItemGiven, currency: str, rules: Rules
) -> ItemGiven:
    fields = Fields(findings, node, "an item", ITEM_KEYS)
    said: dict[str, Any] = {key: fields.text(key) for key in _ITEM_TEXTS}
    said |= {
        "quantity": values.number(findings, fields.scalar("quantity"), "quantity", 1),
        "bought": values.number(findings, fields.scalar("bought"), "bought", 1),
        "price": values.amount(findings, fields.scalar("price"), currency),
        "delivered_at": values.moment(findings, fields.scalar("delivered")),
        "workflow": _workflow(fields, "workflow", "item", rules),
    }
    item = replace(default, **{key: value for key, value in said.items() if value is not None})
    if ("reason" in fields or "resolution" in fields) and "workflow" not in fields:
        item = replace(item, workflow=None)
    return item


def _workflow(fields: Fields, key: str, subject: str, rules: Rules) -> str | None:
    scalar = fields.scalar(key)
    if scalar is None:
        return None
    fitting = [d.name for d in rules.definitions.values() if d.subject == subject]
    if scalar.text not in fitting:
        fields.findings.add(
            "unknown-workflow",
            scalar.place,
            f"There is no workflow {scalar.text[:80]} of this kind.",
            did_you_mean(scalar.text, fitting),
        )
        return None
    return scalar.text
