"""`/healthz`: can this process do its work?"""

import logging

from flask import Blueprint
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from web.database import transaction

blueprint = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@blueprint.get("/healthz")
def check() -> tuple[dict[str, str], int]:
    try:
        with transaction() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as problem:
        log.error("The database cannot be reached: %s", problem)
        return {"database": "cannot be reached"}, 503
    return {"database": "reachable"}, 200
