"""Each planted fault is found in its line and by its rule; in good files nothing is.

`make faults` does the same with 500; its figures are in docs/evidence/faults.md.
"""

from tests.workflows.example_catalogue import EXAMPLE_CATALOGUE, HOLDERS
from tests.workflows.good_files import good_files
from tests.workflows.seeded_faults import MAKERS, faults, problems_of
from workflows.proofs import prove_together
from workflows.proofs_people import prove_staff
from workflows.reading import problems_in


def test_planted_faults_are_found_in_their_lines() -> None:
    missed = []
    for fault in faults(seed=120, count=120):
        problems = problems_of(fault)
        if (fault.rule, fault.line) not in [(each.rule, each.line) for each in problems]:
            missed.append((fault.rule, fault.file, fault.line, [str(each) for each in problems]))

    assert missed == []
    assert len(MAKERS) < 120, "each kind is planted at least once"


def test_good_files_raise_no_alarm() -> None:
    for good in good_files():
        assert problems_in(good.text, good.name, EXAMPLE_CATALOGUE) == []
    for names in (("example-item", "example-reclamation"), ("reclamation", "item-")):
        together = [
            (good.definition, good.name) for good in good_files() if good.name.startswith(names)
        ]
        assert prove_together(together) == []
        assert prove_staff(together, HOLDERS, EXAMPLE_CATALOGUE.no_person) == []
