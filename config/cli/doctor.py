"""`redress doctor`: looks at everything Redress needs and says in sentences what is wrong."""

import click

from config import health
from config import settings as of_settings


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check settings, database, broker, definitions, provider and mail; exit 1 if one is wrong."""
    try:
        settings = of_settings.load()
    except of_settings.SettingsProblem as problem:
        findings = [health.Finding(False, sentence) for sentence in problem.sentences]
    else:
        findings = [health.Finding(True, "The settings are complete."), *health.examine(settings)]
    for finding in findings:
        click.echo(f"{'✓' if finding.is_well else '✗'} {finding.sentence}")
    if not all(finding.is_well for finding in findings):
        context.exit(1)
