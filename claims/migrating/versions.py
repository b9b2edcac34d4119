"""Versions by what people call them: `current`, or the first characters of a hash."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from claims.migrating.reading import Chosen
from claims.models import WorkflowVersion
from claims.refusals import NotFound, Refused
from claims.rules import Rules
from workflows.definition import Definition
from workflows.problems import WorkflowProblems, did_you_mean

CURRENT = "current"
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Aim:
    """What a migration is to do: from which versions to which one, and which states are renamed."""

    to: Definition
    from_hash: str | None = None
    """Only cases of this version; None: of every other."""
    states: Mapping[str, str] = field(default_factory=dict)
    """Old name to new; a state that is not named keeps its name."""

    @property
    def chosen(self) -> Chosen:
        return Chosen(self.to.name, self.to.subject, self.to.hash, self.from_hash)


def find_version(session: Session, rules: Rules, name: str, wanted: str) -> Definition:
    """The version of workflow `name` that `wanted` says. Raises NotFound, or Refused where two fit.

    Raises WorkflowProblems where its text is not sound by the checker of today.
    """
    return rules.definition(session, find_hash(session, rules, name, wanted))


def find_hash(session: Session, rules: Rules, name: str, wanted: str) -> str:
    """The hash that begins so, among the versions in the folder and in the database."""
    in_folder = rules.definitions.get(name)
    if wanted == CURRENT:
        if in_folder is None:
            hint = did_you_mean(name, rules.definitions) or ""
            raise NotFound(f"The folder has no workflow {name}. {hint}".strip())
        return in_folder.hash
    kept = select(WorkflowVersion.hash).where(WorkflowVersion.name == name)
    known: set[str] = {*session.scalars(kept), *([in_folder.hash] if in_folder else [])}
    if not known:
        hint = did_you_mean(name, rules.definitions) or ""
        raise NotFound(f"There is no version of a workflow {name}. {hint}".strip())
    if len(wanted) < SHORTEST:
        raise Refused(f"{wanted!r} is short; give at least {SHORTEST} characters of the hash.")
    found = sorted(each for each in known if each.startswith(wanted))
    if not found:
        raise NotFound(
            f"{name} has no version {wanted}; see which there are: redress workflow versions {name}"
        )
    if len(found) > 1:
        raise Refused(f"{wanted} is the beginning of {len(found)} versions of {name}; give more.")
    return found[0]


def readable(session: Session, rules: Rules, workflow_hash: str) -> Definition | None:
    """The version, or None where the checker of today no longer takes its text."""
    try:
        return rules.definition(session, workflow_hash)
    except WorkflowProblems:
        return None


def check_states(aim: Aim, old: Mapping[str, Definition | None]) -> None:
    """Refused, with every reason, where the renaming names states that are not there.

    `old` are the versions whose cases are to be moved.
    """
    known = dict.fromkeys(state for each in old.values() if each for state in each.states)
    wrong = []
    for before, now in aim.states.items():
        if known and None not in old.values() and before not in known:
            hint = did_you_mean(before, known) or ""
            wrong.append(f"No version to be migrated has a state {before}. {hint}".strip())
        declared = aim.to.states.get(now)
        if declared is None:
            hint = did_you_mean(now, aim.to.states) or ""
            wrong.append(f"The new version has no state {now}. {hint}".strip())
        elif declared.final is not None:
            wrong.append(f"{now} ends a case; a case ends by an event, not by a migration.")
    if wrong:
        raise Refused(*wrong)
