"""Letters to the customer, through a real mail server."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from claims.models import Effect, Incident, Letter, ReturnLabel
from claims.outside import Outcome, Unknown
from claims.people import Actor
from tasks.mail import Mail, sender_for
from tasks.workshop import Workshop
from tests.support.cases import AGENT
from tests.support.mail import Mailbox
from tests.tasks.desk import Desk

LABEL: tuple[str, Actor, dict[str, str]] = ("request-return", AGENT, {})
REJECT: tuple[str, Actor, dict[str, str]] = (
    "reject",
    AGENT,
    {"reason": "worn for months", "message": "It was worn for months, sorry."},
)


def test_a_letter_is_sent_with_the_words_of_the_clerk_and_kept_as_it_was_sent(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    desk.walk(REJECT, workshop=workshop)

    letter = next(one for one in mailbox.letters if "About your claim" in str(one["Subject"]))
    assert "It was worn for months, sorry." in letter.get_content()
    assert "worn for months" in letter.get_content()
    with desk.sessions() as session:
        kept = session.scalars(select(Letter).where(Letter.letter == "rejected")).one()
    assert f"<{kept.message_id}>" == letter["Message-ID"]
    assert (kept.recipient, kept.subject) == ("mia@customers.example", letter["Subject"])


def test_what_is_only_for_us_is_not_in_the_letter(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    desk.walk(("reject", AGENT, {"reason": "a known swindler"}), workshop=workshop)

    assert mailbox.letters
    assert all("swindler" not in letter.get_content() for letter in mailbox.letters)


def test_a_return_label_has_a_number_that_the_letter_names(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    item = desk.walk(LABEL, workshop=workshop)

    with desk.sessions() as session:
        label = session.scalars(select(ReturnLabel)).one()
        assert label.item_id == item
    (letter,) = mailbox.letters
    assert label.number in letter.get_content()


def test_a_mail_server_that_is_away_is_tried_again_and_the_letter_arrives_once(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    away = replace(workshop, send=sender_for("smtp://127.0.0.1:1"))
    desk.walk(LABEL, workshop=away)
    with desk.sessions() as session:
        effect = session.scalars(select(Effect)).one().id
    first = desk.see(effect)

    seen = desk.work_off(workshop, effect)

    assert (first.status, first.attempts) == ("waiting", [("call", "not-begun")])
    assert seen.status == "done"
    assert len(mailbox.letters) == 1


def test_a_letter_that_was_sent_but_not_noted_is_the_same_letter_the_second_time(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    cut = replace(workshop, send=lambda mail: cut_after(workshop, mail))
    desk.walk(LABEL, workshop=cut)
    with desk.sessions() as session:
        effect = session.scalars(select(Effect)).one().id

    desk.work_off(workshop, effect)

    first, second = mailbox.letters
    assert first["Message-ID"] == second["Message-ID"]


def cut_after(workshop: Workshop, mail: Mail) -> Outcome:
    """Sends it, and never hears that it was taken."""
    workshop.send(mail)
    return Unknown("The mail server was cut off.")


def test_an_address_that_the_server_refuses_becomes_an_incident_and_moves_nothing(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    mailbox.refuse_with = "550 no such person"

    item = desk.walk(LABEL, workshop=workshop)

    assert desk.state_of(item) == "awaiting-parcel"
    with desk.sessions() as session:
        incident = session.scalars(select(Incident)).one()
    assert incident.sentence == "The mail server said 550 no such person."


def test_a_customer_without_an_address_becomes_an_incident(
    desk: Desk, workshop: Workshop, mailbox: Mailbox
) -> None:
    desk.walk(LABEL, workshop=workshop, customer={"customer_email": ""})

    assert mailbox.letters == []
    with desk.sessions() as session:
        assert "no mail address" in session.scalars(select(Incident)).one().sentence


@pytest.mark.parametrize("broken", ["Mia\nBcc: all@example.com", "{{ 7 * 7 }}"])
def test_a_name_is_only_a_name(
    desk: Desk, workshop: Workshop, mailbox: Mailbox, broken: str
) -> None:
    desk.walk(LABEL, workshop=workshop, customer={"customer_name": broken})

    (letter,) = mailbox.letters
    assert letter["Bcc"] is None
    assert "49" not in letter.get_content()
