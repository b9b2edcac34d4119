"""What a file may say of languages and clocks."""

from datetime import timedelta

from claims.catalogue import CATALOGUE
from tests.workflows.shop import SHOP, changed, only_problem_at, problem_at, sound
from workflows.definition import Definition, Event
from workflows.example import ITEM
from workflows.reading import problems_in, read_kept
from workflows.spoken import in_language, languages_of


def kept(text: str) -> Definition:
    """As a version that was begun before all labels had to be said in all languages."""
    return read_kept(text, "shop.yaml", SHOP)


def clock(says: str) -> Event:
    definition = sound(
        changed(
            "approve: { label: Approve, by: [lead], second-person: true }",
            f"approve: {{ label: Approve, {says} }}",
        )
    )
    return definition.events["approve"]


def test_a_label_is_said_in_several_languages() -> None:
    definition = kept(changed("label: Reported", "label: { en: Reported, de: Gemeldet }"))

    assert definition.states["reported"].label == "Reported"
    assert definition.states["reported"].labels == {"de": "Gemeldet"}
    assert languages_of(definition) == ("en", "de")


def test_a_definition_is_spoken_in_a_language_as_far_as_it_has_the_words() -> None:
    text = changed(
        "arrived:\n    label: Parcel arrived",
        "arrived:\n    label: { en: Parcel arrived, de: Paket da }\n    confirm: Really?",
    ).replace("label: Pieces", "label: { en: Pieces, de: Stücke }")

    german = in_language(kept(text), "de-AT")

    arrived = german.events["arrived"]
    assert (arrived.label, arrived.confirm, arrived.input[0].label) == (
        "Paket da",
        "Really?",
        "Stücke",
    )
    assert german.states["reported"].label == "Reported"


def test_a_file_may_be_in_another_language_altogether() -> None:
    definition = kept(
        changed("subject: item", "subject: item\nlanguage: de").replace(
            "label: Reported", "label: { de: Gemeldet, en: Reported }"
        )
    )

    assert definition.states["reported"].label == "Gemeldet"
    assert in_language(definition, "en").states["reported"].label == "Reported"


def test_a_label_that_is_not_said_in_the_language_of_the_file_is_a_problem() -> None:
    problem = only_problem_at(changed("label: Reported", "label: ⟨{ de: Gemeldet }"), "language")

    assert problem.sentence == (
        "label of the state reported is not said in en, the language of the file."
    )


def test_a_word_that_is_no_language_is_a_problem() -> None:
    problem_at(changed("label: Reported", "label: { en: Reported, ⟨german: x }"), "language")
    problem_at(changed("subject: item", "subject: item\nlanguage: ⟨german"), "language")


def test_business_days_are_told_from_days() -> None:
    assert clock("after: 5 business days").after == timedelta(days=5)
    assert clock("after: 5 business days").is_business
    assert not clock("after: 5 days").is_business


def test_a_clock_may_run_over_the_whole_case_and_stand_still_meanwhile() -> None:
    event = clock("after: 20 days, since: opened, pauses-for: [agent]")

    assert (event.since, event.pauses_for) == ("opened", {"agent"})
    assert event.by_clock


def test_a_clock_may_ring_at_a_date_that_is_a_fact() -> None:
    event = clock('at: order.placed_at + duration("720h")')

    assert event.at == 'order.placed_at + duration("720h")'
    assert event.by_clock


def test_a_date_that_moves_on_with_the_time_never_comes() -> None:
    problem = problem_at(
        changed(
            "approve: { label: Approve, by: [lead], second-person: true }",
            "⟨approve: { label: Approve, at: 'now + duration(\"48h\")' }",
        ),
        "unwatched-fact",
    )

    assert problem.suggestion == "Use after: with a span."


def test_a_date_that_is_none_is_a_problem_at_its_place() -> None:
    problem = problem_at(
        changed(
            "approve: { label: Approve, by: [lead], second-person: true }",
            "approve: { label: Approve, at: ⟨item.quantity }",
        ),
        "bound-type",
    )

    assert problem.sentence == "item.quantity gives a whole number; a date is needed."


def test_an_event_of_change_is_the_engines_own() -> None:
    text = changed(
        "approve: { label: Approve, by: [lead], second-person: true }",
        "approve: { label: Approve, on-change: true }",
    ).replace(
        "event: approve, to: refunding, effect: pay",
        "event: approve, to: refunding, when: item.received > 0, effect: pay",
    )

    assert sound(text).events["approve"].on_change
    problem_at(
        changed(
            "approve: { label: Approve, by: [lead], second-person: true }",
            "⟨approve: { label: Approve, by: [lead], on-change: true }",
        ),
        "several-senders",
    )


def test_an_effect_may_be_meant_to_repeat() -> None:
    text = changed("    run: refund.pay\n", "    run: refund.pay\n    may-repeat: true\n")

    assert sound(text).effects["pay"].may_repeat


def test_a_setting_that_nobody_knows_is_told_with_the_near_one() -> None:
    [problem] = problems_in(
        ITEM.replace("{ letter: refunded }", "{ letter: refundedd }"), "item.yaml", CATALOGUE
    )

    assert problem.sentence == "letter of customer.write cannot be refundedd."
    assert problem.suggestion == "Did you mean refunded?"
