"""Puts the web application together; every part is named here."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from web import assets, errors, formats, headers, security, uploads, webhooks
from web.words import TEMPLATE_WORDS

if TYPE_CHECKING:
    from config.bootstrap import Redress

BLUEPRINTS = (
    "web.health:blueprint",
    "web.assets:blueprint",
    "web.home:blueprint",
    "web.orders:blueprint",
    "web.claiming:blueprint",
    "web.letters:blueprint",
    "web.reclamations:blueprint",
    "web.events:blueprint",
    "web.edits:blueprint",
    "web.refunds:blueprint",
    "web.effects:blueprint",
    "web.reconciliation:blueprint",
    "web.transfers:blueprint",
    "web.credit:blueprint",
    "web.workflows.views:blueprint",
    "web.notices:blueprint",
    "web.webhooks:blueprint",
)
"""Where each part of the back office is; resolved once, at the start."""

LARGEST_FORM = 2 * 1024 * 1024


def create_app(redress: Redress) -> Flask:
    """The back office on top of these parts."""
    app = Flask(__name__)
    app.extensions["redress"] = redress
    settings = redress.settings
    is_secure = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        PREFERRED_URL_SCHEME="https" if is_secure else "http",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_COOKIE_NAME="__Host-redress" if is_secure else "redress",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.environment == "production":
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    uploads.install(app)
    security.install(app, redress)
    headers.install(app)
    errors.install(app)
    formats.install(app)
    assets.install(app)
    app.jinja_env.globals.update(TEMPLATE_WORDS)
    for place in BLUEPRINTS:
        app.register_blueprint(_resolved(place))
    webhooks.install(app)
    return app


def _resolved(place: str) -> Blueprint:
    module, name = place.split(":")
    found = getattr(import_module(module), name)
    if not isinstance(found, Blueprint):
        raise TypeError(f"{place} in web.app.BLUEPRINTS is {found!r}, not a blueprint.")
    return found
