"""Holds each provider's refunds against ours: on a schedule, or because a person asks for it.

The sweep of every process looks; a slot of time is one row, so any number of sweeps make one run.
No transaction is open while a provider is asked.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import OperationalError

from claims import clock
from claims.reconciling import keeping
from claims.reconciling.comparing import Difference, Truth, compare
from claims.reconciling.keeping import Totals
from claims.reconciling.listed import Listed
from claims.reconciling.reading import shares_to_compare
from tasks.providers.port import CannotTell, ListsRefunds, Provider
from tasks.workshop import Workshop

EARLIER = timedelta(days=1)
"""The list reaches so much further back than ours: a refund is made there before it is known."""
JUST_NOW = timedelta(minutes=15)
"""What was paid so short a time ago need not be listed yet."""
MOST_PAGES = 10_000

log = logging.getLogger(__name__)


class NotListed(Exception):
    """The provider did not give its list; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found; `healed` only counts what would heal where it was a dry run."""

    provider: str
    totals: Totals
    differences: tuple[Difference, ...]


def listing(providers: Mapping[str, Provider]) -> dict[str, ListsRefunds]:
    """The providers that can be reconciled, by name."""
    return {
        name: provider
        for name, provider in providers.items()
        if provider.abilities.lists and isinstance(provider, ListsRefunds)
    }


def slot_of(moment: datetime, every: timedelta) -> datetime:
    """When the slot began that a moment is in; they are counted from midnight UTC in 1970."""
    seconds = every.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)


def reconcile_what_is_due(shop: Workshop) -> None:
    """Make the runs of the present slot that nobody has made; none where none are scheduled."""
    if shop.reconcile_every is None:
        return
    for name in listing(shop.providers):
        if shop.stopping.is_set():
            return
        with shop.transaction() as session:
            slot = slot_of(clock.now(session), shop.reconcile_every)
            since = slot - shop.reconcile_back
            run_id = keeping.begin(session, name, slot, since, shop.name)
        if run_id is not None:
            _run(shop, name, run_id, since)


def reconcile_now(shop: Workshop, name: str, since: datetime, by: str) -> Report:
    """A run of its own, because a person asks for it. NotListed where the provider is silent."""
    with shop.transaction() as session:
        run_id = keeping.begin(session, name, clock.now(session), since, by)
    if run_id is None:
        raise NotListed("Somebody began the same run at the same moment; try again.")
    report = _run(shop, name, run_id, since)
    if isinstance(report, CannotTell):
        raise NotListed(report.reason)
    return report


def compare_only(shop: Workshop, name: str, since: datetime) -> Report:
    """What a run would find; writes nothing and heals nothing."""
    read = _compared(shop, name, since)
    if isinstance(read, CannotTell):
        raise NotListed(read.reason)
    differences, truths, totals, _ = read
    counted = Totals(totals.listed, totals.compared, len(truths), totals.found)
    return Report(name, counted, differences)


def _run(shop: Workshop, name: str, run_id: int, since: datetime) -> Report | CannotTell:
    shop = shop.held()
    read = _compared(shop, name, since)
    if isinstance(read, CannotTell):
        log.warning("%s cannot be reconciled: %s", name, read.reason)
        with shop.transaction() as session:
            keeping.give_up(session, run_id, read.reason)
        return read
    differences, truths, totals, listed = read
    healed = sum(_heal(shop, truth) for truth in truths)
    done = Totals(totals.listed, totals.compared, healed, totals.found)
    with shop.transaction() as session:
        keeping.write(session, name, differences)
        keeping.close_what_agrees(session, name, listed, differences)
        keeping.finish(session, run_id, done)
    return Report(name, done, differences)


def _heal(shop: Workshop, truth: Truth) -> bool:
    try:
        with shop.transaction() as session:
            return keeping.heal(session, shop.rules, truth)
    except OperationalError:
        raise
    except Exception:
        # One case that cannot be settled must not keep the others from being looked at.
        log.exception("Refund %s could not be adopted.", truth.here.reference)
        return False


def _compared(
    shop: Workshop, name: str, since: datetime
) -> tuple[tuple[Difference, ...], list[Truth], Totals, list[Listed]] | CannotTell:
    with shop.transaction() as session:
        began = clock.now(session)
    listed = _listed(shop, name, since - EARLIER)
    if isinstance(listed, CannotTell):
        return listed
    with shop.transaction() as session:
        ours = shares_to_compare(session, name, listed, since, began - JUST_NOW)
    findings = list(compare(ours, listed))
    differences = tuple(each for each in findings if isinstance(each, Difference))
    truths = [each for each in findings if isinstance(each, Truth)]
    return differences, truths, Totals(len(listed), len(ours), 0, len(differences)), listed


def _listed(shop: Workshop, name: str, since: datetime) -> list[Listed] | CannotTell:
    provider = listing(shop.providers)[name]
    found: dict[str, Listed] = {}
    following: str | None = None
    for _ in range(MOST_PAGES):
        page = provider.list_refunds(since, following, shop.call_seconds)
        if isinstance(page, CannotTell):
            return page
        found |= {each.provider_reference: each for each in page.refunds}
        if page.following is None:
            return list(found.values())
        if shop.stopping.is_set():
            return CannotTell("This process was to end before the list did.")
        following = page.following
    return CannotTell(f"The provider's list did not end after {MOST_PAGES} pages.")
