"""`make clean`: what runs here ends, and what lies outside the project goes too."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

from config.local.account import LocalServerProblem, project_home, socket_folder
from config.local.folder import DataFolder
from config.local.postgres import end_server_of
from config.settings import PROJECT

_PATIENCE = 30


def clean(data_dir: Path) -> None:
    """End a `make run` of this folder, its database if that was left alone, and remove both."""
    if not data_dir.exists():
        return
    _end_supervisor(data_dir)
    home = project_home(data_dir)
    end_server_of(home / "data")
    shutil.rmtree(socket_folder(home), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(data_dir)


def _end_supervisor(data_dir: Path) -> None:
    asked = False
    end = time.monotonic() + _PATIENCE
    while True:
        folder = DataFolder(data_dir)
        try:
            folder.open()
        except LocalServerProblem:
            if time.monotonic() > end:
                raise
            if not asked:
                asked = _ask_to_end(data_dir / "running")
            time.sleep(0.2)
        else:
            folder.close()
            return


def _ask_to_end(lock: Path) -> bool:
    words = lock.read_text(encoding="utf-8").replace(",", " ").split()
    if len(words) < 2 or not words[1].isdecimal():
        return False
    os.kill(int(words[1]), signal.SIGTERM)
    return True


if __name__ == "__main__":
    try:
        clean(Path(os.environ.get("DATA_DIR") or PROJECT / ".redress"))
    except LocalServerProblem as problem:
        sys.exit(str(problem))
