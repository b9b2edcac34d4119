"""localstripe and the proxy before it, as the processes that they are."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from config.local import children
from config.local.valkey import free_port
from config.settings import PROJECT
from tests.support.loopback import http

KEY = "sk_test_redress"
CARD = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2040", "cvc": "123"}


class StripeProcesses:
    """`upstream` ignores idempotency keys; `url` honours them as Stripe documents it."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.upstream = f"http://127.0.0.1:{port}"
        program = Path(sys.executable).parent / "localstripe"
        self._log = folder / "localstripe.log"
        self._localstripe = children.start(
            [program, "--port", str(port), "--from-scratch"], log=self._log
        )
        self._proxy = subprocess.Popen(
            [sys.executable, "-m", "tests.tasks.providers.stripe_proxy", self.upstream],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not children.wait_until(self._answers, self._localstripe, 20):
            self.stop()
            raise AssertionError(f"localstripe: {children.last_lines(self._log, 20)}")
        assert self._proxy.stdout is not None
        self.url = self._proxy.stdout.readline().strip()

    def stop(self) -> None:
        self._proxy.terminate()
        self._proxy.wait(10)
        assert self._proxy.stdout is not None
        self._proxy.stdout.close()
        children.stop(self._localstripe)

    def forget(self) -> None:
        http.delete(f"{self.upstream}/_config/data").raise_for_status()
        self.tell_proxy("forget")

    def payment(self, amount: int = 10_000, currency: str = "eur") -> str:
        """A PaymentIntent that a card has paid."""
        card = {f"card[{name}]": value for name, value in CARD.items()}
        method = self._post("payment_methods", {"type": "card", **card})["id"]
        asked = {"amount": str(amount), "currency": currency, "confirm": "true"}
        return str(self._post("payment_intents", {**asked, "payment_method": method})["id"])

    def charge_of(self, payment_intent: str) -> str:
        found = http.get(f"{self.upstream}/v1/payment_intents/{payment_intent}", headers=_signed())
        charge = found.json()["latest_charge"]
        return str(charge["id"] if isinstance(charge, dict) else charge)

    def refunds(self) -> list[dict[str, Any]]:
        """localstripe's own ledger: the judge of what was paid."""
        listed = http.get(f"{self.upstream}/v1/refunds?limit=1000", headers=_signed())
        found: list[dict[str, Any]] = listed.raise_for_status().json()["data"]
        return found

    def misbehave(self, kind: str, **more: Any) -> None:
        self.tell_proxy("misbehave", kind=kind, **more)

    def tell_proxy(self, what: str, **body: Any) -> None:
        http.post(f"{self.url}/_proxy/{what}", json=body).raise_for_status()

    def send_webhooks_to(self, url: str, secret: str) -> None:
        body = {"url": url, "secret": secret}
        http.post(f"{self.upstream}/_config/webhooks/ours", json=body).raise_for_status()

    def make_customer(self) -> None:
        """Something that localstripe tells of by itself, a second later."""
        self._post("customers", {"name": "Mia"})

    def words(self) -> str:
        """What localstripe has said, also of the webhooks that it sent."""
        return self._log.read_text()

    def _post(self, what: str, body: dict[str, str]) -> dict[str, Any]:
        answer = http.post(f"{self.upstream}/v1/{what}", data=body, headers=_signed())
        made: dict[str, Any] = answer.raise_for_status().json()
        return made

    def _answers(self) -> bool:
        try:
            return http.get(f"{self.upstream}/v1/refunds", headers=_signed()).status_code == 200
        except httpx.TransportError:
            return False


def _signed() -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}"}
