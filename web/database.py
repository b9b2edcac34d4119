"""The edge of the database: each view opens one transaction around its work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import current_app, g, has_request_context, request
from sqlalchemy.orm import Session

from claims.clock import now

if TYPE_CHECKING:
    from config.bootstrap import Redress


def redress() -> Redress:
    """The parts that this application was built from.

    Its rules are those of the request's first moment, whatever is taken up meanwhile, in the
    language that the reader prefers of those the workflows are written in.
    """
    if "redress" not in g:
        parts = cast("Redress", current_app.extensions["redress"])
        g.redress = replace(parts, rules=parts.rules.held(_language(parts.rules.languages)))
    return cast("Redress", g.redress)


def _language(written: Sequence[str]) -> str:
    """The best of the languages for the browser; empty where there is nothing to choose."""
    if len(written) < 2 or not has_request_context():
        return ""
    return request.accept_languages.best_match(written) or ""


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside is committed together, or nothing of it is.

    A view renders its page inside, so that what it shows belongs together. Never hold one open
    while a long export is streamed, and never while something outside is called.
    """
    with redress().sessions.begin() as session:
        outer = g.get("session")
        g.session = session
        try:
            yield session
        finally:
            g.session = outer


def database_now() -> datetime:
    """The database's time, asked for once per request, in the open transaction if there is one."""
    if "now" not in g:
        if g.get("session") is not None:
            g.now = now(g.session)
        else:
            with transaction() as session:
                g.now = now(session)
    moment: datetime = g.now
    return moment
