"""`redress workflow migrate`: open cases go on by another version; planned, done, taken back."""

import click

DEFAULT_CHUNK = 500


@click.command()
@click.argument("name", required=False)
@click.option("--to", metavar="VERSION", help="`current` (the folder's), or the start of a hash.")
@click.option("--from", "only", metavar="VERSION", help="Only cases of this version.")
@click.option("--map", "maps", metavar="OLD:NEW", multiple=True, help="A state's new name.")
@click.option("--dry-run", is_flag=True, help="Show the plan, and change nothing.")
@click.option(
    "--chunk",
    type=click.IntRange(min=1),
    default=DEFAULT_CHUNK,
    show_default=True,
    help="Cases of one transaction.",
)
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--all", "show_all", is_flag=True, help="Name every case that stays.")
@click.option("--by", metavar="EMAIL", help="The member of staff whose doing it is.")
@click.option("--undo", type=int, metavar="ID", help="Take a migration back.")
@click.option("--list", "is_list", is_flag=True, help="Past migrations, the newest first.")
def migrate(
    name: str | None,
    to: str | None,
    only: str | None,
    maps: tuple[str, ...],
    dry_run: bool,
    chunk: int,
    yes: bool,
    show_all: bool,
    by: str | None,
    undo: int | None,
    is_list: bool,
) -> None:
    """Let the open cases of NAME go on by another version of it.

    The plan comes first: how many cases map, which do not and why, which deadlines fall due at
    once. Money, approvals, effects and the beginning of clocks stay as they are; a case with an
    effect under way is left for later, a closed one is never touched. An interrupted migration
    goes on where it stopped; --undo brings back what has not moved since.
    """
    from config.bootstrap import build
    from config.cli.migrating import Asked, list_migrations, migrate_cases, take_back
    from config.settings import load

    redress = build(load())
    asked = Asked(by, chunk, yes, show_all)
    try:
        if is_list:
            list_migrations(redress, name)
        elif undo is not None:
            take_back(redress, undo, asked)
        elif name is None or to is None:
            raise click.UsageError("Say which workflow, and to which version: NAME --to VERSION")
        else:
            migrate_cases(redress, (name, to, only), _states(maps), asked, dry_run=dry_run)
    except KeyboardInterrupt:
        raise click.ClickException(
            "Interrupted. What was moved stays moved; the same command goes on from there."
        ) from None
    finally:
        redress.engine.dispose()


def _states(maps: tuple[str, ...]) -> dict[str, str]:
    states: dict[str, str] = {}
    for each in maps:
        old, colon, new = each.partition(":")
        if not (old and colon and new):
            raise click.BadParameter(f"{each!r} is not OLD:NEW.", param_hint="--map")
        states[old] = new
    return states
