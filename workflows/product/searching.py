"""The shortest way, looked for among classes that keep every way's length, then told in full."""

from collections.abc import Callable

from workflows.product.classes import classes_of
from workflows.product.exploring import Way, shortest
from workflows.product.machine import Graph
from workflows.product.together import Anyone, Firing, Place, Together, Whole


class Searched:
    """A product in full, and the smaller one in which is searched."""

    def __init__(self, whole: Whole | Anyone, items: Graph) -> None:
        graph, self._class_of = classes_of(
            items, asked_states=whole.asked_states, counts_steps=True
        )
        self.full = Together(whole, items)
        self.reduced = Together(whole, graph)
        firsts: dict[int, int] = {}
        for number, of in enumerate(self._class_of):
            firsts.setdefault(of, number)
        self.first_of = [firsts[of] for of in range(len(firsts))]
        """For each class one of its situations."""

    def shortest(
        self,
        count: int,
        is_bad: Callable[[Place], bool],
        goes_wrong: Callable[[Place, Firing], bool],
    ) -> Way | None:
        """A shortest way with so many items; `is_bad` is asked of places of the smaller one."""
        way = shortest(self.reduced, count, is_bad=is_bad, goes_wrong=goes_wrong)
        return self._in_full(way) if way else None

    def _in_full(self, way: Way) -> Way:
        """The same events with real situations, which do what their classes do."""
        initial = {self._class_of[number]: number for number in reversed(self.full.items.initial)}
        place = start = Place(way.start.whole, tuple(initial[item] for item in way.start.items))
        firings = []
        for wanted in way.firings:
            firing = next(each for each in self.full.firings(place) if self._is_alike(each, wanted))
            firings.append(firing)
            place = firing.target
        return Way(start, tuple(firings))

    def _is_alike(self, firing: Firing, wanted: Firing) -> bool:
        items = tuple(self._class_of[item] for item in firing.target.items)
        is_there = (firing.case, firing.target.whole, items, bool(firing.deaf)) == (
            wanted.case,
            wanted.target.whole,
            wanted.target.items,
            bool(wanted.deaf),
        )
        return is_there and _faults(firing) == _faults(wanted)


def _faults(firing: Firing) -> list[tuple[str, ...]]:
    return [step.move.faults for step in firing.steps]
