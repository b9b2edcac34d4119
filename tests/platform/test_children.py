"""Nothing that we started outlives us."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config.local import children
from tests.support.parts import eventually

PARENT = """
import signal, sys, time
from pathlib import Path
from config.local import children
child = children.start(["sleep", "300"], log=Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(300)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_a_child_ends_even_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.kill()
    parent.wait()
    parent.stdout.close()

    eventually(lambda: not psutil.pid_exists(child), about="the end of the child")


def test_a_child_that_ignores_sigterm_is_killed_with_its_group(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 300 & echo started; wait; wait"
    log = tmp_path / "log"
    child = children.start(["sh", "-c", script], log=log)
    assert children.wait_until(lambda: "started" in log.read_text(), child, 5)

    children.stop(child, patience=0.2)

    eventually(lambda: not is_there(child.pid), about="the end of the whole group")
    assert child.returncode == -signal.SIGKILL


def is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_gets_no_ctrl_c_of_our_terminal(tmp_path: Path) -> None:
    child = children.start(["sleep", "300"], log=tmp_path / "log")

    assert os.getsid(child.pid) != os.getsid(0)
    children.stop(child)
