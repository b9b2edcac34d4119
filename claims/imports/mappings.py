"""Reads the mapping files of `config/imports/`, strictly, with everything wrong at once."""

from pathlib import Path
from typing import cast, get_args

from claims.imports.mapping import (
    ClaimsMapping,
    ImportMapping,
    MatchBy,
    OrdersMapping,
    Prices,
)
from claims.imports.mapping_parts import common_parts, payments_of, shop_of, words_of
from claims.imports.sources import read_source_of, read_sources, section
from claims.refusals import Refused
from workflows.fields import Fields
from workflows.problems import Findings, WorkflowProblems, did_you_mean
from workflows.source import Node, decode, read_source

COMMON = ("import", "kind", "label", "file", "time-zone", "numbers", "rows")
ORDER_FIELDS = {
    "number": True,
    "placed-at": True,
    "customer-number": False,
    "customer-name": False,
    "customer-email": False,
    "customer-address": False,
    "business-unit": False,
    "status": False,
    "shipping": False,
    "shipping-tax": False,
}
LINE_FIELDS = {
    "sku": True,
    "name": False,
    "quantity": True,
    "unit-price": True,
    "discount": False,
    "tax": False,
    "tax-rate": False,
    "shipping": False,
    "paid": False,
    "delivered-at": False,
    "status": False,
}
CLAIM_FIELDS = {
    "opened-at": True,
    "customer-number": False,
    "order-number": False,
    "sku": True,
    "quantity": True,
    "amount": False,
    "unit-price": False,
    "reason": True,
    "resolution": True,
    "evidence": False,
}
DATES = frozenset({"placed-at", "delivered-at", "opened-at"})


def find(folder: Path, name: str) -> ImportMapping:
    """The mapping called `name`; or the file itself where `name` is a path that ends in .yaml.

    Refused where there is none; WorkflowProblems with everything that is wrong in it.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else folder / f"{name}.yaml"
    try:
        data = path.read_bytes()
    except OSError:
        known = sorted(file.stem for file in folder.glob("*.yaml"))
        hint = did_you_mean(name, known) or f"The folder {folder} has none."
        raise Refused(f"There is no mapping {name}. {hint}") from None
    findings = Findings(path.name)
    text = decode(data, findings)
    if text is None:
        raise WorkflowProblems(findings.in_order())
    mapping = read(text, path.name)
    if mapping.name != path.stem:
        raise Refused(f"{path.name} calls itself {mapping.name}; the two names must be the same.")
    return mapping


def read(text: str, file: str) -> ImportMapping:
    """The mapping of one text. Raises WorkflowProblems with all problems at once."""
    findings = Findings(file)
    node = read_source(text, findings)
    if findings.found:
        raise WorkflowProblems(findings.in_order())
    top = Fields(findings, node, "the mapping")
    top.require("kind")
    kind = top.one_of("kind", ("orders", "claims"))
    mapping: ImportMapping | None = None
    if kind == "orders":
        mapping = _orders(findings, node, text)
    elif kind == "claims":
        mapping = _claims(findings, node, text)
    if mapping is None or findings.found:
        raise WorkflowProblems(findings.in_order())
    return mapping


def _orders(findings: Findings, node: Node | None, text: str) -> OrdersMapping | None:
    top = Fields(findings, node, "the mapping", (*COMMON, "shop", "orders", "lines", "payments"))
    top.require("import", "file", "shop", "orders", "lines", "payments")
    own = ("rows-of-an-order", "prices")
    orders = section(top, "orders", (*ORDER_FIELDS, *own))
    orders.require("rows-of-an-order", "prices")
    rows = orders.one_of("rows-of-an-order", ("adjacent", "anywhere"))
    prices = orders.one_of("prices", get_args(Prices))
    lines = section(top, "lines", (*LINE_FIELDS, "paid-includes"))
    includes = words_of(lines, "paid-includes", ("tax", "shipping"))
    order = read_sources(orders, ORDER_FIELDS, DATES)
    line = read_sources(lines, LINE_FIELDS, DATES)
    shop = shop_of(section(top, "shop", ("code", "name", "currency")))
    payments = payments_of(findings, top.node("payments"))
    if includes and "paid" not in line:
        findings.add("missing-key", lines.place, "paid-includes says something about paid; map it.")
    common = common_parts(findings, top)
    if shop is None or common is None or findings.found:
        return None
    name, label, shape, numbers, zone, leave, refuse = common
    return OrdersMapping(
        name=name,
        label=label,
        text=text,
        file=shape,
        numbers=numbers,
        time_zone=zone,
        leave=leave,
        refuse=refuse,
        shop=shop,
        rows_anywhere=rows == "anywhere",
        prices=cast(Prices, prices),
        order=order,
        line=line,
        paid_includes=frozenset(includes),
        payments=payments,
    )


def _claims(findings: Findings, node: Node | None, text: str) -> ClaimsMapping | None:
    top = Fields(findings, node, "the mapping", (*COMMON, "shop", "claims"))
    top.require("import", "file", "shop", "claims")
    own = ("match", "one-per", "ways", "amount-basis", "settle")
    claims = section(top, "claims", (*CLAIM_FIELDS, *own))
    claims.require("match", "one-per", "amount-basis", "settle")
    match = claims.one_of("match", get_args(MatchBy))
    basis = claims.one_of("amount-basis", get_args(Prices))
    claim = read_sources(claims, CLAIM_FIELDS, DATES)
    ways = {}
    if "ways" in claims:
        entries = Fields(findings, claims.node("ways"), "ways", None)
        ways = {name: read_source_of(entries, name, is_date=False) for name in entries.entries}
    if match == "customer-and-sku":
        claims.require("customer-number")
    if match == "order-and-sku":
        claims.require("order-number")
    if ("amount" in claims) == ("unit-price" in claims):
        findings.add(
            "amount",
            claims.place,
            "Either amount or unit-price says what was given back; map one of the two.",
        )
    common = common_parts(findings, top)
    shop, settle = top.name("shop"), claims.name("settle")
    one_per = tuple(scalar.text for scalar in claims.scalars("one-per"))
    if common is None or shop is None or settle is None or findings.found:
        return None
    name, label, shape, numbers, zone, leave, refuse = common
    return ClaimsMapping(
        name=name,
        label=label,
        text=text,
        file=shape,
        numbers=numbers,
        time_zone=zone,
        leave=leave,
        refuse=refuse,
        shop=shop,
        match=cast(MatchBy, match),
        one_per=one_per,
        claim=claim,
        ways={way: source for way, source in ways.items() if source},
        amount_basis=cast(Prices, basis),
        settle=settle,
    )
