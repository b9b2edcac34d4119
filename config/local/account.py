"""Whose hands the local PostgreSQL runs by, and which folders it may have.

PostgreSQL refuses to run as root. So root lends it the account `nobody` and a folder under
/var/tmp, where the parents are open anyway: nobody's way in must never be made by opening a
folder of yours.
"""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

OPEN_FOLDER = Path("/var/tmp")  # noqa: S108 (only ever for folders that are checked to be ours)
LONGEST_SOCKET_PATH = 107
SOCKET_NAME = ".s.PGSQL.5432"


class LocalServerProblem(Exception):
    """A local server that cannot be had; its text is a sentence with the way out."""


class _As(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the server's process; `None` is the account that we are."""

    uid: int | None
    gid: int | None

    def for_subprocess(self) -> _As:
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account() -> Account:
    """`nobody` where we are root, else ourselves."""
    if os.geteuid() != 0:
        return Account(None, None)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise LocalServerProblem(
            "PostgreSQL does not run as root and this machine has no account `nobody` to lend it; "
            "run make as another user, or set DATABASE_URL to a server of yours."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def project_home(data_dir: Path) -> Path:
    """The folder of the database that belongs to this data folder, not made yet."""
    if os.geteuid() == 0:
        mark = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
        return OPEN_FOLDER / f"redress-{mark}"
    return data_dir / "postgres"


def make_private(folder: Path, account: Account) -> None:
    """Make the folder, or check that it is the account's own and closed to all others."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        if account.uid is not None and account.gid is not None:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    found = folder.lstat()
    owner = os.geteuid() if account.uid is None else account.uid
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == owner
    if not is_ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise LocalServerProblem(
            f"{folder} is there already but is not a private folder of account {owner}; "
            "look who made it and remove it."
        )


def socket_folder(home: Path) -> Path:
    """Where the socket lies: in the home, or in a short folder where that path is too long."""
    if len(os.fsencode(home / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return home
    mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return OPEN_FOLDER / f"redress-socket-{mark}"
