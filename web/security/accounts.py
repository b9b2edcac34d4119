"""Staff as Flask-Security wants to see them; `claims` knows nothing of it."""

from dataclasses import dataclass
from typing import Any

from flask_security import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload, sessionmaker

from claims.models import Staff


@dataclass
class SignedInRole(RoleMixin):
    name: str


@dataclass(eq=False)
class SignedIn(UserMixin):
    """A member of staff as the row was when the request began; no session hangs on it."""

    id: int
    email: str
    name: str
    password: str | None
    roles: list[RoleMixin]
    active: bool = True
    fs_uniquifier: str = ""
    """What the browser's session names; a new one signs the person out everywhere."""


class StaffDatastore(UserDatastore):
    """Reads staff in short transactions of its own: no request waits with one open."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        super().__init__(SignedIn, SignedInRole)
        self.sessions = sessions

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> SignedIn | None:
        [(name, value)] = wanted.items()
        column = getattr(Staff, name)
        matches = func.lower(column) == str(value).lower() if case_insensitive else column == value
        with self.sessions() as session:
            row = session.scalar(select(Staff).where(matches).options(selectinload(Staff.roles)))
            return None if row is None else _as_signed_in(row)

    def find_role(self, role: str) -> SignedInRole:
        return SignedInRole(role)

    def put(self, model: SignedIn) -> SignedIn:
        """Writes the one thing that a sign-in changes: a password hashed anew, more strongly."""
        with self.sessions.begin() as session:
            session.execute(
                update(Staff).where(Staff.id == model.id).values(password=model.password)
            )
        return model

    def commit(self) -> None:
        """Nothing is left open: `put` has committed."""


def _as_signed_in(row: Staff) -> SignedIn:
    return SignedIn(
        id=row.id,
        email=row.email,
        name=row.name,
        password=row.password,
        active=row.active,
        fs_uniquifier=row.fs_uniquifier,
        roles=[SignedInRole(role.name) for role in row.roles],
    )
