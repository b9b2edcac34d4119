"""The examples of docs/testing-workflows.md are read and pass."""

import re

import pytest

from claims.extensions import join
from claims.rehearsal.folder import rules_of
from claims.rehearsal.playing import play
from claims.rehearsal.reading import read_trials
from config.settings import PROJECT

DOCUMENT = PROJECT / "docs" / "testing-workflows.md"
EXAMPLES = re.findall(r"```yaml tests\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_passes(number: int) -> None:
    config = PROJECT / "config"
    rules = rules_of(config / "workflows", config / "claims.yaml", join(()))

    for trial in read_trials(EXAMPLES[number], DOCUMENT.name, rules).trials:
        assert play(rules, trial).wrong == ()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 2
