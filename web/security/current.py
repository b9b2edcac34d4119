"""Who acts now, and which roles a page needs."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.exceptions import Forbidden, Unauthorized

from claims.people import Actor

P = ParamSpec("P")
R = TypeVar("R")

OPEN_TO_ALL = frozenset(
    {"security.login", "health.check", "assets.bundle", "static", "webhooks.take"}
)
"""The endpoints that need no sign-in; everything else does."""


class RoleNeeded(Forbidden):
    """The page needs a role that the person does not hold."""

    def __init__(self, roles: tuple[str, ...]) -> None:
        super().__init__()
        self.roles = roles


def current_actor() -> Actor:
    """The signed-in person as the domain names whoever acts."""
    if not current_user.is_authenticated:
        raise Unauthorized("Sign in first.")
    return Actor(
        kind="person",
        name=current_user.name,
        roles=frozenset(role.name for role in current_user.roles),
        staff_id=current_user.id,
    )


def holds(*roles: str) -> bool:
    """Does the signed-in person hold one of these roles?"""
    return bool(current_actor().roles.intersection(roles))


def require_roles(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A view for those who hold one of the roles; everyone else is told which it needs."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not holds(*roles):
                raise RoleNeeded(roles)
            return view(*args, **kwargs)

        return guarded

    return guard


def require_sign_in() -> ResponseReturnValue | None:
    """Before every request: nobody sees anything but the sign-in without one."""
    if request.endpoint in OPEN_TO_ALL or current_user.is_authenticated:
        return None
    if request.method not in {"GET", "HEAD"}:
        raise Unauthorized("Your sign-in has ended.")
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("security.login", next=None if wanted == "/" else wanted))
