"""The import of historical claims: rows to wishes to matches to settled reclamations."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.imports.claim_rows import Wish, document_of, read_wish, sort_key
from claims.imports.files import ImportFile, Progress, Row
from claims.imports.filing import Claim, Matched, claims_of, filed_before, settle
from claims.imports.gate import Gate
from claims.imports.mapping import ClaimsMapping, Kind
from claims.imports.matching import match_wish, purchases
from claims.imports.runs import Advance, RefusedRow
from claims.imports.sorting import SortedRows, SortKey
from claims.imports.values import BadValue, Reading
from claims.models import Shop
from claims.people import importer
from claims.refusals import Refused
from claims.rules import Rules

CHUNK = 400
"""Rows, at least: the rows of one document stay together."""
REFUSED_BY_RULES = "the rules of claims refuse it"


@dataclass(slots=True)
class ClaimsChunk:
    position: int
    wishes: list[Wish] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Outcome:
    """What matching a chunk came to."""

    matched: list[Matched] = field(default_factory=list)
    unmatched: list[RefusedRow] = field(default_factory=list)
    there: int = 0
    """Rows that an earlier import has filed."""
    claims: list[Claim] = field(default_factory=list)

    def counted(self) -> Counter[str]:
        counts = Counter(claims=len(self.claims), items=len(self.matched), there=self.there)
        for row in self.matched:
            counts["total"] += row.wish.amount
            counts[f"reason:{row.wish.reason}"] += row.wish.amount
            for way, part in row.wish.split.items():
                counts[f"way:{way}"] += part
        return counts


class ClaimsImport:
    """One file of claims by one mapping. `begin` first; `chunks` reads, `take` files one chunk.

    The file is sorted by date on disk first, since earlier claims take their pieces first.
    """

    kind: Kind = "claims"

    def __init__(self, mapping: ClaimsMapping, file: ImportFile, rules: Rules) -> None:
        self.mapping = mapping
        self.file = file
        self._rules = rules
        self._actor = importer(f"import {mapping.name}")
        self._shop_id = 0
        self.currency = ""

    def begin(self, session: Session) -> None:
        """Refused where the shop has no orders yet or the shop's choices know a word not."""
        found = session.execute(
            select(Shop.id, Shop.currency).where(Shop.code == self.mapping.shop)
        ).one_or_none()
        if found is None:
            raise Refused(
                f"There is no shop {self.mapping.shop} yet; import its orders before its claims."
            )
        self._shop_id, self.currency = found
        self._check_words()

    def chunks(self, after: int, progress: Progress) -> Iterator[ClaimsChunk]:
        """The chunks after the first `after` rows, sorted, so always the same."""
        reading = self._reading()
        gate = Gate(self.mapping, reading)
        left: Counter[str] = Counter()
        on_disk = SortedRows(self._keyed(gate, left, progress))
        try:
            chunk = ClaimsChunk(after, counts=left if after == 0 else Counter())
            rows = (row for _, row in on_disk)
            for group in gate.groups(rows, after, lambda row: document_of(self.mapping, row)):
                chunk.counts += group.counts
                chunk.refused += group.refused
                self._read(reading, group.rows, chunk)
                chunk.position = group.end
                progress("Filing claims", group.end, len(on_disk))
                if len(chunk.wishes) + len(chunk.refused) >= CHUNK:
                    yield chunk
                    chunk = ClaimsChunk(group.end)
            yield chunk
        finally:
            on_disk.close()

    def take(self, session: Session, chunk: ClaimsChunk) -> Advance:
        """Match, file and settle a chunk in the caller's transaction.

        What the domain refuses is taken back, and the rest of the chunk matched again without it.
        """
        wishes, refused = list(chunk.wishes), list(chunk.refused)
        while True:
            before = session.begin_nested()
            outcome = self._match(session, wishes)
            objections = settle(
                session, self._rules, outcome.claims, self.mapping.settle, self._actor
            )
            if not objections:
                before.commit()
                break
            before.rollback()
            session.expunge_all()
            session.info.pop("versions_kept", None)  # written inside, so gone again
            for row, why in objections:
                refused.append(RefusedRow(row.wish.at_line, REFUSED_BY_RULES, str(why)))
                wishes.remove(row.wish)
        return Advance(
            chunk.position, chunk.counts + outcome.counted(), [*refused, *outcome.unmatched]
        )

    def _match(self, session: Session, wishes: list[Wish]) -> Outcome:
        candidates = purchases(
            session, self._shop_id, self.mapping.match, ((w.party, w.sku) for w in wishes)
        )
        documents: dict[str, set[str]] = {}
        for wish in wishes:
            numbers = documents.setdefault(wish.document, set())
            numbers.update(p.order_number for p in candidates.get((wish.party, wish.sku), ()))
        taken, filed = filed_before(session, self.mapping.name, documents)
        outcome = Outcome()
        for wish in wishes:
            before = filed.get(wish.document, Counter())
            if before[wish.sku, wish.quantity] > 0:
                before[wish.sku, wish.quantity] -= 1
                outcome.there += 1
                continue
            try:
                purchase = match_wish(
                    wish,
                    candidates.get((wish.party, wish.sku), ()),
                    self.mapping.amount_basis,
                    self.currency,
                )
                outcome.matched.append(Matched(wish, purchase))
            except BadValue as bad:
                outcome.unmatched.append(RefusedRow(wish.at_line, bad.reason, bad.detail))
        outcome.claims = claims_of(self.mapping.name, outcome.matched, taken)
        return outcome

    def _read(self, reading: Reading, rows: Sequence[Row], chunk: ClaimsChunk) -> None:
        for row in rows:
            try:
                chunk.wishes.append(read_wish(self.mapping, reading, row))
            except BadValue as bad:
                chunk.refused.append(RefusedRow(row.line, bad.reason, bad.detail))

    def _keyed(
        self, gate: Gate, left: Counter[str], progress: Progress
    ) -> Iterator[tuple[SortKey, Row]]:
        """The rows that are to be sorted; those of another import are only counted."""
        reading = self._reading()
        size = self.file.size
        rows = self.file.rows(
            set(self.mapping.columns()), lambda done: progress("Reading claims", done, size)
        )
        for row in rows:
            because = None if row.broken else gate.left_because(row)
            if because:
                left["rows"] += 1
                left[f"left:{because}"] += 1
            else:
                yield sort_key(self.mapping, reading, row), row

    def _reading(self) -> Reading:
        return Reading(self.mapping.numbers, self.mapping.time_zone, self.currency)

    def _check_words(self) -> None:
        """Each reason with each resolution that the mapping can say leads to a workflow, and an
        import may settle its items there."""
        sources, settle = self.mapping.claim, self.mapping.settle
        for reason, resolution in product(
            sources["reason"].possible(), sources["resolution"].possible()
        ):
            said = f"The mapping {self.mapping.name} says {reason} and {resolution}"
            try:
                name = self._rules.choices.workflow_for(reason, resolution, self.mapping.shop)
            except LookupError as error:
                raise Refused(f"{said}: {error.args[0]}") from error
            event = self._rules.definitions[name].events.get(settle)
            if event is None or "import" not in event.by:
                raise Refused(
                    f"{said}, which leads to {name}; there no event {settle} is open to an import "
                    "(by: [import]). Name another event at settle, or add it to the workflow."
                )
