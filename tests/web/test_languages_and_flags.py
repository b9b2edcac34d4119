"""What the file says of languages and flags is seen on the pages."""

import json
import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config.bootstrap import Redress
from tests.support.cases import claim_first
from tests.support.shop import an_order
from tests.support.web import Browser
from workflows.reading import read

Sessions = sessionmaker[Session]

WORDS = re.compile(r"(label|confirm): ([^,}\n]+?)(?=\s*[,}\n])")
GERMAN = {"Reported": "Gemeldet", "Request return": "Rücksendung anfordern"}


@pytest.fixture
def translated(rules: Rules) -> Rules:
    """The workflow of returns with all its words in German too, and one state with a flag."""

    def both(found: re.Match[str]) -> str:
        words = {"en": found[2], "de": GERMAN.get(found[2], f"{found[2]} (deutsch)")}
        return f"{found[1]}: {json.dumps(words, ensure_ascii=False)}"

    text = WORDS.sub(both, rules.definitions["item-return"].text)
    text = re.sub(r"(  reported: +\{ )", r"\1flags: [fresh], ", text, count=1)
    definition = read(text, "item-return.yaml", rules.catalogue)
    definitions = {**rules.definitions, "item-return": definition}
    return Rules(definitions, rules.choices, rules.catalogue)


@pytest.fixture
def number(
    app: Flask,
    redress: Redress,
    sessions: Sessions,
    translated: Rules,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """A reclamation of the translated workflow, which the application goes by."""
    monkeypatch.setitem(app.extensions, "redress", replace(redress, rules=translated))
    with sessions.begin() as session:
        return claim_first(session, translated, an_order(session)).reclamation.number


def test_a_reader_sees_the_words_of_his_language(clerk: Browser, number: str) -> None:
    page = clerk.open(f"/reclamations/{number}", headers={"Accept-Language": "de-AT,de;q=0.9"})

    assert "Gemeldet" in page.text
    assert "Rücksendung anfordern" in page.text
    assert "Request return" not in page.text


def test_without_a_language_of_the_file_its_own_words_are_shown(
    clerk: Browser, number: str
) -> None:
    page = clerk.open(f"/reclamations/{number}", headers={"Accept-Language": "fr"})

    assert "Request return" in page.text


def test_a_case_is_the_same_in_every_language(
    translated: Rules, sessions: Sessions, number: str
) -> None:
    german = translated.held("de")

    assert german.definitions["item-return"].hash == translated.definitions["item-return"].hash
    assert german.definitions["item-return"].states["reported"].label == "Gemeldet"
    assert translated.definitions["item-return"].states["reported"].label == "Reported"


def test_flags_stand_beside_the_state_and_filter_the_list(clerk: Browser, number: str) -> None:
    flagged = clerk.open("/reclamations?tab=open&flag=fresh")
    others = clerk.open("/reclamations?tab=open&flag=stale")

    assert number in flagged.text
    assert flagged.texts("//span[@class='flag']") == ["fresh"]
    assert number not in others.text
    assert "Flag optional" in flagged.texts("//form//label")
