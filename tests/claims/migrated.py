"""Versions of the shop's return workflow, and short ways to move cases between them."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from claims.migrating.planning import Plan, plan
from claims.migrating.versions import Aim
from claims.models import Deadline, Item, JournalEntry
from claims.people import Actor
from claims.rules import Rules
from config.case_migration import Migrated, migrate, undo
from tests.claims.other_rules import rules_with

INTEGRATOR = Actor("person", "Ines")
SOONER = ("after: 30 days", "after: 20 days")
RENAMED = ("awaiting-parcel", "on-its-way")
RETURN = "item-return"


def aim(rules: Rules, states: Mapping[str, str] | None = None, name: str = RETURN) -> Aim:
    """To the version of the folder, from wherever cases are."""
    return Aim(rules.definitions[name], states=states or {})


def version_with(rules: Rules, *changes: tuple[str, str], name: str = RETURN) -> Rules:
    return rules_with(rules, name, *changes)


def planned(sessions: sessionmaker[Session], rules: Rules, to: Aim) -> Plan:
    with sessions() as session:
        return plan(session, rules, to)


def moved(sessions: sessionmaker[Session], rules: Rules, to: Aim, chunk: int = 500) -> Migrated:
    return migrate(sessions, rules, to, INTEGRATOR, chunk)


def undone(sessions: sessionmaker[Session], rules: Rules, migration_id: int) -> Migrated:
    return undo(sessions, rules, migration_id, INTEGRATOR)


def reasons(migrated: Migrated | Plan) -> list[tuple[str, str]]:
    """The kind of reason and its sentence of each case that stayed."""
    return [(each.why.kind, each.why.sentence) for each in migrated.stayed]


def running(session: Session, item: Item) -> list[Deadline]:
    found = select(Deadline).where(Deadline.item_id == item.id, Deadline.ended_at.is_(None))
    return list(session.scalars(found.order_by(Deadline.due_at)))


def entries(session: Session, item: Item) -> list[JournalEntry]:
    found = select(JournalEntry).where(
        JournalEntry.item_id == item.id, JournalEntry.kind == "migrated"
    )
    return list(session.scalars(found.order_by(JournalEntry.sequence)))
