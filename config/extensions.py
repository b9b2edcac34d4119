"""The shop's extensions: the modules that the operator names in EXTENSIONS, and no others."""

import importlib
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from claims.catalogue import CATALOGUE
from config.settings import SettingsProblem
from workflows.catalogue import Catalogue

if TYPE_CHECKING:
    from claims.extending import Extension
    from claims.extensions import Extensions

TABLE = "EXTENSION"
"""What a module calls its table."""
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def load_extensions(modules: str) -> "Extensions":
    """Import the named modules (comma separated) and join their tables.

    Raises SettingsProblem with a sentence for everything that is wrong.
    """
    from claims.extensions import NO_EXTENSIONS, join  # noqa: PLC0415 (checking files needs less)

    names = [name.strip() for name in modules.split(",") if name.strip()]
    if not names:
        return NO_EXTENSIONS
    return join(_tables(names))


def extensions_of_environment() -> "Extensions":
    """For commands that need no settings."""
    return load_extensions(os.environ.get("EXTENSIONS", ""))


def catalogue_of_environment() -> Catalogue:
    """What workflow files may name here; without extensions nothing heavy is loaded for it."""
    is_plain = not os.environ.get("EXTENSIONS", "").strip()
    return CATALOGUE if is_plain else extensions_of_environment().catalogue


def _tables(names: Sequence[str]) -> "list[Extension]":
    from claims.extending import Extension  # noqa: PLC0415
    from claims.extension_tables import problems_of  # noqa: PLC0415

    sentences = [f"EXTENSIONS names {name} twice." for name in set(names) if names.count(name) > 1]
    tables: list[Extension] = []
    for name in dict.fromkeys(names):
        try:
            table = getattr(_module(name), TABLE, None)
        except _NotImported as problem:
            sentences.append(str(problem))
            continue
        if isinstance(table, Extension):
            tables.append(table)
        elif table is None:
            sentences.append(f"The extension {name} has no table; it must define {TABLE}.")
        else:
            sentences.append(
                f"{TABLE} of the extension {name} is a {type(table).__name__}; "
                "it must be a claims.extending.Extension."
            )
    sentences += problems_of(tables)
    if sentences:
        raise SettingsProblem(sentences)
    return tables


class _NotImported(Exception):
    """A module that is not there, or breaks."""


def _module(name: str) -> object:
    if not _MODULE.fullmatch(name):
        raise _NotImported(f"EXTENSIONS names {name!r}, which is no module; write acme_claims.")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name and (name == missing.name or name.startswith(f"{missing.name}.")):
            raise _NotImported(
                f"EXTENSIONS names {name}, which is not installed here; install it beside "
                "Redress, or take it out of EXTENSIONS."
            ) from None
        raise _NotImported(f"The extension {name} needs {missing.name}, which is not here.") from (
            missing
        )
    except Exception as mistake:
        raise _NotImported(
            f"The extension {name} cannot be imported: {type(mistake).__name__}: {mistake}"
        ) from mistake
