"""A refund by bank transfer waits for finance, goes into one file, and is settled once."""

from datetime import timedelta
from pathlib import Path

import pytest
import sepaxml
import xmlschema
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from claims.models import Transfer, TransferBatch
from claims.money import transfers
from claims.money.transfer_files import Debtor, read_bank_file
from claims.money.transfers_booked import mark_booked
from claims.people import Actor
from claims.refusals import Refused
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop
from tests.tasks.desk import PRICE, Desk

FIONA = Actor("person", "Fiona", frozenset({"finance"}), 7)
IBAN = "DE89370400440532013000"
SHOP = Debtor("Shop GmbH", "AT611904300234573201")
SCHEMAS = Path(sepaxml.__file__).parent / "schemas"


@pytest.fixture
def waiting(desk: Desk, workshop: Workshop) -> int:
    """A refund whose transfer is in the list."""
    effect = desk.ask_refund(provider="manual")
    carry_out_next(workshop, effect)
    return effect


def only(session: Session) -> Transfer:
    return session.scalars(select(Transfer).order_by(Transfer.id)).one()


def with_account(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for each in session.scalars(select(Transfer)):
            transfers.set_account(
                session, each.id, " Anna  Ähnlich ", "de89 3704 0044 0532 0130 00"
            )


def exported(sessions: sessionmaker[Session]) -> tuple[int, bytes]:
    """A SEPA file of all that wait: its key and what is in it."""
    with_account(sessions)
    with sessions.begin() as session:
        batch = transfers.export(session, "pain.001", "EUR", SHOP, FIONA)
        return batch.id, batch.content


def test_a_refund_by_transfer_stands_in_the_list_and_is_not_tried(
    desk: Desk, workshop: Workshop, waiting: int
) -> None:
    for _ in range(15):
        desk.pass_time(timedelta(days=2))
        carry_out_next(workshop, waiting)

    seen = desk.see(waiting)
    assert (seen.status, seen.state, seen.refund) == ("waiting", "refunding", "asked")
    assert (seen.attempts, seen.incidents) == ([], [])
    with desk.sessions() as session:
        transfer = only(session)
        assert (transfer.amount, transfer.status) == (PRICE, "waiting")
        assert f"transfer {transfer.reference} is in the list" in seen.word


def test_what_finance_marks_as_paid_settles_the_refund_at_once(
    desk: Desk, workshop: Workshop, waiting: int
) -> None:
    with desk.sessions.begin() as session:
        transfers.mark_paid(session, only(session).id, FIONA, "statement 12")
        assert waiting in session.info["effects_asked"]

    assert carry_out_next(workshop, waiting)

    seen = desk.see(waiting)
    assert (seen.status, seen.state, seen.refund) == ("done", "goodwill-paid", "paid")
    with desk.sessions.begin() as session, pytest.raises(Refused, match="Fiona has marked"):
        transfers.mark_paid(session, only(session).id, FIONA)


def test_what_could_not_be_made_is_refused_and_the_money_free_again(
    desk: Desk, workshop: Workshop, waiting: int
) -> None:
    with desk.sessions.begin() as session:
        transfers.mark_refused(session, only(session).id, FIONA, "The account is closed.")

    carry_out_next(workshop, waiting)

    seen = desk.see(waiting)
    assert (seen.status, seen.state, seen.refund) == ("refused", "refund-refused", "refused")
    assert seen.word == "The transfer could not be made: The account is closed."


def test_a_transfer_is_in_one_file_which_never_changes(desk: Desk, waiting: int) -> None:
    number, before = exported(desk.sessions)

    with desk.sessions.begin() as session, pytest.raises(Refused, match="No transfer in EUR"):
        transfers.export(session, "pain.001", "EUR", SHOP, FIONA)
    with desk.sessions.begin() as session, pytest.raises(Refused, match="is exported; its account"):
        transfers.set_account(session, only(session).id, "Someone Else", IBAN)
    for statement in (
        "UPDATE transfer_batches SET content = ''",
        "UPDATE transfers SET iban = 'XX'",
        "UPDATE transfers SET batch_id = NULL, status = 'waiting'",
        "UPDATE transfers SET amount = amount + 1",
    ):
        with desk.owner_sessions() as session, pytest.raises(DatabaseError):
            session.execute(text(statement))
    with desk.sessions() as session:
        kept = session.get_one(TransferBatch, number)
        assert (kept.content, kept.transfers, kept.total) == (before, 1, PRICE)


def test_the_file_for_the_bank_keeps_to_its_schema(desk: Desk, waiting: int) -> None:
    _, content = exported(desk.sessions)

    schema = xmlschema.XMLSchema(SCHEMAS / "pain.001.001.03.xsd")
    schema.validate(content.decode())
    told = schema.to_dict(content.decode())
    payment = told["CstmrCdtTrfInitn"]["PmtInf"][0]
    [transfer] = payment["CdtTrfTxInf"]
    with desk.sessions() as session:
        assert transfer["PmtId"]["EndToEndId"] == only(session).reference
    amount = transfer["Amt"]["InstdAmt"]
    assert (amount["@Ccy"], round(float(amount["$"]) * 100)) == ("EUR", PRICE)
    assert transfer["CdtrAcct"]["Id"]["IBAN"] == IBAN
    assert payment["DbtrAcct"]["Id"]["IBAN"] == SHOP.iban


def test_the_bank_s_file_marks_what_it_names_and_only_once(
    desk: Desk, workshop: Workshop, waiting: int
) -> None:
    exported(desk.sessions)
    with desk.sessions() as session:
        reference = only(session).reference
    said = f"reference;amount;currency;bank_reference\n{reference};24,99;EUR;S-7\nRD0;1,00;EUR;\n"

    for paid, before in ((1, 0), (0, 1)):
        with desk.sessions.begin() as session:
            imported = mark_booked(session, read_bank_file(said.encode()), FIONA)
        assert (imported.paid, imported.before) == (paid, before)
        assert imported.strange == ("Line 3: no transfer has the reference 'RD0'.",)
    carry_out_next(workshop, waiting)
    assert desk.see(waiting).status == "done"


def test_another_amount_at_the_bank_is_told_and_changes_nothing(desk: Desk, waiting: int) -> None:
    with desk.sessions.begin() as session:
        reference = only(session).reference
        said = f"reference,amount,currency\n{reference},24.98,EUR\n"
        imported = mark_booked(session, read_bank_file(said.encode()), FIONA)

    assert imported.paid == 0
    assert imported.strange == (f"Line 2: {reference} is €24.99 here and €24.98 at the bank.",)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"", "no column amount, currency, reference"),
        (b"reference,amount,currency\nRD1,one,EUR\n", "Line 2: 'one' EUR is no amount"),
        (b"reference,amount,currency\nRD1,1.001,EUR\n", "Line 2: EUR has fewer decimals"),
        (b"reference,amount,currency\nRD1,nan,EUR\n", "no amount"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(file: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        list(read_bank_file(file))


@pytest.mark.parametrize(
    ("holder", "iban", "bic"),
    [
        ("Anna", "DE89370400440532013001", ""),
        ("", IBAN, ""),
        ("=cmd", IBAN, ""),
        ("Anna", IBAN, "X"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    desk: Desk, waiting: int, holder: str, iban: str, bic: str
) -> None:
    with desk.sessions.begin() as session, pytest.raises(Refused):
        transfers.set_account(session, only(session).id, holder, iban, bic)
