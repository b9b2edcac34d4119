import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.loopback import http
from tests.tasks.sandbox_process import SandboxProcess


def test_a_refund_is_in_the_ledger_and_found_by_our_reference(provider: SandboxProcess) -> None:
    answer = provider.refund("k1", amount=500, reference="R-7")

    assert answer.status_code == 201
    found = http.get(f"{provider.url}/refunds", params={"reference": "R-7"}).json()["refunds"]
    assert [(row["id"], row["amount"]) for row in found] == [(answer.json()["id"], 500)]


def test_the_same_key_gets_the_same_answer_and_pays_once(provider: SandboxProcess) -> None:
    first, second = provider.refund("k1"), provider.refund("k1")

    assert first.json() == second.json()
    assert len(provider.refunds()) == 1


def test_fifty_at_once_with_one_key_pay_once(provider: SandboxProcess) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: provider.refund("k1").json()["id"], range(50)))

    assert len(set(answers)) == 1
    assert len(provider.refunds()) == 1


def test_the_same_key_with_another_amount_is_an_error(provider: SandboxProcess) -> None:
    provider.refund("k1", amount=500)

    assert provider.refund("k1", amount=501).status_code == 409
    assert len(provider.refunds()) == 1


def test_a_key_is_forgotten_after_a_day_by_the_sandboxs_own_clock(
    provider: SandboxProcess,
) -> None:
    provider.refund("k1")
    http.post(f"{provider.url}/clock", json={"move_seconds": 25 * 3600}).raise_for_status()

    assert provider.refund("k1").status_code == 201
    assert len(provider.refunds()) == 2


def test_more_than_is_left_of_the_payment_is_refused(provider: SandboxProcess) -> None:
    provider.refund("k1", amount=9_000)

    answer = provider.refund("k2", amount=1_001)

    assert answer.status_code == 402
    assert answer.json()["error"] == "Of payment P-1 only 1000 EUR (minor) are left."


def test_an_unknown_payment_is_refused(provider: SandboxProcess) -> None:
    assert provider.refund("k1", payment="nowhere").status_code == 404


def test_with_open_payments_an_unknown_payment_is_taken_as_captured(tmp_path: Path) -> None:
    provider = SandboxProcess(tmp_path / "open.sqlite", open_payments=True).start()

    assert provider.refund("k1", payment="nowhere", amount=10**9).status_code == 201

    provider.stop()


@pytest.mark.parametrize(
    "body",
    [{"amount": 0}, {"amount": -5}, {"amount": 1.5}, {"amount": "5"}, {"currency": "eur"}],
)
def test_a_body_that_is_no_refund_is_a_sentence(
    provider: SandboxProcess, body: dict[str, object]
) -> None:
    answer = provider.refund("k1", **body)

    assert answer.status_code == 400
    assert next(iter(body)) in answer.json()["error"]


def test_a_refund_without_a_key_is_refused(provider: SandboxProcess) -> None:
    assert provider.refund("").status_code == 400


def test_what_was_answered_is_still_true_after_a_kill(provider: SandboxProcess) -> None:
    provider.refund("k1")

    provider.stop(signal.SIGKILL)
    provider.start()

    assert len(provider.refunds()) == 1
    assert provider.refund("k1").status_code == 201
    assert len(provider.refunds()) == 1


def test_sigterm_ends_it_quickly_even_in_the_middle_of_a_slow_answer(
    provider: SandboxProcess,
) -> None:
    provider.faults({"kind": "slow", "seconds": 30})

    def ask() -> None:
        with pytest.raises(httpx.HTTPError):
            provider.refund("k")

    waiting = threading.Thread(target=ask)
    waiting.start()
    time.sleep(0.2)
    began = time.monotonic()

    assert provider.stop() == 0
    assert time.monotonic() - began < 20
    waiting.join(5)


def test_a_slow_answer_holds_nobody_else_up(provider: SandboxProcess) -> None:
    provider.faults({"kind": "slow", "seconds": 3})
    waiting = threading.Thread(target=provider.refund, args=("slow",))
    waiting.start()
    time.sleep(0.2)

    provider.refund("quick")

    assert waiting.is_alive()
    waiting.join()


def test_a_counted_fault_is_used_up(provider: SandboxProcess) -> None:
    provider.faults({"kind": "too-many", "next": 2})

    answers = [provider.refund("k1").status_code for _ in range(3)]

    assert answers == [429, 429, 201]


def test_chance_with_a_seed_happens_the_same_way_twice(provider: SandboxProcess) -> None:
    def run(name: str) -> list[int]:
        provider.faults({"kind": "too-many", "probability": 0.5}, seed=7)
        return [provider.refund(f"{name}{n}", amount=1).status_code for n in range(20)]

    first, second = run("a"), run("b")

    assert first == second
    assert set(first) == {429, 201}


def test_a_stored_error_is_answered_again_under_the_key(provider: SandboxProcess) -> None:
    provider.faults({"kind": "store-error", "next": 1})

    assert [provider.refund("k1").status_code for _ in range(2)] == [500, 500]
    assert provider.refunds() == []


def test_a_duplicate_is_there_twice_to_be_found(provider: SandboxProcess) -> None:
    provider.faults({"kind": "duplicate"})

    provider.refund("k1")

    assert len(provider.refunds()) == 2


def test_the_faults_can_be_read_and_taken_back(provider: SandboxProcess) -> None:
    provider.faults({"kind": "refuse", "probability": 1.0})
    assert http.get(f"{provider.url}/faults").json()["faults"][0]["kind"] == "refuse"

    http.delete(f"{provider.url}/faults")

    assert provider.refund("k1").status_code == 201


def test_a_fault_nobody_knows_is_a_sentence(provider: SandboxProcess) -> None:
    answer = http.put(f"{provider.url}/faults", json={"faults": [{"kind": "sulk"}]})

    assert answer.status_code == 400
    assert "faults.0.kind" in answer.json()["error"]


def test_a_forgotten_ledger_is_as_on_the_first_day(provider: SandboxProcess) -> None:
    provider.refund("k1")
    provider.faults({"kind": "refuse", "probability": 1.0})

    http.delete(f"{provider.url}/ledger").raise_for_status()

    assert provider.refunds() == []
    assert provider.refund("k1").status_code == 404


def test_the_ledger_is_read_page_by_page(provider: SandboxProcess) -> None:
    for number in range(5):
        provider.refund(f"k{number}", amount=1)

    first = http.get(f"{provider.url}/refunds", params={"limit": 3}).json()
    rest = http.get(f"{provider.url}/refunds", params={"limit": 3, "after": first["next"]}).json()

    assert [len(first["refunds"]), len(rest["refunds"]), rest["next"]] == [3, 2, None]


def test_a_person_sees_what_was_paid_and_nothing_of_it_is_markup(
    provider: SandboxProcess,
) -> None:
    provider.refund("k1", reference="<script>")

    page = http.get(provider.url)

    assert page.headers["Content-Type"].startswith("text/html")
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text
