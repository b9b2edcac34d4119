"""Every rule that the reader and the proofs can report, in the order in which they look."""

from collections.abc import Mapping

from workflows.problems import Problem
from workflows.rule import Rule
from workflows.rules_of_clocks import CLOCKS
from workflows.rules_of_files import FILES
from workflows.rules_of_guards import GUARDS
from workflows.rules_of_inputs import INPUTS
from workflows.rules_of_names import NAMES
from workflows.rules_of_parts import PARTS
from workflows.rules_of_people import PEOPLE
from workflows.rules_of_product import PRODUCT
from workflows.rules_of_proofs import PROOFS

RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (*FILES, *NAMES, *PARTS, *INPUTS, *PROOFS, *GUARDS, *CLOCKS, *PRODUCT, *PEOPLE)
}


def is_warning(problem: Problem) -> bool:
    """Whether it is about the shop as it is just now, and the file is sound nevertheless."""
    rule = RULES.get(problem.rule)
    return rule is not None and rule.level == "warning"
