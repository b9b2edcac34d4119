"""Drawings that can be put into a page."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from tests.workflows.shop import changed, sound
from workflows.drawing import describe, draw_mermaid, draw_svg

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> etree._Element:
    return etree.fromstring(svg)


def classes(svg: str) -> list[set[str]]:
    return [set(each.get("class", "").split()) for each in parsed(svg).iter(f"{SVG}g")]


def texts(svg: str) -> list[str]:
    return [(each.text or "").strip() for each in parsed(svg).iter(f"{SVG}text")]


def test_a_drawing_shows_every_state_and_event_by_its_label() -> None:
    shown = texts(draw_svg(sound()))

    assert {"Reported", "Refund under way", "Refunded", "Parcel arrived"} <= set(shown)
    assert "Refund [input.amount <= 20.0]" in shown


def test_the_present_state_is_marked() -> None:
    svg = draw_svg(sound(), "received")

    (present,) = [each for each in classes(svg) if "present" in each]
    assert {"state", "owed"} <= present
    assert parsed(svg).get("aria-label") == "Return and refund, now Received"


def test_the_happy_path_the_clock_and_the_path_taken_are_marked() -> None:
    text = changed("Reject, by: [agent]", "Reject, after: 3 days")

    lines = [
        each
        for each in classes(draw_svg(sound(text), "received", ["reported", "received"]))
        if "line" in each
    ]

    assert {"edge", "line", "happy", "taken"} in lines
    assert {"edge", "line", "clock"} in [each - {"pale"} for each in lines]


def test_final_states_have_the_colour_of_their_end() -> None:
    kinds = classes(draw_svg(sound()))

    assert any({"final", "good"} <= each for each in kinds)
    assert any({"final", "bad"} <= each for each in kinds)


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


@pytest.mark.parametrize(
    "label",
    [
        "<script>alert(1)</script>",
        "</title><b>",
        'quote \\"; a -> b',
        "back\\\\slash \\\\N \\\\1",
        "& &amp; <!-- --> {a|b}",
        "Größe 返品 🎁",
    ],
)
def test_labels_are_shown_as_they_are_and_never_read_as_markup(label: str) -> None:
    definition = sound(changed("label: Reported", f'label: "{label}"'))

    svg = draw_svg(definition, "reported")

    root = parsed(svg)
    assert definition.states["reported"].label in texts(svg)
    assert {etree.QName(each).localname for each in root.iter()} <= {
        "svg",
        "g",
        "title",
        "desc",
        "path",
        "polygon",
        "polyline",
        "ellipse",
        "text",
    }


def test_an_end_that_is_reached_from_everywhere_says_how_instead_of_each_arrow() -> None:
    svg = draw_svg(sound())

    assert "← Reject" in texts(svg)
    assert sum("pale" in each for each in classes(svg)) == 4


def test_mermaid_text_names_every_state_and_marks_the_present_one() -> None:
    text = draw_mermaid(sound(), "received")

    assert text.startswith("stateDiagram-v2\n")
    assert '    state "Refund under way" as s_refunding\n' in text
    assert "    [*] --> s_reported\n" in text
    assert "    s_reported --> s_received: Parcel arrived\n" in text
    assert "    s_refunded --> [*]\n" in text
    assert "    class s_received present\n" in text


def test_mermaid_reads_no_label_as_its_own_language() -> None:
    definition = sound(changed("label: Reported", 'label: "a: b; \\"c\\" --> <d>"'))

    assert 'state "a#58; b#59; #34;c#34; --#62; #60;d#62;" as s_reported' in draw_mermaid(
        definition
    )


def test_an_unknown_state_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="item-return has no state recieved; there are reported"):
        draw_svg(sound(), "recieved")
    with pytest.raises(ValueError, match="has no state"):
        draw_mermaid(sound(), "recieved")


def test_many_threads_draw_at_once() -> None:
    definitions = [sound(changed("label: Reported", f"label: Reported {n}")) for n in range(24)]

    with ThreadPoolExecutor(6) as threads:
        drawings = list(threads.map(draw_svg, definitions))

    assert all(f"Reported {n}" in texts(svg) for n, svg in enumerate(drawings))
