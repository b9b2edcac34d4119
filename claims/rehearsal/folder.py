"""A folder of workflows with the tests beside it, in its folder `tests`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claims.choices import Choices
from claims.extensions import Extensions
from claims.reading_choices import read_choices, read_choices_file
from claims.rehearsal.coverage import Coverage
from claims.rehearsal.playing import Played, play
from claims.rehearsal.reading import read_trials_file
from claims.rehearsal.trials import TrialFile
from claims.rules import Rules
from workflows.definition import Definition
from workflows.problems import Problem, WorkflowProblems
from workflows.reading import files_of, read_files

TESTS = "tests"
STAND_INS = "stand-ins"
"""Beside the tests: workflows that only they use."""
CLAIMS = "claims.yaml"
"""Beside the tests: the choices they go by, of a folder that is not the shop's."""


class NoReclamationWorkflow(Exception):
    """A folder in which no reclamation could be opened."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of all tests of some files, and what they reached of each workflow."""

    played: Sequence[tuple[TrialFile, Sequence[Played]]]
    coverage: Mapping[str, Coverage]

    @property
    def count(self) -> int:
        return sum(len(played) for _, played in self.played)

    @property
    def failed(self) -> int:
        return sum(1 for _, played in self.played for each in played if each.wrong)


def rules_of(folder: Path, claims_file: Path | None, extensions: Extensions) -> Rules:
    """The workflows of a folder with the shop's choices, or with plain ones where there are none.

    Raises WorkflowProblems, OSError, NoReclamationWorkflow.
    """
    definitions = read_files([*files_of(folder), *_stand_ins(folder)], extensions.catalogue)
    if claims_file is not None and claims_file.is_file():
        choices = read_choices_file(claims_file, definitions)
    else:
        choices = plain_choices(definitions)
    return Rules(definitions, choices, extensions.catalogue, extensions=extensions)


def plain_choices(definitions: Mapping[str, Definition]) -> Choices:
    """One reason and one resolution: each test names the workflow that it is of."""
    first = {d.subject: d.name for d in reversed(list(definitions.values()))}
    if "reclamation" not in first or "item" not in first:
        raise NoReclamationWorkflow(
            "A test opens a reclamation with items; the folder needs a workflow of each."
        )
    text = (
        f"reclamation-workflow: {first['reclamation']}\n"
        "reasons: { does-not-fit: { label: Any } }\n"
        "resolutions: { refund: { label: Any, keeps-product: false } }\n"
        f"rules: [{{ workflow: {first['item']} }}]\n"
    )
    return read_choices(text, "plain choices", definitions)


def files_of_tests(folder: Path) -> list[Path]:
    """The files of tests of a folder of workflows."""
    tests = folder / TESTS
    return [file for file in files_of(tests) if file.name != CLAIMS] if tests.is_dir() else []


def workflows_of(folder: Path, rules: Rules) -> dict[str, Path]:
    """The names of the folder's own workflows, without the stand-ins, and their files."""
    texts = {file: file.read_text("utf-8-sig") for file in files_of(folder)}
    return {
        name: file
        for name, definition in rules.definitions.items()
        for file, text in texts.items()
        if definition.text.startswith(text)  # behind it stand the parts that are included
    }


def claims_file_of(folder: Path) -> Path:
    """Where the choices of a folder are that is not the shop's: beside its tests, or beside it."""
    own = folder / TESTS / CLAIMS
    return own if own.is_file() else folder.parent / CLAIMS


def _stand_ins(folder: Path) -> list[Path]:
    stand_ins = folder / TESTS / STAND_INS
    return files_of(stand_ins) if stand_ins.is_dir() else []


def read_all(files: Iterable[Path], rules: Rules) -> list[TrialFile]:
    """Raises WorkflowProblems with the mistakes of all files, OSError."""
    read: list[TrialFile] = []
    problems: list[Problem] = []
    for file in files:
        try:
            read.append(read_trials_file(file, rules))
        except WorkflowProblems as wrong:
            problems += wrong.problems
    if problems:
        raise WorkflowProblems(problems)
    return read


def run(rules: Rules, files: Iterable[TrialFile], measured: Iterable[str] = ()) -> Run:
    """Play all tests. What is `measured` is also where there is no test of it."""
    files = list(files)
    names = dict.fromkeys((*measured, *(file.workflow for file in files)))
    coverage = {name: Coverage(rules.definitions[name]) for name in names}
    played = [
        (file, [play(rules, trial, coverage[file.workflow]) for trial in file.trials])
        for file in files
    ]
    return Run(played, coverage)
