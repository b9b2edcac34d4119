"""The program `redress`: one explicit table of commands, each imported when it is called."""

import importlib
import os
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Entry:
    module: str
    name: str
    about: str
    """Shown by --help, which must not import the module."""


SECTIONS: dict[str, dict[str, Entry]] = {
    "Run": {
        "run": Entry("config.cli.run", "run", "Everything on this machine, until Ctrl-C."),
        "web": Entry("config.cli.parts", "web", "The pages and the API (gunicorn)."),
        "worker": Entry("config.cli.parts", "worker", "Carries effects out (Celery)."),
        "sweep": Entry("config.cli.parts", "sweep", "Finds what is due, even without Redis."),
        "provider": Entry("config.cli.provider", "provider", "The sandbox payment provider."),
    },
    "Look after": {
        "db": Entry("config.cli.db", "db", "The database: migrate, status, address."),
        "staff": Entry("config.cli.staff", "staff", "People who sign in, and their roles."),
        "journal": Entry("config.cli.journal", "journal", "Is all still as it was written?"),
        "doctor": Entry("config.cli.doctor", "doctor", "What is wrong here, and what to do."),
    },
    "Work with": {
        "orders": Entry("config.cli.orders", "orders", "Bring orders in from files."),
        "refunds": Entry("config.cli.refunds", "refunds", "Reconcile with the providers."),
        "claims": Entry("config.cli.claims", "claims", "Bring past claims in from files."),
        "workflow": Entry("config.cli.workflow", "workflow", "List, check, show, draw workflows."),
    },
}
TABLE = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class Program(click.Group):
    """Commands from the table; problems that people can solve are a sentence and exit 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (Click's form)
        return list(TABLE)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        entry = TABLE.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), entry.name)
        assert isinstance(command, click.Command), f"{entry.module}:{entry.name} is no command"
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        for section, entries in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl([(name, entry.about) for name, entry in entries.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as problem:
            sentence = sentence_for(problem)
            if sentence is None or os.environ.get("REDRESS_TRACE"):
                raise
            raise click.ClickException(sentence) from problem


def sentence_for(problem: Exception) -> str | None:
    """What to say instead of a trace; None where a trace is the honest answer."""
    from sqlalchemy.exc import OperationalError

    from claims.refusals import Refused
    from config.local.account import LocalServerProblem
    from config.settings import SettingsProblem
    from workflows.problems import WorkflowProblems

    if isinstance(problem, WorkflowProblems):
        return f"The shop's own files are not sound; see: redress workflow check\n{problem}"
    if isinstance(problem, SettingsProblem | LocalServerProblem | Refused):
        return str(problem)
    if isinstance(problem, FileNotFoundError | PermissionError) and problem.filename:
        return f"{problem.filename} cannot be used: {problem.strerror}."
    if isinstance(problem, OperationalError) and problem.connection_invalidated is False:
        return f"The database does not answer: {' '.join(str(problem.orig).split())}"
    return None


@click.command(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Settings come from the environment; docs/operations.md lists them.",
)
def main() -> None:
    """Redress: claims, reclamations and refunds of online shops."""
