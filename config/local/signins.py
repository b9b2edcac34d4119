"""The sample shop's sign-ins: made at the first start, kept where only their owner can read."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SignIn:
    """Someone of the sample shop who can sign in."""

    email: str
    password: str
    role: str


def sign_ins_file(data_dir: Path) -> Path:
    return data_dir / "sign-ins.txt"


def keep(data_dir: Path, sign_ins: Sequence[SignIn]) -> None:
    """Write them down, mode 0600."""
    write_private(sign_ins_file(data_dir), lines_of(sign_ins) + "\n")


def kept(data_dir: Path) -> str:
    """What was written down, to be shown; empty where nothing was."""
    try:
        return sign_ins_file(data_dir).read_text(encoding="utf-8").rstrip()
    except FileNotFoundError:
        return ""


def lost(data_dir: Path) -> str:
    """What to do where the passwords are gone and the shop is not."""
    return (
        f"{sign_ins_file(data_dir)} is gone, and the shop with its passwords is not. A new one: "
        f"DATA_DIR={data_dir} .venv/bin/redress staff password anna@redress.example; or begin "
        "anew with: make clean"
    )


def lines_of(sign_ins: Sequence[SignIn]) -> str:
    wide = max((len(one.email) for one in sign_ins), default=0)
    return "\n".join(f"{one.email:<{wide}}  {one.password}  ({one.role})" for one in sign_ins)


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
