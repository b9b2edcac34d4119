"""Files of tests are read strictly, played, and say what was not as they say."""

import pytest

from claims.rehearsal.coverage import Coverage
from claims.rehearsal.generating import generate
from claims.rehearsal.playing import play
from claims.rehearsal.reading import read_trials, standard_given
from claims.rehearsal.trials import TrialFile
from claims.rehearsal.writing import write_trials
from claims.rules import Rules
from tests.claims.other_rules import rules_with
from tests.claims.rehearsal.small import with_small
from workflows.problems import WorkflowProblems

HEAD = "tests-of: item-small\ngiven:\n  items: [{ quantity: 2, price: 24.99 }]\ntests:\n"


@pytest.fixture(scope="module")
def small(rules: Rules) -> Rules:
    return with_small(rules)


def read(rules: Rules, tests: str) -> TrialFile:
    return read_trials(HEAD + tests, "small-tests.yaml", rules)


def wrong_with(rules: Rules, tests: str) -> list[str]:
    file = read(rules, tests)
    return [
        f"{place.line}:{place.column} {sentence}"
        for trial in file.trials
        for place, sentence in play(rules, trial).wrong
    ]


def test_a_test_passes_where_everything_is_as_it_says(small: Rules) -> None:
    tests = """\
  - test: Two are ordered again
    when:
      - { offered: order, by: agent }
      - { not-offered: order, by: lead, because: is for agent }
      - { event: order, by: agent, input: { pieces: 3 }, refused: at most 2 }
      - { event: order, by: agent, input: { pieces: 2 } }
      - { effect: order-again, ends: done }
    then:
      state: sent
      refunded: 0
      left: 49.98
      effects: [order-again]
      deadlines: []
      reclamation: closed
      incidents: 0
      items: [{ state: sent }]
"""
    assert wrong_with(small, tests) == []


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("{ event: order, by: lead }", "Step 1, order by lead: it was refused: Order is for agent"),
        (
            "{ event: give-up, by: agent, refused: second person }",
            "it was refused with other words than 'second person': Give up is not possible",
        ),
        ("{ offered: order, by: lead }", "it is not open: Order is for agent"),
        ("{ not-offered: order, by: agent }", "it is open."),
        ("{ effect: order-again, ends: done }", "No effect order-again waits for an answer"),
        ("{ until: 2020-01-01 }", "time goes one way"),
        (
            "{ edit: { evidence: seen }, by: agent, refused: never }",
            "it was to be refused with 'never', and was not.",
        ),
    ],
)
def test_a_step_that_goes_otherwise_is_told_where_it_stands(
    small: Rules, step: str, sentence: str
) -> None:
    tests = f"  - test: A step\n    when: [{step}]\n    then: {{ state: reported }}\n"

    [said] = wrong_with(small, tests)

    assert said.startswith("6:12 ")
    assert sentence in said


def test_a_file_is_given_by_its_name(small: Rules) -> None:
    tests = """\
  - test: Seen
    when:
      - { edit: { evidence: a crack }, by: agent }
      - { event: give-up, by: agent, input: { photo: crack.jpg } }
    then: { state: lost }
"""
    [trial] = read(small, tests).trials

    played = play(small, trial)

    assert played.wrong == ()
    assert [each.words for each in played.story if each.event == "give-up"] == [
        "agent: Give up (Late → Lost)."
    ]


def test_everything_that_is_unlike_at_the_end_is_told(small: Rules) -> None:
    tests = """\
  - test: Nobody comes
    when: [{ wait: 2 business days }]
    then:
      state: reported
      refunded: 1.00
      effects: [order-again]
      waits-for: agent
"""
    assert wrong_with(small, tests) == [
        "8:14 state of item 1 is late, not reported.",
        "9:17 refunded of item 1 is €0.00, not €1.00.",
        "10:16 effects of item 1 is [], not [order-again].",
    ]


@pytest.mark.parametrize(
    ("tests", "rule", "place"),
    [
        ("  - { test: A, then: { state: reportd } }", "unknown-state", "5:31"),
        ("  - { test: A, when: [{ event: ordr, by: agent }], then: {} }", "unknown-event", "5:32"),
        ("  - { test: A, when: [{ event: order, by: clerk }], then: {} }", "unknown-role", "5:43"),
        ("  - { test: A, when: [{ event: order }], then: {} }", "missing-key", "5:23"),
        ("  - { test: A, when: [{ evnt: order }], then: {} }", "step", "5:23"),
        ("  - { test: A, when: [{ wait: three days }], then: {} }", "span", "5:31"),
        ("  - { test: A, when: [{ until: tomorrow }], then: {} }", "moment", "5:32"),
        ("  - { test: A, when: [{ until: 0001-01-01 }], then: {} }", "moment", "5:32"),
        ("  - { test: A, when: [{ wait: 9999 weeks }], then: {} }", "span", "5:31"),
        ("  - { test: A, when: [{ crash: order-it }], then: {} }", "unknown-effect", "5:32"),
        (
            "  - { test: A, when: [{ effect: order-again, ends: well }], then: {} }",
            "unknown-word",
            "5:52",
        ),
        ("  - { test: A, given: { items: [{ price: 9.999 }] }, then: {} }", "amount", "5:42"),
        ("  - { test: A, given: { items: [{ quantity: 0 }] }, then: {} }", "whole-number", "5:45"),
        ("  - { test: A, when: [{ event: order, by: agent, item: 3 }], then: {} }", "item", "5:56"),
        ("  - { test: A, then: {} }\n  - { test: A, then: {} }", "twice", "6:5"),
        ("  []", "not-a-list", "5:3"),
    ],
)
def test_a_slip_is_found_at_its_place(small: Rules, tests: str, rule: str, place: str) -> None:
    with pytest.raises(WorkflowProblems) as raised:
        read(small, tests)

    found = [(each.rule, f"{each.line}:{each.column}") for each in raised.value.problems]
    assert found == [(rule, place)]


def test_tests_are_generated_until_everything_is_reached(small: Rules) -> None:
    definition = small.definitions["item-small"]
    coverage = Coverage(definition)

    written = write_trials(
        "item-small", generate(small, coverage), standard_given(definition, small)
    )

    assert coverage.percent == 100.0
    again = Coverage(definition)
    for trial in read_trials(written, "generated.yaml", small).trials:
        assert play(small, trial, again).wrong == ()
    assert again.missing == ()


def test_a_condition_counts_only_when_it_was_seen_both_ways(small: Rules) -> None:
    coverage = Coverage(small.definitions["item-small"])
    tests = """\
  - test: Ordered
    when: [{ event: order, by: agent, input: { pieces: 1 } }]
    then: { state: ordering }
"""
    [trial] = read(small, tests).trials

    play(small, trial, coverage)

    missing = [f"{point.kind} {point.words}" for point in coverage.missing]
    assert "line order from reported to ordering, when input.pieces <= 3" not in missing
    assert "condition order from reported where not input.pieces <= 3" in missing
    assert "outcome order-again ends refused" in missing
    assert "deadline nobody-came from reported to late" in missing
    assert coverage.percent == 20.0


def test_after_unknown_the_lines_for_the_truth_are_lines_to_test(rules: Rules) -> None:
    coverage = Coverage(rules.definitions["item-return"])

    lines = [point.words for point in coverage.points if point.kind == "line"]

    assert coverage.never == ()
    assert "refund-paid from refund-unclear to refunded" in lines
    assert "refund-refused from refund-unclear to refund-refused" in lines


def test_an_outcome_where_a_person_has_decided_is_no_line_to_test(rules: Rules) -> None:
    known = "  - { from: refund-unclear, event: refund-paid,"
    late = "  - { from: refund-refused, event: refund-paid, to: refunded }\n"
    changed = rules_with(rules, "item-return", (known, late + known))

    never = [point.words for point in Coverage(changed.definitions["item-return"]).never]

    assert never == ["refund-paid from refund-refused to refunded"]
