"""The parts that mapping files share: file, numbers, time zone, row filters, shop, payments."""

from collections.abc import Collection
from typing import cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from claims.imports.mapping import (
    Comparison,
    FileFormat,
    FileShape,
    Numbers,
    PaymentSource,
    RowTest,
    ShopOfImport,
)
from claims.imports.sources import read_source_of, section
from claims.imports.values import as_number
from workflows.fields import Fields
from workflows.problems import Findings, did_you_mean
from workflows.source import Node, Sequence

Common = tuple[str, str, FileShape, Numbers, ZoneInfo, tuple[RowTest, ...], tuple[RowTest, ...]]


def common_parts(findings: Findings, top: Fields) -> Common | None:
    name = top.name("import")
    label = top.text("label") or name
    shape = _shape(section(top, "file", ("format", "delimiter", "encoding")))
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


def shop_of(fields: Fields) -> ShopOfImport | None:
    fields.require("code", "name", "currency")
    code, name, currency = fields.name("code"), fields.text("name"), fields.text("currency")
    if currency is not None and not (len(currency) == 3 and currency.isupper()):
        fields.findings.add(
            "currency",
            fields.place_of("currency"),
            f"{currency} is no currency; three capital letters are meant, such as EUR.",
        )
    return ShopOfImport(code, name, currency) if code and name and currency else None


def payments_of(findings: Findings, node: Node | None) -> tuple[PaymentSource, ...]:
    if not isinstance(node, Sequence):
        if node is not None:
            findings.add("not-a-list", node.place, "payments is a list; begin it with a hyphen.")
        return ()
    payments: list[PaymentSource] = []
    for item in node.items:
        fields = Fields(
            findings,
            item,
            "the payment",
            ("provider", "method", "reference", "amount", "paid-at"),
        )
        fields.require("provider", "reference")
        amount = read_source_of(fields, "amount", is_date=False) if "amount" in fields else None
        paid_at = read_source_of(fields, "paid-at", is_date=True) if "paid-at" in fields else None
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
        payments.append(PaymentSource(provider or "", method, reference or "", amount, paid_at))
    rests = [payment for payment in payments if payment.amount is None]
    if len(rests) != 1:
        findings.add(
            "payments", node.place, "Exactly one payment has no amount: it takes what is left."
        )
    return tuple(payments)


def words_of(fields: Fields, key: str, known: Collection[str]) -> list[str]:
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
