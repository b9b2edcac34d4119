"""Plays the stories through the real doors, a handful of statements for each wave of events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from claims.claimable import Wanted
from claims.claiming import Filing, claim, file_claims
from claims.door import CaseRef, Firing, fire_many
from claims.edits import add_note, edit_reclamation
from claims.models import Item, Order, OrderLine, Reclamation
from claims.money.amounts import worth
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules
from config.sample.stories import ALL, FOLLOW_UP, FOLLOWED_UP, STORIES, Step, Story, Want

People = Mapping[str, Actor]
AFTER_DELIVERY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Filed:
    story: Story
    reclamation: Reclamation


class SampleProblem(Exception):
    """A story does not fit the orders or the workflows any more."""


def play(
    session: Session, rules: Rules, orders: Sequence[Order], people: People, today: datetime
) -> None:
    """File all claims and press all buttons, each with the time at which it was done."""
    filed = _file(session, rules, _chosen_orders(orders, today), people, today)
    for wave in range(max(len(story.steps) for story in STORIES)):
        _press(session, rules, filed, wave, people, today)
    for one in filed:
        _add_what_is_said_now(session, rules, one, people)
    _follow_up(session, rules, filed, people)


def _chosen_orders(
    orders: Sequence[Order], today: datetime
) -> list[tuple[Story, Order, list[OrderLine]]]:
    """An order for each story, the one delivered last before it; none is taken twice."""
    newest = sorted(orders, key=lambda order: order.placed_at, reverse=True)
    taken: set[int] = set()
    chosen = []
    for story in sorted(STORIES, key=_needs_much, reverse=True):
        for order in newest:
            if order.id not in taken and (lines := _fitting(order, story, today)):
                taken.add(order.id)
                chosen.append((story, order, lines))
                break
        else:
            raise SampleProblem(f"No order of the sample fits the story {story.key}.")
    return sorted(chosen, key=lambda one: one[0].filed, reverse=True)


def _needs_much(story: Story) -> tuple[bool, int, bool, bool]:
    named = any(want.sku for want in story.wants)
    return (story.provider != "sandbox", len(story.wants), story.payments is not None, named)


def _fitting(order: Order, story: Story, today: datetime) -> list[OrderLine]:
    """A line for each want of the story; empty where the order cannot be it."""
    filed_at = today - timedelta(days=story.filed)
    if order.payments[0].provider != story.provider:
        return []
    if story.payments is not None and len(order.payments) != story.payments:
        return []
    found: list[OrderLine] = []
    for want in story.wants:
        line = next((x for x in order.lines if x not in found and _fits(x, want, filed_at)), None)
        if line is None:
            return []
        found.append(line)
    return found


def _fits(line: OrderLine, want: Want, filed_at: datetime) -> bool:
    was_there = line.delivered_at is not None and line.delivered_at + AFTER_DELIVERY <= filed_at
    is_it = line.sku.startswith(want.sku) and want.at_least <= line.paid <= want.at_most
    return was_there and is_it


def _file(
    session: Session,
    rules: Rules,
    chosen: Iterable[tuple[Story, Order, list[OrderLine]]],
    people: People,
    today: datetime,
) -> list[Filed]:
    filed: list[Filed] = []
    for by, group in groupby(chosen, key=lambda one: one[0].by):
        stories = list(group)
        filings = [
            Filing(
                order.id,
                [
                    Wanted(line.id, line.quantity, want.reason, want.resolution, want.evidence)
                    for line, want in zip(lines, story.wants, strict=True)
                ],
                today - timedelta(days=story.filed),
                f"sample:{story.key}",
            )
            for story, order, lines in stories
        ]
        answers = file_claims(session, rules, filings, people[by])
        for (story, _, _), answer in zip(stories, answers, strict=True):
            if isinstance(answer, Refused):
                raise SampleProblem(f"The claim of {story.key} was refused: {answer}")
            filed.append(Filed(story, answer))
    return filed


def _press(
    session: Session,
    rules: Rules,
    filed: Sequence[Filed],
    wave: int,
    people: People,
    today: datetime,
) -> None:
    """The step number `wave` of every story that has so many, one call for each person."""
    steps = [(one, one.story.steps[wave]) for one in filed if wave < len(one.story.steps)]
    for who in sorted({step.who for _, step in steps}):
        firings = [_firing(one, step, today) for one, step in steps if step.who == who]
        for firing, answer in zip(
            firings, fire_many(session, rules, firings, people[who]), strict=True
        ):
            if isinstance(answer, Refused):
                raise SampleProblem(f"{who} could not press {firing.event}: {answer}")


def _firing(one: Filed, step: Step, today: datetime) -> Firing:
    at = today - timedelta(days=step.ago)
    if step.item == 0:
        return Firing(CaseRef("reclamation", one.reclamation.id), step.event, step.input, at)
    item = one.reclamation.items[step.item - 1]
    typed = {
        name: _everything(item, name) if value == ALL else value
        for name, value in step.input.items()
    }
    return Firing(CaseRef("item", item.id), step.event, typed, at)


def _everything(item: Item, name: str) -> int:
    if name == "received":
        return item.quantity
    return worth(item.line.paid, item.line.quantity, [Range(1, item.quantity + 1)])


def _add_what_is_said_now(session: Session, rules: Rules, one: Filed, people: People) -> None:
    story, reclamation = one.story, one.reclamation
    changes: dict[str, object] = {}
    if story.assignee:
        changes["assignee_id"] = people[story.assignee].staff_id
    if story.priority != reclamation.priority:
        changes["priority"] = story.priority
    actor = people[story.by]
    if changes:
        edit_reclamation(
            session,
            rules,
            reclamation.id,
            changes,
            actor,
            seen_version=reclamation.version,
        )
    if story.note:
        add_note(session, reclamation.id, story.note, actor)


def _follow_up(session: Session, rules: Rules, filed: Sequence[Filed], people: People) -> None:
    earlier = next(one.reclamation for one in filed if one.story.key == FOLLOWED_UP)
    line = earlier.items[0].line
    want = Wanted(line.id, 1, FOLLOW_UP.reason, FOLLOW_UP.resolution)
    claim(
        session,
        rules,
        earlier.order_id,
        [want],
        people["anna"],
        follow_up_of_id=earlier.id,
        note="The parcel came after all, three weeks later.",
    )
