"""`/` leads to the work."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    return redirect("/reclamations")
