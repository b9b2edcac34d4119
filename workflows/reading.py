"""A workflow file becomes a `Definition`, or every problem in it at once."""

import hashlib
from collections.abc import Iterable
from collections.abc import Mapping as Table
from pathlib import Path
from typing import cast, get_args

from workflows.catalogue import Catalogue
from workflows.definition import Definition, Final, State, Subject, Tone
from workflows.draft import Draft
from workflows.fields import Fields, is_name
from workflows.parts import PartText, include, join, parts_beside, refuse_unused, split
from workflows.problems import Findings, Problem, WorkflowProblems
from workflows.proofs import prove, prove_together
from workflows.reading_events import read_events
from workflows.reading_lines import read_effects, read_lines
from workflows.source import Mapping, Node, Scalar, decode, read_source
from workflows.spoken import LANGUAGE

PartTexts = Table[str, PartText]

KEYS = (
    "workflow",
    "subject",
    "language",
    "label",
    "initial",
    "include",
    "states",
    "effects",
    "events",
    "transitions",
)
REQUIRED = ("workflow", "subject", "label", "initial", "states", "events", "transitions")
MOST_ENTRIES = 200
STATE_KEYS = ("label", "final", "waits-for", "tone", "flags")


def read(text: str, file: str, catalogue: Catalogue, parts: PartTexts | None = None) -> Definition:
    """The sound workflow that the text says; raises WorkflowProblems with all that is wrong.

    Parts that it includes stand behind it in the same text, or are among `parts`.
    """
    definition, problems = _read(text, file, catalogue, parts or {})
    if definition is None or problems:
        raise WorkflowProblems(problems)
    return definition


def read_kept(text: str, file: str, catalogue: Catalogue) -> Definition:
    """The workflow that cases are pinned to, which was proved when the first of them began.

    Proofs that the checker has learnt since strand none of them: only what cannot be run today,
    because a fact or a command is gone, raises WorkflowProblems.
    """
    definition, problems = _read(text, file, catalogue, {}, is_proved=True)
    if definition is None or problems:
        raise WorkflowProblems(problems)
    return definition


def problems_in(
    text: str, file: str, catalogue: Catalogue, parts: PartTexts | None = None
) -> list[Problem]:
    """Everything that is wrong with the text, in the order of the file; empty when it is sound."""
    return _read(text, file, catalogue, parts or {})[1]


def read_folder(path: Path, catalogue: Catalogue) -> dict[str, Definition]:
    """The workflows of every *.yaml of a folder by name; raises WorkflowProblems with the
    problems of all files, and of the files with each other, and OSError without a folder."""
    definitions = read_files(files_of(path), catalogue)
    findings = Findings(str(path))
    used = {name for definition in definitions.values() for name in definition.parts}
    refuse_unused(parts_beside(path, findings), used, findings)
    if findings.found:
        raise WorkflowProblems(findings.in_order())
    return definitions


def files_of(path: Path) -> list[Path]:
    """The workflow files of a folder in a fixed order; hidden ones are no files of the shop."""
    return sorted(
        file
        for file in path.iterdir()
        if file.suffix in {".yaml", ".yml"} and not file.name.startswith(".")
    )


def read_files(paths: Iterable[Path], catalogue: Catalogue) -> dict[str, Definition]:
    """Like `read_folder`, for these files. A file that cannot be opened raises OSError."""
    return {name: definition for name, (definition, _) in read_with_files(paths, catalogue).items()}


def read_with_files(
    paths: Iterable[Path], catalogue: Catalogue
) -> dict[str, tuple[Definition, str]]:
    """Like `read_files`, each workflow with the file that it stands in."""
    found: dict[str, tuple[Definition, str]] = {}
    problems: list[Problem] = []
    parts: dict[Path, dict[str, PartText]] = {}
    for path in paths:
        findings = Findings(str(path))
        if path.parent not in parts:
            parts[path.parent] = parts_beside(path.parent, findings)
        text = decode(path.read_bytes(), findings)
        problems += findings.in_order()
        if text is None:
            continue
        definition, wrong = _read(text, str(path), catalogue, parts[path.parent])
        problems += wrong
        if definition is None:
            continue
        if definition.name in found:
            problems.append(
                Problem(
                    "duplicate-workflow",
                    str(path),
                    1,
                    1,
                    f"The workflow {definition.name} is already in {found[definition.name][1]}.",
                    "Give one of the two another name.",
                )
            )
        else:
            found[definition.name] = (definition, str(path))
    if not problems:
        problems += prove_together(list(found.values()))
    if problems:
        raise WorkflowProblems(problems)
    return found


def _read(
    text: str, file: str, catalogue: Catalogue, parts: PartTexts, is_proved: bool = False
) -> tuple[Definition | None, list[Problem]]:
    findings = Findings(file)
    own, behind = split(text, file)
    root = read_source(own, findings)
    if root is None:
        return None, findings.in_order()
    draft = Draft(own, findings, catalogue)
    used: dict[str, str] = {}
    if isinstance(root, Mapping):
        included = include(root, {**parts, **behind}, findings)
        used, draft.is_complete = included.used, included.is_whole
        refuse_unused(behind, used, findings)
    whole = join(own, used)
    top = Fields(findings, root, "a workflow", KEYS)
    top.require(*REQUIRED)
    crowded = [_is_crowded(draft, top, key) for key in ("states", "effects", "events")]
    if any(crowded):
        return None, findings.in_order()
    name = top.name("workflow")
    draft.subject = cast(Subject, top.one_of("subject", get_args(Subject)) or "item")
    draft.language = _language(draft, top)
    _read_states(draft, top.node("states"))
    initial = top.scalar("initial")
    if initial:
        draft.initial = draft.resolve(initial, draft.states, "unknown-state", "state")
    if "events" in top:
        read_events(draft, top.node("events"))
    read_effects(draft, top.node("effects"))
    read_lines(draft, top.node("transitions"))
    label, draft.labels = draft.words(top, "label")
    draft.label_place = top.place_of("label") if label else None
    if draft.states and draft.events and not is_proved:
        prove(draft, top.place_of("states"))
    problems = findings.in_order()
    if problems or not (name and label and draft.initial):
        return None, problems
    return (
        Definition(
            name=name,
            subject=draft.subject,
            label=label,
            initial=draft.initial,
            states=draft.states,
            events=draft.events,
            effects=draft.effects,
            transitions=tuple(draft.lines),
            text=whole,
            hash=hashlib.sha256(whole.encode()).hexdigest(),
            language=draft.language,
            labels=draft.labels,
            parts=tuple(used),
        ),
        problems,
    )


def _is_crowded(draft: Draft, top: Fields, key: str) -> bool:
    """Whether a table is larger than people, and the proofs, can look through."""
    node = top.node(key)
    if not isinstance(node, Mapping) or len(node.entries) <= MOST_ENTRIES:
        return False
    draft.findings.add(
        "too-many",
        node.place,
        f"There are {len(node.entries)} {key}; {MOST_ENTRIES} are the most.",
        "Divide the workflow.",
    )
    return True


def _language(draft: Draft, top: Fields) -> str:
    scalar = top.scalar("language")
    if scalar is None:
        return "en"
    if not LANGUAGE.fullmatch(scalar.text):
        draft.findings.add(
            "language",
            scalar.place,
            f"{scalar.text[:80]} is no language: two small letters are, such as de, or de-AT.",
        )
        return "en"
    return scalar.text


def _read_states(draft: Draft, node: Node | None) -> None:
    if node is None:
        return
    table = Fields(draft.findings, node, "the table of states")
    for name, (key, value) in table.entries.items():
        if is_name(draft.findings, key):
            draft.states[name] = _state(draft, key, value)
        else:
            draft.is_complete = False


def _state(draft: Draft, key: Scalar, node: Node) -> State:
    fields = Fields(draft.findings, node, f"the state {key.text}", STATE_KEYS, key.place)
    fields.require("label")
    final = cast(Final | None, fields.one_of("final", get_args(Final)))
    draft.is_complete = draft.is_complete and ("final" not in fields or final is not None)
    label, labels = draft.words(fields, "label")
    return State(
        name=key.text,
        label=label or key.text,
        place=key.place,
        final=final,
        waits_for=fields.text("waits-for"),
        tone=cast(Tone | None, fields.one_of("tone", get_args(Tone))),
        flags=frozenset(flag.text for flag in fields.scalars("flags")),
        labels=labels,
    )
