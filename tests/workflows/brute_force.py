"""The product of a reclamation and its items, gone through plainly: no classes, no symmetry.

Money is counted in whole amounts, every guard is read by Python, every order of items is a place
of its own. What `workflows.product` says is held against this.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product

from workflows.definition import Definition, Transition

WORTHS = (8, 24)
TOTALS = (5, 20)
LIMIT = 5
"""What an agent may refund alone."""
LONGEST = 32
_ALL = re.compile(r"items\.(all|any)\((.*?)\)")


class TooLarge(Exception):
    """This pair has more places than is worth the time."""


@dataclass(frozen=True)
class Item:
    state: str
    worth: int
    pending: str | None = None
    paid: int = 0
    asked: int = 0
    proposed: int = 0
    took_hold: bool = False
    unclear: bool = False

    @property
    def held(self) -> int:
        return self.paid + self.asked + self.proposed


@dataclass(frozen=True)
class World:
    whole: str
    total: int
    items: tuple[Item, ...]
    faults: frozenset[str] = frozenset()
    lines: int = 0

    def at_rest(self) -> "World":
        return replace(self, faults=frozenset(), lines=0)


@dataclass
class Found:
    """For each rule that is broken, after how few events."""

    lengths: dict[str, int]
    is_stranded: bool


class BruteForce:
    def __init__(self, item: Definition, whole: Definition, most: int = 30_000) -> None:
        self.item, self.whole, self.most = item, whole, most

    def explore(self, count: int) -> Found:  # noqa: C901 - plain on purpose
        starts = [
            World(self.whole.initial, total, tuple(Item(self.item.initial, w) for w in worths))
            for total in TOTALS
            for worths in combinations_with_replacement(WORTHS, count)
        ]
        depth = dict.fromkeys(starts, 0)
        waiting = deque(starts)
        before: dict[World, list[World]] = {}
        lengths: dict[str, int] = {}
        over = []
        while waiting:
            here = waiting.popleft()
            if self._is_over(here):
                over.append(here)
            for is_sure, after in self.firings(here):
                for fault in after.faults:
                    lengths.setdefault(fault, depth[here] + 1)
                if "end" in after.faults:
                    continue
                rest = after.at_rest()
                if rest not in depth:
                    depth[rest] = depth[here] + 1
                    waiting.append(rest)
                if is_sure:
                    before.setdefault(rest, []).append(here)
            if len(depth) > self.most:
                raise TooLarge
        ending, behind = set(over), deque(over)
        while behind:
            for place in before.get(behind.popleft(), ()):
                if place not in ending:
                    ending.add(place)
                    behind.append(place)
        return Found(lengths, len(ending) < len(depth))

    def _is_over(self, here: World) -> bool:
        ends = [self.item.states[each.state].final for each in here.items]
        return bool(self.whole.states[here.whole].final) and all(ends)

    def firings(self, here: World) -> Iterator[tuple[bool, World]]:
        if not self.whole.states[here.whole].final:
            yield from self._whole_fires(here)
        for index, item in enumerate(here.items):
            if not self.item.states[item.state].final:
                yield from self._item_fires(here, index)

    def _whole_fires(self, here: World) -> Iterator[tuple[bool, World]]:
        for name, event in self.whole.events.items():
            if event.sent_by:
                continue
            line = self._whole_line(here, name)
            if line is None:
                continue
            if not event.by and line.send_items and self._some_refuse(here, line.send_items):
                yield True, replace(here, faults=frozenset({"deaf"}))
            for after in self._whole_takes(here, line):
                yield True, after

    def _some_refuse(self, here: World, event: str) -> bool:
        """Whether an unfinished item may find no line, whatever is not known of it."""
        for item in here.items:
            if not self.item.states[item.state].final:
                lines = [line for line, *_ in self._item_lines(item, event)]
                if not lines or None in lines:
                    return True
        return False

    def _all_refuse(self, here: World, event: str) -> bool:
        return any(
            not [line for line, *_ in self._item_lines(item, event) if line]
            for item in here.items
            if not self.item.states[item.state].final
        )

    def _item_fires(self, here: World, index: int) -> Iterator[tuple[bool, World]]:
        item = here.items[index]
        for name, event in self.item.events.items():
            if event.sent_by or name in {"paid", "refused", "unclear"}:
                continue
            if event.on_enter and not self._only_begins_in(item.state):
                continue
            found = self._item_lines(item, name)
            is_total = all(line is not None for line, *_ in found)
            by_itself = event.after is not None or event.on_enter
            is_sure = bool(event.by - {"import"}) or (by_itself and is_total)
            for line, amount, left in found:
                if line and not ("pay" in line.effects and event.by == {"import"}):
                    for after in self._item_takes(here, index, line, amount, left):
                        yield is_sure, after
        yield from self._provider_answers(here, index)

    def _only_begins_in(self, state: str) -> bool:
        lines = self.item.transitions
        return state == self.item.initial and all(line.target != state for line in lines)

    def _provider_answers(self, here: World, index: int) -> Iterator[tuple[bool, World]]:
        item = here.items[index]
        if item.pending is None:
            return
        outcomes = self.item.effects["pay"].outcomes
        for outcome in ("done", "refused", "unknown"):
            event = outcomes.get(outcome)  # type: ignore[call-overload]
            if outcome == "unknown" and (event is None or item.pending == "unknown"):
                continue
            match outcome:
                case "done":
                    now = replace(
                        item, pending=None, paid=item.paid + item.asked, asked=0,
                        took_hold=True, unclear=False,
                    )  # fmt: skip
                case "refused":
                    now = replace(item, pending=None, asked=0, unclear=False)
                case _:
                    now = replace(item, pending="unknown", unclear=True)
            settled = _with(here, index, now)
            is_sure = item.pending == "way"
            lines = [line for line, *_ in self._item_lines(now, event)] if event else []
            for line in lines:
                if line:
                    for after in self._item_takes(settled, index, line, 0, 0):
                        yield is_sure, after
            if not [line for line in lines if line]:
                yield is_sure, settled

    def _item_lines(self, item: Item, event: str) -> list[tuple[Transition | None, int, int]]:
        """Each line that may be taken, with an amount, and what is left when it is."""
        mine = [x for x in self.item.transitions if (x.source, x.event) == (item.state, event)]
        if not mine:
            return []
        found: dict[tuple[int, int, int], tuple[Transition | None, int, int]] = {}
        amounts = self._amounts(item) if event == "refund" else [(0, item.worth - item.held)]
        for evidence, named in product((False, True), repeat=2):
            for amount, left in amounts:
                facts = {
                    "item.value": item.worth, "item.refunded": item.held,
                    "item.has_evidence": evidence, "has-evidence": named,
                    "input.amount": amount, "item.refundable": left, "staff.may_refund": LIMIT,
                }  # fmt: skip
                line = next((x for x in mine if x.when is None or _holds(x.when, facts)), None)
                if line and not self._accepts(item, line, event, amount):
                    line = None
                key = (id(line), amount if line else 0, left if line else 0)
                found[key] = (line, amount, left)
        return list(found.values())

    def _amounts(self, item: Item) -> list[tuple[int, int]]:
        bounds = self.item.events["refund"].input[0]
        tried = []
        left = item.worth - item.held
        for amount in {left, left // 2, 1, 5, 6, left + 1, 0}:
            least = left if bounds.min == "item.refundable" else None
            most = left if bounds.max == "item.refundable" else item.worth
            if amount <= most and (least is None or amount >= least):
                tried.append((amount, left))
        if not item.held and bounds.max == "item.value":
            # Another claim on the same pieces had a part of their worth.
            lefts = (item.worth // 2, 4)
            tried += [(more, left) for left in lefts for more in (5, item.worth) if more > left]
        return tried

    def _accepts(self, item: Item, line: Transition, event: str, amount: int) -> bool:
        """Whether commands and effects of the line can do their part."""
        if {"refund.confirm-paid", "refund.confirm-not-paid"} & {*line.do} and not item.unclear:
            return False
        if "refund.propose" in line.do and item.proposed:
            return False
        takes = "refund.propose" in line.do or "refund.mark" in line.do
        takes = takes or ("pay" in line.effects and not item.proposed)
        if not takes:
            return True
        if event != "refund" or item.held == item.worth:
            return False
        return amount > 0 or "refund.mark" in line.do

    def _item_takes(  # noqa: C901, PLR0912 - plain on purpose
        self, here: World, index: int, line: Transition, amount: int, left: int
    ) -> Iterator[World]:
        if here.lines > LONGEST:
            return
        item = replace(here.items[index], state=line.target)
        faults = set(here.faults)
        money = bool(line.effects) or {"refund.propose", "refund.mark"} & {*line.do}
        if money and not item.proposed and amount > left:
            if item.held == 0:
                faults |= {"unbounded-amount", "end"}
                yield replace(here, faults=frozenset(faults))
            return
        if "refund.propose" in line.do:
            item = replace(item, proposed=amount)
        if "refund.mark" in line.do:
            item = replace(item, paid=item.paid + amount)
        if "refund.drop" in line.do:
            item = replace(item, proposed=0)
        if "refund.confirm-paid" in line.do:
            item = replace(
                item, paid=item.paid + item.asked, asked=0, took_hold=True, unclear=False,
                pending=None if item.pending == "unknown" else item.pending,
            )  # fmt: skip
        if "refund.confirm-not-paid" in line.do:
            pending = None if item.pending == "unknown" else item.pending
            item = replace(item, asked=0, unclear=False, pending=pending)
        if "pay" in line.effects:
            if (item.took_hold or item.asked) and not self.item.effects["pay"].may_repeat:
                faults |= {"refund-twice", "end"}
                yield replace(here, faults=frozenset(faults))
                return
            if (item.proposed or amount) > LIMIT and line.event == "refund":
                faults.add("above-limit-alone")
            item = replace(
                item, asked=item.asked + (item.proposed or amount), proposed=0,
                pending="way", unclear=False,
            )  # fmt: skip
        if self.item.states[item.state].final:
            item = Item(item.state, 0)
        moved = replace(_with(here, index, item), lines=here.lines + 1, faults=frozenset(faults))
        heard = (
            self._whole_hears(moved, line.send_reclamation) if line.send_reclamation else [moved]
        )
        for world in heard:
            yield from self._item_enters(world, index)

    def _item_enters(self, here: World, index: int) -> Iterator[World]:
        item = here.items[index]
        found = self._item_lines(item, "enter")
        if self.item.states[item.state].final or not found:
            yield here
            return
        for line, *_ in found:
            yield from self._item_takes(here, index, line, 0, 0) if line else [here]

    def _whole_hears(self, here: World, event: str) -> Iterator[World]:
        line = self._whole_line(here, event)
        is_deaf = line is None
        if line and line.send_items:
            is_deaf = self._some_refuse(here, line.send_items)
        if line:
            yield from self._whole_takes(here, line)
        if is_deaf:
            yield replace(here, faults=here.faults | {"deaf"})

    def _whole_takes(self, here: World, line: Transition) -> Iterator[World]:
        if here.lines > LONGEST or (line.send_items and self._all_refuse(here, line.send_items)):
            return
        worlds = [replace(here, whole=line.target, lines=here.lines + 1)]
        for index in range(len(here.items)) if line.send_items else ():
            worlds = [
                after
                for world in worlds
                for after in self._item_hears(world, index, line.send_items or "")
            ]
        yield from worlds

    def _item_hears(self, here: World, index: int, event: str) -> Iterator[World]:
        if self.item.states[here.items[index].state].final:
            yield here
            return
        for line, *_ in self._item_lines(here.items[index], event):
            if line:
                yield from self._item_takes(here, index, line, 0, 0)

    def _whole_line(self, here: World, event: str) -> Transition | None:
        items = [(self.item.states[each.state].final, each.state) for each in here.items]
        for line in self.whole.transitions:
            is_mine = (line.source, line.event) == (here.whole, event)
            if is_mine and (not line.when or _holds_together(line.when, items, here.total)):
                return line
        return None


def _with(here: World, index: int, item: Item) -> World:
    return replace(here, items=(*here.items[:index], item, *here.items[index + 1 :]))


def _holds(when: str, facts: dict[str, object]) -> bool:
    if when == "has-evidence":
        return facts[when] is True
    for name in sorted(facts, key=len, reverse=True):
        when = when.replace(name, repr(facts[name]))
    return bool(eval(when))


def _holds_together(when: str, items: list[tuple[str | None, str]], total: int) -> bool:
    def whether(match: re.Match[str]) -> str:
        each = [
            eval(match[2], {}, {"final": bool(end), "good": end == "good", "state": state})
            for end, state in items
        ]
        return str(all(each) if match[1] == "all" else any(each))

    said = _ALL.sub(whether, when).replace("&&", " and ")
    said = said.replace("items.open", str(sum(not end for end, _ in items)))
    said = said.replace("items.total", str(len(items))).replace("order.total", str(total))
    return bool(eval(said))
