"""The letters to customers: a file for each, with the subject in its first line.

The names are those that a workflow's `with: {letter: …}` may give.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from claims.money.amounts import written

LETTERS: Mapping[str, str] = {
    "return-label": "return-label.txt",
    "refunded": "refunded.txt",
    "rejected": "rejected.txt",
    "replacement-sent": "replacement-sent.txt",
    "parts-sent": "parts-sent.txt",
    "exchange-sent": "exchange-sent.txt",
    "goodwill-paid": "goodwill-paid.txt",
    "closed": "closed.txt",
    "parcel-reminder": "parcel-reminder.txt",
    "ask-evidence": "ask-evidence.txt",
}
LOCALE = "en_IE"


@dataclass(frozen=True, slots=True)
class LetterItem:
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter may speak of. `amount` is in minor units; None where there is none."""

    shop_name: str
    customer_name: str
    order_number: str
    reclamation_number: str
    items: tuple[LetterItem, ...]
    currency: str
    amount: int | None = None
    message: str = ""
    """What a person added, in their own words."""
    label_number: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    subject: str
    text: str


class UnknownLetter(Exception):
    """There is no letter of that name; the text is a sentence."""


def write_letter(name: str, facts: LetterFacts) -> WrittenLetter:
    """The letter as it goes to the customer; raises `UnknownLetter`."""
    if name not in LETTERS:
        raise UnknownLetter(
            f"There is no letter {name!r}; the letters are {', '.join(sorted(LETTERS))}."
        )
    text = TEMPLATES.get_template(LETTERS[name]).render(facts=facts, money=money)
    head, _, body = text.partition("\n")
    return WrittenLetter(" ".join(head.removeprefix("Subject:").split()), body.strip() + "\n")


def money(amount: int, currency: str) -> str:
    """€24.99 from 2499, with as many decimals as the currency has."""
    return written(amount, currency, LOCALE)


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text, never HTML
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
