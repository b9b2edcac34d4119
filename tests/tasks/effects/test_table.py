from claims.catalogue import CATALOGUE
from config.settings import Settings
from tasks.effects.table import HANDLERS
from tasks.letters import LETTERS
from tests.tasks.desk import Desk


def test_every_effect_that_a_workflow_may_name_can_be_carried_out() -> None:
    assert set(HANDLERS) == set(CATALOGUE.effects)


def test_every_letter_that_the_default_workflows_name_is_written(
    desk: Desk, settings: Settings
) -> None:
    named = {
        use.settings["letter"]
        for definition in desk.rules.definitions.values()
        for use in definition.effects.values()
        if "letter" in use.settings
    }

    assert named <= set(LETTERS)
