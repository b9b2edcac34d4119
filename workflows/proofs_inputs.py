"""Proofs about forms: what can be typed in has an end, and there is something that can be.

Whether amounts are bounded by what is left is proved of the whole (`workflows.product`), for their
bound may stand in a condition, too.
"""

from workflows.definition import Event, Input
from workflows.draft import Draft


def prove_inputs(draft: Draft) -> None:
    for event in draft.events.values():
        for field in event.input:
            if field.type == "integer":
                _has_an_end(draft, event, field)
            if field.type in {"integer", "money"}:
                _leaves_something(draft, event, field)


def _has_an_end(draft: Draft, event: Event, field: Input) -> None:
    if field.max is None:
        draft.findings.add(
            "unbounded-input",
            field.place,
            f"{field.name} of {event.name} has no max:, so that any number can be typed in.",
            "Add max: with a number, or with a fact such as item.quantity.",
        )


def _leaves_something(draft: Draft, event: Event, field: Input) -> None:
    """Compares the bounds that are plain numbers; what rests on facts shows only in a case."""
    low, high, default = (_number(text) for text in (field.min, field.max, field.default))
    wrong = None
    if low is not None and high is not None and low > high:
        wrong = f"min {field.min} is above max {field.max}: nothing can be typed in"
    elif default is not None and low is not None and default < low:
        wrong = f"the default {field.default} is below min {field.min}"
    elif default is not None and high is not None and default > high:
        wrong = f"the default {field.default} is above max {field.max}"
    if wrong:
        draft.findings.add("bounds", field.place, f"{field.name} of {event.name}: {wrong}.")


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
