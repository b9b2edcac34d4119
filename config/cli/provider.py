"""`redress provider`: the sandbox as a process, and the test that every provider must pass."""

from pathlib import Path

import click

from config import settings as of_settings
from config.cli.parts import become
from config.settings import PROJECT, as_environment


@click.group(invoke_without_command=True)
@click.option("--host", envvar="SANDBOX_HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="SANDBOX_PORT", default=8001, show_default=True)
@click.option(
    "--ledger",
    envvar="SANDBOX_LEDGER",
    type=click.Path(dir_okay=False, path_type=Path),
    default=PROJECT / ".redress" / "sandbox.sqlite",
    help="Its own book (SQLite).  [default: .redress/sandbox.sqlite]",
)
@click.pass_context
def provider(context: click.Context, host: str, port: int, ledger: Path) -> None:
    """The sandbox payment provider: a process of its own that pays no real money."""
    if context.invoked_subcommand is not None:
        return
    ledger.parent.mkdir(parents=True, exist_ok=True)
    own = {"SANDBOX_HOST": host, "SANDBOX_PORT": str(port), "SANDBOX_LEDGER": str(ledger)}
    become(["tasks.providers.sandbox.server"], own)


@provider.command()
@click.argument("name")
@click.option("--payment", help="Reference of a payment in the provider's test mode.")
@click.option("--amount", help="What it captured, in minor units (cents).")
@click.option("--currency", default="EUR", show_default=True)
@click.option("--yes", is_flag=True, help="It is a test payment; do not ask.")
def check(name: str, payment: str | None, amount: str | None, currency: str, yes: bool) -> None:
    """Try a provider out on a test payment, rule by rule; exit 1 where it breaks one."""
    words = [name, "--currency", currency, *(["--yes"] if yes else [])]
    words += ["--payment", payment] if payment else []
    words += ["--amount", amount] if amount else []
    become(["tasks.providers.check", *words], as_environment(of_settings.load()))
