"""Historical claims as a file tells them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from claims.imports.files import Row
from claims.imports.mapping import ClaimsMapping
from claims.imports.values import (
    WRONG,
    BadValue,
    Reading,
    optional,
    refuse_missing,
    text,
)

PLACED_AT = "placed-at"
"""Written at `missing:` of opened-at: the day of the order stands in for a missing date."""
NOT_SETTLED = "what was given back does not add up"


@dataclass(frozen=True, slots=True)
class Wish:
    """One row: so many pieces of a product given back, for so much, in minor units."""

    at_line: int
    document: str
    """What the row's claim is called in the file; rows with the same one belong together."""
    party: str
    """The customer's number, or the order's, by which the purchase is found."""
    sku: str
    quantity: int
    amount: int
    split: Mapping[str, int]
    opened_at: datetime | None
    """None: the file does not say; the day of the order will do."""
    reason: str
    resolution: str
    evidence: str


def document_of(mapping: ClaimsMapping, row: Row) -> str:
    """The values of the columns that tell one claim from the other."""
    return " ".join(row.values.get(column, "").strip() or "-" for column in mapping.one_per)


def sort_key(mapping: ClaimsMapping, reading: Reading, row: Row) -> tuple[str, str]:
    """Rows in the order of their dates, one document's rows together; undated ones first."""
    try:
        moment = reading.moment(row, mapping.claim["opened-at"]).isoformat()
    except BadValue:
        moment = ""
    return moment, document_of(mapping, row)


def read_wish(mapping: ClaimsMapping, reading: Reading, row: Row) -> Wish:
    """The claim of one row; BadValue where a value is missing or makes no sense."""
    sources = mapping.claim
    dated = sources["opened-at"]
    needed = set(sources) - {"evidence"}
    refuse_missing(row, {**sources, **mapping.ways}, needed | set(mapping.ways))
    quantity = reading.whole(row, sources["quantity"])
    if quantity < 1:
        raise BadValue(
            "nothing is asked for", f"{sources['quantity'].name} asks for {quantity} pieces."
        )
    amount_source = sources["amount"] if "amount" in sources else sources["unit-price"]
    amount = reading.money(row, amount_source)
    if "amount" not in sources:
        amount *= quantity
    split = {way: reading.money(row, source) for way, source in mapping.ways.items()}
    if amount < 0 or any(part < 0 for part in split.values()):
        raise BadValue(WRONG, f"{amount_source.name} or a part of it is below 0.")
    if split and sum(split.values()) != amount:
        raise BadValue(
            NOT_SETTLED,
            f"The parts add up to {sum(split.values())} and the amount is {amount} minor units.",
        )
    party = "customer-number" if mapping.match == "customer-and-sku" else "order-number"
    evidence = optional(row, sources.get("evidence"))
    return Wish(
        at_line=row.line,
        document=document_of(mapping, row),
        party=text(row, sources[party]),
        sku=text(row, sources["sku"]),
        quantity=quantity,
        amount=amount,
        split={way: part for way, part in split.items() if part},
        opened_at=None if _is_undated(row, mapping) else reading.moment(row, dated),
        reason=text(row, sources["reason"]),
        resolution=text(row, sources["resolution"]),
        evidence=evidence,
    )


def _is_undated(row: Row, mapping: ClaimsMapping) -> bool:
    """Only where the mapping says that the day of the order stands in for a missing date."""
    dated = mapping.claim["opened-at"]
    return dated.missing == PLACED_AT and text(row, dated) == PLACED_AT
