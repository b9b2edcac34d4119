"""Reads the mapping files of `config/imports/`, strictly, with everything wrong at once."""

from collections.abc import Collection
from pathlib import Path
from typing import cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from claims.imports.mapping import (
    ClaimsMapping,
    Comparison,
    FileFormat,
    FileShape,
    ImportMapping,
    MatchBy,
    Numbers,
    OrdersMapping,
    PaymentSource,
    Prices,
    RowTest,
    ShopOfImport,
)
from claims.imports.sources import read_source_of, read_sources
from claims.imports.values import as_number
from claims.refusals import Refused
from workflows.fields import Fields
from workflows.problems import Findings, WorkflowProblems, did_you_mean
from workflows.source import Node, Sequence, decode, read_source

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
    orders = Fields(findings, top.node("orders"), "orders", (*ORDER_FIELDS, *own), top.place)
    orders.require("rows-of-an-order", "prices")
    rows = orders.one_of("rows-of-an-order", ("adjacent", "anywhere"))
    prices = orders.one_of("prices", get_args(Prices))
    lines = Fields(findings, top.node("lines"), "lines", (*LINE_FIELDS, "paid-includes"), top.place)
    includes = _words(lines, "paid-includes", ("tax", "shipping"))
    order = read_sources(orders, ORDER_FIELDS, DATES)
    line = read_sources(lines, LINE_FIELDS, DATES)
    shop_fields = ("code", "name", "currency")
    shop = _shop(Fields(findings, top.node("shop"), "shop", shop_fields, top.place))
    payments = _payments(findings, top.node("payments"))
    if includes and "paid" not in line:
        findings.add("missing-key", lines.place, "paid-includes says something about paid; map it.")
    common = _common(findings, top)
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
    claims = Fields(findings, top.node("claims"), "claims", (*CLAIM_FIELDS, *own), top.place)
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
    common = _common(findings, top)
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


Common = tuple[str, str, FileShape, Numbers, ZoneInfo, tuple[RowTest, ...], tuple[RowTest, ...]]


def _common(findings: Findings, top: Fields) -> Common | None:
    name = top.name("import")
    label = top.text("label") or name
    shape = _shape(Fields(findings, top.node("file"), "file", ("format", "delimiter", "encoding")))
    numbers = _numbers(findings, top)
    zone = _zone(findings, top)
    leave: tuple[RowTest, ...] = ()
    refuse: tuple[RowTest, ...] = ()
    if "rows" in top:
        rows = Fields(findings, top.node("rows"), "rows", ("leave", "refuse"))
        leave = _tests(findings, rows.node("leave"))
        refuse = _tests(findings, rows.node("refuse"))
    if name is None or label is None or shape is None or zone is None:
        return None
    return name, label, shape, numbers, zone, leave, refuse


def _shape(file: Fields) -> FileShape | None:
    file.require("format")
    kind = file.one_of("format", get_args(FileFormat))
    delimiter = file.text("delimiter") if "delimiter" in file else ","
    delimiter = {"tab": "\t"}.get(delimiter or "", delimiter)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        place = file.place_of("delimiter")
        file.findings.add("delimiter", place, "The delimiter is one character, or the word tab.")
    encoding = (file.text("encoding") or "utf-8") if "encoding" in file else "utf-8"
    try:
        "".encode(encoding)
    except LookupError:
        place = file.place_of("encoding")
        file.findings.add("encoding", place, f"{encoding} is no encoding that Python knows.")
    return FileShape(cast(FileFormat, kind), delimiter or ",", encoding) if kind else None


def _numbers(findings: Findings, top: Fields) -> Numbers:
    if "numbers" not in top:
        return Numbers()
    fields = Fields(findings, top.node("numbers"), "numbers", ("decimal", "thousands"))
    decimal = fields.one_of("decimal", (".", ",")) if "decimal" in fields else "."
    thousands = ""
    if "thousands" in fields:
        words = {".": ".", ",": ",", "'": "'", "space": " "}
        thousands = words.get(fields.one_of("thousands", words) or "", "")
    if thousands and thousands == decimal:
        findings.add("numbers", fields.place, "decimal and thousands cannot be the same mark.")
    return Numbers(decimal or ".", thousands)


def _zone(findings: Findings, top: Fields) -> ZoneInfo | None:
    name = top.text("time-zone") if "time-zone" in top else "UTC"
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        findings.add(
            "time-zone",
            top.place_of("time-zone"),
            f"{name} is no time zone.",
            "Write one such as Europe/London.",
        )
        return None


def _tests(findings: Findings, node: Node | None) -> tuple[RowTest, ...]:
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        findings.add("not-a-list", node.place, "A list of row filters belongs here.")
        return ()
    tests: list[RowTest] = []
    comparisons = get_args(Comparison)
    for item in node.items:
        fields = Fields(findings, item, "the row filter", ("column", "because", *comparisons))
        fields.require("column", "because")
        used = [name for name in comparisons if name in fields]
        if len(used) != 1:
            findings.add(
                "row-filter", fields.place, f"A row filter has one of {', '.join(comparisons)}."
            )
            continue
        value, column, because = fields.text(used[0]), fields.text("column"), fields.text("because")
        if value is None or column is None or because is None:
            continue
        if used[0] in {"at-most", "at-least"} and as_number(value, Numbers()) is None:
            findings.add("number", fields.place_of(used[0]), f"{used[0]} takes a number.")
        tests.append(RowTest(column, cast(Comparison, used[0]), value, because.rstrip(".")))
    return tuple(tests)


def _shop(fields: Fields) -> ShopOfImport | None:
    fields.require("code", "name", "currency")
    code, name, currency = fields.name("code"), fields.text("name"), fields.text("currency")
    if currency is not None and not (len(currency) == 3 and currency.isupper()):
        fields.findings.add(
            "currency",
            fields.place_of("currency"),
            f"{currency} is no currency; three capital letters are meant, such as EUR.",
        )
    return ShopOfImport(code, name, currency) if code and name and currency else None


def _payments(findings: Findings, node: Node | None) -> tuple[PaymentSource, ...]:
    if not isinstance(node, Sequence):
        if node is not None:
            findings.add("not-a-list", node.place, "payments is a list; begin it with a hyphen.")
        return ()
    payments: list[PaymentSource] = []
    for item in node.items:
        fields = Fields(
            findings, item, "the payment", ("provider", "method", "reference", "amount")
        )
        fields.require("provider", "reference")
        amount = read_source_of(fields, "amount", is_date=False) if "amount" in fields else None
        provider, reference = fields.name("provider"), fields.text("reference")
        if reference is not None:
            try:
                one, other = (reference.format(number=n, shop="s", position=1) for n in "ab")
            except (KeyError, IndexError, ValueError, AttributeError):
                one = other = ""
            if one == other:
                findings.add(
                    "reference",
                    fields.place_of("reference"),
                    "The reference must tell payments apart: put {number} in it; {shop} and "
                    "{position} may stand there too.",
                )
        method = (fields.text("method") or "") if "method" in fields else ""
        payments.append(PaymentSource(provider or "", method, reference or "", amount))
    rests = [payment for payment in payments if payment.amount is None]
    if len(rests) != 1:
        findings.add(
            "payments", node.place, "Exactly one payment has no amount: it takes what is left."
        )
    return tuple(payments)


def _words(fields: Fields, key: str, known: Collection[str]) -> list[str]:
    words = fields.scalars(key) if key in fields else []
    for scalar in words:
        if scalar.text not in known:
            fields.findings.add(
                "unknown-word",
                scalar.place,
                f"{key} cannot be {scalar.text}.",
                did_you_mean(scalar.text, known),
            )
    return [scalar.text for scalar in words]
