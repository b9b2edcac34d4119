"""Takes the shop's changed files up while a process runs; broken ones are refused whole.

`Reloading` decides; `config.watching` lets it look every few seconds.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from claims.rules import Rules
from config.proving import read_proved
from config.settings import Settings
from config.shop_files import Stamp, fingerprint_of, stamp_of
from workflows.problems import WorkflowProblems

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """The names of the workflows that one reading has otherwise than another."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    def __str__(self) -> str:
        said = [
            f"{word}: {', '.join(names)}"
            for word, names in (("new", self.new), ("changed", self.changed), ("gone", self.gone))
            if names
        ]
        return "; ".join(said) or "the workflows stay as they are"


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> Difference:
    """What differs between two readings; both map a workflow's name to its hash."""
    both: Iterable[str] = before.keys() & after.keys()
    return Difference(
        new=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in both if before[name] != after[name])),
        gone=tuple(sorted(before.keys() - after.keys())),
    )


@dataclass(slots=True)
class Reloading:
    """The rules of one process, and the files that they come from. For one thread."""

    settings: Settings
    rules: Rules
    refused: str | None = None
    """Why the files as they are now are not taken up; the rules of before go on."""
    _seen: Stamp | None = field(default=None, init=False)
    _decided: Stamp | None = field(default=None, init=False)

    def look(self, *, at_once: bool = False) -> bool:
        """Take the files up if they have changed, or refuse them; True where that was decided.

        Files that differ from those of the last look are still being written, perhaps: they
        wait for the next one, unless somebody asks for it `at_once`. Never raises.
        """
        stamp = stamp_of(self.settings)
        is_quiet, self._seen = stamp == self._seen, stamp
        if not at_once and (stamp == self._decided or not is_quiet):
            return False
        newly_read, refused = self._read()
        if stamp_of(self.settings) != stamp:
            return False
        self._decided = stamp
        if refused is not None:
            log.error("The shop's files are refused; the rules of before go on:\n%s", refused)
        elif newly_read is not None:
            changes = difference(self.rules.versions, newly_read.versions)
            self.rules.take_up(newly_read)
            log.info("The shop's files are taken up anew (%s).", changes)
        self.refused = refused
        return True

    def _read(self) -> tuple[Rules | None, str | None]:
        """The rules as they are written now, or why not; neither where they are those in use."""
        try:
            if fingerprint_of(self.settings) == self.rules.fingerprint:
                return None, None
            return read_proved(self.settings), None
        except WorkflowProblems as problems:
            return None, str(problems)
        except OSError as away:
            return None, f"{away.filename} cannot be read: {away.strerror}."
        except Exception as mistake:
            log.exception("The shop's files could not be read.")
            return None, f"The program made a mistake: {type(mistake).__name__}: {mistake}"
