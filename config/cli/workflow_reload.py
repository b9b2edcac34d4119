"""`redress workflow reload`: running processes take the shop's changed files up, now."""

import click


@click.command("reload")
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
def reload_(dry_run: bool) -> None:
    """Check the folder, tell what changes, and let running processes take it up now.

    Exits 1 where the files are not sound (then nothing changes anywhere), or where a process
    refuses them or does not answer.
    """
    from config.bootstrap import build
    from config.processes import counted
    from config.proving import read_proved
    from config.settings import load
    from config.taking_up import let_take_up, what_changes

    settings = load()
    redress = build(settings, read_proved(settings))
    try:
        with redress.sessions.begin() as session:
            for sentence in what_changes(session, redress.rules):
                click.echo(sentence)
        if dry_run:
            return
        answers = let_take_up(redress.sessions, redress.rules)
    finally:
        redress.engine.dispose()
    if answers.taken_up:
        click.echo(f"{counted(answers.taken_up)}: taken up.")
    if answers.wrong:
        raise click.ClickException("\n".join(answers.wrong))
    if not answers.taken_up:
        click.echo("No process is running; each reads the folder when it starts.")
