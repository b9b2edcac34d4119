"""Proofs about people: whoever is needed is there.

What a file alone shows is proved always; who holds which role is known only where a database is
asked (`redress workflow check --staff`).
"""

from collections.abc import Collection, Mapping, Sequence

from workflows.definition import Definition, Event
from workflows.draft import Draft
from workflows.problems import Problem

Holders = Mapping[str, Collection[str]]
"""Role to the names of those who hold it."""


def prove_people(draft: Draft) -> None:
    """A second look is taken by people."""
    for event in draft.events.values():
        if event.second_person and event.by and event.by <= draft.catalogue.no_person:
            draft.findings.add(
                "second-person-alone",
                event.place,
                f"{event.name} asks for a second person, but only programs may fire it.",
                "Add a role of people to by:.",
            )


def prove_staff(
    workflows: Sequence[tuple[Definition, str]],
    holders: Holders,
    no_person: frozenset[str],
    takes_two: Collection[str] = (),
) -> list[Problem]:
    """Events of people that, as the roles are held now, nobody or no second person can fire.

    `takes_two` are the commands that somebody else must have spoken for before.
    """
    found = [
        problem
        for definition, file in workflows
        for event in definition.events.values()
        if (problem := _wanting(definition, event, file, holders, no_person, takes_two))
    ]
    return list(dict.fromkeys(found))


def _wanting(
    definition: Definition,
    event: Event,
    file: str,
    holders: Holders,
    no_person: frozenset[str],
    takes_two: Collection[str],
) -> Problem | None:
    people = _people(event, holders, no_person)
    if people is None:
        return None
    advice = "Give the role to somebody (redress staff), or another role to the event."
    file, line, column = event.place.file or file, event.place.line, event.place.column
    if not people:
        roles = " or ".join(sorted(event.by - no_person))
        sentence = f"Nobody can fire {event.name}: no active member of staff is {roles}."
        return Problem("role-held-by-nobody", file, line, column, sentence, advice)
    makers = _makers(definition, event, holders, no_person)
    if event.second_person and len(people) == 1 and people <= makers:
        sentence = (
            f"{event.name} asks for a second person, but {next(iter(people))} alone may fire it, "
            "and may be the first as well."
        )
        return Problem("one-role-holder", file, line, column, sentence, advice)
    deciding = _deciding(definition, takes_two)
    if event.name in deciding:
        speaking = set[str]().union(
            *(_people(definition.events[e], holders, no_person) or () for e in deciding)
        )
        if len(speaking) == 1:
            sentence = (
                f"{event.name} takes two people whatever the file says, but {next(iter(people))} "
                "alone holds a role that may decide."
            )
            return Problem("one-role-holder", file, line, column, sentence, advice)
    return None


def _deciding(definition: Definition, takes_two: Collection[str]) -> set[str]:
    """The events with a command that takes two people."""
    return {line.event for line in definition.transitions if not set(takes_two).isdisjoint(line.do)}


def _people(event: Event, holders: Holders, no_person: frozenset[str]) -> set[str] | None:
    """Who may fire the event; None where it is not for people at all."""
    roles = event.by - no_person
    return {name for role in roles for name in holders.get(role, ())} if roles else None


def _makers(
    definition: Definition, event: Event, holders: Holders, no_person: frozenset[str]
) -> set[str]:
    """Who may have led a case into a state in which the event is fired."""
    states = {line.source for line in definition.transitions if line.event == event.name}
    before = {line.event for line in definition.transitions if line.target in states}
    return {
        name
        for earlier in before
        for name in _people(definition.events[earlier], holders, no_person) or ()
    }
