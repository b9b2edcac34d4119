"""`redress staff`: people who sign in, and their roles.

A password is made and shown once, or read from standard input; never taken from the arguments,
where every process of the machine could read it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from claims import staff as of_staff
from claims.people import ROLES
from config.bootstrap import build
from config.settings import load

ROLE = click.Choice(ROLES)
FROM_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@click.group()
def staff() -> None:
    """People who sign in, and their roles."""


@staff.command()
@click.argument("email")
@click.option("--name", required=True, help="Stands beside whatever this person does.")
@click.option("--role", "roles", type=ROLE, multiple=True, required=True, help="May be repeated.")
@FROM_STDIN
def add(email: str, name: str, roles: tuple[str, ...], password_stdin: bool) -> None:
    """Make an account; the password is shown this once."""
    password = _password(password_stdin)
    with _transaction() as session:
        member = of_staff.add(session, email, name, roles, password)
        click.echo(f"{member.name} can sign in as {member.email} ({', '.join(sorted(roles))}).")
    _show(password, password_stdin)


@staff.command("list")
def list_() -> None:
    """Everyone, with roles."""
    with _transaction() as session:
        members = of_staff.everyone(session)
        width = max((len(member.email) for member in members), default=0)
        for member in members:
            held = ", ".join(role.name for role in member.roles)
            state = "" if member.active else "  (deactivated)"
            click.echo(f"{member.email:<{width}}  {member.name}  [{held}]{state}")
    if not members:
        click.echo("Nobody yet; make an account with: redress staff add")


@staff.command()
@click.argument("email")
@click.argument("roles", type=ROLE, nargs=-1, required=True)
def role(email: str, roles: tuple[str, ...]) -> None:
    """Give these roles, instead of those held before."""
    with _transaction() as session:
        member = of_staff.by_email(session, email)
        of_staff.set_roles(session, member, roles)
        click.echo(f"{member.name} now holds: {', '.join(sorted(set(roles)))}.")


@staff.command()
@click.argument("email")
@FROM_STDIN
def password(email: str, password_stdin: bool) -> None:
    """Set a new password; it is shown this once, and old sign-ins end."""
    chosen = _password(password_stdin)
    with _transaction() as session:
        member = of_staff.by_email(session, email)
        of_staff.set_password(member, chosen)
        click.echo(f"{member.name} has a new password and is signed out everywhere.")
    _show(chosen, password_stdin)


@staff.command()
@click.argument("email")
@click.option("--undo", is_flag=True, help="Let the person sign in again.")
def deactivate(email: str, undo: bool) -> None:
    """Sign someone out and in no more; what they did keeps their name."""
    with _transaction() as session:
        member = of_staff.by_email(session, email)
        if undo:
            of_staff.activate(member)
            click.echo(f"{member.name} can sign in again.")
        else:
            of_staff.deactivate(member)
            click.echo(f"{member.name} is signed out and can sign in no more.")


@contextmanager
def _transaction() -> Iterator[Session]:
    redress = build(load())
    try:
        with redress.sessions.begin() as session:
            yield session
    finally:
        redress.engine.dispose()


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return of_staff.new_password()


def _show(password: str, from_stdin: bool) -> None:
    if not from_stdin:
        click.echo(f"Password: {password}")
