"""Whoever acts is named: a person, the clock, a worker, another case, an import."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["person", "clock", "worker", "case", "import"]

ROLES = ("agent", "warehouse", "lead", "finance", "admin")
"""The roles a member of staff can hold."""


@dataclass(frozen=True, slots=True)
class Actor:
    kind: ActorKind
    name: str
    roles: frozenset[str] = frozenset()
    staff_id: int | None = None


CLOCK = Actor("clock", "the clock")
CASE = Actor("case", "another case")
ITSELF = Actor("case", "the case itself")
"""Whoever fires what happens by itself, since facts of the case have changed."""


def worker(name: str) -> Actor:
    return Actor("worker", name)


def importer(name: str) -> Actor:
    """Someone who takes in what happened elsewhere: pays nothing and writes to nobody."""
    return Actor("import", name, roles=frozenset({"import"}))
