"""The proofs that a changed folder must pass before running processes take it up."""

from claims.proving import prove_shop
from claims.rules import Rules
from config.bootstrap import read_rules
from config.settings import Settings
from workflows.problems import WorkflowProblems
from workflows.product.proving import problems_of
from workflows.reading import files_of, read_with_files
from workflows.rules import is_warning


def read_proved(settings: Settings) -> Rules:
    """Like `read_rules`, and what could happen between a reclamation and its items is proved, too.

    Raises WorkflowProblems for all that `redress workflow check` finds wrong.
    """
    rules = read_rules(settings)
    prove(settings, rules)
    return rules


def prove(settings: Settings, rules: Rules) -> None:
    """Raises WorkflowProblems where a proof over reclamation and items fails."""
    found = read_with_files(files_of(settings.workflows_dir), rules.catalogue)
    problems = problems_of(prove_shop(found, rules.catalogue, rules.choices))
    if wrong := [problem for problem in problems if not is_warning(problem)]:
        raise WorkflowProblems(wrong)
