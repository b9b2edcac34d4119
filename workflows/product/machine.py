"""A case as a graph: in which situations it may be, and by what it moves on.

A situation is a state with what else decides about the future: the effects under way, the money,
and the world that was chosen. An effect stays under way for any number of steps, whatever crashes
meanwhile; then it is done, refused or unknown, and after unknown the truth may still come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from workflows.definition import Definition, Event, Final, Outcome, Transition
from workflows.product.answers import Answer, World
from workflows.product.known import Known
from workflows.product.money import NOTHING, Money, Share

MOST_SITUATIONS = 20_000
_END = ""
"""No state of a file: where a path ends that has shown what it should not."""


class TooMany(Exception):
    """More than can be looked through."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    effect: str
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    state: str
    world: int = 0
    money: Money = NOTHING
    under_way: tuple[UnderWay, ...] = ()
    is_entering: bool = False
    """The engine has not yet looked for an on-enter line."""


@dataclass(frozen=True, slots=True)
class Move:
    """One way on. `is_sure` where it needs no luck; `line` is None where the state stays."""

    event: str
    line: Transition | None
    target: int
    is_sure: bool = True
    outcome: Outcome | None = None
    amount: float | None = None
    takes_all: bool = False
    """The amount is all that is left."""
    left: float | None = None
    """What was left, where the amount is more."""
    sends: str | None = None
    faults: tuple[str, ...] = ()
    """The rules that taking the line here would break."""
    is_end: bool = False
    """What would follow is not looked at any more."""


@dataclass(slots=True)
class Taking:
    """What an event sent by another case does in one situation."""

    moves: list[Move] = field(default_factory=list)
    may_refuse: bool = False

    def without_ends(self) -> "Taking":
        return Taking([move for move in self.moves if not move.is_end], self.may_refuse)


@dataclass(slots=True)
class Graph:
    """What the product needs to know of an item; situations are numbered."""

    initial: list[int] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    finals: list[Final | None] = field(default_factory=list)
    moves: list[list[Move]] = field(default_factory=list)
    taking: list[dict[str, Taking]] = field(default_factory=list)
    entering: list[Taking | None] = field(default_factory=list)
    """On-enter lines; `may_refuse` where the case may stay, and then rests in `resting`."""
    resting: list[int] = field(default_factory=list)

    def without_ends(self) -> "Graph":
        """The same without the moves at which a proof of money ends."""
        return Graph(
            self.initial,
            self.states,
            self.finals,
            [[move for move in moves if not move.is_end] for moves in self.moves],
            [
                {event: taking.without_ends() for event, taking in heard.items()}
                for heard in self.taking
            ],
            [entering and entering.without_ends() for entering in self.entering],
            self.resting,
        )


@dataclass(slots=True)
class Seen:
    moves: list[Move] = field(default_factory=list)
    taking: dict[str, Taking] = field(default_factory=dict)
    entering: Taking | None = None


class Machine:
    """Makes the situations of one item, each when it is first reached."""

    def __init__(self, known: Known) -> None:
        self.known, self.definition = known, known.definition
        self.situations: list[Situation] = []
        self.graph = Graph()
        self.others: World = {}
        """What is known of the other cases, where this is a reclamation."""
        self.rules: dict[str, None] = {}
        """The rules that some move breaks."""
        self._numbers: dict[Situation, int] = {}
        self._senders = {event.name: _sender(event, known) for event in _events(self.definition)}

        worlds = range(len(known.worlds))
        self.graph.initial = [
            self._number(Situation(self.definition.initial, world)) for world in worlds
        ]

    def build(self) -> "Machine":
        """Every situation that is reached, whatever other cases send. Raises TooMany."""
        built = 0
        while built < len(self.situations):
            self._build(built)
            built += 1
            if built > MOST_SITUATIONS:
                raise TooMany
        return self

    def _number(self, situation: Situation) -> int:
        is_end = situation.state == _END
        final = "bad" if is_end else self.definition.states[situation.state].final
        if final:
            situation = Situation(situation.state)
        if situation not in self._numbers:
            self._numbers[situation] = len(self.situations)
            self.situations.append(situation)
            self.graph.states.append(situation.state)
            self.graph.finals.append(final)
        return self._numbers[situation]

    def _build(self, number: int) -> None:
        """The ways on from one situation, once it is reached."""
        graph, seen = self.graph, self.look(number)
        graph.moves.append(seen.moves)
        graph.taking.append(seen.taking)
        graph.entering.append(seen.entering)
        graph.resting.append(self.resting(number))

    def look(self, number: int) -> "Seen":
        """What can happen here, with what is known of the other cases just now."""
        here, seen = self.situations[number], Seen()
        if self.graph.finals[number]:
            return seen
        for event in dict.fromkeys(x.event for x in self.definition.lines_from[here.state]):
            sender = self._senders[event]
            if sender == "case":
                seen.taking[event] = self._taken(here, event)
            elif not here.is_entering and sender in {"people", "clock", "luck"}:
                seen.moves += self._fired(here, event, sender)
            elif sender == "enter" and not here.is_entering and self._only_begins_in(here.state):
                # A case that begins here takes it at once; looked at as soon, not as the first.
                seen.moves += self._fired(here, event, "clock")
        if here.is_entering:
            seen.entering = self._entered(here)
        else:
            seen.moves += self._outcomes(here)
        return seen

    def _only_begins_in(self, state: str) -> bool:
        """Whether this is the first state, and nothing leads back to it."""
        lines = self.definition.transitions
        return state == self.definition.initial and all(line.target != state for line in lines)

    def resting(self, number: int) -> int:
        here = self.situations[number]
        return self._number(replace(here, is_entering=False)) if here.is_entering else number

    def _fired(self, here: Situation, event: str, sender: str) -> Iterator[Move]:
        found = list(self._answers(here, event))
        is_total = all(move is not None for move in found)
        is_sure = sender == "people" or (sender == "clock" and is_total)
        for move in found:
            if move:
                yield replace(move, is_sure=is_sure)

    def _taken(self, here: Situation, event: str) -> Taking:
        found = list(self._answers(here, event))
        return Taking([move for move in found if move], any(move is None for move in found))

    def _entered(self, here: Situation) -> Taking | None:
        group = self.known.entering(here.state)
        if group is None:
            return None
        taking = Taking()
        for answer in group.answers(self._world(here), here.money):
            move = self._move(here, answer) if answer.line else None
            if move:
                taking.moves.append(move)
            else:
                taking.may_refuse = True
        return taking

    def _answers(self, here: Situation, event: str) -> Iterator[Move | None]:
        group = self.known.group(here.state, event)
        for answer in group.answers(self._world(here), here.money) if group else ():
            if answer.line is None:
                yield None
            elif moved := self._move(here, answer):
                yield moved

    def _outcomes(self, here: Situation) -> Iterator[Move]:
        for way in here.under_way:
            use = self.definition.effects[way.effect]
            kind = self.known.catalogue.effects.get(use.run)
            rest = tuple(each for each in here.under_way if each != way)
            outcomes: tuple[Outcome, ...] = ("done", "refused", "unknown")
            for outcome in outcomes[:2] if way.is_unknown else outcomes:
                event = use.outcomes.get(outcome)
                if outcome == "unknown":
                    if event is None:
                        # The worker stops, and a person sends it out again.
                        continue
                    rest = tuple(sorted((*rest, UnderWay(way.effect, True)), key=_by_name))
                money = here.money.settled(outcome) if kind and kind.moves_money else here.money
                settled = replace(here, under_way=rest, money=money)
                is_sure = not way.is_unknown
                found = self._after(settled, event, outcome) if event else []
                yield from (replace(move, is_sure=is_sure) for move in found)
                if not found:
                    yield Move(event or "", None, self._number(settled), is_sure, outcome)

    def _after(self, settled: Situation, event: str, outcome: Outcome) -> list[Move]:
        found = self._answers(settled, event)
        return [replace(move, outcome=outcome) for move in found if move]

    def _move(self, here: Situation, answer: Answer) -> Move | None:
        """The move of a line, or None where an import would pay."""
        line = answer.line
        assert line is not None
        event, money = self.definition.events[line.event], here.money
        faults: list[str] = []
        doings = list(self.known.doings(line))
        if "pay" in doings and event.by and not event.by - self.known.catalogue.no_person:
            # An import pays nothing.
            return None
        if answer.is_over:
            faults.append("unbounded-amount")
        if event.second_person:
            money = replace(money, is_large=False)
        for doing in doings:
            if doing == "pay" and money.is_asked_already and not self._may_repeat(line):
                faults.append("refund-twice")
            elif doing == "pay" and not event.second_person:
                by_limited = event.by & self.known.catalogue.alone_up_to.keys()
                if (money.is_large and by_limited) if money.proposed else answer.is_large:
                    faults.append("above-limit-alone")
            money = money.with_doing(doing, answer.share, answer.is_large)
        under_way = self._under_way(here, line, doings)
        target = Situation(
            line.target, here.world, money, under_way, self.known.entering(line.target) is not None
        )
        is_end = "refund-twice" in faults or answer.is_over
        self.rules |= dict.fromkeys(faults)
        return Move(
            line.event,
            line,
            self._number(Situation(_END) if is_end else target),
            amount=answer.amount,
            takes_all=answer.share is Share.ALL,
            left=answer.left,
            sends=None if is_end else line.send_reclamation,
            faults=tuple(faults),
            is_end=is_end,
        )

    def _under_way(
        self, here: Situation, line: Transition, doings: Sequence[str]
    ) -> tuple[UnderWay, ...]:
        effects = self.definition.effects
        ways = {way.effect: way for way in here.under_way}
        if "found-paid" in doings or "found-not-paid" in doings:
            ways = {name: way for name, way in ways.items() if not way.is_unknown}
        for name in line.effects:
            if effects[name].outcomes:
                ways[name] = UnderWay(name)
        return tuple(sorted(ways.values(), key=_by_name))

    def _may_repeat(self, line: Transition) -> bool:
        return all(
            self.definition.effects[name].may_repeat
            for name in line.effects
            if self.known.catalogue.effects[self.definition.effects[name].run].moves_money
        )

    def _world(self, here: Situation) -> World:
        return {**self.known.worlds[here.world], **self.others}


def _by_name(way: UnderWay) -> tuple[str, bool]:
    return way.effect, way.is_unknown


def _events(definition: Definition) -> list[Event]:
    return list(definition.events.values())


def _sender(event: Event, known: Known) -> str:
    """Who fires it: people, a clock that surely rings, a case, an outcome, or luck."""
    if event.by:
        return "people" if event.by - known.catalogue.no_person else "luck"
    if event.at is not None:
        facts = known.catalogue.facts[known.definition.subject]
        unset = any(name in event.at for name, fact in facts.items() if fact.may_be_unset)
        return "luck" if unset else "clock"
    if event.after is not None or event.on_change:
        return "clock"
    if event.sent_by is not None:
        return "case"
    return "enter" if event.on_enter else "outcome"
