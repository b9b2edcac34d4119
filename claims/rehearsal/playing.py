"""Playing a test: each step on a rehearsal, then what must be so at the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from claims.money.amounts import written
from claims.refusals import Refused
from claims.rehearsal.coverage import Coverage
from claims.rehearsal.given import RECLAMATION, Given
from claims.rehearsal.memory import new_session
from claims.rehearsal.rehearsal import Rehearsal
from claims.rehearsal.seen import Happened
from claims.rehearsal.trials import (
    Answer,
    Edit,
    Expected,
    Fire,
    Look,
    Step,
    Trial,
    Wait,
    WaitUntil,
)
from claims.rules import Rules
from workflows.definition import Place


@dataclass(frozen=True, slots=True)
class Played:
    """A test that was played; it passed where `wrong` is empty."""

    trial: Trial
    wrong: tuple[tuple[Place, str], ...]
    """What was not as the test says, each with the place in its file."""
    story: tuple[Happened, ...]


class _Wrong(Exception):
    """A step went otherwise than the test says."""


def play(rules: Rules, trial: Trial, coverage: Coverage | None = None) -> Played:
    """Play one test; with `coverage`, count there what it reaches."""
    try:
        rehearsal = opening(rules, trial.given, coverage)
    except Refused as refused:
        said = f"Nobody could claim what is given: {refused}"
        return Played(trial, ((trial.place, said),), ())
    for number, placed in enumerate(trial.when, start=1):
        try:
            do(rehearsal, placed.step, coverage)
        except _Wrong as error:
            said = f"Step {number}, {said_of(placed.step)}: {error}"
            return Played(trial, ((placed.place, said),), rehearsal.journal)
    wrong = tuple(
        (expected.place, unlikeness)
        for expected in trial.then
        if (unlikeness := unlike(rehearsal, expected)) is not None
    )
    return Played(trial, wrong, rehearsal.journal)


def opening(rules: Rules, given: Given, coverage: Coverage | None) -> Rehearsal:
    """Open the reclamation and count what its cases do by themselves; Refused if nobody could."""
    with _watched(rules, coverage):
        rehearsal = Rehearsal(rules, given)
    if coverage is not None:
        coverage.step_ended(is_done=True)
    return rehearsal


@contextmanager
def _watched(rules: Rules, coverage: Coverage | None) -> Iterator[None]:
    if coverage is None:
        yield
        return
    engine = rules.engine(new_session(), coverage.definition.hash)
    engine.watch = coverage.watch
    try:
        yield
    finally:
        engine.watch = None


def do(rehearsal: Rehearsal, step: Step, coverage: Coverage | None = None) -> None:
    """Take one step; _Wrong where it does not go as the test says."""
    refused = taking(rehearsal, step, coverage)
    _compare(refused, step.refused if isinstance(step, Fire | Edit) else None)


def taking(rehearsal: Rehearsal, step: Step, coverage: Coverage | None) -> Refused | None:
    """Take one step and count what it reaches; gives the refusal if there was one."""
    with _watched(rehearsal.rules, coverage):
        outcome = _outcome(rehearsal, step) if coverage else None
        refused: Refused | None = None
        try:
            _take(rehearsal, step)
        except Refused as error:
            refused = error
    if coverage is not None:
        coverage.step_ended(is_done=refused is None)
        if outcome and outcome[0] == coverage.definition.name and refused is None:
            coverage.outcome_came(outcome[1], outcome[2])
    return refused


def _compare(refused: Refused | None, expected: str | None) -> None:
    if refused is None:
        if expected is not None:
            raise _Wrong(f"it was to be refused with {expected!r}, and was not.")
    elif expected is None:
        raise _Wrong(f"it was refused: {refused}")
    elif expected.lower() not in str(refused).lower():
        raise _Wrong(f"it was refused with other words than {expected!r}: {refused}")


def _outcome(rehearsal: Rehearsal, step: Step) -> tuple[str, str, str] | None:
    """Workflow, effect and outcome of an answer that is about to come."""
    if not isinstance(step, Answer) or step.outcome is None:
        return None
    for effect in (*rehearsal.waiting, *rehearsal.unclear):
        if effect.use == step.effect and step.case in {None, effect.case}:
            return rehearsal.case(effect.case).workflow, effect.use, step.outcome
    return None


def _take(rehearsal: Rehearsal, step: Step) -> None:
    match step:
        case Fire(case, event, who, typed):
            rehearsal.fire(case, event, who, typed)
        case Edit(case, who, changes):
            rehearsal.edit(case, who, **changes)
        case Wait(span, is_business):
            rehearsal.wait(span, is_business=is_business)
        case WaitUntil(moment):
            rehearsal.wait_until(moment)
        case Answer(effect, None, case):
            rehearsal.crash(effect, case=case)
        case Answer(effect, outcome, case, shares_paid):
            assert outcome is not None
            rehearsal.answer(effect, outcome, case=case, shares_paid=shares_paid)
        case Look():
            _look(rehearsal, step)


def _look(rehearsal: Rehearsal, look: Look) -> None:
    offers = rehearsal.offers(look.case, look.who)
    offer = next((each for each in offers if each.event.name == look.event), None)
    reasons = " ".join(offer.reasons) if offer else "nobody sees it in this state."
    is_open = offer is not None and offer.is_open
    if look.is_open and not is_open:
        raise _Wrong(f"it is not open: {reasons}")
    if not look.is_open and is_open:
        raise _Wrong("it is open.")
    if look.because and look.because.lower() not in reasons.lower():
        raise _Wrong(f"the reason is not {look.because!r} but: {reasons}")


def said_of(step: Step) -> str:
    """How a step is called in a sentence."""
    match step:
        case Fire(_, event, who):
            return f"{event} by {who.name}"
        case Edit(_, who):
            return f"an edit by {who.name}"
        case Wait(span):
            return f"waiting {span}"
        case WaitUntil(moment):
            return f"waiting until {moment:%Y-%m-%d %H:%M}"
        case Answer(effect, outcome):
            return f"{effect} ends {outcome}" if outcome else f"a crash in {effect}"
        case Look(_, event, who, is_open):
            return f"{event} {'offered' if is_open else 'not offered'} to {who.name}"


def seen_now(rehearsal: Rehearsal, what: str, case: int | None) -> object:
    """What is so at present, in the words in which a test expects it."""
    if what == "incidents" or case is None:
        return len(rehearsal.incidents)
    money = rehearsal.money(None if case == RECLAMATION else case)
    see: Mapping[str, Callable[[], object]] = {
        "state": lambda: rehearsal.state(case),
        "waits-for": lambda: rehearsal.case(case).waits_for or "",
        "refunded": lambda: money.refunded,
        "under-way": lambda: money.under_way,
        "left": lambda: money.left,
        "effects": lambda: tuple(e.use for e in rehearsal.effects if e.case == case),
        "deadlines": lambda: tuple(
            d.event for d in rehearsal.deadlines if d.case == case and d.due_at
        ),
    }
    return see[what]()


def unlike(rehearsal: Rehearsal, expected: Expected) -> str | None:
    """A sentence where something is not as expected at the end."""
    now = seen_now(rehearsal, expected.what, expected.case)
    if now == expected.value:
        return None
    of = _case(expected.case) if expected.case is not None else "the reclamation"
    currency = rehearsal.given.currency
    return (
        f"{expected.what} of {of} is {_say(expected.what, now, currency)}, "
        f"not {_say(expected.what, expected.value, currency)}."
    )


def _case(number: int) -> str:
    return "the reclamation" if number == RECLAMATION else f"item {number}"


def _say(what: str, value: object, currency: str) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, int) and what != "incidents":
        return written(value, currency, "en_GB")
    return str(value) or "nobody"
