"""Files for the bank (CSV and SEPA pain.001), and what the bank sends back as CSV."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sepaxml import SepaTransfer

from claims.models import Transfer
from claims.money.amounts import decimals
from claims.refusals import Refused

Form = Literal["csv", "pain.001"]
SCHEMA = "pain.001.001.03"
COLUMNS = ("reference", "holder", "iban", "bic", "amount", "currency", "purpose")
MOST_ROWS = 10_000
AMOUNT = re.compile(r"\d{1,12}(\.\d{1,4})?")
CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Debtor:
    """The shop's own account, from which transfers are made."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """A line of the bank's file: what was paid under which reference, in minor units."""

    line: int
    reference: str
    amount: int
    currency: str
    bank_reference: str


def file_for_bank(
    form: Form, transfers: Sequence[Transfer], debtor: Debtor | None, day: date
) -> bytes:
    """All these transfers in one file. `day` is when they are to be made."""
    if form == "csv":
        return _as_csv(transfers)
    if debtor is None:
        raise Refused(
            "A SEPA file needs the shop's own account; set BANK_HOLDER and BANK_IBAN, or export "
            "CSV."
        )
    if any(each.currency != "EUR" for each in transfers):
        raise Refused("A SEPA file takes euros only; export the others as CSV.")
    return _as_sepa(transfers, debtor, day)


def _as_csv(transfers: Sequence[Transfer]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for each in transfers:
        amount = Decimal(each.amount).scaleb(-decimals(each.currency))
        purpose = f"Refund {each.reference}"
        writer.writerow(
            [each.reference, each.holder, each.iban, each.bic, amount, each.currency, purpose]
        )
    return text.getvalue().encode()


def _as_sepa(transfers: Sequence[Transfer], debtor: Debtor, day: date) -> bytes:
    own = {"name": debtor.name, "IBAN": debtor.iban, "batch": True, "currency": "EUR"}
    sepa = SepaTransfer(own | ({"BIC": debtor.bic} if debtor.bic else {}), SCHEMA)
    for each in transfers:
        payment = {
            "name": each.holder,
            "IBAN": each.iban,
            "amount": each.amount,
            "execution_date": day,
            "description": f"Refund {each.reference}",
            "endtoend_id": each.reference,
        }
        sepa.add_payment(payment | ({"BIC": each.bic} if each.bic else {}))
    content: bytes = sepa.export(validate=True)
    return content


def read_bank_file(content: bytes) -> Iterator[Booked]:
    """The lines of a CSV with `reference`, `amount`, `currency` and perhaps `bank_reference`.

    Refused, with the line, for what cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("The bank's file is not UTF-8; save it as CSV (UTF-8).") from None
    delimiter = ";" if text.partition("\n")[0].count(";") > 1 else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    missing = {"reference", "amount", "currency"} - set(rows.fieldnames or ())
    if missing:
        raise Refused(f"The bank's file has no column {', '.join(sorted(missing))}.")
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            raise Refused(f"The bank's file has more than {MOST_ROWS} lines; cut it in parts.")
        yield _booked(number, row)


def _booked(number: int, row: Mapping[str, str | None]) -> Booked:
    currency = (row["currency"] or "").strip().upper()
    written = (row["amount"] or "").strip().replace(",", ".")
    if not (AMOUNT.fullmatch(written) and CURRENCY.fullmatch(currency)):
        raise Refused(f"Line {number}: {written[:40]!r} {currency[:10]} is no amount.")
    exact = Decimal(written).scaleb(decimals(currency))
    if exact != exact.to_integral_value():
        raise Refused(f"Line {number}: {currency} has fewer decimals than {written}.")
    reference = (row["reference"] or "").strip().upper()
    return Booked(
        number, reference, int(exact), currency, (row.get("bank_reference") or "").strip()
    )
