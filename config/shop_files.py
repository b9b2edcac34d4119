"""The files that the shop wrote: which there are, whether they changed, and what they come to."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from config.settings import Settings
from workflows.reading import files_of

Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, size, time of the last change and inode of each file: cheap to compare."""


def shop_files(settings: Settings) -> Iterator[Path]:
    """Every file that the rules are read from; raises OSError where the folder is away."""
    yield from files_of(settings.workflows_dir)
    parts = settings.workflows_dir / "parts"
    if parts.is_dir():
        yield from files_of(parts)
    yield settings.claims_file


def stamp_of(settings: Settings) -> Stamp:
    """Differs as soon as a file was written, renamed or taken away."""
    found = []
    try:
        for file in shop_files(settings):
            about = file.stat()
            found.append((str(file), about.st_size, about.st_mtime_ns, about.st_ino))
    except OSError as away:
        found.append((f"{away.filename}: {away.strerror}", 0, 0, 0))
    return tuple(found)


def fingerprint_of(settings: Settings) -> str:
    """SHA-256 over the names and the bytes: the same wherever the folder lies."""
    whole = hashlib.sha256()
    for file in shop_files(settings):
        is_claims = file == settings.claims_file
        name = "claims" if is_claims else file.relative_to(settings.workflows_dir).as_posix()
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        whole.update(f"{name}\n{content}\n".encode())
    return whole.hexdigest()
