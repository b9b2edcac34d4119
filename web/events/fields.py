"""The fields of an event's form, as the page draws them and as they come back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from claims.attachments import LARGEST
from web.formats import money, money_plain
from workflows.definition import Event, Input

TAKEN = {
    "image": "image/png, image/jpeg, image/gif, image/webp",
    "pdf": "application/pdf",
}
"""What browsers call the kinds of file."""
CALLED = {"image": "a picture", "pdf": "a PDF"}
Bounds = Mapping[str, Mapping[str, object]]
"""Field to default, min and max; money in minor units, as `claims.offers` gives them."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field: how it is labelled, what stands in it, and what is wrong with that."""

    name: str
    """Its name in the form, which is not the event's: `input.amount`, or `input.amount.7` of
    item 7 where each item has its own."""
    input: Input
    value: str = ""
    min: str = ""
    max: str = ""
    hint: str = ""
    """What may be typed in, in a sentence."""
    minor: int | None = None
    """The amount that stands in a money field at first."""
    error: str = ""
    again: bool = False
    """Whether the form was sent before."""

    @property
    def accept(self) -> str:
        """The kinds of file that a browser is to offer; what comes is looked at all the same."""
        return ", ".join(TAKEN[kind] for kind in self.input.of or TAKEN)

    @property
    def takes(self) -> str:
        """`Takes a picture, at most 5 MB.`"""
        kinds = [CALLED[kind] for kind in self.input.of or TAKEN]
        return f"Takes {' or '.join(kinds)}, at most {LARGEST // 1024 // 1024} MB."

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """What a choice offers, as pairs of value and label."""
        return tuple((value, value.capitalize()) for value in self.input.of)


def fields_of(
    event: Event, bounds: Bounds, currency: str, item_id: int | None = None
) -> list[FieldView]:
    """The fields with their defaults and bounds."""
    return [
        _field(declared, bounds.get(declared.name, {}), currency, item_id)
        for declared in event.input
    ]


def is_own(declared: Input) -> bool:
    """Does each of several items have this field of its own? Where the case gives its bounds."""
    return any((declared.min, declared.max, declared.default))


def typed_into(
    fields: list[FieldView], form: MultiDict[str, str], errors: Mapping[str, str]
) -> list[FieldView]:
    """The same fields with what was typed kept, and a sentence at each that is wrong."""
    return [
        replace(
            field,
            value=form.get(field.name, ""),
            minor=None,
            error=errors.get(field.input.name, ""),
            again=True,
        )
        for field in fields
    ]


def raw_input(
    event: Event, form: MultiDict[str, str], item_id: int | None = None
) -> dict[str, str]:
    """What was typed, by the event's own names of its fields."""
    return {declared.name: form.get(field_name(declared, item_id), "") for declared in event.input}


def typed_input(form: MultiDict[str, str]) -> dict[str, str]:
    """What was typed into the form of one case."""
    return {
        name.removeprefix("input."): value
        for name, value in form.items()
        if name.startswith("input.")
    }


def field_name(declared: Input, item_id: int | None) -> str:
    if item_id is not None and is_own(declared):
        return f"input.{declared.name}.{item_id}"
    return f"input.{declared.name}"


def _field(
    declared: Input, bounds: Mapping[str, object], currency: str, item_id: int | None
) -> FieldView:
    default = bounds.get("default")
    is_money = declared.type == "money"
    return FieldView(
        name=field_name(declared, item_id),
        input=declared,
        value=_text(default, currency, is_money=is_money),
        min=_text(bounds.get("min"), currency, is_money=is_money),
        max=_text(bounds.get("max"), currency, is_money=is_money),
        hint=_hint(bounds.get("min"), bounds.get("max"), currency, is_money=is_money),
        minor=default if is_money and isinstance(default, int) else None,
    )


def _hint(low: object, high: object, currency: str, *, is_money: bool) -> str:
    """`At most 24.99 €.`; a lowest amount of one cent is not worth a word."""

    def shown(bound: object) -> str:
        return money(bound, currency) if is_money and isinstance(bound, int) else str(bound)

    if high is not None and low == high:
        return f"Only {shown(high)} is possible."
    said = []
    if isinstance(low, int) and low > 1:
        said.append(f"At least {shown(low)}.")
    if high is not None:
        said.append(f"At most {shown(high)}.")
    return " ".join(said)


def _text(value: object, currency: str, *, is_money: bool) -> str:
    if value is None:
        return ""
    if is_money and isinstance(value, int):
        return money_plain(value, currency)
    return str(value)
