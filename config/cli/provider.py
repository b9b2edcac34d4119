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


@provider.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def check(arguments: tuple[str, ...]) -> None:
    """Test a provider against the rules that refunds rely on: check NAME --payment REFERENCE."""
    become(["tasks.providers.check", *arguments], as_environment(of_settings.load()))
