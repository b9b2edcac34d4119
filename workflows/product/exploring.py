"""Going through all places of the product: which are bad, and the shortest way to one."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

from workflows.product.machine import TooMany
from workflows.product.together import Firing, Place, Together

MOST_PLACES = 200_000

Key = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Explored:
    """`stranded` are the places from which no sure steps end all cases."""

    stranded: frozenset[Key]
    is_deaf: bool
    places: int


@dataclass(frozen=True, slots=True)
class Way:
    """The firings of a shortest way, and where it began."""

    start: Place
    firings: tuple[Firing, ...]

    @property
    def end(self) -> Place:
        return self.firings[-1].target if self.firings else self.start


def explore(together: Together, count: int) -> Explored:
    """Every place that `count` items and their reclamation reach. Raises TooMany."""
    reached: dict[Key, Place] = {place.key: place for place in _starts(together, count)}
    waiting = deque(reached.values())
    before: dict[Key, list[Key]] = {}
    over: list[Key] = []
    is_deaf = False
    while waiting:
        place = waiting.popleft()
        if together.is_over(place):
            over.append(place.key)
            continue
        for firing in together.firings(place):
            is_deaf = is_deaf or bool(firing.deaf)
            key = firing.target.key
            if key not in reached:
                reached[key] = firing.target
                waiting.append(firing.target)
            if firing.move.is_sure:
                before.setdefault(key, []).append(place.key)
        if len(reached) > MOST_PLACES:
            raise TooMany
    ending, behind = set(over), deque(over)
    while behind:
        for key in before.get(behind.popleft(), ()):
            if key not in ending:
                ending.add(key)
                behind.append(key)
    return Explored(frozenset(reached.keys() - ending), is_deaf, len(reached))


def shortest(
    together: Together,
    count: int,
    *,
    is_bad: Callable[[Place], bool] = lambda _: False,
    goes_wrong: Callable[[Place, Firing], bool] = lambda _, __: False,
) -> Way | None:
    """A shortest way to a bad place, or through a firing that goes wrong. Raises TooMany."""
    starts = list(_starts(together, count))
    for start in starts:
        if is_bad(start):
            return Way(start, ())
    came: dict[Key, tuple[Place, Firing] | None] = {start.key: None for start in starts}
    waiting = deque(starts)
    while waiting:
        place = waiting.popleft()
        for firing in together.firings(place):
            is_new = firing.target.key not in came
            if goes_wrong(place, firing) or (is_new and is_bad(firing.target)):
                return _way(came, place, firing)
            if is_new:
                came[firing.target.key] = (place, firing)
                waiting.append(firing.target)
        if len(came) > MOST_PLACES:
            raise TooMany
    return None


def sure_from(together: Together, start: Place) -> Iterator[Place]:
    """Every place that sure steps lead to from here, itself first."""
    reached, waiting = {start.key}, deque([start])
    while waiting and len(reached) < MOST_PLACES:
        place = waiting.popleft()
        yield place
        for firing in together.firings(place):
            if firing.move.is_sure and firing.target.key not in reached:
                reached.add(firing.target.key)
                waiting.append(firing.target)


def _starts(together: Together, count: int) -> Iterator[Place]:
    for whole in together.whole.initial:
        for items in combinations_with_replacement(together.items.initial, count):
            yield Place(whole, items)


def _way(came: dict[Key, tuple[Place, Firing] | None], place: Place, last: Firing) -> Way:
    firings = [last]
    while before := came[place.key]:
        place, firing = before
        firings.append(firing)
    return Way(place, tuple(reversed(firings)))
