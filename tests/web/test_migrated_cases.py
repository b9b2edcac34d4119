"""What the back office says of a case that was moved to another version."""

from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from tests.claims.migrated import RENAMED, RETURN, aim, moved, version_with
from tests.support.cases import AGENT, claim_first, press, work_off
from tests.support.shop import an_order
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]


def test_the_timeline_says_who_moved_the_case_and_how_its_state_is_called_since(
    sign_in: SignIn, sessions: Sessions, rules: Rules
) -> None:
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        press(session, rules, item, "request-return", AGENT)
        work_off(session, rules, item)
        address = f"/reclamations/{item.reclamation.number}"
    new = version_with(rules, RENAMED, ("label: Waiting for the parcel", "label: On its way"))
    moved(sessions, new, aim(new, {"awaiting-parcel": "on-its-way"}))

    page = sign_in("Anna", "agent").open(address)

    assert "Ines moved the case to another version of its workflow" in " ".join(page.text.split())
    before, after = (each.definitions[RETURN].hash[:8] for each in (rules, new))
    assert f"{before} → {after}" in page.text
    assert "On its way" in page.text
