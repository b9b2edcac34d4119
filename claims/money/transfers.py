"""Refunds by bank transfer: a list for finance, files for the bank, and what became of each.

A transfer is one row for one share of a refund, so it is asked for once however often a worker
looks. It is in one file at most, and a file never changes. The worker that asked waits; what
finance marks wakes it, and it settles the refund like any other.
"""

import hashlib
import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from claims import clock
from claims.models import Effect, Refund, RefundShare, Transfer, TransferBatch
from claims.money.transfer_files import Debtor, Form, file_for_bank
from claims.outside import Done
from claims.outside import Refused as RefusedOutside
from claims.people import Actor
from claims.refusals import NotFound, Refused

HOLDER = re.compile(r"[^\W\d_][\w .,'’()/+&-]{1,69}")
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
MOST_IN_A_BATCH = 1000
WANTED = Transfer.share_id.in_(
    select(RefundShare.id)
    .join(Refund, Refund.id == RefundShare.refund_id)
    .join(Effect, Effect.id == Refund.effect_id)
    .where(RefundShare.status == "held", Effect.status == "waiting")
)
"""A transfer that the bank should still make: its refund was neither given up nor decided else."""


def reference_of(share_reference: str) -> str:
    """What the bank's statement shows: at most 35 letters and digits, always the same."""
    return f"RD{hashlib.sha256(share_reference.encode()).hexdigest()[:24].upper()}"


def outcome_of(
    session: Session, share: RefundShare, share_reference: str
) -> Done | RefusedOutside | None:
    """Ask for the transfer of a share, once, and tell what became of it; None while it waits.

    The worker holds the effect's row, so that what finance marks comes before or after.
    """
    session.execute(
        insert(Transfer)
        .values(
            share_id=share.id,
            reference=reference_of(share_reference),
            amount=share.amount,
            currency=share.payment.currency,
            asked_at=clock.now(session),
        )
        .on_conflict_do_nothing(index_elements=["share_id"])
    )
    transfer = session.scalars(
        select(Transfer)
        .where(Transfer.share_id == share.id)
        .execution_options(populate_existing=True)
    ).one()
    if transfer.status == "paid":
        return Done(transfer.reference, {"transfer": transfer.id, "bank": transfer.word})
    if transfer.status == "refused":
        return RefusedOutside(f"The transfer could not be made: {transfer.word}")
    return None


def are_asked_for(session: Session, refund: Refund) -> bool:
    """Whether finance was asked for any transfer of a refund."""
    shares = [share.id for share in refund.shares]
    asked = select(Transfer.id).where(Transfer.share_id.in_(shares)).limit(1)
    return session.scalar(asked) is not None


def set_account(session: Session, transfer_id: int, holder: str, iban: str, bic: str = "") -> None:
    """Finance types where the money goes. Refused for what cannot be, or once it is exported."""
    transfer = _locked(session, transfer_id)
    if transfer.status != "waiting":
        raise Refused(f"{transfer.reference} is {transfer.status}; its account stays as it is.")
    holder, iban = " ".join(holder.split()), "".join(iban.split()).upper()
    bic = "".join(bic.split()).upper()
    if not HOLDER.fullmatch(holder):
        raise Refused("The holder of the account is a name of 2 to 70 letters.")
    if not is_iban(iban):
        raise Refused(f"{iban or 'Nothing'} is no IBAN: its check digits do not fit.")
    if bic and not BIC.fullmatch(bic):
        raise Refused(f"{bic} is no BIC; it has 8 or 11 letters and digits, or leave it out.")
    transfer.holder, transfer.iban, transfer.bic = holder, iban, bic


def is_iban(text: str) -> bool:
    """Whether the check digits of an IBAN fit (ISO 13616)."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def export(
    session: Session, form: Form, currency: str, debtor: Debtor | None, actor: Actor
) -> TransferBatch:
    """Put all that are wanted and have an account into one file; Refused where none do.

    What is exported is in no other file, and the file stays as it is.
    """
    wanted = (
        select(Transfer)
        .where(Transfer.status == "waiting", Transfer.iban != "", WANTED)
        .where(Transfer.currency == currency)
        .order_by(Transfer.id)
        .limit(MOST_IN_A_BATCH)
    )
    # The effects first, as whoever settles a refund does.
    theirs = (
        select(Refund.effect_id)
        .join(RefundShare, RefundShare.refund_id == Refund.id)
        .where(RefundShare.id.in_(wanted.with_only_columns(Transfer.share_id)))
    )
    session.execute(
        select(Effect.id).where(Effect.id.in_(theirs)).order_by(Effect.id).with_for_update()
    )
    ready = session.scalars(
        wanted.with_for_update().execution_options(populate_existing=True)
    ).all()
    if not ready:
        raise Refused(f"No transfer in {currency} waits that has an account; type the IBANs first.")
    now = clock.now(session)
    content = file_for_bank(form, ready, debtor, now.date())
    batch = TransferBatch(
        made_at=now,
        made_by=actor.name,
        form=form,
        currency=currency,
        transfers=len(ready),
        total=sum(each.amount for each in ready),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    session.add(batch)
    session.flush()
    for each in ready:
        each.status, each.batch_id = "exported", batch.id
    session.flush()
    return batch


def mark_paid(session: Session, transfer_id: int, actor: Actor, word: str = "") -> None:
    """The money has left the account; `word` is how the bank knows it."""
    _settle(session, transfer_id, "paid", actor, word.strip())


def mark_refused(session: Session, transfer_id: int, actor: Actor, reason: str) -> None:
    """It could not be made, and surely no money has moved. Refused without a reason."""
    if not reason.strip():
        raise Refused("Say why it could not be made; the customer's agent reads it.")
    _settle(session, transfer_id, "refused", actor, reason.strip())


def find_by_references(session: Session, references: Sequence[str]) -> dict[str, Transfer]:
    """The transfers that a bank's statement names, by reference."""
    found = session.scalars(select(Transfer).where(Transfer.reference.in_(references)))
    return {transfer.reference: transfer for transfer in found}


def _settle(session: Session, transfer_id: int, status: str, actor: Actor, word: str) -> None:
    # The effect first, as the worker does that asks what became of the transfer.
    effect = session.scalar(
        select(Effect)
        .join(Refund, Refund.effect_id == Effect.id)
        .join(RefundShare, RefundShare.refund_id == Refund.id)
        .join(Transfer, Transfer.share_id == RefundShare.id)
        .where(Transfer.id == transfer_id)
        .with_for_update(of=Effect)
        .execution_options(populate_existing=True)
    )
    transfer, now = _locked(session, transfer_id), clock.now(session)
    if transfer.status in {"paid", "refused"}:
        raise Refused(f"{transfer.settled_by} has marked {transfer.reference} {transfer.status}.")
    if effect is not None and effect.status == "unknown":
        raise Refused(
            f"People are deciding what became of the refund that {transfer.reference} pays. Say on "
            "its page what the bank did, and a second person confirms it."
        )
    if effect is None or effect.status != "waiting":
        raise Refused(f"Nobody waits for {transfer.reference} any more; its refund is settled.")
    transfer.status, transfer.word = status, word[:200]
    transfer.settled_at, transfer.settled_by = now, actor.name
    effect.due_at = now
    session.info.setdefault("effects_asked", []).append(effect.id)
    session.flush()


def _locked(session: Session, transfer_id: int) -> Transfer:
    found = session.scalar(
        select(Transfer)
        .where(Transfer.id == transfer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(f"There is no transfer {transfer_id}.")
    return found
