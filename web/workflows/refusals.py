"""Changed files that are not taken up: what the processes that refuse them say is wrong."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from config.processes import running


@dataclass(frozen=True, slots=True)
class Refusal:
    """One list of problems, and how many processes of which kind go on by the old rules."""

    problems: tuple[str, ...]
    processes: str


def refusals(session: Session) -> list[Refusal]:
    """Each list of problems once; processes on several machines may see different files."""
    kinds: dict[str, Counter[str]] = {}
    for process in running(session):
        if process.refused is not None:
            kinds.setdefault(process.refused, Counter())[process.kind] += 1
    return [
        Refusal(
            tuple(refused.splitlines()),
            ", ".join(f"{kind} {number}" for kind, number in counted.items()),
        )
        for refused, counted in kinds.items()
    ]
