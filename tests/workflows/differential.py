"""The engine and the plain interpreter side by side on random sound machines and traces."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from tests.workflows.plain_interpreter import automatic, decide
from tests.workflows.random_machines import random_facts, random_machine
from tests.workflows.shop import FACTS, SHOP
from workflows.definition import Definition
from workflows.engine import Engine, Taken
from workflows.problems import WorkflowProblems
from workflows.reading import read

STEPS = 12


@dataclass(slots=True)
class Compared:
    machines: int = 0
    decisions: int = 0
    taken: int = 0


def compare(seed: int, count: int) -> Compared:
    """Raises AssertionError at the first decision that the two make differently."""
    random = Random(seed)
    compared = Compared()
    for definition in islice(_machines(random), count):
        compared.machines += 1
        _follow(definition, random, compared)
    return compared


def _machines(random: Random) -> Iterator[Definition]:
    while True:
        try:
            yield read(random_machine(random), "random.yaml", SHOP)
        except WorkflowProblems:
            continue


def _follow(definition: Definition, random: Random, compared: Compared) -> None:
    engine = Engine(definition, SHOP)
    state = definition.initial
    for _ in range(STEPS):
        facts = random_facts(random, FACTS)
        event = random.choice(list(definition.events))
        decision = engine.decide(state, event, facts)
        line = decision.line if isinstance(decision, Taken) else None
        assert line == decide(definition, state, event, facts), (definition.text, state, event)
        on_enter = engine.automatic(state, facts)
        assert on_enter == automatic(definition, state, facts), (definition.text, state)
        compared.decisions += 2
        compared.taken += (line is not None) + (on_enter is not None)
        state = line.target if line else state
        if definition.states[state].final:
            state = definition.initial
