"""Ways through a graph of states."""

from collections.abc import Iterable, Mapping


def closure(start: set[str], steps: Iterable[tuple[str, str]]) -> set[str]:
    """Every state that some way of steps leads to, the start included."""
    onwards: dict[str, list[str]] = {}
    for source, target in steps:
        onwards.setdefault(source, []).append(target)
    reached, waiting = set(start), list(start)
    for here in waiting:
        for target in onwards.get(here, ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def way(onwards: Mapping[str, Iterable[str]], start: str, end: str) -> list[str] | None:
    """The states of a shortest way from start to end, both included."""
    ways, waiting = {start: [start]}, [start]
    for here in waiting:
        if here == end:
            return ways[here]
        for target in onwards.get(here, ()):
            if target not in ways:
                ways[target] = [*ways[here], target]
                waiting.append(target)
    return None
