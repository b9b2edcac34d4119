"""A refund that failed after it was paid is one thing to do, whoever learns of it first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from claims.late_failures import LATE_FAILURE, note_late_failure
from claims.models import Discrepancy, Effect, Incident, RefundShare
from claims.reconciling import keeping
from claims.reconciling.comparing import Difference
from tasks.workshop import Workshop
from tests.tasks.desk import Desk
from tests.tasks.test_reconciling import FINANCE, Desks

STATUSES = ("failed", "reversed")


@pytest.fixture
def desks(desk: Desk, workshop: Workshop) -> Desks:
    return Desks(desk, workshop)


def failed(desks: Desks, status: str) -> int:
    effect = desks.paid()
    desks.send("/mishaps", {"refund": desks.latest()["id"], "status": status})
    return effect


def hear(desks: Desks, effect: int) -> bool:
    """What a webhook leads to."""
    with desks.desk.sessions.begin() as session:
        refund = session.get_one(Effect, effect).refund
        assert refund is not None
        [share] = refund.shares
        assert share.provider_reference is not None
        return note_late_failure(session, share, share.provider_reference, "No account.", "a hook")


def to_do(desks: Desks) -> list[str]:
    """What waits for a person: kinds of open incidents and of open discrepancies."""
    with desks.desk.sessions() as session:
        incidents = session.scalars(select(Incident.kind).where(Incident.resolved_at.is_(None)))
        return [*incidents, *desks.open_ones()]


@pytest.mark.parametrize("status", STATUSES)
def test_a_reconciliation_points_to_the_incident_that_told_of_it(desks: Desks, status: str) -> None:
    effect = failed(desks, status)
    assert hear(desks, effect)

    desks.reconcile()
    desks.reconcile()

    assert to_do(desks) == [LATE_FAILURE]
    with desks.desk.sessions() as session:
        [row] = session.scalars(select(Discrepancy))
        assert row.reason == "An incident of R-000001 tells of it; it is resolved there."
        assert row.closed_by == "the reconciliation"


@pytest.mark.parametrize("status", STATUSES)
def test_an_incident_takes_over_what_a_reconciliation_had_found(desks: Desks, status: str) -> None:
    effect = failed(desks, status)
    desks.reconcile()
    assert len(to_do(desks)) == 1

    assert hear(desks, effect)
    assert not hear(desks, effect)
    desks.reconcile()

    assert to_do(desks) == [LATE_FAILURE]


def test_what_a_person_has_dealt_with_is_not_told_again(desks: Desks) -> None:
    effect = failed(desks, "failed")
    desks.reconcile()
    with desks.desk.sessions.begin() as session:
        number = session.scalars(select(Discrepancy.id)).one()
        keeping.close(session, number, FINANCE, "Paid by transfer.")

    assert not hear(desks, effect)

    assert to_do(desks) == []


def test_told_by_both_at_the_same_moment_it_is_one_thing_to_do(desks: Desks) -> None:
    effect = failed(desks, "failed")
    with desks.desk.sessions() as session:
        share = session.scalars(select(RefundShare)).one()
        theirs = share.provider_reference or ""
        late = Difference("failed-late", "k-1", theirs, share.id, "It failed later.")

    def reconcile() -> None:
        with desks.desk.sessions.begin() as session:
            keeping.write(session, "sandbox", [late])

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(reconcile), pool.submit(hear, desks, effect)]:
                done.result()

    assert to_do(desks) == [LATE_FAILURE]
