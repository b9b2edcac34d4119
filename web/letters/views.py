"""The folder of letters, and one of them."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from web.database import redress
from web.letters.folder import folder_of, newest, read

blueprint = Blueprint("letters", __name__)


@blueprint.get("/mail")
def index() -> ResponseReturnValue:
    folder = folder_of(redress().settings.mail_url)
    if folder is None:
        abort(404, "Letters are sent by mail here, not kept as files.")
    return render_template("letters/index.html", letters=newest(folder))


@blueprint.get("/mail/<name>")
def show(name: str) -> ResponseReturnValue:
    folder = folder_of(redress().settings.mail_url)
    letter = read(folder, name) if folder else None
    if letter is None:
        abort(404, "There is no such letter among the files.")
    return render_template("letters/show.html", letter=letter)
