"""One reclamation and its items as the engine moves them: one event, and all that it sets off.

The order is that of `claims.steps`: the case moves, what it sends is taken, and then its on-enter
lines are tried. Where an item refuses what its reclamation sends the whole event is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.definition import Definition, Transition
from workflows.definition import Place as Nowhere
from workflows.product.answers import World
from workflows.product.known import Known
from workflows.product.machine import Graph, Machine, Move, Seen, Taking, TooMany

LONGEST_CHAIN = 32
MOST_STEPS = 20_000
"""So many lines at most are looked through for all that may happen next at one place."""

Faces = tuple[tuple[str, str], ...]
"""Of each item its end, and its state where the reclamation asks for it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where all cases are: the number of the reclamation's situation, and of each item's."""

    whole: int
    items: tuple[int, ...]

    @property
    def key(self) -> tuple[int, tuple[int, ...]]:
        return self.whole, tuple(sorted(self.items))


@dataclass(frozen=True, slots=True)
class Step:
    """One line that was taken; `case` is 0 for the reclamation, or the number of the item."""

    case: int
    move: Move
    source: int


@dataclass(frozen=True, slots=True)
class Firing:
    """One event that somebody fires, and where it leads."""

    case: int
    move: Move
    target: Place
    steps: tuple[Step, ...]
    deaf: tuple[Transition, ...] = ()
    """Lines whose event its receiver could not take."""


@dataclass(slots=True)
class _Path:
    at: Place
    steps: tuple[Step, ...]
    deaf: tuple[Transition, ...] = ()


class Whole:
    """The reclamation; what it may do depends on its items."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.machine = Machine(known)
        conditions = " ".join(line.when for line in known.definition.transitions if line.when)
        self._conditions = conditions
        self.asked_states: frozenset[str] = frozenset()
        """The states of an item that the reclamation can tell apart."""
        self._seen: dict[tuple[int, Faces], Seen] = {}
        self._flags: dict[str, list[str]] = {}

    @property
    def initial(self) -> list[int]:
        return self.machine.graph.initial

    @property
    def sends_items(self) -> bool:
        return any(line.send_items for line in self.known.definition.transitions)

    def is_final(self, number: int) -> bool:
        return self.machine.graph.finals[number] is not None

    def is_pressed(self, event: str) -> bool:
        """Whether people fire it, who are told at once why it is refused."""
        return bool(self.known.definition.events[event].by)

    def resting(self, number: int) -> int:
        return self.machine.resting(number)

    def look(self, number: int, faces: Faces) -> Seen:
        if (number, faces) not in self._seen:
            self.machine.others = self._facts(faces)
            self._seen[number, faces] = self.machine.look(number)
        return self._seen[number, faces]

    def _facts(self, faces: Faces) -> World:
        items: tuple[Mapping[str, object], ...] = tuple(
            {
                "final": bool(end),
                "good": end == "good",
                "bad": end == "bad",
                "state": state,
                "flags": self._flags.get(state, []),
            }
            for end, state in faces
        )
        return {
            "items.total": len(faces),
            "items.open": sum(not end for end, _ in faces),
            "items.good": sum(end == "good" for end, _ in faces),
            "items.bad": sum(end == "bad" for end, _ in faces),
            "items": items,
            "?faces": faces,
        }

    def meet(self, known: Known) -> None:
        """Learn which states of the items matter here."""
        states = known.definition.states.values()
        self._flags = {state.name: sorted(state.flags) for state in states}
        self.asked_states = frozenset(
            state.name
            for state in states
            if f'"{state.name}"' in self._conditions
            or f"'{state.name}'" in self._conditions
            or (state.flags and "flags" in self._conditions)
        )


class Anyone:
    """What stands for a reclamation whose workflow is not known: it may send anything."""

    asked_states: frozenset[str] = frozenset()
    initial = (0,)

    def __init__(self, item: Definition) -> None:
        sent = [event.name for event in item.events.values() if event.sent_by]
        heard = {line.send_reclamation for line in item.transitions if line.send_reclamation}
        lines = {name: Transition("", name, "", Nowhere(1, 1), send_items=name) for name in sent}
        self._seen = Seen(
            [Move(name, lines[name], 0, is_sure=False) for name in sent],
            {name: Taking([Move(name, None, 0)]) for name in heard},
        )

    def is_final(self, _number: int) -> bool:
        return False

    def is_pressed(self, _event: str) -> bool:
        return True

    def resting(self, number: int) -> int:
        return number

    def look(self, _number: int, _faces: Faces) -> Seen:
        return self._seen


class Together:
    """A reclamation with items of one graph: the full one, or its classes."""

    def __init__(self, whole: Whole | Anyone, items: Graph) -> None:
        self.whole, self.items = whole, items
        self._faces: dict[tuple[int, ...], Faces] = {}
        self._spent = 0

    def is_over(self, at: Place) -> bool:
        finals = self.items.finals
        return self.whole.is_final(at.whole) and all(finals[item] for item in at.items)

    def firings(self, at: Place) -> Iterator[Firing]:
        """Everything that may happen next."""
        self._spent = 0
        for move in self._look(at).moves:
            yield from self._fire_whole(at, move)
        seen: set[int] = set()
        for index, item in enumerate(at.items):
            if item not in seen:
                seen.add(item)
                for move in self.items.moves[item]:
                    yield from self._fire_item(at, index, move)

    def _fire_whole(self, at: Place, move: Move) -> Iterator[Firing]:
        may_block, must_block = self._blocks(at, move)
        if may_block and move.line and not self.whole.is_pressed(move.event):
            yield Firing(0, move, at, (), (move.line,))
        if not must_block:
            for path in self._whole_takes(_Path(at, ()), move, 0):
                yield Firing(0, move, path.at, path.steps, path.deaf)

    def _fire_item(self, at: Place, index: int, move: Move) -> Iterator[Firing]:
        for path in self._item_takes(_Path(at, ()), index, move, 0):
            yield Firing(index + 1, move, path.at, path.steps, path.deaf)

    def _item_takes(self, path: _Path, index: int, move: Move, depth: int) -> Iterator[_Path]:
        self._spend(depth)
        if depth > LONGEST_CHAIN:
            return
        items = list(path.at.items)
        step = Step(index + 1, move, items[index])
        items[index] = move.target
        moved = _Path(Place(path.at.whole, tuple(items)), (*path.steps, step), path.deaf)
        for heard in self._whole_hears(moved, move, depth) if move.sends else [moved]:
            yield from self._item_goes_on(heard, index, depth)

    def _item_goes_on(self, path: _Path, index: int, depth: int) -> Iterator[_Path]:
        here = path.at.items[index]
        entering = self.items.entering[here]
        for move in entering.moves if entering else ():
            yield from self._item_takes(path, index, move, depth + 1)
        if entering is None or entering.may_refuse:
            items = list(path.at.items)
            items[index] = self.items.resting[here]
            yield _Path(Place(path.at.whole, tuple(items)), path.steps, path.deaf)

    def _whole_hears(self, path: _Path, sent: Move, depth: int) -> Iterator[_Path]:
        assert sent.sends is not None
        taking = self._look(path.at).taking.get(sent.sends, Taking(may_refuse=True))
        is_deaf = taking.may_refuse
        for move in taking.moves:
            may_block, must_block = self._blocks(path.at, move)
            is_deaf = is_deaf or may_block
            if not must_block:
                yield from self._whole_takes(path, move, depth + 1)
        if is_deaf:
            lines = (sent.line,) if sent.line else ()
            yield _Path(path.at, path.steps, (*path.deaf, *lines))

    def _whole_takes(self, path: _Path, move: Move, depth: int) -> Iterator[_Path]:
        self._spend(depth)
        if depth > LONGEST_CHAIN:
            return
        step = Step(0, move, path.at.whole)
        paths = [_Path(Place(move.target, path.at.items), (*path.steps, step), path.deaf)]
        event = move.line.send_items if move.line else None
        for index in range(len(path.at.items)) if event else ():
            paths = [
                after
                for before in paths
                for after in self._item_hears(before, index, event or "", depth)
            ]
        for sent in paths:
            yield from self._whole_goes_on(sent, depth)

    def _item_hears(self, path: _Path, index: int, event: str, depth: int) -> Iterator[_Path]:
        here = path.at.items[index]
        if self.items.finals[here]:
            yield path
            return
        taking = self.items.taking[here].get(event)
        for move in taking.moves if taking else ():
            yield from self._item_takes(path, index, move, depth + 1)

    def _whole_goes_on(self, path: _Path, depth: int) -> Iterator[_Path]:
        entering = self._look(path.at).entering
        for move in entering.moves if entering else ():
            if not self._blocks(path.at, move)[1]:
                yield from self._whole_takes(path, move, depth + 1)
        if entering is None or entering.may_refuse:
            resting = self.whole.resting(path.at.whole)
            yield _Path(Place(resting, path.at.items), path.steps, path.deaf)

    def _spend(self, depth: int) -> None:
        self._spent += 1
        if self._spent > MOST_STEPS or depth > 4 * LONGEST_CHAIN:
            raise TooMany

    def _blocks(self, at: Place, move: Move) -> tuple[bool, bool]:
        """Whether some unfinished item may refuse what the move sends, and whether one must."""
        event = move.line.send_items if move.line else None
        may_block = must_block = False
        for item in at.items if event else ():
            if not self.items.finals[item]:
                taking = self.items.taking[item].get(event or "")
                may_block = may_block or taking is None or taking.may_refuse
                must_block = must_block or taking is None or not taking.moves
        return may_block or must_block, must_block

    def _look(self, at: Place) -> Seen:
        if at.items not in self._faces:
            states, finals = self.items.states, self.items.finals
            asked = self.whole.asked_states
            self._faces[at.items] = tuple(
                sorted((finals[n] or "", states[n] if states[n] in asked else "") for n in at.items)
            )
        return self.whole.look(at.whole, self._faces[at.items])
