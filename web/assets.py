"""One style sheet and one script, each put together at the start from files of one component.

Every CSS file names its layer, so that the order of the files does not matter; every script is a
function of its own. The address carries a hash of the content and is kept by browsers for ever.
"""

from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, url_for

STATIC = Path(__file__).parent / "static"
KINDS = {"css": ("text/css", "\n"), "js": ("text/javascript", ";\n")}

blueprint = Blueprint("assets", __name__)


class Bundle:
    """All files of one kind as one text."""

    def __init__(self, kind: str) -> None:
        self.media_type, between = KINDS[kind]
        files = sorted((STATIC / kind).glob(f"*.{kind}"))
        self.text = between.join(file.read_text(encoding="utf-8") for file in files)
        self.digest = sha256(self.text.encode()).hexdigest()[:16]


def install(app: Flask) -> None:
    app.extensions["bundles"] = {kind: Bundle(kind) for kind in KINDS}
    app.add_template_global(asset)


def asset(kind: str) -> str:
    """The address of the style sheet (`css`) or the script (`js`), new when its content is new."""
    digest = current_app.extensions["bundles"][kind].digest
    return url_for("assets.bundle", digest=digest, kind=kind)


@blueprint.get("/assets/<digest>/redress.<any(css, js):kind>")
def bundle(digest: str, kind: str) -> Response:
    """A page from before an update gets what there is now, and may not keep it."""
    found: Bundle = current_app.extensions["bundles"][kind]
    response = Response(found.text, mimetype=found.media_type)
    if digest == found.digest:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
