"""Reasons and resolutions choose the workflow, per shop; mistakes come all at once."""

from functools import cache

import pytest

from claims.catalogue import CATALOGUE
from claims.choices import Choices
from claims.reading_choices import read_choices, read_choices_file
from config.settings import PROJECT
from workflows.definition import Definition
from workflows.problems import WorkflowProblems
from workflows.reading import read_folder

SOUND = """\
reclamation-workflow: reclamation
reasons:
  faulty: { label: Faulty }
  other: { label: Other }
resolutions:
  refund: { label: Money back, keeps-product: false }
  goodwill: { label: Something off, keeps-product: true }
rules:
  - { reason: faulty, resolution: refund, workflow: item-faulty }
  - { resolution: refund, workflow: item-return }
  - { resolution: goodwill, workflow: item-goodwill, reason: faulty }
shops:
  OUTLET:
    reasons: [other]
    resolutions: [refund]
    refund-order: newest-first
    rules:
      - { resolution: refund, workflow: item-mark-only }
"""


@cache
def definitions() -> dict[str, Definition]:
    return read_folder(PROJECT / "config" / "workflows", CATALOGUE)


def choices(text: str = SOUND) -> Choices:
    return read_choices(text, "claims.yaml", definitions())


def problems(text: str) -> list[str]:
    with pytest.raises(WorkflowProblems) as caught:
        choices(text)
    return [str(problem) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


def test_the_first_rule_that_fits_is_taken() -> None:
    assert choices().workflow_for("faulty", "refund", "MAIN") == "item-faulty"
    assert choices().workflow_for("other", "refund", "MAIN") == "item-return"


def test_a_shop_s_own_rules_come_first() -> None:
    assert choices().workflow_for("other", "refund", "OUTLET") == "item-mark-only"


def test_a_shop_may_offer_less() -> None:
    assert list(choices().reasons("MAIN")) == ["faulty", "other"]
    assert list(choices().reasons("OUTLET")) == ["other"]
    assert list(choices().resolutions_for("other", "OUTLET")) == ["refund"]


def test_only_what_a_rule_allows_is_offered_for_a_reason() -> None:
    assert list(choices().resolutions_for("faulty", "MAIN")) == ["refund", "goodwill"]
    assert list(choices().resolutions_for("other", "MAIN")) == ["refund"]
    assert choices().resolutions_for("unheard-of", "MAIN") == {}


@pytest.mark.parametrize(
    ("reason", "resolution", "sentence"),
    [
        ("fault", "refund", "There is no reason fault here; choose one of faulty, other."),
        ("other", "cash", "There is no resolution cash here; choose one of refund, goodwill."),
        ("other", "goodwill", "other cannot lead to goodwill here; choose refund."),
    ],
)
def test_what_leads_nowhere_is_a_sentence(reason: str, resolution: str, sentence: str) -> None:
    with pytest.raises(LookupError, match=sentence):
        choices().workflow_for(reason, resolution, "MAIN")


def test_the_file_says_who_keeps_the_product_and_where_money_goes_first() -> None:
    assert choices().keeps_product("goodwill")
    assert not choices().keeps_product("refund")
    assert not choices().keeps_product("no longer in use")
    assert choices().refund_order("MAIN") == "oldest-first"
    assert choices().refund_order("OUTLET") == "newest-first"
    assert choices().reclamation_workflow("OUTLET") == "reclamation"


def test_an_unknown_workflow_is_refused_at_its_place() -> None:
    (problem,) = problems(changed("workflow: item-return", "workflow: item-retrun"))

    assert problem == (
        "claims.yaml:10:37 unknown-workflow There is no workflow item-retrun for an item. "
        "Did you mean item-return?"
    )


def test_a_workflow_of_the_other_kind_is_refused() -> None:
    assert "for a reclamation" in problems(changed(": reclamation\n", ": item-return\n"))[0]
    assert "for an item" in problems(changed("workflow: item-return", "workflow: reclamation"))[0]


def test_all_mistakes_come_at_once() -> None:
    text = (
        SOUND.replace("keeps-product: true", "keeps-product: yes")
        .replace("reason: faulty, resolution: refund", "reason: fautly, resolution: refund")
        .replace("newest-first", "latest-first")
        .replace("    resolutions: [refund]", "    resolution: [refund]")
    )

    assert [line.split(" ")[:2] for line in problems(text)] == [
        ["claims.yaml:7:52", "yes-no"],
        ["claims.yaml:9:15", "unknown-reason"],
        ["claims.yaml:15:5", "unknown-key"],
        ["claims.yaml:16:19", "unknown-word"],
    ]


def test_a_rule_that_is_never_taken_is_refused() -> None:
    text = changed(
        "shops:", "  - { reason: other, resolution: refund, workflow: item-faulty }\nshops:"
    )

    assert problems(text)[0].startswith("claims.yaml:12:5 dead-rule")


def test_a_reason_that_leads_nowhere_is_refused() -> None:
    text = changed("  - { resolution: refund, workflow: item-return }\n", "")

    assert any("no-rule No rule says what the reason other" in line for line in problems(text))


def test_keys_that_stand_there_twice_are_refused_as_everywhere() -> None:
    assert "duplicate-key" in problems(SOUND + "rules: []\n")[0]


def test_the_shop_s_own_file_is_sound_and_every_reason_leads_somewhere() -> None:
    shipped = read_choices_file(PROJECT / "config" / "claims.yaml", definitions())

    for reason in shipped.reasons("ANY"):
        for resolution in shipped.resolutions_for(reason, "ANY"):
            assert shipped.workflow_for(reason, resolution, "ANY") in definitions()
    assert shipped.workflow_for("does-not-fit", "refund", "ANY") == "item-return"
    assert shipped.workflow_for("faulty", "replacement", "ANY") == "item-faulty"
    assert shipped.workflow_for("wants-other", "exchange", "ANY") == "item-exchange"
    assert shipped.workflow_for("part-missing", "parts", "ANY") == "item-missing-part"
    assert shipped.workflow_for("other", "goodwill", "ANY") == "item-goodwill"
    assert shipped.workflow_for("other", "none", "ANY") == "item-mark-only"
