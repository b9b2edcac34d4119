"""A migration is taken back, goes on after an interruption, and hinders nobody at work."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from claims import clock, deadlines, journal
from claims.migrating import moving, runs
from claims.models import CaseMigration, Item, JournalEntry, Reclamation
from claims.refusals import NotFound, Refused
from claims.rules import Rules
from config import case_migration
from tests.claims.migrated import (
    INTEGRATOR,
    RENAMED,
    SOONER,
    aim,
    moved,
    planned,
    reasons,
    running,
    undone,
    version_with,
)
from tests.support.cases import AGENT, claim_each, claim_first, press, work_off
from tests.support.shop import an_order

Sessions = sessionmaker[Session]
MAPPED = {"awaiting-parcel": "on-its-way"}


@pytest.fixture
def sessions(sessions: Sessions) -> Sessions:
    """Rows can still be read after the commit, to be compared with what comes later."""
    return sessionmaker(sessions.kw["bind"], expire_on_commit=False)


def crowd(sessions: Sessions, rules: Rules, count: int) -> list[Item]:
    with sessions.begin() as session:
        claim_each(session, rules, [an_order(session) for _ in range(count)])
        return list(session.scalars(select(Item).order_by(Item.id)))


def versions(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Item.workflow_hash).order_by(Item.id)))


def test_undo_brings_back_exactly_the_cases_that_have_not_moved_since(
    sessions: Sessions, rules: Rules
) -> None:
    new = version_with(rules, RENAMED, SOONER)
    with sessions.begin() as session:
        stays = claim_first(session, rules, an_order(session))
        goes_on = claim_first(session, rules, an_order(session))
        settles = claim_first(session, rules, an_order(session))
        for item in (stays, goes_on):
            press(session, rules, item, "request-return", AGENT)
            work_off(session, rules, item)
        was = [(d.event, d.state, d.begun_at, d.due_at) for d in running(session, stays)]
    done = moved(sessions, new, aim(new, MAPPED))
    with sessions.begin() as session:
        press(session, new, session.get_one(Item, goes_on.id), "cancel", AGENT)
        press(session, new, session.get_one(Item, settles.id), "cancel", AGENT)

    back = undone(sessions, new, done.run.id)

    assert (done.run.moved, back.run.moved, back.run.undo_of_id) == (3, 1, done.run.id)
    assert [kind for kind, _ in reasons(back)] == ["settled-since", "settled-since"]
    with sessions() as session:
        item = session.get_one(Item, stays.id)
        assert (item.workflow_hash, item.state) == (stays.workflow_hash, "awaiting-parcel")
        assert item.state_since == stays.state_since
        now = [(d.event, d.state, d.begun_at, d.due_at) for d in running(session, item)]
        assert now == was
        for each in (stays, goes_on, settles):
            assert journal.verify(session, each.reclamation_id) == []


def test_a_case_that_went_on_in_the_new_version_ends_there(
    sessions: Sessions, rules: Rules
) -> None:
    new = version_with(rules, SOONER)
    [item] = crowd(sessions, rules, 1)
    done = moved(sessions, new, aim(new))
    with sessions.begin() as session:
        item = session.get_one(Item, item.id)
        press(session, new, item, "request-return", AGENT)
        work_off(session, new, item)

    back = undone(sessions, new, done.run.id)

    assert [kind for kind, _ in reasons(back)] == ["moved-since"]
    assert back.stayed[0].state == "awaiting-parcel"
    assert versions(sessions) == [new.definitions["item-return"].hash]


def test_an_undoing_can_itself_be_undone(sessions: Sessions, rules: Rules) -> None:
    new = version_with(rules, SOONER)
    crowd(sessions, rules, 2)
    old_hash, new_hash = (each.definitions["item-return"].hash for each in (rules, new))

    first = moved(sessions, new, aim(new))
    second = undone(sessions, new, first.run.id)
    assert versions(sessions) == [old_hash] * 2
    undone(sessions, new, second.run.id)

    assert versions(sessions) == [new_hash] * 2
    assert undone(sessions, new, first.run.id).run.moved == 0


def test_an_interrupted_migration_goes_on_where_it_stopped(
    sessions: Sessions, rules: Rules
) -> None:
    new = version_with(rules, SOONER)
    crowd(sessions, rules, 5)

    def power_cut(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        case_migration.migrate(sessions, new, aim(new), INTEGRATOR, 2, power_cut)
    new_hash = new.definitions["item-return"].hash
    assert versions(sessions).count(new_hash) == 2

    with pytest.raises(Refused, match=r"interrupted after 2 cases.*--undo"):
        moved(sessions, rules, aim(version_with(rules, RENAMED)))
    done = moved(sessions, new, aim(new), chunk=2)

    assert (done.went_on, done.run.moved, done.run.finished_at is not None) == (True, 5, True)
    assert versions(sessions) == [new_hash] * 5
    with sessions() as session:
        assert session.scalar(select(func.count(CaseMigration.id))) == 1
        migrated = select(func.count(JournalEntry.id)).where(JournalEntry.kind == "migrated")
        assert session.scalar(migrated) == 5
        for reclamation_id in session.scalars(select(Reclamation.id)):
            assert journal.verify(session, reclamation_id) == []


def test_an_interrupted_migration_can_be_taken_back_and_ends_there(
    sessions: Sessions, rules: Rules
) -> None:
    new = version_with(rules, SOONER)
    crowd(sessions, rules, 2)
    with sessions.begin() as session:
        run = runs.begin(session, new, aim(new), INTEGRATOR)
    with sessions.begin() as session:
        moving.move_chunk(session, new, run, aim(new), INTEGRATOR, 1)

    assert undone(sessions, new, run.id).run.moved == 1

    assert versions(sessions) == [rules.definitions["item-return"].hash] * 2
    with sessions() as session:
        assert all(each.finished_at is not None for each in runs.listed(session))


def test_a_case_that_somebody_is_working_on_is_passed_by_and_listed(
    sessions: Sessions, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = version_with(rules, SOONER)
    items = crowd(sessions, rules, 3)
    monkeypatch.setattr(case_migration, "PAUSES", (0.0,))

    with sessions.begin() as at_work:
        press(at_work, rules, at_work.get_one(Item, items[1].id), "request-return", AGENT)
        done = moved(sessions, new, aim(new))

    assert done.run.moved == 2
    assert reasons(done) == [("in-use", "Somebody is working on it just now.")]
    with sessions.begin() as session:
        work_off(session, rules, session.get_one(Item, items[1].id))
    assert moved(sessions, new, aim(new)).run.moved == 1


def test_a_case_that_was_in_use_is_asked_for_again(sessions: Sessions, rules: Rules) -> None:
    new = version_with(rules, SOONER)
    items = crowd(sessions, rules, 2)
    with sessions.begin() as session:
        run = runs.begin(session, new, aim(new), INTEGRATOR)
    with sessions.begin() as at_work, sessions.begin() as session:
        at_work.get(Reclamation, items[0].reclamation_id, with_for_update=True)
        step = moving.move_chunk(session, new, run, aim(new), INTEGRATOR, 10)

    assert (step.moved, step.in_use) == (1, [items[0].id])
    with sessions.begin() as session:
        again = moving.move_these(session, new, step.run, aim(new), INTEGRATOR, step.in_use)
    assert (again.moved, again.in_use, again.run.moved) == (1, [], 2)


def test_two_that_go_on_with_the_same_run_do_not_move_a_case_twice(
    sessions: Sessions, rules: Rules
) -> None:
    new = version_with(rules, SOONER)
    crowd(sessions, rules, 1)
    with sessions.begin() as session:
        run = runs.begin(session, new, aim(new), INTEGRATOR)
    with sessions.begin() as session:
        moving.move_chunk(session, new, run, aim(new), INTEGRATOR, 10)

    with sessions.begin() as session:
        late = moving.move_chunk(session, new, run, aim(new), INTEGRATOR, 10)
        assert late.is_last
        with pytest.raises(Refused, match="Somebody else goes on with migration"):
            runs.advance(session, run, 99, run.counts)


def test_a_deadline_that_is_over_in_the_new_version_rings_right_afterwards(
    sessions: Sessions, owner_sessions: Sessions, rules: Rules
) -> None:
    new = version_with(rules, ("after: 14 days", "after: 3 days"))
    with sessions.begin() as session:
        item = claim_first(session, rules, an_order(session))
        press(session, rules, item, "request-return", AGENT)
        work_off(session, rules, item)
    with owner_sessions.begin() as session:
        clock.move(session, timedelta(days=5))

    assert planned(sessions, new, aim(new)).due_at_once == {"parcel-reminder-due": 1}
    moved(sessions, new, aim(new))

    with sessions.begin() as session:
        [due] = deadlines.due(session, 10)
        assert deadlines.fire_due(session, new, due)
        assert session.get_one(Item, item.id).state == "parcel-late"


def test_what_does_not_exist_cannot_be_taken_back(sessions: Sessions, rules: Rules) -> None:
    with pytest.raises(NotFound, match="There is no migration 99"):
        undone(sessions, rules, 99)


def test_the_application_cannot_delete_the_book_of_migrations(session: Session) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("DELETE FROM case_migrations"))
