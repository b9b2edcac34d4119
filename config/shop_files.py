"""The files that the shop wrote: which there are, whether they changed, and what they come to."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.settings import Settings
from workflows.parts import FOLDER as PARTS
from workflows.reading import files_of

CLAIMS = "claims.yaml"
WORKFLOWS = "workflows"
"""What the file of the choices and the folder count as, whatever they are called."""

Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, size, time of the last change and inode of each file: cheap to compare."""


def shop_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Every file that the rules are read from, by a name that is the same wherever the folder
    lies; raises OSError where it is away."""
    for file in files_of(settings.workflows_dir):
        yield f"{WORKFLOWS}/{file.name}", file
    parts = settings.workflows_dir / PARTS
    if parts.is_dir():
        for file in files_of(parts):
            yield f"{WORKFLOWS}/{PARTS}/{file.name}", file
    yield CLAIMS, settings.claims_file


def stamp_of(settings: Settings) -> Stamp:
    """Differs as soon as a file was written, renamed or taken away."""
    found = []
    try:
        for _, file in shop_files(settings):
            about = file.stat()
            found.append((str(file), about.st_size, about.st_mtime_ns, about.st_ino))
    except OSError as away:
        found.append((f"{away.filename}: {away.strerror}", 0, 0, 0))
    return tuple(found)


def texts_of(settings: Settings) -> dict[str, str]:
    """What stands in each of them; sound files are always UTF-8."""
    return {name: file.read_bytes().decode() for name, file in shop_files(settings)}


def fingerprint_of(settings: Settings) -> str:
    """SHA-256 over the names and the bytes."""
    return _fingerprint((name, file.read_bytes()) for name, file in shop_files(settings))


def fingerprint_in(texts: Mapping[str, str]) -> str:
    """The same, of files that were read already."""
    return _fingerprint((name, text.encode()) for name, text in texts.items())


def _fingerprint(files: Iterator[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    for name, content in sorted(files):
        whole.update(f"{name}\n{hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()
