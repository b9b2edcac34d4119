"""The simulator in the terminal: everything as in a real case, and nothing left behind."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.cli.workflow import workflow

LARGE = """\
request-return
wait 3 days
as warehouse
parcel-arrived received=2 condition="as new"
as agent
refund amount=300.00
as lead
approve
done pay-refund
money
"""


def played(lines: str, *arguments: str) -> str:
    result = CliRunner().invoke(workflow, ["try", "item-return", *arguments], input=lines)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_large_refund_goes_through_a_second_pair_of_hands() -> None:
    output = played(LARGE, "--price", "150.00", "--quantity", "2")

    assert "Refund (Received → Needs a second look)" in output
    assert "Approve (Needs a second look → Refund under way)" in output
    assert "Item 1: paid €300.00, refunded €300.00, under way €0.00, left €0.00" in output
    assert "(the reclamation: Closed)" in output


def test_what_is_refused_says_why_and_the_trial_goes_on() -> None:
    output = played("refund amount=20.00\nrequest-return\n")

    assert "Refused: Above 15.00 the goods have to come back first" in output
    assert "Request return (Reported → Waiting for the parcel)" in output


def test_a_number_presses_a_button_and_its_form_is_asked_for() -> None:
    output = played("parcel-arrived received=1 condition=opened\n1\n5.00\n")

    assert "  Amount [24.99]: 5.00" in output
    assert "Refund (Received → Refund under way)" in output


def test_clocks_ring_while_one_waits() -> None:
    output = played("request-return\nwait\nwait\n")

    assert "Parcel late and urged" in output
    assert "Never sent back" in output


def test_the_provider_says_what_one_likes() -> None:
    asked = "parcel-arrived received=1 condition=opened\nrefund amount=5.00\n"

    assert "Refund unclear" in played(f"{asked}unknown pay-refund\n")
    assert "Refund refused" in played(f"{asked}refused\n")


def test_the_last_line_can_be_taken_back() -> None:
    output = played("request-return\nundo\njournal\n")

    assert "Taken back: request-return" in output
    assert output.rstrip().endswith("agent filed the claim.")


def test_a_line_that_says_nothing_is_told() -> None:
    output = played("refnd\nas boss\nwait a while\nparcel-arrived 1\nitem 7\n")

    assert "There is no event refnd here. Did you mean refund?" in output
    assert "There is no role 'boss'" in output
    assert "a while is no span of time" in output
    assert "1 is no input; write name=value." in output
    assert "There is no item 7; the reclamation has 1." in output


def test_the_lines_can_be_kept_and_played_again(tmp_path: Path) -> None:
    kept = tmp_path / "lines"

    played(f"request-return\nwait 20 days\nsave {kept}\n")

    assert "Parcel late and urged" in played(kept.read_text())


@pytest.mark.parametrize("price", ["many", "-1", "1.005", "inf"])
def test_a_price_that_is_none_is_told(price: str) -> None:
    result = CliRunner().invoke(workflow, ["try", "item-return", "--price", price])

    assert result.exit_code == 2
    assert "is no amount" in result.output


WATCHED = """
import sys
touched = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.system"):
        touched.append(event)
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        touched.append(f"{event} {arguments[0]}")
from config.cli.workflow import workflow
sys.dont_write_bytecode = True
sys.addaudithook(watch)
workflow(["try", "item-return"], standalone_mode=False)
assert touched == [], touched
"""


def test_no_socket_no_process_and_no_file_is_opened() -> None:
    asked = "parcel-arrived received=1 condition=opened\nrefund amount=5.00\ndone\njournal\n"

    done = subprocess.run(
        [sys.executable, "-c", WATCHED], input=asked, text=True, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Refunded" in done.stdout
