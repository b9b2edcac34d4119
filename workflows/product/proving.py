"""The proofs over one item workflow and the reclamation workflow that it meets.

What only concerns one item's money is looked for in the graph of one item. What several cases do
to each other is looked for in the product of the reclamation with one, two and three items, taken
as classes. Only for what is refuted the full product is searched, for the shortest way.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workflows.catalogue import Catalogue
from workflows.definition import Definition
from workflows.problems import Problem
from workflows.product.blaming import Blame
from workflows.product.classes import classes_of
from workflows.product.exploring import Explored, Way, explore
from workflows.product.known import Known as Reading
from workflows.product.machine import Machine, TooMany
from workflows.product.searching import Searched
from workflows.product.together import Anyone, Firing, Place, Together, Whole
from workflows.product.verdicts import Known, Proof, Refutation

MOST_ITEMS = 3
Pair = tuple[str, str]


def prove_folder(
    workflows: Sequence[tuple[Definition, str]],
    catalogue: Catalogue,
    pairs: Iterable[Pair] | None = None,
    most_items: int = MOST_ITEMS,
) -> list[Proof]:
    """Proves every item workflow with every reclamation workflow that it can meet.

    `pairs` are the names (item, reclamation) that meet by claims.yaml; without them all do. An
    item workflow that meets none is proved alone, as far as its own money goes.
    """
    known = {definition.name: Known(definition, file) for definition, file in workflows}
    items = [each for each in known.values() if each.definition.subject == "item"]
    wholes = [each for each in known.values() if each.definition.subject == "reclamation"]
    meeting = None if pairs is None else set(pairs)
    proofs: list[Proof] = []
    for item in items:
        met: list[Known | None] = [
            whole
            for whole in wholes
            if meeting is None or (item.definition.name, whole.definition.name) in meeting
        ]
        try:
            prover = Prover(item, catalogue, most_items)
        except TooMany:
            proofs += [Proof(item, whole, (), 0, False) for whole in met or [None]]
        else:
            proofs += [prover.prove(whole) for whole in met or [None]]
    return proofs


def problems_of(proofs: Iterable[Proof]) -> list[Problem]:
    """What was refuted, the same line once for each rule; and what is too large to be proved."""
    found: dict[tuple[str, str, int, int], Problem] = {}
    for proof in proofs:
        for problem in [refuted.problem() for refuted in proof.refuted] or _too_many(proof):
            key = (problem.rule, problem.file, problem.line, problem.column)
            found.setdefault(key, problem)
    return sorted(found.values(), key=lambda each: (each.file, each.line, each.column))


def _too_many(proof: Proof) -> list[Problem]:
    if proof.is_complete:
        return []
    met = f" with {proof.whole.definition.name}" if proof.whole else ""
    sentence = f"{proof.item.definition.name}{met} can be in more situations than can be proved."
    return [Problem("too-many", proof.item.file, 1, 1, sentence, "Divide the workflow.")]


class Prover:
    """One item workflow; its graph serves every reclamation workflow that it meets."""

    def __init__(self, item: Known, catalogue: Catalogue, most_items: int) -> None:
        self.item, self.catalogue, self.most_items = item, catalogue, most_items
        self.machine = Machine(Reading(item.definition, catalogue)).build()
        self.graph = self.machine.graph.without_ends()

    def prove(self, whole: Known | None) -> Proof:
        if whole is None:
            return self._prove_alone()
        machine = Whole(Reading(whole.definition, self.catalogue))
        machine.meet(self.machine.known)
        refuted: list[Refutation] = []
        places, is_complete = 0, True
        most = self.most_items if machine.sends_items else 1
        try:
            if self.machine.rules:
                money = Searched(machine, self.machine.graph)
                refuted += self._money(
                    money, Blame(self.item, whole, self.machine, money.full), most
                )
            explored, class_of = self._explored(machine)
            places = sum(each.places for each in explored)
            if any(each.is_deaf or each.stranded for each in explored):
                cases = Searched(machine, self.graph)
                blame = Blame(self.item, whole, self.machine, cases.full)
                refuted += _deaf(cases, explored, blame)
                refuted += _stranded(cases, explored, class_of, blame)
        except TooMany:
            is_complete = False
        return Proof(self.item, whole, tuple(refuted), places, is_complete)

    def _explored(self, whole: Whole) -> tuple[list[Explored], list[int]]:
        """All places with one, two, three items as classes; and the class of each situation."""
        classes, class_of = classes_of(
            self.graph, asked_states=whole.asked_states, counts_steps=False
        )
        counts = range(1, self.most_items + 1)
        return [explore(Together(whole, classes), count) for count in counts], class_of

    def _prove_alone(self) -> Proof:
        """No reclamation workflow is known: it may send anything, and what it needs is not told."""
        searched = Searched(Anyone(self.item.definition), self.machine.graph)
        blame = Blame(self.item, None, self.machine, searched.full)
        refuted = tuple(self._money(searched, blame, 1))
        return Proof(self.item, None, refuted, len(self.machine.situations))

    def _money(self, searched: Searched, blame: Blame, most: int) -> Iterator[Refutation]:
        for rule in self.machine.rules:

            def breaks(_: Place, firing: Firing, rule: str = rule) -> bool:
                return any(rule in step.move.faults for step in firing.steps)

            found = _fewest(range(1, most + 1), Search(searched, goes_wrong=breaks))
            if found:
                yield blame.broken(rule, *found)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, with any number of items."""

    searched: Searched
    is_bad: Callable[[Place], bool] = lambda _: False
    goes_wrong: Callable[[Place, Firing], bool] = lambda _, __: False


def _fewest(counts: Iterable[int], search: Search) -> tuple[Way, int] | None:
    """The shortest way with the fewest items that show it, and how many these are."""
    for count in counts:
        way = search.searched.shortest(count, search.is_bad, search.goes_wrong)
        if way:
            return way, count
    return None


def _deaf(cases: Searched, explored: list[Explored], blame: Blame) -> Iterator[Refutation]:
    """An event that its receiver cannot take."""
    counts = [count for count, each in enumerate(explored, 1) if each.is_deaf]
    found = _fewest(counts, Search(cases, goes_wrong=lambda _, firing: bool(firing.deaf)))
    if found:
        yield blame.deaf(*found)


def _stranded(
    cases: Searched, explored: list[Explored], class_of: list[int], blame: Blame
) -> Iterator[Refutation]:
    """A place from which not every case comes to its end; rather one where some case rests."""

    def is_stranded(place: Place) -> bool:
        items = (class_of[cases.first_of[item]] for item in place.items)
        return (place.whole, tuple(sorted(items))) in explored[len(place.items) - 1].stranded

    def is_dead(place: Place) -> bool:
        return is_stranded(place) and _rests(cases.reduced, place)

    counts = [count for count, each in enumerate(explored, 1) if each.stranded]
    for is_bad in (is_dead, is_stranded) if counts else ():
        found = _fewest(counts, Search(cases, is_bad=is_bad))
        if found:
            yield blame.stranded(*found)
            return


def _rests(together: Together, place: Place) -> bool:
    """Whether nothing sure moves some unfinished case from here."""
    finals = together.items.finals
    resting = {n for n, item in enumerate(place.items) if not finals[item]}
    resting |= set() if together.whole.is_final(place.whole) else {-1}
    for firing in together.firings(place):
        if firing.move.is_sure:
            after = firing.target
            resting -= {n for n in resting if n >= 0 and after.items[n] != place.items[n]}
            resting -= {-1} if after.whole != place.whole else set()
    return bool(resting)
