"""`customer.write` and `return-label.send`: letters to the customer.

The Message-ID comes from the effect's key, so a letter that was sent twice because nobody knew
whether the first one had left is one letter to whoever sorts by it.
"""

from collections.abc import Callable
from email.utils import parseaddr

from sqlalchemy.orm import Session

from claims import clock
from claims.models import Effect, Letter, ReturnLabel
from claims.outside import Outcome, Refused
from tasks.effects.job import Job, do_once
from tasks.letters import LetterFacts, LetterItem, UnknownLetter, WrittenLetter, write_letter
from tasks.mail import Mail
from tasks.workshop import Workshop


def write_to_customer(shop: Workshop, job: Job) -> None:
    """The letter that the workflow's `with: {letter: …}` names."""
    _send(shop, job, str(job.request["with"]["letter"]), None)


def send_return_label(shop: Workshop, job: Job) -> None:
    """A label of our own, whose number the warehouse scans, and the letter it goes with."""
    again = f"-{job.generation}" if job.generation > 1 else ""
    number = f"L-{job.request['reclamation']}-{job.request['items'][0]['position']}{again}"

    def write_label(session: Session, effect: Effect) -> None:
        session.add(
            ReturnLabel(
                number=number,
                reclamation_id=effect.reclamation_id,
                item_id=effect.item_id,
                effect_id=effect.id,
                made_at=clock.now(session),
            )
        )

    _send(shop, job, "return-label", number, write_label)


def _send(
    shop: Workshop,
    job: Job,
    letter: str,
    label_number: str | None,
    also_record: Callable[[Session, Effect], None] | None = None,
) -> None:
    try:
        written = write_letter(letter, facts_of(job, label_number))
    except UnknownLetter as unknown:
        refusal = Refused(str(unknown))
        do_once(shop, job, lambda: refusal, _write_nothing, "Nothing was sent.")
        return
    mail = _mail(shop, job, written)

    def send() -> Outcome:
        if not mail.recipient:
            return Refused("The order has no mail address of the customer; write to them by hand.")
        return shop.send(mail)

    def write_rows(session: Session, effect: Effect) -> None:
        session.add(
            Letter(
                reclamation_id=effect.reclamation_id,
                item_id=effect.item_id,
                effect_id=effect.id,
                letter=letter,
                recipient=mail.recipient,
                subject=mail.subject,
                body=mail.text,
                message_id=mail.message_id,
                sent_at=clock.now(session),
            )
        )
        if also_record is not None:
            also_record(session, effect)

    do_once(shop, job, send, write_rows, f"“{mail.subject}” went to {mail.recipient}.")


def facts_of(job: Job, label_number: str | None) -> LetterFacts:
    """What the letter speaks of, as it was frozen when the letter was asked for."""
    request = job.request
    return LetterFacts(
        shop_name=request["shop"],
        customer_name=request["customer"]["name"],
        order_number=request["order"],
        reclamation_number=request["reclamation"],
        items=tuple(LetterItem(item["name"], item["quantity"]) for item in request["items"]),
        currency=request["currency"],
        amount=request["refunded"] or None,
        message=str(request["input"].get("message", "")),
        label_number=label_number,
    )


def _mail(shop: Workshop, job: Job, written: WrittenLetter) -> Mail:
    domain = parseaddr(shop.sender)[1].partition("@")[2]
    with shop.transaction() as session:
        at = clock.now(session)
    return Mail(
        message_id=f"{job.key}@{domain}",
        sender=shop.sender,
        recipient=job.request["customer"]["email"].strip(),
        subject=written.subject,
        text=written.text,
        at=at,
    )


def _write_nothing(_session: Session, _effect: Effect) -> None:
    """A letter that does not exist leaves no rows."""
