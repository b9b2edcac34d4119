"""`redress db`: the tables' version."""

import click
from sqlalchemy.engine import make_url

from config import migrations
from config import settings as of_settings


@click.group()
def db() -> None:
    """The database: migrate, status, address."""


@db.command()
@click.option(
    "--create-role",
    is_flag=True,
    help="Make APP_DATABASE_ROLE where it is missing, with the password of DATABASE_URL.",
)
def migrate(create_role: bool) -> None:
    """Bring the tables up to date and give the application its rights."""
    settings = of_settings.load()
    if create_role:
        if settings.app_database_role is None:
            raise click.ClickException("APP_DATABASE_ROLE is not set; it names the role to make.")
        migrations.create_role(
            settings.owner_database_url, settings.app_database_role, settings.database_url
        )
    revision = migrations.migrate(settings.owner_database_url, settings.app_database_role)
    click.echo(f"The database is at revision {revision}.")


@db.command()
def status() -> None:
    """Tell the revision; exit 1 where `migrate` has something to do."""
    present = migrations.present_revision(of_settings.load().database_url)
    newest = migrations.newest_revision()
    if present != newest:
        raise click.ClickException(
            f"The database is at {present or 'no revision'}, this version of Redress wants "
            f"{newest}; run: redress db migrate"
        )
    click.echo(f"The database is at revision {present}, the newest.")


@db.command("shell-url")
@click.option("--owner", is_flag=True, help="Of the role that owns the tables.")
def shell_url(owner: bool) -> None:
    """Print the address for psql, password and all."""
    settings = of_settings.load()
    url = make_url(settings.owner_database_url if owner else settings.database_url)
    click.echo(url.set(drivername="postgresql").render_as_string(hide_password=False))
