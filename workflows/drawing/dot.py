"""DOT, the language of Graphviz: what the SVG is made from, and a file for other tools."""

from collections.abc import Sequence

from workflows.definition import Definition, State
from workflows.drawing.arrows import Told, common_ways, left_out, told_arrows
from workflows.drawing.colours import PALE, TAKEN, legend_of, party_of
from workflows.drawing.marks import NOTHING, Marks, check
from workflows.drawing.words import CLOCK, EFFECT, OUTCOME, aged, plain, wrapped

_NODE_WIDTH = 34
_ARROW_WIDTH = 24
_GAP = "\N{NO-BREAK SPACE}" * 2
"""Keeps words off their line; plain spaces are swallowed by SVG."""
_BEGIN = '" begin"'
"""Names of states have no space, so nothing of ours can be one of them."""
_QUICK = 'splines="line" nslimit="1" nslimit1="1" mclimit="0.1"'
"""A layout in seconds where a careful one would take minutes."""
LINES = (
    "Heavy: the usual way",
    f"Dashed: the clock {CLOCK}",
    "Dotted: comes by itself",
    f"{EFFECT} asks for an effect",
    f"{OUTCOME} its outcome",
)


def draw_dot(definition: Definition, marks: Marks = NOTHING, *, for_page: bool = False) -> str:
    """A digraph that Graphviz draws, with its legend; UnknownState for an unknown present state.

    For a page it has no legend and no sheet under it, but addresses and the page's own text.
    """
    check(definition, marks)
    sheet = "transparent" if for_page else "white"
    text = [
        "digraph workflow {",
        f'bgcolor="{sheet}" rankdir="TB" nodesep="0.3" ranksep="0.4" pad="0.15"',
        'node [shape="box" style="rounded,filled" margin="0.22,0.09"]',
        'node [fontname="Helvetica,Arial,sans-serif" fontsize="12"]',
        'edge [fontname="Helvetica,Arial,sans-serif" fontsize="10" arrowsize="0.7"]',
        f'{_BEGIN} [shape="circle" style="filled" fillcolor="black" class="begin"]',
        f'{_BEGIN} [label="" width="0.12"]',
    ]
    if said := left_out(definition):
        text.append(f'label={quoted(said)} labelloc="b" fontsize="11" {_QUICK}')
    ways = common_ways(definition)
    for state in definition.states.values():
        text.append(_node(definition, state, marks, ways.get(state.name, ()), for_page))
    text.append(f"{_BEGIN} -> {quoted(definition.initial)}")
    text += [_edge(definition, told) for told in told_arrows(definition, marks)]
    if not for_page:
        text += _legend(definition, marks)
    return "\n".join([*text, "}"]) + "\n"


def quoted(text: str, *, to_the_left: bool = False) -> str:
    r"""A DOT string that shows exactly this text: \N and &amp;lt; in it are no escapes."""
    end = "\\l" if to_the_left else "\\n"
    for mark, written in (("&", "&amp;"), ("\\", "\\\\"), ('"', '\\"'), ("\n", end)):
        text = text.replace(mark, written)
    return f'"{text}"'


def _node(
    definition: Definition, state: State, marks: Marks, ways: Sequence[str], for_page: bool
) -> str:
    party = party_of(definition, state)
    is_present = state.name == marks.state
    attributes = {
        "label": "\n".join(_node_lines(state, marks, ways)),
        "color": party.colour,
        "fillcolor": f"{party.colour}{'55' if is_present else '1f'}",
        "penwidth": "3.5" if is_present else "1.2",
        "peripheries": "2" if state.final else "1",
        "class": " ".join(["state", party.kind, *_kinds(state, marks)]),
    }
    if for_page and state.name in marks.links:
        attributes["URL"] = marks.links[state.name]
        attributes["tooltip"] = plain(state.label)
    return f"{quoted(state.name)} [{_attributes(attributes)}]"


def _node_lines(state: State, marks: Marks, ways: Sequence[str]) -> list[str]:
    lines = wrapped(state.label, _NODE_WIDTH)
    for way in ways:
        lines += wrapped(f"← {way}", _NODE_WIDTH)
    if standing := marks.standings.get(state.name):
        cases = "1 case" if standing.cases == 1 else f"{standing.cases:,} cases"
        ages = f"oldest {aged(standing.oldest)}"
        if standing.cases > 1:
            ages += f", median {aged(standing.median)}"
        lines += [f"{cases}: {ages}"]
    return lines


def _kinds(state: State, marks: Marks) -> list[str]:
    kinds = [
        ("final", bool(state.final)),
        ("present", state.name == marks.state),
        ("visited", bool(marks.steps) and state.name in marks.visited),
    ]
    return [kind for kind, holds in kinds if holds]


def _edge(definition: Definition, told: Told) -> str:
    arrow = told.arrow
    is_clock, is_automatic = arrow.is_clock(definition), arrow.is_automatic(definition)
    kinds = [
        ("happy", arrow.is_happy),
        ("clock", is_clock),
        ("automatic", is_automatic),
        ("taken", told.is_taken),
        ("pale", told.is_pale),
    ]
    lines = [line for said in told.words for line in wrapped(said, _ARROW_WIDTH)]
    said = "".join(f"{_GAP}{line}\n" for line in lines)
    attributes = {
        "penwidth": "2.4" if arrow.is_happy or told.is_taken else "0.8",
        "weight": "8" if arrow.is_happy else "1",
        "style": "solid" if told.is_taken else _stroke(is_clock, is_automatic),
        "class": " ".join(["line", *(kind for kind, holds in kinds if holds)]),
    }
    if told.is_taken:
        attributes |= {"color": TAKEN, "fontcolor": TAKEN}
    elif told.is_pale:
        attributes["color"] = PALE
    ends = f"{quoted(arrow.source)} -> {quoted(arrow.target)}"
    return f"{ends} [label={quoted(said, to_the_left=True)} {_attributes(attributes)}]"


def _stroke(is_clock: bool, is_automatic: bool) -> str:
    if is_clock:
        return "dashed"
    return "dotted" if is_automatic else "solid"


def _legend(definition: Definition, marks: Marks) -> list[str]:
    """A frame with a box per colour under each other, and what the lines mean."""
    text = [
        'subgraph "cluster legend" {',
        'label="Waits for" fontname="Helvetica,Arial,sans-serif"',
    ]
    text.append('fontsize="11" color="#8080807f" style="rounded" class="legend"')
    names = []
    for place, party in enumerate(legend_of(definition)):
        names.append(f'" legend {place}"')
        attributes = {
            "label": "\n".join(wrapped(party.label, _NODE_WIDTH)),
            "color": party.colour,
            "fillcolor": f"{party.colour}1f",
            "fontsize": "10",
            "peripheries": "2" if party.is_end else "1",
            "class": f"legend {party.kind}",
        }
        text.append(f"{names[-1]} [{_attributes(attributes)}]")
    lines = [*LINES, *(["Violet: the way this case went"] if marks.steps else [])]
    names.append('" legend lines"')
    said = quoted("".join(f"{line}\n" for line in lines), to_the_left=True)
    text.append(f'{names[-1]} [label={said} shape="plaintext" style="" fontsize="10"]')
    text.append(f'{" -> ".join(names)} [style="invis"]')
    return [*text, "}"]


def _attributes(attributes: dict[str, str]) -> str:
    return " ".join(f"{name}={quoted(value)}" for name, value in attributes.items())
