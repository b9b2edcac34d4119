"""How often a sign-in may be tried."""

from flask import Flask, request
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
        storage_options={"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        in_memory_fallback_enabled=True,
        headers_enabled=False,
        key_prefix="redress-sign-in",
    )
    view = app.view_functions["security.login"]
    for limit, key in ((PER_ACCOUNT, _account), (PER_ADDRESS, get_remote_address)):
        view = limiter.limit(limit, key_func=key, methods=["POST"])(view)
    app.view_functions["security.login"] = view


def _account() -> str:
    return "account " + request.form.get("email", "").strip().lower()
