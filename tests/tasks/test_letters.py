from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from claims.catalogue import CATALOGUE
from tasks.letters import (
    LETTERS,
    TEMPLATES,
    LetterFacts,
    LetterItem,
    UnknownLetter,
    money,
    write_letter,
)

FACTS = LetterFacts(
    shop_name="Blue Shop",
    customer_name="Ann Lee",
    order_number="O-1001",
    reclamation_number="R-2001",
    items=(LetterItem("Tea cup", 2), LetterItem("Saucer", 1)),
    currency="EUR",
    amount=2499,
    message="The cup was lovely.",
    label_number="L-77",
)


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_every_letter_speaks_of_the_case(name: str) -> None:
    letter = write_letter(name, FACTS)

    assert letter.subject
    assert "\n" not in letter.subject
    for words in ("Ann Lee", "O-1001", "R-2001", "2 x Tea cup", "1 x Saucer", "Blue Shop"):
        assert words in letter.text
    assert "The cup was lovely." in letter.text


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_every_letter_reads_well_without_what_may_be_missing(name: str) -> None:
    bare = replace(FACTS, customer_name="", amount=None, message="", label_number=None, items=())

    letter = write_letter(name, bare)

    assert letter.text.startswith("Dear customer,")
    assert "None" not in letter.text
    assert "\n\n\n" not in letter.text


@pytest.mark.parametrize("name", ["refunded", "goodwill-paid"])
def test_a_letter_about_money_says_how_much(name: str) -> None:
    assert "€24.99" in write_letter(name, FACTS).text


def test_money_has_the_decimals_of_its_currency() -> None:
    assert [money(1234, currency) for currency in ("EUR", "JPY", "KWD")] == [
        "€12.34",
        "JP¥1,234",
        "KWD1.234",
    ]


def test_a_line_break_in_a_number_does_not_reach_the_subject() -> None:
    letter = write_letter("refunded", replace(FACTS, order_number="O-1\nBcc: all@example.com"))

    assert letter.subject.startswith("Your refund for order O-1")
    assert "\n" not in letter.subject


def test_names_are_words_and_never_templates() -> None:
    letter = write_letter("refunded", replace(FACTS, customer_name="{{ 7 * 7 }} <b>"))

    assert "Dear {{ 7 * 7 }} <b>," in letter.text


def test_a_letter_nobody_wrote_is_a_sentence_with_those_there_are() -> None:
    with pytest.raises(UnknownLetter, match="no letter 'refundet'; the letters are ask-evidence,"):
        write_letter("refundet", FACTS)


def test_a_fact_that_a_letter_only_thinks_it_has_is_a_mistake() -> None:
    with pytest.raises(UndefinedError):
        TEMPLATES.from_string("{{ facts.colour }}").render(facts=FACTS)


def test_every_text_is_in_the_table() -> None:
    folder = Path(str(TEMPLATES.get_template("letter.txt").filename)).parent

    assert {path.name for path in folder.glob("*.txt")} == {*LETTERS.values(), "letter.txt"}


def test_a_workflow_can_name_the_letters_that_there_are_and_no_others() -> None:
    assert set(LETTERS) == CATALOGUE.effects["customer.write"].choices["letter"]
