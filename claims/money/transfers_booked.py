"""Marks transfers as paid by what the bank's file says, line by line."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from claims.money.refunds import money
from claims.money.transfer_files import Booked
from claims.money.transfers import find_by_references, mark_paid
from claims.people import Actor


@dataclass(frozen=True, slots=True)
class Imported:
    """How many were marked as paid, how many were so before, and what did not fit."""

    paid: int
    before: int
    strange: tuple[str, ...]


def mark_booked(session: Session, booked: Iterable[Booked], actor: Actor) -> Imported:
    """Mark each transfer that a line names with its exact amount; the same file again does nothing.

    A line that fits no transfer is told and changes nothing.
    """
    lines = list(booked)
    known = find_by_references(session, [line.reference for line in lines])
    paid = before = 0
    strange: list[str] = []
    for line in sorted(lines, key=lambda each: each.line):
        transfer = known.get(line.reference)
        if transfer is None:
            strange.append(f"Line {line.line}: no transfer has the reference {line.reference!r}.")
        elif (transfer.amount, transfer.currency) != (line.amount, line.currency):
            strange.append(
                f"Line {line.line}: {line.reference} is {money(transfer.amount, transfer.currency)}"
                f" here and {money(line.amount, line.currency)} at the bank."
            )
        elif transfer.status == "paid":
            before += 1
        elif transfer.status == "refused":
            strange.append(
                f"Line {line.line}: {line.reference} was marked as not made ({transfer.word}), and "
                "the bank has paid it."
            )
        else:
            mark_paid(session, transfer.id, actor, line.bank_reference)
            paid += 1
    return Imported(paid, before, tuple(strange))
