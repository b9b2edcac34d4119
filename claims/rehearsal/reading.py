"""A file of tests is read as strictly as a workflow: every mistake at once, each with its place."""

from collections.abc import Sequence as SequenceOf
from dataclasses import replace
from pathlib import Path

from claims.rehearsal.given import Given
from claims.rehearsal.reading_given import read_given
from claims.rehearsal.reading_steps import Reader
from claims.rehearsal.trials import Placed, Trial, TrialFile
from claims.rules import Rules
from workflows.definition import Definition
from workflows.fields import Fields
from workflows.problems import Findings, WorkflowProblems, did_you_mean
from workflows.source import Node, Sequence, decode, read_source

TOP_KEYS = ("tests-of", "given", "tests")
TRIAL_KEYS = ("test", "given", "when", "then")


def read_trials_file(path: Path, rules: Rules) -> TrialFile:
    """Like `read_trials`. A file that cannot be opened raises OSError."""
    findings = Findings(str(path))
    text = decode(path.read_bytes(), findings)
    if text is None:
        raise WorkflowProblems(findings.in_order())
    return read_trials(text, str(path), rules)


def read_trials(text: str, file: str, rules: Rules) -> TrialFile:
    """The tests that the text says; raises WorkflowProblems with all that is wrong."""
    findings = Findings(file)
    root = read_source(text, findings)
    if root is None:
        raise WorkflowProblems(findings.in_order())
    top = Fields(findings, root, "the file", TOP_KEYS)
    top.require("tests-of", "tests")
    definition = _workflow(top, rules)
    trials: SequenceOf[Trial] = ()
    if definition is not None:
        trials = _trials(top, definition, rules)
    if findings.found or definition is None:
        raise WorkflowProblems(findings.in_order())
    return TrialFile(file, definition.name, tuple(trials))


def _workflow(top: Fields, rules: Rules) -> Definition | None:
    name = top.scalar("tests-of")
    if name is None or name.text in rules.definitions:
        return rules.definitions[name.text] if name else None
    top.findings.add(
        "unknown-workflow",
        name.place,
        f"There is no workflow {name.text[:80]}.",
        did_you_mean(name.text, rules.definitions),
    )
    return None


def _trials(top: Fields, definition: Definition, rules: Rules) -> list[Trial]:
    default = standard_given(definition, rules)
    everywhere = read_given(top.findings, top.node("given"), default, rules)
    node = top.node("tests")
    if node is None:
        return []
    if not isinstance(node, Sequence) or not node.items:
        top.findings.add("not-a-list", node.place, "tests is a list with at least one test.")
        return []
    trials = [_trial(top.findings, item, definition, rules, everywhere) for item in node.items]
    seen: dict[str, Trial] = {}
    for trial in trials:
        if trial.name in seen:
            line = seen[trial.name].place.line
            said = f"A test of this name stands in line {line} already."
            top.findings.add("twice", trial.place, said, "Say what is different in this one.")
        seen[trial.name] = trial
    return trials


def standard_given(definition: Definition, rules: Rules) -> Given:
    """What a test begins with where it says nothing: an item that leads to this workflow."""
    given = Given()
    if definition.subject == "reclamation":
        return replace(given, reclamation_workflow=definition.name)
    [item] = given.items
    for reason in rules.choices.reasons(given.shop):
        for resolution in rules.choices.resolutions_for(reason, given.shop):
            if rules.choices.workflow_for(reason, resolution, given.shop) == definition.name:
                item = replace(item, reason=reason, resolution=resolution)
                return replace(given, items=(item,))
    return replace(given, items=(replace(item, workflow=definition.name),))


def _trial(
    findings: Findings, node: Node, definition: Definition, rules: Rules, everywhere: Given
) -> Trial:
    fields = Fields(findings, node, "a test", TRIAL_KEYS)
    fields.require("test", "then")
    given = read_given(findings, fields.node("given"), everywhere, rules)
    reader = Reader(findings, definition, rules, given)
    name = fields.text("test") or ""
    when: list[Placed] = []
    steps = fields.node("when")
    if steps is not None:
        if isinstance(steps, Sequence):
            when = [placed for item in steps.items if (placed := reader.step(item))]
        else:
            findings.add("not-a-list", steps.place, "when is a list of steps.")
    then = reader.expected(fields.node("then"))
    return Trial(name, fields.place, given, tuple(when), tuple(then))
