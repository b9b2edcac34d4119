"""Who is in front of the browser: sign-in, sessions, roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from web.security import current, limits, sessions, signing_in

if TYPE_CHECKING:
    from config.bootstrap import Redress


def install(app: Flask, redress: Redress) -> None:
    """Everything but what `current.OPEN_TO_ALL` names needs a sign-in; every change needs CSRF."""
    app.session_interface = sessions.DatabaseSessions(app, redress.sessions)
    CSRFProtect(app)
    signing_in.install(app, redress)
    limits.install(app, redress.settings.redis_url)
    app.before_request(current.require_sign_in)
