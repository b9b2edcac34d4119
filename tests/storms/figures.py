"""What a storm is told, and what it tells at its end."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.storms.auditor import Difference


@dataclass(frozen=True, slots=True)
class Options:
    """How hard a storm rages; None is the storm's own long form."""

    seed: int = 2026
    kills: int | None = None
    refunds: int | None = None
    seeds: int | None = None

    def dice(self) -> random.Random:
        return random.Random(self.seed)


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of figures; `violations` are sentences, and none of them may be."""

    storm: str
    counts: Mapping[str, object]
    violations: Sequence[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        told = " · ".join(f"{name} {value}" for name, value in self.counts.items())
        verdict = "no violation" if not self.violations else f"{len(self.violations)} VIOLATIONS"
        return f"{self.storm}: {told} · {verdict}"


def sentences(differences: Sequence[Difference]) -> list[str]:
    """The differences of an audit as violations."""
    return [f"{difference.kind}: {difference.sentence}" for difference in differences]
