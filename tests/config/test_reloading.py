"""Changed files are taken up while a process runs; broken ones are refused whole."""

import logging
from pathlib import Path

import pytest

from config.bootstrap import read_rules
from config.reloading import Reloading, difference
from config.settings import settings_from
from config.shop_files import fingerprint_of
from tests.conftest import NOWHERE
from tests.support.small_shop import SmallShop, small_shop

LABEL = ("item-goodwill.yaml", "label: Goodwill without return", "label: A kind gesture")
BROKEN = ("item-goodwill.yaml", "initial: reported", "initial: reprted")


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    return small_shop(tmp_path, settings_from(NOWHERE))


@pytest.fixture
def reloading(shop: SmallShop) -> Reloading:
    """At the shop's files, which it has looked at as they were read."""
    begun = Reloading(shop.settings, read_rules(shop.settings))
    look_until_quiet(begun)
    return begun


def look_until_quiet(reloading: Reloading) -> None:
    """One look that sees the change, and one that sees it has come to rest."""
    reloading.look()
    reloading.look()


def test_a_changed_file_is_taken_up_once_it_has_come_to_rest(
    shop: SmallShop, reloading: Reloading
) -> None:
    shop.change(*LABEL)

    assert not reloading.look()
    assert reloading.rules.definitions["item-goodwill"].label == "Goodwill without return"
    assert reloading.look()

    assert reloading.rules.definitions["item-goodwill"].label == "A kind gesture"
    assert reloading.rules.fingerprint == fingerprint_of(shop.settings)
    assert not reloading.look()


def test_whoever_asks_need_not_wait_for_rest(shop: SmallShop, reloading: Reloading) -> None:
    shop.change(*LABEL)

    assert reloading.look(at_once=True)

    assert reloading.rules.definitions["item-goodwill"].label == "A kind gesture"


def test_a_new_file_is_taken_up_too(shop: SmallShop, reloading: Reloading) -> None:
    text = (shop.workflows / "item-mark-only.yaml").read_text()
    path = shop.workflows / "item-note.yaml"
    path.write_text(text.replace("workflow: item-mark-only", "workflow: item-note"))

    look_until_quiet(reloading)

    assert "item-note" in reloading.rules.definitions


def test_a_broken_file_is_refused_whole_and_the_old_rules_go_on(
    shop: SmallShop, reloading: Reloading, caplog: pytest.LogCaptureFixture
) -> None:
    shop.change("item-mark-only.yaml", "label: Mark as refunded", "label: Only a mark")
    shop.change(*BROKEN)

    with caplog.at_level(logging.ERROR):
        look_until_quiet(reloading)

    sentence = "There is no state reprted. Did you mean reported?"
    assert reloading.refused is not None
    assert sentence in reloading.refused
    assert "item-goodwill.yaml:6:10 unknown-state" in reloading.refused
    assert sentence in caplog.text
    assert reloading.rules.definitions["item-mark-only"].label == "Mark as refunded"


def test_a_file_put_right_is_taken_up_and_nothing_is_refused_any_more(
    shop: SmallShop, reloading: Reloading
) -> None:
    shop.change(*BROKEN)
    look_until_quiet(reloading)
    shop.change(BROKEN[0], BROKEN[2], BROKEN[1])
    shop.change(*LABEL)

    look_until_quiet(reloading)

    assert reloading.refused is None
    assert reloading.rules.definitions["item-goodwill"].label == "A kind gesture"


def test_a_broken_file_put_back_as_it_was_leaves_the_rules_as_they_are(
    shop: SmallShop, reloading: Reloading
) -> None:
    before = reloading.rules.definitions
    shop.change(*BROKEN)
    look_until_quiet(reloading)
    shop.change(BROKEN[0], BROKEN[2], BROKEN[1])

    look_until_quiet(reloading)

    assert reloading.refused is None
    assert reloading.rules.definitions is before


def test_a_workflow_that_claims_yaml_names_cannot_be_taken_away(
    shop: SmallShop, reloading: Reloading
) -> None:
    (shop.workflows / "item-goodwill.yaml").unlink()

    look_until_quiet(reloading)

    assert reloading.refused is not None
    assert "There is no workflow item-goodwill for an item." in reloading.refused
    assert "item-goodwill" in reloading.rules.definitions


def test_a_folder_that_is_away_is_told_and_the_old_rules_go_on(
    shop: SmallShop, reloading: Reloading
) -> None:
    shop.workflows.rename(shop.workflows.with_name("elsewhere"))

    look_until_quiet(reloading)

    assert reloading.refused == f"{shop.workflows} cannot be read: No such file or directory."
    assert "item-goodwill" in reloading.rules.definitions


def test_choices_change_together_with_the_workflows(shop: SmallShop, reloading: Reloading) -> None:
    shop.change("claims.yaml", "label: Something off", "label: A discount")

    look_until_quiet(reloading)

    assert reloading.rules.choices.resolutions["goodwill"].label == "A discount"


def test_rules_that_are_held_do_not_change_before_the_work_is_done(
    shop: SmallShop, reloading: Reloading
) -> None:
    held = reloading.rules.held()
    shop.change(*LABEL)
    shop.change("claims.yaml", "label: Something off", "label: A discount")

    look_until_quiet(reloading)

    assert held.definitions["item-goodwill"].label == "Goodwill without return"
    assert held.choices.resolutions["goodwill"].label == "Something off"
    assert held.held().definitions is held.definitions
    assert reloading.rules.held().definitions["item-goodwill"].label == "A kind gesture"


def test_files_that_change_while_they_are_first_read_are_read_again(shop: SmallShop) -> None:
    rules = read_rules(shop.settings)
    shop.change(*LABEL)
    reloading = Reloading(shop.settings, rules)

    look_until_quiet(reloading)

    assert rules.definitions["item-goodwill"].label == "A kind gesture"


def test_what_differs_is_told_by_workflow() -> None:
    found = difference({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"})

    assert str(found) == "new: d; changed: b; gone: a"
    assert str(difference({}, {})) == "the workflows stay as they are"


PART = """
part: closing
subject: item
exits: [over]
states:
  asked: { label: Asked, waits-for: agent }
events:
  answer: { label: Answer, by: [agent] }
transitions:
  - { from: asked, event: answer, to: over }
"""


def test_a_changed_part_changes_the_workflows_that_include_it(shop: SmallShop) -> None:
    parts = shop.workflows / "parts"
    parts.mkdir()
    (parts / "closing.yaml").write_text(PART)
    mark = "item-mark-only.yaml"
    shop.change(
        mark,
        "\nstates:\n",
        "\ninclude: { end: { part: closing, exits: { over: withdrawn } } }\nstates:\n",
    )
    shop.change(mark, "\nevents:\n", "\nevents:\n  ask: { label: Ask, by: [agent] }\n")
    shop.change(
        mark,
        "\ntransitions:\n",
        "\ntransitions:\n  - { from: reported, event: ask, to: end-asked }\n",
    )
    begun = Reloading(shop.settings, read_rules(shop.settings))
    look_until_quiet(begun)

    shop.change("parts/closing.yaml", "label: Asked", "label: Asked again")
    look_until_quiet(begun)

    assert begun.refused is None
    assert begun.rules.definitions["item-mark-only"].states["end-asked"].label == "Asked again"


def test_files_by_which_money_could_go_wrong_are_not_taken_up(
    shop: SmallShop, reloading: Reloading
) -> None:
    shop.change(
        "item-goodwill.yaml",
        "  - { from: refund-unclear, event: confirm-not-paid,",
        "  - { from: refund-unclear, event: refund, to: refunding, effect: pay-refund }\n"
        "  - { from: refund-unclear, event: confirm-not-paid,",
    )
    before = reloading.rules.fingerprint

    look_until_quiet(reloading)

    assert reloading.refused is not None
    assert "refund-twice" in reloading.refused
    assert reloading.rules.fingerprint == before
