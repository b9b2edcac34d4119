"""How often somebody who has not signed in may try."""

from typing import cast

from flask import Flask, request
from flask.typing import RouteCallable
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

PER_ACCOUNT = "10 per minute; 60 per hour"
PER_ADDRESS = "60 per minute"


def install(app: Flask, redis_url: str) -> None:
    """Counted in Redis for all processes together; each counts alone while Redis is away."""
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=redis_url,
        storage_options={"socket_connect_timeout": 1, "socket_timeout": 1},
        in_memory_fallback_enabled=True,
        headers_enabled=False,
        key_prefix="redress",
    )
    view = app.view_functions["security.login"]
    by_account = limiter.limit(PER_ACCOUNT, key_func=_account, methods=["POST"])
    by_address = limiter.limit(PER_ADDRESS, key_func=get_remote_address, methods=["POST"])
    app.view_functions["security.login"] = cast(RouteCallable, by_address(by_account(view)))


def limiter_of(app: Flask) -> Limiter:
    """The one that `install` made, for other doors that are open to all."""
    [limiter] = app.extensions["limiter"]
    return cast(Limiter, limiter)


def _account() -> str:
    return "account " + request.form.get("email", "").strip().lower()
