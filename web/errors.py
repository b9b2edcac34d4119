"""What went wrong, as sentences with a way out and a reference number; never a trace."""

import logging
from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import quote

from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from claims.refusals import NotAllowed, NotFound, Refused
from web.security.current import RoleNeeded

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of trouble: what it is, and what to do."""

    title: str
    sentence: str


PAGES = {
    400: Page(
        "That could not be read",
        "Something in the address or the form is not as expected. "
        "Go back, look at what you typed, and try again.",
    ),
    401: Page("You are signed out", "Your sign-in has ended. Sign in again; nothing was changed."),
    403: Page("Not yours to do", "This page is for other roles. Ask a lead or an administrator."),
    404: Page(
        "There is no such page",
        "It may have moved, or the number may be mistyped. Search for it in the list.",
    ),
    405: Page(
        "That is not how it is done",
        "This address takes another kind of request. Open the page anew and use its buttons.",
    ),
    409: Page("That cannot be done now", "Nothing was changed."),
    413: Page("That is too large", "The form holds more than we take. Shorten the longest text."),
    503: Page(
        "The database does not answer",
        "Nothing was changed. Wait a moment and try again; an administrator can look at "
        "`redress doctor`.",
    ),
    429: Page("Too many tries", "Wait a minute, then try again."),
    500: Page(
        "That was our mistake",
        "Nothing was changed. Try again; if it happens again, tell "
        "an administrator the reference below.",
    ),
}

SAYS_ENOUGH = frozenset({429})
"""Here the words of the library add nothing for a person."""


def install(app: Flask) -> None:
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(RoleNeeded, _role_needed)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(DataError, _no_such_value)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _mistake_of_ours)
    app.register_error_handler(Exception, _mistake_of_ours)


def _http(problem: HTTPException) -> ResponseReturnValue:
    if problem.code is None or problem.code < 400:
        return problem.get_response()
    page = PAGES.get(problem.code, PAGES[400 if problem.code < 500 else 500])
    said = str(problem.description or "")
    is_ours = said and said != type(problem).description and problem.code not in SAYS_ENOUGH
    return _answer(problem.code, page.title, (said if is_ours else page.sentence,))


def _role_needed(problem: RoleNeeded) -> ResponseReturnValue:
    needed = " or ".join(problem.roles)
    held = ", ".join(sorted(role.name for role in current_user.roles)) or "none"
    return _answer(
        403,
        PAGES[403].title,
        (f"This needs the role {needed}; you hold: {held}.", "An administrator can give roles."),
    )


def _refused(problem: Refused) -> ResponseReturnValue:
    """A refusal that no view has shown in a form of its own."""
    if isinstance(problem, NotFound):
        return _answer(404, PAGES[404].title, problem.reasons)
    if isinstance(problem, NotAllowed):
        return _answer(403, PAGES[403].title, problem.reasons)
    return _answer(409, PAGES[409].title, (*problem.reasons, PAGES[409].sentence))


def _form_too_old(_: CSRFError) -> ResponseReturnValue:
    """What was typed is shown again with a fresh token, to be sent on purpose.

    Only if the form came from a page of ours: what another site posts is not offered again.
    """
    is_own = request.headers.get("Origin") == request.host_url.rstrip("/")
    typed = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in {"csrf_token", "password"}
    ]
    return _answer(
        400,
        "This form was open too long",
        ("Its safety token is no longer valid, so nothing was changed.",),
        template="errors/form_too_old.html",
        typed=typed if is_own else [],
    )


def _no_such_value(problem: DataError) -> ResponseReturnValue:
    """PostgreSQL keeps no NUL characters and no numbers of thirty digits.

    It is logged with its trace all the same: if nobody typed such a thing, the mistake is ours.
    """
    said = "A number in the address or the form is too large, or a character cannot be kept."
    return _answer(400, PAGES[400].title, (said, PAGES[409].sentence), cause=problem)


def _mistake_of_ours(problem: Exception) -> ResponseReturnValue:
    """Also where the database is away, so that not even the sign-in can be read."""
    cause = getattr(problem, "original_exception", None) or problem
    status = 503 if isinstance(cause, OperationalError) else 500
    page = PAGES[status]
    reference = _logged(status, (page.sentence,), cause)
    template = current_app.jinja_env.get_template("errors/mistake.html")
    return make_response(template.render(page=page, reference=reference), status)


def _answer(
    status: int,
    title: str,
    sentences: tuple[str, ...],
    *,
    template: str = "errors/error.html",
    typed: list[tuple[str, str]] | None = None,
    cause: Exception | None = None,
) -> ResponseReturnValue:
    page = render_template(
        template,
        status=status,
        title=title,
        sentences=sentences,
        reference=_logged(status, sentences, cause),
        typed=typed or [],
    )
    return make_response(page, status)


def _logged(status: int, sentences: tuple[str, ...], cause: Exception | None = None) -> str:
    """The reference number under which the log has what happened."""
    reference = token_hex(4).upper()
    log.log(
        logging.ERROR if cause else logging.INFO,
        "Reference %s: %s %s answered %d: %s",
        reference,
        request.method,
        quote(request.path),
        status,
        " ".join(sentences),
        exc_info=cause,
    )
    return reference
