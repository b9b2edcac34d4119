"""What becomes of each case of a chunk, planned or moved: the same decision for both."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from claims.migrating.clocks import rewind
from claims.migrating.crossing import Crossing
from claims.migrating.judging import Stay, judge
from claims.migrating.standing import Standing
from claims.migrating.versions import Aim, check_states, readable
from claims.migrating.writing import Move
from claims.rules import Rules
from workflows.definition import Definition


@dataclass(frozen=True, slots=True)
class Stayed:
    """A case that stays where it is, and why."""

    name: str
    hash: str
    state: str
    why: Stay


Decision = Move | Stayed


def stayed(standing: Standing, why: Stay) -> Stayed:
    return Stayed(standing.name, standing.hash, standing.state, why)


def counted(moves: Sequence[Move], staying: Sequence[Stayed]) -> Counter[str]:
    """What a chunk adds to the book: `moved`, and `stayed:` with each kind of reason."""
    counts = Counter(f"stayed:{each.why.kind}" for each in staying)
    if moves:
        counts["moved"] = len(moves)
    return counts


@dataclass
class Decider:
    """Decides about cases of one workflow; keeps what it has read of versions."""

    session: Session
    rules: Rules
    aim: Aim
    at: datetime
    _crossings: dict[str, Crossing] = field(default_factory=dict)
    _versions: dict[str, Definition | None] = field(default_factory=dict)
    _verdicts: dict[tuple[object, ...], Stay | str] = field(default_factory=dict)

    def check_states(self, hashes: Sequence[str]) -> None:
        """Refused where the aim's renaming does not fit these versions."""
        check_states(self.aim, {each: self.version(each) for each in hashes})

    def decide(self, standing: Standing) -> Decision:
        crossing = self._crossing(standing.hash)
        verdict = self._verdict(standing, crossing)
        if isinstance(verdict, Stay):
            return stayed(standing, verdict)
        return Move(
            standing,
            self.aim.to.hash,
            verdict,
            self.aim.to.states[verdict].waits_for,
            rewind(
                standing,
                crossing.old,
                self.aim.to,
                verdict,
                self.rules.choices.calendar(standing.shop),
                self.at,
            ),
        )

    def _verdict(self, standing: Standing, crossing: Crossing) -> Stay | str:
        """Thousands of cases stand alike; each way of standing is judged once."""
        alike = (
            standing.hash,
            standing.state,
            standing.effects,
            standing.has_proposal,
            standing.beside,
        )
        found = self._verdicts.get(alike)
        if found is None:
            beside = {each: self.version(each) for each in standing.beside}
            found = self._verdicts[alike] = judge(standing, crossing, beside)
        return found

    def _crossing(self, workflow_hash: str) -> Crossing:
        found = self._crossings.get(workflow_hash)
        if found is None:
            found = Crossing(
                self.version(workflow_hash), self.aim.to, self.aim.states, self.rules.catalogue
            )
            self._crossings[workflow_hash] = found
        return found

    def version(self, workflow_hash: str) -> Definition | None:
        if workflow_hash not in self._versions:
            self._versions[workflow_hash] = readable(self.session, self.rules, workflow_hash)
        return self._versions[workflow_hash]
