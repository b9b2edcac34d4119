"""Situations of an item that nobody outside can tell apart are one class.

Where steps are not counted: branching bisimulation by signatures. What moves within a class and
needs no luck is not seen; what is reached, and can be reached again from everywhere, stays the
same. Where they are counted: strong bisimulation, in which every way keeps its length.
"""

from collections.abc import Hashable, Iterable, Iterator, Set
from dataclasses import replace

from workflows.product.machine import Graph, Move, Taking

_Label = tuple[Hashable, ...]
_Seen = tuple[_Label, int]


def classes_of(
    graph: Graph, *, asked_states: Set[str], counts_steps: bool
) -> tuple[Graph, list[int]]:
    """The graph of the classes, and the class of each situation."""
    kinds: list[tuple[Hashable, ...]] = [
        (
            graph.finals[number] or "",
            graph.states[number] if graph.states[number] in asked_states else "",
            graph.entering[number] is not None,
        )
        for number in range(len(graph.states))
    ]
    blocks = _numbered(kinds)
    while True:
        signatures = _signatures(graph, blocks, counts_steps)
        finer = _numbered([(block, frozenset(signatures[n])) for n, block in enumerate(blocks)])
        if max(finer) == max(blocks):
            return _quotient(graph, blocks, signatures), blocks
        blocks = finer


def _numbered(kinds: list[tuple[Hashable, ...]]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(kind, len(numbers)) for kind in kinds]


def _signatures(
    graph: Graph, blocks: list[int], counts_steps: bool
) -> list[dict[_Seen, Move | None]]:
    """For each situation what can be seen next, after any number of unseen steps."""
    sent = dict.fromkeys(event for taking in graph.taking for event in taking)
    own = [dict(_own(graph, blocks, number, sent)) for number in range(len(blocks))]
    if counts_steps:
        return own
    unseen = [
        [move.target for move in graph.moves[n] if _is_unseen(move, block, blocks)]
        for n, block in enumerate(blocks)
    ]
    for n, block in enumerate(blocks):
        own[n].pop((("own", None, True, ()), block), None)
    changed = True
    while changed:
        changed = False
        for number, within in enumerate(unseen):
            before = len(own[number])
            for target in within:
                for label, move in own[target].items():
                    own[number].setdefault(label, move)
            changed = changed or len(own[number]) != before
    return own


def _is_unseen(move: Move, block: int, blocks: list[int]) -> bool:
    return blocks[move.target] == block and move.is_sure and not (move.sends or move.faults)


def _own(
    graph: Graph, blocks: list[int], number: int, sent: Iterable[str]
) -> Iterator[tuple[_Seen, Move | None]]:
    """What can be seen of one situation itself."""
    block = blocks[number]
    for move in graph.moves[number]:
        yield (("own", move.sends, move.is_sure, move.faults), blocks[move.target]), move
    nothing = Taking(may_refuse=not graph.finals[number])
    takings: list[tuple[_Label, Taking, int]] = [
        (("hears", event), graph.taking[number].get(event, nothing), block) for event in sent
    ]
    if entering := graph.entering[number]:
        takings.append((("enters",), entering, blocks[graph.resting[number]]))
    for label, taking, refused in takings:
        for move in taking.moves:
            yield ((*label, move.sends, move.faults), blocks[move.target]), move
        if taking.may_refuse:
            yield ((*label, "refuses"), refused), None


def _quotient(graph: Graph, blocks: list[int], signatures: list[dict[_Seen, Move | None]]) -> Graph:
    firsts: dict[int, int] = {}
    for number, block in enumerate(blocks):
        firsts.setdefault(block, number)
    made = Graph(initial=list(dict.fromkeys(blocks[number] for number in graph.initial)))
    for block, number in sorted(firsts.items()):
        moves: list[Move] = []
        taking: dict[str, Taking] = {}
        entering = Taking() if graph.entering[number] is not None else None
        resting = block
        for (label, target), move in signatures[number].items():
            match label[0]:
                case "own":
                    if move:
                        moves.append(replace(move, target=target))
                case "hears":
                    _add(taking.setdefault(str(label[1]), Taking()), move, target)
                case _:
                    if move is None:
                        resting = target
                    if entering:
                        _add(entering, move, target)
        made.states.append(graph.states[number])
        made.finals.append(graph.finals[number])
        made.moves.append(moves)
        made.taking.append(taking)
        made.entering.append(entering)
        made.resting.append(resting)
    return made


def _add(taking: Taking, move: Move | None, target: int) -> None:
    if move:
        taking.moves.append(replace(move, target=target))
    else:
        taking.may_refuse = True
