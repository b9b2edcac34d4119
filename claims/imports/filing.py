"""Matched claims become reclamations, settled by real events at their historical dates."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims.cases import CaseRef
from claims.claimable import Wanted
from claims.claiming import Filing, file_claims
from claims.door import Firing, fire_many
from claims.imports.claim_rows import Wish
from claims.imports.matching import Purchase
from claims.models import Item, OrderLine, Reclamation
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules

Filed = Counter[tuple[str, int]]
"""How many items of a product and a quantity are filed."""


@dataclass(frozen=True, slots=True)
class Matched:
    wish: Wish
    purchase: Purchase

    @property
    def opened_at(self) -> datetime:
        return self.wish.opened_at or self.purchase.placed_at


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows of one document that met one order: one reclamation, an item for each row."""

    import_key: str
    order_id: int
    rows: Sequence[Matched]

    @property
    def opened_at(self) -> datetime:
        return min(row.opened_at for row in self.rows)


def import_key(mapping: str, document: str, order_number: str) -> str:
    """What a claim is known by in every later import of the same mapping."""
    return f"{mapping}:{quote(document, safe=' ')}:{quote(order_number, safe=' ')}"


def filed_before(
    session: Session, mapping: str, documents: Mapping[str, set[str]]
) -> tuple[set[str], dict[str, Filed]]:
    """Keys that are taken, and for each document what is filed of it.

    `documents` names the orders that the rows of each document could belong to.
    """
    ask = {
        import_key(mapping, document, number): document
        for document, numbers in documents.items()
        for number in numbers
    }
    taken: set[str] = set()
    filed: dict[str, Filed] = {}
    number = 1
    while ask:
        rows = session.execute(
            select(func.coalesce(Reclamation.import_key, ""), OrderLine.sku, Item.quantity)
            .join(Item, Item.reclamation_id == Reclamation.id)
            .join(OrderLine, OrderLine.id == Item.order_line_id)
            .where(Reclamation.import_key.in_(ask))
        ).all()
        for key, sku, quantity in rows:
            filed.setdefault(ask[key], Counter())[sku, quantity] += 1
        found = {key for key, _, _ in rows}
        taken |= found
        number += 1
        ask = {f"{key.split('#')[0]}#{number}": ask[key] for key in found}
    return taken, filed


def claims_of(mapping: str, matched: Iterable[Matched], taken: Iterable[str]) -> list[Claim]:
    """One claim for each document and order; where its key is taken, with a number after it."""
    grouped: dict[tuple[str, int], list[Matched]] = {}
    for row in matched:
        grouped.setdefault((row.wish.document, row.purchase.order_id), []).append(row)
    keys = set(taken)
    claims: list[Claim] = []
    for (document, order_id), rows in grouped.items():
        plain = import_key(mapping, document, rows[0].purchase.order_number)
        key, number = plain, 1
        while key in keys:
            number += 1
            key = f"{plain}#{number}"
        keys.add(key)
        claims.append(Claim(key, order_id, rows))
    return claims


def settle(
    session: Session, rules: Rules, claims: Sequence[Claim], event: str, actor: Actor
) -> list[tuple[Matched, Refused]]:
    """File claims and fire the event that settles each item, with its amount and its split.

    Answers the rows that the domain refused. Where there is one nothing may be kept: the caller
    goes back to where it was and comes again without them.
    """
    filings = [
        Filing(
            claim.order_id,
            [
                Wanted(
                    row.purchase.line_id,
                    row.wish.quantity,
                    row.wish.reason,
                    row.wish.resolution,
                    row.wish.evidence,
                )
                for row in claim.rows
            ],
            claim.opened_at,
            claim.import_key,
        )
        for claim in claims
    ]
    refused: list[tuple[Matched, Refused]] = []
    rows: list[Matched] = []
    firings: list[Firing] = []
    answers = file_claims(session, rules, filings, actor) if filings else []
    for claim, answer in zip(claims, answers, strict=True):
        if isinstance(answer, Refused):
            refused += [(row, answer) for row in claim.rows]
            continue
        for row, item in zip(claim.rows, answer.items, strict=True):
            given = {"amount": row.wish.amount, "split": dict(row.wish.split)}
            rows.append(row)
            firings.append(Firing(CaseRef("item", item.id), event, given, row.opened_at))
    fired = fire_many(session, rules, firings, actor)
    return refused + [
        (row, answer)
        for row, answer in zip(rows, fired, strict=True)
        if isinstance(answer, Refused)
    ]
