"""The sample shop that the first `make run` fills in: orders, staff, and claims in all states."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from claims import clock, staff
from claims.people import Actor
from config.bootstrap import Redress
from config.local.signins import SignIn
from config.sample.orders import make_orders
from config.sample.people import STAFF
from config.sample.playing import play

__all__ = ["fill"]


def fill(redress: Redress) -> list[SignIn]:
    """Fill an empty database in one transaction; gives the sign-ins with their new passwords.

    The same data each time, apart from the passwords and the day that everything counts from.
    Effects are left to the worker: what was asked for minutes ago is done once one runs.
    """
    with redress.sessions.begin() as session:
        people, sign_ins = _hire(session)
        today = clock.now(session)
        play(session, redress.rules, make_orders(session, today), people, today)
    return sign_ins


def _hire(session: Session) -> tuple[Mapping[str, Actor], list[SignIn]]:
    people: dict[str, Actor] = {}
    sign_ins: list[SignIn] = []
    for one in STAFF:
        password = staff.new_password()
        member = staff.add(session, one.email, one.name, [one.role], password)
        people[one.key] = Actor("person", one.name, frozenset({one.role}), member.id)
        sign_ins.append(SignIn(one.email, password, one.role))
    return people, sign_ins
