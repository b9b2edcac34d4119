"""`POST /webhooks/<provider>`: no session, no CSRF; a signature instead.

The answer is for a machine. Whatever is not answered with 2xx is sent again, for days.
"""

import logging
from typing import cast

from flask import Blueprint, Flask, request
from flask.typing import RouteCallable
from flask_limiter.util import get_remote_address
from pydantic import ValidationError

from claims import provider_events
from web.database import database_now, redress, transaction
from web.security.limits import limiter_of
from web.webhooks.signatures import Forged, refuse_stale, signed_at
from web.webhooks.sources import SOURCES

MOST_BYTES = 256 * 1024
PER_ADDRESS = "1200 per minute"

Answer = tuple[dict[str, str], int]

blueprint = Blueprint("webhooks", __name__)
log = logging.getLogger(__name__)


@blueprint.post("/webhooks/<provider>")
def take(provider: str) -> Answer:
    request.max_content_length = MOST_BYTES
    source = SOURCES.get(provider)
    secret = source.secret(redress().settings) if source else None
    if source is None or not secret:
        return {"error": f"No webhooks of {provider!r} are taken here."}, 404
    body = request.get_data(cache=False)
    try:
        signed = signed_at(request.headers.get(source.header, ""), body, secret)
        refuse_stale(signed, database_now())
    except Forged as forged:
        log.warning("A webhook of %s was refused: %s.", provider, forged)
        return {"error": "The signature is not right."}, 400
    try:
        told = source.read(body)
    except ValidationError as problem:
        log.warning("A signed webhook of %s is not one we can read: %s", provider, _where(problem))
        return {"error": f"This is no event we can read: {_where(problem)}."}, 400
    if told is None:
        return {"event": "not about a refund"}, 200
    with transaction() as session:
        is_new = provider_events.receive(session, told)
    return {"event": "taken" if is_new else "known"}, 200


def install(app: Flask) -> None:
    """Exempt from CSRF, as no browser sends it; limited by address, as anybody may try."""
    app.extensions["csrf"].exempt(blueprint)
    limited = limiter_of(app).limit(lambda: PER_ADDRESS, key_func=get_remote_address)
    view = limited(app.view_functions["webhooks.take"])
    app.view_functions["webhooks.take"] = cast(RouteCallable, view)


def _where(problem: ValidationError) -> str:
    """The places that are wrong; never what stands there."""
    places = (".".join(map(str, each["loc"])) or "the body" for each in problem.errors())
    return ", ".join(sorted(set(places)))
