"""Why a case stays where it is when its workflow has a new version; decided without a database."""

from datetime import UTC, datetime

import pytest

from claims.migrating.crossing import Crossing
from claims.migrating.judging import Stay, judge
from claims.migrating.standing import OpenEffect, Standing
from claims.rules import Rules
from tests.claims.migrated import RENAMED, RETURN, SOONER, version_with
from workflows.definition import Definition

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
PAID = frozenset({"refund-paid", "refund-refused", "refund-unclear"})
REMINDED = "  - { from: awaiting-parcel,         event: parcel-reminder-due,"
SECOND = "    second-person: true\n"


def case(state: str, **more: object) -> Standing:
    subject = more.pop("subject", "item")
    return Standing(subject, 1, 1, "R-000001", 1, "NORTH", "old", state, AT, AT, **more)  # type: ignore[arg-type]


def crossing(rules: Rules, new: Rules, name: str = RETURN, **states: str) -> Crossing:
    renamed = {old.replace("_", "-"): now for old, now in states.items()}
    return Crossing(rules.definitions[name], new.definitions[name], renamed, rules.catalogue)


def why(found: Stay | str) -> tuple[str, str]:
    assert isinstance(found, Stay), f"it moves to {found}"
    return found.kind, found.sentence


@pytest.fixture
def sooner(rules: Rules) -> Rules:
    return version_with(rules, SOONER)


def test_every_open_state_of_a_version_maps_to_itself_in_one_that_only_differs_in_time(
    rules: Rules, sooner: Rules
) -> None:
    states = rules.definitions[RETURN].states.values()

    for state in (each.name for each in states if each.final is None):
        assert judge(case(state), crossing(rules, sooner), {}) == state


def test_a_refund_under_way_comes_before_all_else(rules: Rules) -> None:
    standing = case("awaiting-parcel", effects=(OpenEffect("pay-refund", "waiting", PAID),))

    kind, _ = why(judge(standing, crossing(rules, version_with(rules, RENAMED)), {}))

    assert kind == "effect-under-way"


def test_a_case_whose_refund_is_unclear_waits_for_whoever_decides(
    rules: Rules, sooner: Rules
) -> None:
    standing = case("refund-unclear", effects=(OpenEffect("pay-refund", "unknown", PAID),))

    kind, sentence = why(judge(standing, crossing(rules, sooner), {}))

    assert kind == "effect-under-way"
    assert sentence == "What became of the effect pay-refund is not known yet; decide that first."


def test_a_case_is_not_mapped_to_where_it_would_wait_for_an_effect_that_is_not_there(
    rules: Rules, sooner: Rules
) -> None:
    kind, sentence = why(judge(case("received"), crossing(rules, sooner, received="refunding"), {}))

    assert kind == "stranded"
    assert "waits for an effect, and none is under way" in sentence


def test_a_proposal_that_nobody_could_approve_any_more_stays(rules: Rules, sooner: Rules) -> None:
    waiting = case("awaiting-approval", has_proposal=True)
    to_the_parcel = Crossing(
        rules.definitions[RETURN],
        sooner.definitions[RETURN],
        {"awaiting-approval": "awaiting-parcel"},
        rules.catalogue,
    )

    assert why(judge(waiting, to_the_parcel, {})) == (
        "proposal",
        "A refund waits for approval, and out of awaiting-parcel nobody can approve it.",
    )


def test_a_letter_that_nobody_knows_the_fate_of_holds_no_case_up(
    rules: Rules, sooner: Rules
) -> None:
    letter = OpenEffect("write-reminder", "unknown", frozenset())

    assert judge(case("received", effects=(letter,)), crossing(rules, sooner), {}) == "received"


def test_an_effect_that_can_be_tried_again_needs_somebody_who_hears_its_outcome(
    rules: Rules, sooner: Rules
) -> None:
    standing = case("refunding", effects=(OpenEffect("pay-refund", "stopped", PAID),))

    assert judge(standing, crossing(rules, sooner), {}) == "refunding"
    kind, sentence = why(judge(standing, crossing(rules, sooner, refunding="received"), {}))

    assert kind == "outcome-unheard"
    assert "nobody hears its outcome refund-paid" in sentence


def test_a_second_person_is_not_given_up_for_what_is_proposed_already(rules: Rules) -> None:
    text = rules.definitions[RETURN].text
    assert text.count(SECOND) > 0
    weaker = version_with(rules, (SECOND, ""))
    waiting = case("awaiting-approval", has_proposal=True)

    kind, sentence = why(judge(waiting, crossing(rules, weaker), {}))

    assert kind == "proposal"
    assert "lets whoever proposed it approve it" in sentence
    nothing_proposed = case("awaiting-approval")
    assert judge(nothing_proposed, crossing(rules, weaker), {}) == "awaiting-approval"


def test_a_state_that_is_only_passed_through_takes_no_case(rules: Rules) -> None:
    hop = version_with(
        rules,
        ("  rejected:          {", "  looking: { label: Looking }\n  rejected:          {"),
        ("  reject:\n", "  seen: { label: Seen, on-enter: true }\n  reject:\n"),
        (
            "event: request-return,      to: awaiting-parcel,",
            "event: request-return,      to: looking,",
        ),
        (REMINDED, "  - { from: looking, event: seen, to: awaiting-parcel }\n" + REMINDED),
    )

    kind, _ = why(judge(case("received"), crossing(rules, hop, received="looking"), {}))

    assert kind == "passes-through"


def test_what_the_reclamation_sends_must_still_be_taken(rules: Rules, sooner: Rules) -> None:
    reclamation = rules.definitions["reclamation"]
    beside = {reclamation.hash: reclamation}
    standing = case("received", beside=frozenset(beside))

    assert judge(standing, crossing(rules, sooner), beside) == "received"
    kind, sentence = why(
        judge(standing, crossing(rules, sooner, received="refund-unclear"), beside)
    )

    assert kind == "not-understood"
    assert sentence == (
        "Reclamation sends withdraw, which refund-unclear of the new version does not take."
    )


def test_what_the_new_version_sends_must_be_known_on_the_other_side(rules: Rules) -> None:
    says_more = version_with(rules, ("item-settled", "item-done"))
    reclamation = rules.definitions["reclamation"]
    standing = case("received", beside=frozenset({reclamation.hash}))

    kind, sentence = why(
        judge(standing, crossing(rules, says_more), {reclamation.hash: reclamation})
    )

    assert kind == "not-understood"
    assert sentence.endswith("does not know; migrate reclamation first.")


def test_a_reclamation_hears_what_its_items_send(rules: Rules) -> None:
    deaf = version_with(rules, ("item-settled", "item-done"), name="reclamation")
    items = rules.definitions[RETURN]
    standing = case("open", subject="reclamation", beside=frozenset({items.hash}))

    found = judge(standing, crossing(rules, deaf, "reclamation"), {items.hash: items})

    assert why(found)[1].endswith(
        "sends item-settled, which open of the new version does not take."
    )


def test_cases_of_a_version_that_cannot_be_read_any_more_can_be_moved(
    rules: Rules, sooner: Rules
) -> None:
    new: Definition = sooner.definitions[RETURN]
    unread = Crossing(None, new, {}, rules.catalogue)

    assert judge(case("received"), unread, {}) == "received"
    assert judge(case("awaiting-approval", has_proposal=True), unread, {}) == "awaiting-approval"
    assert why(judge(case("refunding"), unread, {}))[0] == "stranded"
