"""How many open cases are in each state of a workflow, and for how long."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from claims.models import Item, Reclamation
from workflows.drawing import Standing


def standings(
    session: Session, workflow: str, workflow_hash: str | None = None
) -> Mapping[str, Standing]:
    """State to its open cases, over all versions or of one; one statement."""
    rows = session.execute(
        _counted(Item, Item.final.is_(None), workflow, workflow_hash).union_all(
            _counted(Reclamation, Reclamation.closed_at.is_(None), workflow, workflow_hash)
        )
    )
    return {state: Standing(cases, oldest, median) for state, cases, oldest, median in rows}


def _counted(
    model: type[Item] | type[Reclamation],
    is_open: ColumnElement[bool],
    workflow: str,
    workflow_hash: str | None,
) -> Select[str, int, Any, Any]:
    age = func.redress_now() - model.state_since
    counted = (
        select(
            model.state,
            func.count().label("cases"),
            func.max(age).label("oldest"),
            func.percentile_cont(0.5).within_group(age).label("median"),
        )
        .where(is_open, model.workflow == workflow)
        .group_by(model.state)
    )
    if workflow_hash is not None:
        counted = counted.where(model.workflow_hash == workflow_hash)
    return counted
