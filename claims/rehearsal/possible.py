"""Lines that nothing can ever take: the outcome of an effect that has ended already.

The first word on an effect settles it. What comes later is kept as an observation and told to a
person (`claims.effects.observe`); it fires nothing. So no line for an outcome is taken where the
effect cannot be waiting any more.
"""

from workflows.definition import Definition, EffectUse, Transition


def never_taken(definition: Definition) -> frozenset[Transition]:
    """The lines for outcomes in states in which no effect that names them can be waiting."""
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
    """From where it is asked for, along all lines but those that its own outcomes take."""
    todo = [line.target for line in definition.transitions if use.name in line.effects]
    found: set[str] = set()
    while todo:
        state = todo.pop()
        if state not in found:
            found.add(state)
            todo += [
                line.target
                for line in definition.lines_from[state]
                if line.event not in use.outcomes.values()
            ]
    return found
