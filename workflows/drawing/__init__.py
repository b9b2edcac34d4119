"""A workflow as a drawing: SVG for a page or a file, Mermaid and DOT text, and words.

States have the colour of who is waited for, ends a double frame; heavy arrows are the usual way,
dashed ones the clock, dotted ones what comes by itself. Where a case is now has a heavy frame,
the way that it went a colour of its own, with dates.
"""

from workflows.drawing.arrows import Arrow, arrows
from workflows.drawing.colours import Party, legend_of, party_of
from workflows.drawing.dot import draw_dot
from workflows.drawing.marks import Marks, Standing, Step, UnknownState
from workflows.drawing.mermaid import draw_mermaid
from workflows.drawing.svg import draw_svg
from workflows.drawing.words import aged, clock_words, describe, outcomes_of, span_words

__all__ = [
    "Arrow",
    "Marks",
    "Party",
    "Standing",
    "Step",
    "UnknownState",
    "aged",
    "arrows",
    "clock_words",
    "describe",
    "draw_dot",
    "draw_mermaid",
    "draw_svg",
    "legend_of",
    "outcomes_of",
    "party_of",
    "span_words",
]
