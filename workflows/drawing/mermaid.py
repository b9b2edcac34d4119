"""Mermaid text, which code hosts and wikis draw: a flowchart, since only these know heavy, dotted
and coloured lines."""

import re

from workflows.definition import Definition, State
from workflows.drawing.arrows import Told, common_ways, left_out, told_arrows
from workflows.drawing.colours import PALE, TAKEN, legend_of, party_of
from workflows.drawing.dot import LINES
from workflows.drawing.marks import Marks, check
from workflows.drawing.words import aged, plain


def draw_mermaid(
    definition: Definition, state: str | None = None, *, marks: Marks | None = None
) -> str:
    """A Mermaid flowchart with its legend; UnknownState for a state it does not know."""
    marks = marks or Marks(state=state)
    check(definition, marks)
    told = told_arrows(definition, marks)
    text = ["flowchart TD"]
    text += [_node(definition, each, marks) for each in definition.states.values()]
    text += ["    begin(( ))", f"    begin --> {_id(definition.initial)}"]
    text += [_edge(definition, each) for each in told]
    text += _styles(told)
    text += _legend(definition, marks)
    if marks.state:
        text += [
            "    classDef present stroke-width:4px",
            f"    class {_id(marks.state)} present",
        ]
    return "\n".join(text) + "\n"


def _node(definition: Definition, state: State, marks: Marks) -> str:
    lines = [state.label, *(f"← {way}" for way in common_ways(definition).get(state.name, ()))]
    if standing := marks.standings.get(state.name):
        lines.append(
            f"{standing.cases} open, oldest {aged(standing.oldest)}, median {aged(standing.median)}"
        )
    said = "<br/>".join(mermaid(line) for line in lines)
    shape = f'[["{said}"]]' if state.final else f'("{said}")'
    return f"    {_id(state.name)}{shape}:::{_class(party_of(definition, state).kind)}"


def _edge(definition: Definition, told: Told) -> str:
    arrow = told.arrow
    if arrow.is_happy or told.is_taken:
        line = "==>"
    elif arrow.is_clock(definition) or arrow.is_automatic(definition):
        line = "-.->"
    else:
        line = "-->"
    said = "<br/>".join(mermaid(each) for each in told.words)
    label = f'|"{said}"|' if said else ""
    return f"    {_id(arrow.source)} {line}{label} {_id(arrow.target)}"


def _styles(told: list[Told]) -> list[str]:
    """Mermaid counts the lines as they stand, the one from the beginning first."""
    taken = [str(place) for place, each in enumerate(told, 1) if each.is_taken]
    pale = [str(place) for place, each in enumerate(told, 1) if each.is_pale]
    styles = [(taken, f"stroke:{TAKEN},color:{TAKEN}"), (pale, f"stroke:{PALE}")]
    return [f"    linkStyle {','.join(places)} {style}" for places, style in styles if places]


def _legend(definition: Definition, marks: Marks) -> list[str]:
    text = ['    subgraph legend ["Waits for"]', "        direction TB"]
    defined, names = [], []
    for place, party in enumerate(legend_of(definition)):
        kind = _class(party.kind)
        names.append(f"legend_{place}")
        text.append(f'        legend_{place}("{mermaid(party.label)}"):::{kind}')
        defined.append(f"    classDef {kind} stroke:{party.colour},fill:{party.colour}1f")
    lines = [*LINES, *(["Violet: the way this case went"] if marks.steps else [])]
    lines += filter(None, [left_out(definition)])
    said = "<br/>".join(mermaid(line) for line in lines)
    text.append(f'        legend_lines["{said}"]')
    text += [f"        {' ~~~ '.join([*names, 'legend_lines'])}", "    end"]
    return [*text, *dict.fromkeys(defined)]


def _class(kind: str) -> str:
    return kind.replace("-", "_")


def _id(name: str) -> str:
    """Names have no underscore, so this stays unequal where they are unequal."""
    return f"s_{name.replace('-', '_')}"


def mermaid(text: str) -> str:
    """A label in which nothing has a meaning to Mermaid, not even as Markdown."""
    return re.sub(r"[^\w ,()/–—«»←◷…]|_", lambda mark: f"#{ord(mark[0])};", plain(text))
