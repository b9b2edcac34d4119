"""What a reconciliation writes: discrepancies, what heals itself, and the run itself."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from claims import clock, late_truth
from claims.late_failures import DISCREPANCIES, FINDER, pointers
from claims.late_truth import WasPaid
from claims.models import Discrepancy, Effect, Reconciliation, RefundShare
from claims.people import Actor
from claims.reconciling.comparing import Difference, Truth
from claims.reconciling.listed import Listed
from claims.refusals import NotFound, Refused
from claims.rules import Rules

LEASE = timedelta(minutes=15)
AGREES_NOW = "The two agree now."


@dataclass(frozen=True, slots=True)
class Totals:
    """What came out of a run."""

    listed: int
    compared: int
    healed: int
    found: int


def begin(session: Session, provider: str, slot: datetime, since: datetime, by: str) -> int | None:
    """Take the run of a slot of time; None where it is made or somebody is at it."""
    now = clock.now(session)
    same = (Reconciliation.provider == provider) & (Reconciliation.slot == slot)
    is_taken = Reconciliation.finished_at.is_not(None) | (Reconciliation.lease_until >= now)
    if session.scalar(select(Reconciliation.id).where(same, is_taken)) is not None:
        return None  # nearly always; an upsert would lock the row each time
    taken = insert(Reconciliation).values(
        provider=provider, slot=slot, since=since, by=by, started_at=now, lease_until=now + LEASE
    )
    return session.scalar(
        taken.on_conflict_do_update(
            index_elements=["provider", "slot"],
            set_={"by": by, "started_at": now, "lease_until": now + LEASE},
            where=~is_taken,
        ).returning(Reconciliation.id)
    )


def heal(session: Session, rules: Rules, truth: Truth) -> bool:
    """Take over what is paid there exactly as it was asked for here.

    What nobody knew is settled. What a worker is still to pay it reads from the look-up that is
    noted here, and pays nothing. False where that has been settled meanwhile, or is in the hands
    of a worker just now.
    """
    here, there = truth.here, truth.there
    paid = WasPaid(there.provider_reference)
    if late_truth.settle_unknown_refund(
        session, rules, here.effect_id, {here.share_id: paid}, FINDER
    ):
        return True
    effect = session.scalar(
        select(Effect)
        .where(Effect.id == here.effect_id, Effect.status == "waiting")
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    now = clock.now(session)
    if effect is None or (effect.lease_until is not None and effect.lease_until > now):
        return False
    share = session.get_one(RefundShare, here.share_id)
    if any(a.share_id == share.id and a.result == "done" for a in effect.attempts):
        return False
    keys = [a.key for a in effect.attempts if a.share_id == share.id and a.action == "call"]
    answer = {"reference": there.provider_reference, "answer": {}}
    key = keys[-1] if keys else here.reference
    late_truth.note_look_up(session, share, key, "done", answer, FINDER)
    effect.due_at = now
    session.info.setdefault("effects_asked", []).append(effect.id)
    return True


def write(session: Session, provider: str, differences: Iterable[Difference]) -> None:
    """Keep each discrepancy once; what is found again is only seen again, or open again where it
    was closed because the two agreed.

    A late failure of which an incident has told a person is kept as closed, and points there.
    """
    differences = list(differences)
    late = {
        (each.share_id, each.provider_reference)
        for each in differences
        if each.kind in DISCREPANCIES and each.share_id is not None
    }
    told = pointers(session, late) if late else {}
    now = clock.now(session)
    rows = {
        (d.kind, d.reference, d.provider_reference): {
            "provider": provider,
            "kind": d.kind,
            "reference": d.reference,
            "provider_reference": d.provider_reference,
            "share_id": d.share_id,
            "sentence": d.sentence,
            "found_at": now,
            "seen_at": now,
            **_closed(told.get((d.share_id or 0, d.provider_reference)), now),
        }
        for d in differences
    }
    if rows:
        found = insert(Discrepancy)
        agreed = (Discrepancy.closed_by == FINDER) & (Discrepancy.reason == AGREES_NOW)
        anew = {
            name: case((agreed, found.excluded[name]), else_=getattr(Discrepancy, name))
            for name in ("found_at", "closed_at", "closed_by", "reason")
        }
        session.execute(
            found.on_conflict_do_update(
                index_elements=["provider", "kind", "reference", "provider_reference"],
                set_={
                    "seen_at": found.excluded.seen_at,
                    "sentence": found.excluded.sentence,
                    **anew,
                },
            ),
            list(rows.values()),
        )


def _closed(pointer: str | None, now: datetime) -> dict[str, object]:
    if pointer is None:
        return {"closed_at": None, "closed_by": None, "reason": None}
    return {"closed_at": now, "closed_by": FINDER, "reason": pointer}


def close_what_agrees(
    session: Session, provider: str, there: Iterable[Listed], differences: Iterable[Difference]
) -> None:
    """Close open discrepancies that differ no more, of what the list really had.

    What is too old for the list is not in it: nobody has compared it, and it stays open.
    """
    listed = {each.provider_reference: each for each in there}
    references = {each.reference for each in listed.values() if each.reference}
    still = {(d.kind, d.reference, d.provider_reference) for d in differences}
    open_ones = session.scalars(
        select(Discrepancy)
        .where(Discrepancy.provider == provider, Discrepancy.closed_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    now = clock.now(session)
    for each in open_ones:
        is_same = (each.kind, each.reference, each.provider_reference) in still
        if not is_same and _agrees(each, listed, references):
            each.closed_at, each.closed_by, each.reason = now, FINDER, AGREES_NOW


def _agrees(each: Discrepancy, listed: Mapping[str, Listed], references: Collection[str]) -> bool:
    """Whether the list shows that what differs no more agrees, and is not merely out of sight.

    `twice` agrees when one of the two came to nothing.
    """
    if each.kind == "twice":
        known = each.share.provider_reference if each.share else None
        both = (listed.get(each.provider_reference), listed.get(known or ""))
        return any(one is not None and one.standing != "paid" for one in both)
    if each.provider_reference:
        return each.provider_reference in listed
    return each.reference in references


def finish(session: Session, run_id: int, totals: Totals) -> None:
    """Write what came out, and that nobody need take the slot up again."""
    session.execute(
        update(Reconciliation)
        .where(Reconciliation.id == run_id)
        .values(
            finished_at=clock.now(session),
            listed=totals.listed,
            compared=totals.compared,
            healed=totals.healed,
            found=totals.found,
            word="",
        )
    )


def give_up(session: Session, run_id: int, word: str) -> None:
    """Note why it could not be finished; when its time is over somebody takes it up again."""
    session.execute(update(Reconciliation).where(Reconciliation.id == run_id).values(word=word))


def close(session: Session, discrepancy_id: int, actor: Actor, reason: str) -> None:
    """A person closes a discrepancy. Refused without a reason, or where it is closed."""
    found = session.scalar(
        select(Discrepancy).where(Discrepancy.id == discrepancy_id).with_for_update()
    )
    if found is None:
        raise NotFound(f"There is no discrepancy {discrepancy_id}.")
    if found.closed_at is not None:
        raise Refused(f"{found.closed_by} has closed it already: {found.reason}")
    if not reason.strip():
        raise Refused("Say what was done about it; without that it stays open.")
    found.closed_at, found.closed_by = clock.now(session), actor.name
    found.reason = reason.strip()[:2000]
