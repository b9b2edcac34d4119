"""What if: a workflow tried out on a page, in memory; the page carries the whole trial along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from werkzeug.datastructures import MultiDict

from claims.money.amounts import decimals
from claims.offering import CaseOffer
from claims.people import ROLES
from claims.refusals import NotFound, Refused
from claims.rehearsal import RECLAMATION, DeadlineSeen, EffectSeen, Given, ItemGiven, Money
from claims.rehearsal.given import A_MONDAY
from claims.rehearsal.script import MOST_LINES, Stage, Unreadable, line_of
from claims.rules import Rules
from web.badges import Badge, tone_of
from web.events.fields import FieldView, fields_of, typed_input
from workflows.definition import Definition

MOST_ITEMS = 5
CHOSEN = {
    "price": "24.99",
    "quantity": "1",
    "items": "1",
    "shop": "",
    "reason": "",
    "resolution": "",
    "evidence": "",
    "delivered": "5",
    "claims": "0",
    "currency": "EUR",
}
"""What a trial begins with, as the form has it, and as it stands there at first."""


@dataclass(frozen=True, slots=True)
class Button:
    offer: CaseOffer
    fields: Sequence[FieldView]


@dataclass(frozen=True, slots=True)
class CaseShown:
    """One case on the stage, with what the one who acts can do."""

    number: int
    name: str
    badge: Badge
    is_final: bool
    buttons: Sequence[Button]
    money: Money | None


@dataclass(frozen=True, slots=True)
class Trying:
    """Everything that the page draws."""

    definition: Definition
    chosen: Mapping[str, str]
    script: Sequence[str]
    wrong: str
    """Why the last line, or what the trial begins with, could not be taken."""
    stage: Stage | None
    cases: Sequence[CaseShown] = ()
    effects: Sequence[EffectSeen] = ()
    clocks: Sequence[tuple[DeadlineSeen, str]] = ()
    roles: Sequence[str] = ROLES


class _Unfit(Exception):
    """A sentence about what the trial was to begin with."""


def trying(rules: Rules, name: str, form: MultiDict[str, str]) -> Trying:
    """The trial as the form carries it, one line longer; NotFound for an unknown workflow."""
    definition = rules.definitions.get(name)
    if definition is None:
        raise NotFound(f"There is no workflow {name}.")
    chosen = {key: form.get(key, usual)[:200] for key, usual in CHOSEN.items()}
    script = [line for line in form.get("script", "").splitlines() if line.strip()][:MOST_LINES]
    if "undo" in form:
        script = _without_last(script)
    try:
        stage = Stage(rules, _given(rules, definition, chosen))
        stage.case = RECLAMATION if definition.subject == "reclamation" else 1
    except (_Unfit, Refused) as error:
        return Trying(definition, chosen, [], str(error), None)
    wrong = ""
    try:
        stage.play_all(script)
        for line in _added(stage, form):
            played = stage.play(line)
            wrong = played.refused
            script.append(line)
        if wrong:
            script.pop()
    except Unreadable as error:
        wrong = str(error)
    return Trying(
        definition,
        chosen,
        script,
        wrong,
        stage,
        _cases(stage),
        stage.rehearsal.waiting,
        [(each, _clock_label(stage, each)) for each in stage.rehearsal.deadlines],
    )


def _without_last(script: list[str]) -> list[str]:
    """Without the last thing that was done; who acts, and where, is nothing done."""
    kept = list(script)
    while kept:
        if kept.pop().split()[0] not in {"as", "item"}:
            break
    return kept


def _added(stage: Stage, form: MultiDict[str, str]) -> list[str]:
    """The lines of what was pressed on the page."""
    lines: list[str] = []
    if form.get("line", "").strip():
        return [form["line"].strip().splitlines()[0]]
    if "event" not in form:
        return []
    case = form.get("case", "1")
    if case != str(stage.case):
        lines.append(line_of("item", case))
    # A line of the script is one line, whatever was typed into it.
    typed = {name: " ".join(value.split()) for name, value in typed_input(form).items()}
    return [
        *lines,
        line_of(form["event"], **{name: value for name, value in typed.items() if value}),
    ]


def _cases(stage: Stage) -> list[CaseShown]:
    rehearsal = stage.rehearsal
    shown: list[CaseShown] = []
    for number in (*range(1, len(rehearsal.reclamation.items) + 1), RECLAMATION):
        case = rehearsal.case(number)
        definition = rehearsal.rules.definitions[case.workflow]
        state = definition.states[case.state]
        offers = () if state.final else rehearsal.offers(number, stage.who)
        buttons = [
            Button(offer, fields_of(offer.event, offer.fields, rehearsal.given.currency))
            for offer in offers
        ]
        is_item = number != RECLAMATION
        shown.append(
            CaseShown(
                number,
                f"Item {number}" if is_item else "The reclamation",
                Badge(state.label, tone_of(state), tuple(sorted(state.flags))),
                state.final is not None,
                buttons,
                rehearsal.money(number) if is_item else None,
            )
        )
    return shown


def _clock_label(stage: Stage, clock: DeadlineSeen) -> str:
    case = stage.rehearsal.case(clock.case)
    return stage.rehearsal.rules.definitions[case.workflow].events[clock.event].label


def _given(rules: Rules, definition: Definition, chosen: Mapping[str, str]) -> Given:
    is_item = definition.subject == "item"
    reason, resolution = chosen["reason"], chosen["resolution"]
    currency = chosen["currency"].strip().upper()
    if len(currency) != 3 or not currency.isalpha():
        raise _Unfit(f"{currency or 'Nothing'} is no currency; write its three letters, as EUR.")
    item = ItemGiven(
        workflow=definition.name if is_item else None,
        quantity=_number(chosen["quantity"], "The number of pieces", 1, 999),
        price=_price(chosen["price"], currency),
        reason=reason or next(iter(rules.choices.reasons(chosen["shop"])), ""),
        resolution=resolution or next(iter(rules.choices.resolutions), ""),
        evidence=chosen["evidence"],
        delivered_at=A_MONDAY - timedelta(days=_number(chosen["delivered"], "Days", 0, 3650)),
    )
    return Given(
        items=(item,) * _number(chosen["items"], "The number of items", 1, MOST_ITEMS),
        reclamation_workflow=None if is_item else definition.name,
        shop=chosen["shop"] or "shop",
        currency=currency,
        customer_claims=_number(chosen["claims"], "The number of earlier claims", 0, 999),
    )


def _number(text: str, about: str, least: int, most: int) -> int:
    if not text.strip().isdecimal() or not least <= int(text[:9]) <= most:
        raise _Unfit(f"{about}: write a whole number from {least} to {most}.")
    return int(text[:9])


def _price(text: str, currency: str) -> int:
    try:
        minor = Decimal(text.replace(",", ".")).scaleb(decimals(currency))
    except InvalidOperation:
        minor = Decimal("NaN")
    if not minor.is_finite() or not 0 <= minor < 10**12 or minor != minor.to_integral_value():
        raise _Unfit(f"{text or 'Nothing'} is no price in {currency}; write it like 24.99.")
    return int(minor)
