"""Workflows in use: their versions, and how many open cases stand in which state."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from claims.models import Item, Reclamation, WorkflowVersion


@dataclass(frozen=True, slots=True)
class VersionUse:
    """One version of a workflow and the open cases that are pinned to it."""

    name: str
    hash: str
    subject: str
    first_used_at: datetime
    states: Counter[str]
    """State to number of open cases in it."""

    @property
    def open_cases(self) -> int:
        return self.states.total()


def versions_in_use(session: Session, name: str | None = None) -> Sequence[VersionUse]:
    """Every version kept, the newest first, with its open cases; two statements."""
    versions = select(
        WorkflowVersion.name,
        WorkflowVersion.hash,
        WorkflowVersion.subject,
        WorkflowVersion.first_used_at,
    ).order_by(WorkflowVersion.first_used_at.desc(), WorkflowVersion.hash)
    if name is not None:
        versions = versions.where(WorkflowVersion.name == name)
    states = _open_states(session, name)
    return [
        VersionUse(row.name, row.hash, row.subject, row.first_used_at, states[row.hash])
        for row in session.execute(versions)
    ]


def kept_texts(session: Session, hashes: Sequence[str]) -> dict[str, str]:
    """The texts of versions by their hashes, as the first of their cases began with them."""
    rows = session.execute(
        select(WorkflowVersion.hash, WorkflowVersion.text).where(WorkflowVersion.hash.in_(hashes))
    )
    return {row.hash: row.text for row in rows}


def _open_states(session: Session, name: str | None) -> defaultdict[str, Counter[str]]:
    items = (
        select(Item.workflow_hash, Item.state, func.count().label("cases"))
        .where(Item.final.is_(None))
        .group_by(Item.workflow_hash, Item.state)
    )
    reclamations = (
        select(Reclamation.workflow_hash, Reclamation.state, func.count().label("cases"))
        .where(Reclamation.closed_at.is_(None))
        .group_by(Reclamation.workflow_hash, Reclamation.state)
    )
    if name is not None:
        items = items.where(Item.workflow == name)
        reclamations = reclamations.where(Reclamation.workflow == name)
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for workflow_hash, state, cases in session.execute(items.union_all(reclamations)):
        found[workflow_hash][state] += cases
    return found
