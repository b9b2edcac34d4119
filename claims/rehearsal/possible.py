"""Lines that nothing can ever take: the outcome of an effect that has ended already.

`done` and `refused` settle an effect. After `unknown` the truth about a refund may still come
(`claims.late_truth`), until it does or a person decides. So no line for an outcome is taken
where the effect is not asked for or is settled.
"""

from claims.asking import MONEY
from claims.money.findings import DECIDES
from workflows.definition import Definition, EffectUse, Transition


def never_taken(definition: Definition) -> frozenset[Transition]:
    """The lines for outcomes in states in which no effect that names them can still end."""
    uses = definition.effects.values()
    waiting = {use.name: _waits_in(definition, use) for use in uses}
    named = {event for use in uses for event in use.outcomes.values()}
    return frozenset(
        line
        for line in definition.transitions
        if line.event in named
        and not any(
            line.event in use.outcomes.values() and line.source in waiting[use.name] for use in uses
        )
    )


def _waits_in(definition: Definition, use: EffectUse) -> set[str]:
    """From where it is asked for, along all lines but those that settle it."""
    is_refund = use.run == MONEY
    settled = {
        event for outcome, event in use.outcomes.items() if not (is_refund and outcome == "unknown")
    }
    todo = [line.target for line in definition.transitions if use.name in line.effects]
    found: set[str] = set()
    while todo:
        state = todo.pop()
        if state not in found:
            found.add(state)
            todo += [
                line.target
                for line in definition.lines_from[state]
                if line.event not in settled and not DECIDES.keys() & set(line.do)
            ]
    return found
