"""Time comes from the database clock, in UTC, and can be moved in tests."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session


def now(session: Session) -> datetime:
    """The database's time at the beginning of this transaction."""
    moment: datetime = session.execute(text("SELECT redress_now()")).scalar_one()
    return moment


def move(session: Session, by: timedelta) -> None:
    """Let time pass, for tests and trials; only the database's owner may."""
    session.execute(
        text(
            "INSERT INTO clock (shift) VALUES (:by) "
            "ON CONFLICT (only_row) DO UPDATE SET shift = clock.shift + excluded.shift"
        ),
        {"by": by},
    )
