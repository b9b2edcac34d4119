"""What templates may call beside the macros."""

from secrets import token_urlsafe
from urllib.parse import urlencode

from flask import request

from web.navigation import Shown, navigation
from web.security.current import current_actor, holds


def request_token() -> str:
    """A one-time token for a form, so that a double click does a thing once."""
    return token_urlsafe(18)


def here_with(**changes: str | None) -> str:
    """This page's address with parameters changed (None takes one out); paging starts over."""
    kept = [
        (name, value)
        for name, values in request.args.lists()
        if name not in {"after", "before", *changes}
        for value in values
    ]
    changed = [(name, value) for name, value in changes.items() if value]
    query = urlencode(kept + changed)
    return f"{request.path}?{query}" if query else request.path


def header_places() -> list[Shown]:
    return navigation(current_actor().roles)


TEMPLATE_WORDS = {
    "navigation": header_places,
    "request_token": request_token,
    "here_with": here_with,
    "holds": holds,
    "current_actor": current_actor,
}
