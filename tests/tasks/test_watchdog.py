"""Work that hangs or eats memory ends its own process, and says where it was."""

import subprocess
import sys

from config.settings import PROJECT

HANG = """
import threading
from datetime import timedelta
from tasks.watchdog import watchdog
def quick():
    for _ in range(100):
        with watchdog.within(timedelta(seconds=60)):
            pass
threading.Thread(target=quick).start()
with watchdog.within(timedelta(seconds=0.3)):
    hash("the work") and threading.Event().wait(30)
print("it came back")
"""
IN_TIME = """
import time
from datetime import timedelta
from tasks.watchdog import watchdog
with watchdog.within(timedelta(seconds=0.2)):
    pass
time.sleep(0.4)
print("it goes on")
"""
EAT = """
from tasks.watchdog import bound_memory
bound_memory(200)
try:
    bytearray(400 * 1024 * 1024)
except MemoryError:
    print("no more")
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_a_process_that_hangs_ends_and_says_where_it_was() -> None:
    ended = run(HANG)

    assert ended.returncode == 1
    assert "it came back" not in ended.stdout
    assert "Timeout" in ended.stderr
    assert "wait" in ended.stderr


def test_what_is_done_in_time_has_no_consequence() -> None:
    assert run(IN_TIME).stdout == "it goes on\n"


def test_more_memory_than_a_worker_may_have_is_refused_to_it() -> None:
    assert run(EAT).stdout == "no more\n"
