"""Reads the `field: column` entries of a mapping file."""

from collections.abc import Collection
from collections.abc import Mapping as Table

from claims.imports.mapping import Source
from workflows.fields import Fields
from workflows.source import Mapping, Scalar

_KEYS = ("column", "columns", "constant", "missing", "values", "date", "sign")


def section(top: Fields, key: str, keys: Collection[str]) -> Fields:
    """The entries under a key; one that is not there is empty and placed where it should be."""
    node = top.node(key)
    if node is None:
        return Fields(top.findings, Mapping({}, top.place), key, keys)
    return Fields(top.findings, node, key, keys)


def read_sources(
    fields: Fields, known: Table[str, bool], dates: Collection[str]
) -> dict[str, Source]:
    """The entries among `known` (True where one must be there); what is wrong is noted."""
    fields.require(*(name for name, needed in known.items() if needed))
    read = {
        name: read_source_of(fields, name, is_date=name in dates)
        for name in known
        if name in fields
    }
    return {name: source for name, source in read.items() if source is not None}


def read_source_of(fields: Fields, name: str, *, is_date: bool) -> Source | None:
    """One entry: the name of a column, or a mapping that says more."""
    node = fields.node(name)
    findings = fields.findings
    if isinstance(node, Scalar):
        column = fields.text(name)
        if column is not None and is_date:
            findings.add(
                "date",
                node.place,
                f"{name} needs to know how dates are written.",
                f'Write {{ column: {column}, date: "%Y-%m-%d" }}.',
            )
        return Source((column,)) if column is not None else None
    inner = Fields(findings, node, name, _KEYS)
    given = [key for key in ("column", "columns", "constant") if key in inner]
    if len(given) != 1:
        findings.add(
            "source",
            inner.place,
            f"{name} has one of column, columns and constant, not {' and '.join(given) or 'none'}.",
        )
        return None
    columns = tuple(scalar.text for scalar in inner.scalars(given[0]) if given[0] != "constant")
    pattern = inner.text("date") if "date" in inner else None
    if is_date and pattern is None and not findings.found:
        findings.add("date", inner.place, f"{name} needs to know how dates are written: date.")
    sign = inner.one_of("sign", ("as-written", "turned")) if "sign" in inner else None
    return Source(
        columns=columns,
        constant=inner.text("constant") if "constant" in inner else None,
        missing=inner.text("missing") if "missing" in inner else None,
        values=_values(inner) if "values" in inner else None,
        date=pattern,
        negative=sign == "turned",
    )


def _values(inner: Fields) -> dict[str, str]:
    table = Fields(inner.findings, inner.node("values"), f"values of {inner.about}", None)
    return {name: table.text(name) or "" for name in table.entries}
