"""The table of a workflow, followed in the plainest way there is.

It shares nothing with the engine but the definition: no `transitions`, no CEL. The conditions it
knows are the few that `random_machines` writes, each `NAME OPERATOR NUMBER` or joined by && and ||.
"""

import operator
from collections.abc import Mapping

from workflows.definition import Definition, Transition

COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(when: str | None, facts: Mapping[str, object]) -> bool:
    if when is None:
        return True
    if when == "has-evidence":
        return facts["item.has_evidence"] is True
    return any(
        all(_compare(part.strip(), facts) for part in either.split("&&"))
        for either in when.split("||")
    )


def _compare(part: str, facts: Mapping[str, object]) -> bool:
    if " " not in part:
        return bool(facts[part.removeprefix("!")]) != part.startswith("!")
    name, compare, number = part.split(" ")
    return bool(COMPARE[compare](facts[name], float(number)))


def decide(
    definition: Definition, state: str, event: str, facts: Mapping[str, object]
) -> Transition | None:
    """The first line with this state and event whose condition holds."""
    for line in definition.transitions:
        if (line.source, line.event) == (state, event) and holds(line.when, facts):
            return line
    return None


def automatic(definition: Definition, state: str, facts: Mapping[str, object]) -> Transition | None:
    """The first line that the engine itself takes on entering the state."""
    for line in definition.transitions:
        is_automatic = definition.events[line.event].on_enter
        if line.source == state and is_automatic and holds(line.when, facts):
            return line
    return None
