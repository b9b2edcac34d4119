"""`redress workflow try`: the simulator in the terminal. It leaves nothing behind."""

import os
import sys
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from claims.money.amounts import decimals
from claims.money.refunds import money
from claims.offering import CaseOffer
from claims.refusals import Refused
from claims.rehearsal import RECLAMATION, Given, ItemGiven
from claims.rehearsal.folder import NoReclamationWorkflow, rules_of
from claims.rehearsal.given import A_MONDAY
from claims.rehearsal.script import HELP, Played, Stage, Unreadable, line_of
from claims.rules import Rules
from config.cli.workflow_files import folder, named_or_file
from config.extensions import extensions_of_environment
from config.settings import PROJECT
from workflows.definition import Definition, Input
from workflows.problems import WorkflowProblems

OUR_WORDS = """\
NUMBER                    press one of the buttons that are offered; its form is asked for
journal, money, facts     look
undo                      take the last line back
save FILE                 keep the lines, to be played again: redress workflow try NAME < FILE
help, quit"""


@click.command("try")
@click.argument("name", metavar="NAME|FILE")
@click.option("--price", default="24.99", show_default=True, help="What was paid for each piece.")
@click.option("--quantity", default=1, show_default=True, type=click.IntRange(1, 999))
@click.option("--items", default=1, show_default=True, type=click.IntRange(1, 9))
@click.option("--reason", default="does-not-fit", show_default=True)
@click.option("--resolution", default="refund", show_default=True)
@click.option("--evidence", default="", help="What is noted as evidence.")
@click.option("--claims", default=0, type=click.IntRange(0, 999), help="Earlier claims.")
@click.option("--delivered", type=click.IntRange(0, 3650), help="Days since delivery.")
@click.option("--shop", default="shop", show_default=True)
@click.option("--currency", default="EUR", show_default=True)
def try_(name: str, **chosen: object) -> None:
    """Try a workflow out: press its buttons, move the clock, answer for the provider.

    All of it happens in memory, on the code that real cases go through: there is no database, no
    letter, no payment. Lines can come from a file: redress workflow try NAME < FILE
    """
    definition = named_or_file(name)
    rules = _rules(definition)
    given = _given(definition, chosen)
    try:
        stage = Stage(rules, given)
    except Refused as refused:
        raise click.ClickException(f"Nobody could claim this: {refused}") from None
    click.echo(f"{definition.label} ({definition.name}). Type help for what can be typed.")
    stage.case = RECLAMATION if definition.subject == "reclamation" else 1
    _Terminal(stage, rules, given).go_on()


def _rules(definition: Definition) -> Rules:
    claims_file = Path(os.environ.get("CLAIMS_FILE") or PROJECT / "config" / "claims.yaml")
    try:
        rules = rules_of(folder(), claims_file, extensions_of_environment())
    except (WorkflowProblems, NoReclamationWorkflow) as error:
        raise click.ClickException(f"{error}\nSee: redress workflow check") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be read: {error.strerror}.") from None
    definitions = {**rules.definitions, definition.name: definition}
    return Rules(definitions, rules.choices, rules.catalogue)


def _given(definition: Definition, chosen: dict[str, object]) -> Given:
    currency = str(chosen["currency"])
    delivered = chosen["delivered"]
    item = ItemGiven(
        workflow=definition.name if definition.subject == "item" else None,
        quantity=int(str(chosen["quantity"])),
        price=_minor(str(chosen["price"]), currency),
        reason=str(chosen["reason"]),
        resolution=str(chosen["resolution"]),
        evidence=str(chosen["evidence"]),
        delivered_at=(
            None if delivered is None else A_MONDAY - timedelta(days=int(str(delivered)))
        ),
    )
    return Given(
        items=(item,) * int(str(chosen["items"])),
        reclamation_workflow=definition.name if definition.subject == "reclamation" else None,
        shop=str(chosen["shop"]),
        currency=currency,
        customer_claims=int(str(chosen["claims"])),
    )


def _minor(price: str, currency: str) -> int:
    try:
        minor = Decimal(price).scaleb(decimals(currency))
    except InvalidOperation:
        raise click.BadParameter(f"{price} is no amount.", param_hint="--price") from None
    if not minor.is_finite() or minor < 0 or minor != minor.to_integral_value():
        raise click.BadParameter(f"{price} is no amount in {currency}.", param_hint="--price")
    return int(minor)


class _Terminal:
    """Shows the stage, reads a line, plays it, until there is no more."""

    def __init__(self, stage: Stage, rules: Rules, given: Given) -> None:
        self.stage, self.rules, self.given = stage, rules, given
        self.lines: list[str] = []
        self.is_asking = sys.stdin.isatty()

    def go_on(self) -> None:
        self._show()
        while (line := self._ask(f"{self.stage.who.name}> ")) is not None:
            word = line.strip()
            if word in {"quit", "exit"}:
                return
            if word and not self._looks(word):
                self._play(word)

    def _ask(self, prompt: str) -> str | None:
        if self.is_asking:
            try:
                return input(prompt)
            except (EOFError, KeyboardInterrupt):
                click.echo()
                return None
        line = sys.stdin.readline()
        if line.strip():
            click.echo(f"{prompt}{line.strip()}")
        return line or None

    def _looks(self, word: str) -> bool:
        """Whether the line only looks, or goes back."""
        rehearsal = self.stage.rehearsal
        match word.split():
            case ["help"]:
                click.echo(f"{HELP}\n{OUR_WORDS}")
            case ["journal"]:
                for entry in rehearsal.journal:
                    click.echo(f"  {entry.at:%Y-%m-%d %H:%M}  {entry.words}")
            case ["money"]:
                self._say_money()
            case ["facts"]:
                for name, value in rehearsal.facts(self.stage.case, self.stage.who).items():
                    if name != "items":
                        click.echo(f"  {name} = {value}")
            case ["undo"]:
                self._undo()
            case ["save", file]:
                self._save(Path(file))
            case _:
                return False
        return True

    def _play(self, line: str) -> None:
        try:
            if line.isdecimal():
                line = self._pressed(int(line))
            self._say(self.stage.play(line))
        except Unreadable as error:
            click.echo(click.style(f"  {error}", fg="yellow"))
            return
        self.lines.append(line)
        self._show()

    def _pressed(self, number: int) -> str:
        """The line for a button, its form asked for."""
        offers = [offer for offer in self._offers() if offer.is_open]
        if not 1 <= number <= len(offers):
            raise Unreadable(f"There is no button {number}.")
        event = offers[number - 1].event
        typed: dict[str, str] = {}
        for field in event.input:
            bounds = offers[number - 1].fields.get(field.name, {})
            default = self._as_typed(field, bounds.get("default"))
            answer = self._ask(f"  {field.label}{f' [{default}]' if default else ''}: ")
            typed[field.name] = (answer or "").strip() or default
        if not event.input:
            return event.name
        return line_of(event.name, **{name: value for name, value in typed.items() if value})

    def _as_typed(self, field: Input, value: object) -> str:
        if value is None:
            return ""
        if field.type == "money" and isinstance(value, int):
            places = decimals(self.given.currency)
            return f"{Decimal(value).scaleb(-places):.{places}f}"
        if field.type == "date":
            return str(value)[:10]
        return ("yes" if value else "no") if isinstance(value, bool) else str(value)

    def _say(self, played: Played) -> None:
        if played.refused:
            click.echo(click.style(f"  Refused: {played.refused}", fg="red"))
        for entry in played.happened:
            click.echo(f"  {entry.at:%Y-%m-%d %H:%M}  {entry.words}")

    def _undo(self) -> None:
        if not self.lines:
            click.echo("  There is nothing to take back.")
            return
        taken = self.lines.pop()
        case = self.stage.case
        self.stage = Stage(self.rules, self.given)
        self.stage.case = RECLAMATION if case == RECLAMATION and len(self.lines) == 0 else 1
        self.stage.play_all(self.lines)
        click.echo(f"  Taken back: {taken}")
        self._show()

    def _save(self, file: Path) -> None:
        try:
            file.write_text("".join(f"{line}\n" for line in self.lines), encoding="utf-8")
        except OSError as error:
            click.echo(f"  {file} cannot be written: {error.strerror}.")
        else:
            click.echo(f"  {len(self.lines)} lines are in {file}.")

    def _offers(self) -> tuple[CaseOffer, ...]:
        return self.stage.rehearsal.offers(self.stage.case, self.stage.who)

    def _show(self) -> None:
        rehearsal, case = self.stage.rehearsal, self.stage.case
        here = rehearsal.case(case)
        state = self.rules.definitions[here.workflow].states[here.state]
        name = "The reclamation" if case == RECLAMATION else f"Item {case}"
        waits = f", waits for {state.waits_for}" if state.waits_for else ""
        ends = f", ends {state.final}" if state.final else waits
        said = click.style(f"{name}: {state.label}", bold=True)
        click.echo(f"\n{said}{ends}   {rehearsal.at:%a %Y-%m-%d %H:%M}")
        number = 0
        for offer in self._offers():
            number += offer.is_open
            closed = "" if offer.is_open else f": {' '.join(offer.reasons)}"
            click.echo(f"  {number if offer.is_open else '-'}  {offer.event.label}{closed}")
        if case != RECLAMATION:
            whole = rehearsal.reclamation
            label = self.rules.definitions[whole.workflow].states[whole.state].label
            click.echo(f"     (the reclamation: {label})")
        for effect in rehearsal.waiting:
            click.echo(f"  …  {effect.use} is asked for: done, refused, unknown or crash?")
        for effect in rehearsal.unclear:
            click.echo(f"  ?  {effect.use} is unknown; the truth may still come: done or refused?")
        for clock in rehearsal.deadlines:
            rings = f"rings {clock.due_at:%Y-%m-%d %H:%M}" if clock.due_at else "stands still"
            click.echo(f"  ⏰ {clock.event} {rings}")
        for incident in rehearsal.incidents:
            click.echo(click.style(f"  !  {incident}", fg="red"))

    def _say_money(self) -> None:
        currency = self.given.currency
        for number in range(1, len(self.stage.rehearsal.reclamation.items) + 1):
            of = self.stage.rehearsal.money(number)
            paid, refunded = money(of.paid, currency), money(of.refunded, currency)
            under_way, left = money(of.under_way, currency), money(of.left, currency)
            click.echo(
                f"  Item {number}: paid {paid}, refunded {refunded}, "
                f"under way {under_way}, left {left}"
            )
