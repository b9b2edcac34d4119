"""Staff: who signs in, with which roles. Passwords are kept as argon2 hashes only."""

from collections.abc import Iterable, Mapping, Sequence
from secrets import choice, token_hex

from argon2 import PasswordHasher
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload

from claims.models import Role, Staff
from claims.people import ROLES
from claims.refusals import NotFound, Refused

DESCRIPTIONS: Mapping[str, str] = {
    "agent": "Files claims and moves them on; talks to customers.",
    "warehouse": "Takes in what comes back and says how it is.",
    "lead": "Approves what is large or unusual; does all that an agent does.",
    "finance": "Looks after money: unclear refunds, what was settled outside.",
    "admin": "Makes accounts and looks after the machinery.",
}
SHORTEST_PASSWORD = 12
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another."""

_hasher = PasswordHasher()


def add(session: Session, email: str, name: str, roles: Iterable[str], password: str) -> Staff:
    """A new member of staff. Raises Refused for an address in use, an unknown role and so on."""
    address = _address(email)
    if session.scalar(select(Staff.id).where(Staff.email == address)) is not None:
        raise Refused(f"{address} is taken; change roles or password of that account instead.")
    if not name.strip():
        raise Refused("A member of staff needs a name; it stands beside whatever they do.")
    member = Staff(
        email=address,
        name=name.strip(),
        password=hash_password(password),
        fs_uniquifier=token_hex(16),
        roles=_roles(session, roles),
    )
    session.add(member)
    session.flush()
    return member


def everyone(session: Session) -> Sequence[Staff]:
    """All accounts with their roles, by name."""
    return session.scalars(
        select(Staff).options(selectinload(Staff.roles)).order_by(Staff.name, Staff.id)
    ).all()


def by_email(session: Session, email: str) -> Staff:
    found = session.scalar(select(Staff).where(Staff.email == email.strip().lower()))
    if found is None:
        raise NotFound(f"Nobody here has the address {email}; see: redress staff list")
    return found


def set_roles(session: Session, member: Staff, roles: Iterable[str]) -> None:
    """The roles that the member holds from now on, instead of those before."""
    member.roles = _roles(session, roles)


def set_password(member: Staff, password: str) -> None:
    """A new password; every browser that is signed in with the old one is signed out."""
    member.password = hash_password(password)
    member.fs_uniquifier = token_hex(16)


def deactivate(member: Staff) -> None:
    """Signs the member out and in no more; what they did keeps their name."""
    member.active = False
    member.fs_uniquifier = token_hex(16)


def activate(member: Staff) -> None:
    member.active = True


def new_password() -> str:
    """Five groups of four letters, easy to read aloud; about 99 bits."""
    return "-".join("".join(choice(LETTERS) for _ in range(4)) for _ in range(5))


def hash_password(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(
            f"The password has {len(password)} characters; take at least {SHORTEST_PASSWORD}."
        )
    return _hasher.hash(password)


def _address(email: str) -> str:
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as problem:
        raise Refused(f"{email!r} is not a mail address: {problem}") from problem
    return found.normalized.lower()


def _roles(session: Session, names: Iterable[str]) -> list[Role]:
    wanted = sorted(set(names))
    unknown = [name for name in wanted if name not in ROLES]
    if unknown:
        raise Refused(f"There is no role {', '.join(unknown)}; there are: {', '.join(ROLES)}.")
    if not wanted:
        raise Refused(f"Name at least one role of: {', '.join(ROLES)}.")
    session.execute(
        insert(Role)
        .values([{"name": name, "description": text} for name, text in DESCRIPTIONS.items()])
        .on_conflict_do_nothing()
    )
    return list(session.scalars(select(Role).where(Role.name.in_(wanted)).order_by(Role.name)))
