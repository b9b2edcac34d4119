"""Changed files that are not sound are shown to those who can have them put right."""

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config.processes import tell
from tests.support.web import Browser
from web.database import redress

PROBLEMS = "item-return.yaml:6:10 unknown-state There is no state reprted.\n<b>.yaml:1:1 empty."


def test_leads_read_what_is_wrong_while_the_old_rules_go_on(
    lead: Browser, clerk: Browser, sessions: sessionmaker[Session], rules: Rules
) -> None:
    with sessions.begin() as session:
        tell(session, "here:1", "web", rules, PROBLEMS)
        tell(session, "here:2", "worker", rules, PROBLEMS)
        tell(session, "here:3", "worker", rules, None)

    page = lead.open("/workflows")

    notice = "//section[contains(@class, 'notice--bad')]"
    assert page.texts(f"{notice}/p[1]") == [
        "The changed files are not sound; the old rules go on (web 1, worker 1)."
    ]
    assert page.texts(f"{notice}//li") == PROBLEMS.splitlines()
    assert clerk.open("/workflows").texts(notice) == []


def test_nothing_is_shown_where_all_is_taken_up(
    lead: Browser, sessions: sessionmaker[Session], rules: Rules
) -> None:
    with sessions.begin() as session:
        tell(session, "here:1", "web", rules, None)

    assert lead.open("/workflows").texts("//section[contains(@class, 'notice')]") == []


def test_the_rules_of_a_request_do_not_change_before_its_end(app: Flask, rules: Rules) -> None:
    with app.test_request_context("/workflows"):
        held = redress().rules
        app.extensions["redress"].rules.take_up(rules)

        assert redress().rules is held
