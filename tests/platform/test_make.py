"""`make` on a machine that has nothing."""

import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TARGETS = [
    "help",
    "setup",
    "run",
    "test",
    "storm",
    "fuzz",
    "tampers",
    "foureyes",
    "money",
    "proofs",
    "faults",
    "check",
    "format",
    "bench",
    "lock",
    "clean",
]


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_make_alone_lists_every_target_with_what_it_does() -> None:
    listed = dict(re.findall(r"^  make (\w+) +(\S.+)$", make(), re.M))

    assert list(listed) == TARGETS
    assert all(len(about) > 15 for about in listed.values())


def test_every_target_is_phony_so_that_a_folder_of_its_name_does_not_stop_it() -> None:
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")

    phony = re.findall(r"^\.PHONY: (.+)$", text, re.M)
    assert phony == [" ".join(TARGETS)]


def test_the_lock_file_names_no_index_and_hashes_everything() -> None:
    text = (PROJECT / "requirements.lock").read_text(encoding="utf-8")

    assert not re.search(r"https?://|--index|--find-links", text)
    for block in re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]:
        assert "--hash=sha256:" in block


def test_ci_checks_and_tests_by_the_same_targets() -> None:
    script = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")

    assert script.rstrip().endswith("make check\nmake test")
    subprocess.run(["bash", "-n", PROJECT / ".ci" / "run"], check=True)
