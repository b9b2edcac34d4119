"""Files that forms send: how much may come, and what came, by the event's names of its fields."""

from collections.abc import Mapping

from flask import Flask, request

from claims.attachments import LARGEST, MOST, Upload

LARGEST_FORM = MOST * LARGEST + 1024 * 1024
"""With files; a little above, so that a file too large is told at its field."""
PREFIX = "input."


def install(app: Flask) -> None:
    """Before whatever reads the form first (the check for CSRF does)."""
    app.before_request(_let_files_in)


def uploads() -> Mapping[str, Upload]:
    """The files of this request, without fields that were left empty."""
    return {
        name.removeprefix(PREFIX): Upload(file.filename, file.read())
        for name, file in request.files.items()
        if file.filename and name.startswith(PREFIX)
    }


def _let_files_in() -> None:
    if request.blueprint == "events" and request.mimetype == "multipart/form-data":
        request.max_content_length = LARGEST_FORM
