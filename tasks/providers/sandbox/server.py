"""The sandbox payment provider's process: `python -m tasks.providers.sandbox.server`.

SANDBOX_PORT, SANDBOX_LEDGER (a SQLite file) and SANDBOX_HOST (default 127.0.0.1) say where;
with SANDBOX_OPEN_PAYMENTS=1 a payment it has never heard of is taken as captured without bound,
for demonstrations with imported orders. With SANDBOX_WEBHOOK_URL and SANDBOX_WEBHOOK_SECRET it
sends webhooks there from the start. SIGTERM ends it.

    POST /payments   {reference, amount, currency}                a payment was captured
    POST /refunds    {payment, amount, currency, reference}       with an Idempotency-Key
    GET  /refunds?reference=…&payment=…                           look-up by the shop's reference,
                                                                  beside others of the payment
    GET  /refunds?after=…&limit=…&since=…                         the whole ledger, page by page
    POST /mishaps    {refund, status}                             it is reversed, or fails late
    DELETE /ledger                                                forget everything, for tests
    PUT, GET, DELETE /faults                                      misbehave (see `faults`)
    PUT, GET, DELETE /webhooks                                    tell the shop (see `webhooks`)
    GET, POST /clock {move_seconds}                               its own clock
    GET  /healthz, GET /                                          alive; a page for people
"""

import json
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.providers.sandbox.faults import FaultPlan, Faults
from tasks.providers.sandbox.ledger import Asked, Ledger, Reply
from tasks.providers.sandbox.misbehaving import Cut, Nonsense, befallen, in_the_book
from tasks.providers.sandbox.page import ledger_page
from tasks.providers.sandbox.webhooks import WebhookPlan, Webhooks

MOST_BYTES = 64 * 1024
MOST_ROWS = 500
CURRENCY = "^[A-Z]{3}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PaymentBody(_Strict):
    reference: str = Field(min_length=1, max_length=200)
    amount: int = Field(gt=0)
    currency: str = Field(pattern=CURRENCY)


class RefundBody(_Strict):
    payment: str = Field(min_length=1, max_length=200)
    amount: int = Field(gt=0)
    currency: str = Field(pattern=CURRENCY)
    reference: str = Field(min_length=1, max_length=200)


class MishapBody(_Strict):
    refund: str
    status: Literal["reversed", "failed"]


class ClockBody(_Strict):
    move_seconds: float


class SandboxServer(ThreadingHTTPServer):
    """A thread for each connection, so that a slow answer holds nobody else up."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], ledger: Ledger) -> None:
        super().__init__(address, Handler)
        self.ledger = ledger
        self.faults = Faults()
        self.webhooks = Webhooks(ledger.now)


class Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    timeout = 30

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Requests are told apart in the ledger; the log stays for what is wrong."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        if (self.command, parts.path) == ("GET", "/"):
            self._send(200, "text/html; charset=utf-8", ledger_page(self.server.ledger))
            return
        route = ROUTES.get((self.command, parts.path))
        try:
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            if route is None:
                reply = Reply(404, {"error": f"There is no {self.command} {parts.path} here."})
            else:
                reply = route(self, query)
        except ValidationError as wrong:
            reply = Reply(400, {"error": "; ".join(_sentence(error) for error in wrong.errors())})
        except Nonsense:
            self._send(200, "text/html", "<html>Bad gateway, we are sorry</html>")
            return
        except Cut:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self._send(reply.status, "application/json", json.dumps(reply.body))

    def _send(self, status: int, content_type: str, text: str) -> None:
        content = text.encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            if status == 429:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # whoever asked has gone; what was done stays done

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return b""
        return self.rfile.read(int(length))

    def register_payment(self, _query: Mapping[str, str]) -> Reply:
        body = PaymentBody.model_validate_json(self._body())
        return self.server.ledger.register_payment(body.reference, body.amount, body.currency)

    def pay_refund(self, _query: Mapping[str, str]) -> Reply:
        body = RefundBody.model_validate_json(self._body())
        key = self.headers.get("Idempotency-Key", "")
        if not 1 <= len(key) <= 255:
            return Reply(400, {"error": "A refund needs an Idempotency-Key of 1 to 255 letters."})
        fault = self.server.faults.take("refunds", body.payment)
        asked = Asked(key, body.payment, body.amount, body.currency, body.reference)

        def pay() -> Reply:
            reply = self.server.ledger.refund(asked, in_the_book(fault))
            if reply.status == 201:
                self._tell("refund.made", reply.body)
            return reply

        return befallen(fault, pay)

    def _tell(self, kind: str, refund: Mapping[str, object]) -> None:
        self.server.webhooks.tell(kind, str(refund["id"]), str(refund["reference"]))

    def look_up(self, query: Mapping[str, str]) -> Reply:
        ledger = self.server.ledger
        if "reference" in query:
            reference, payment = query["reference"], query.get("payment")
            fault = self.server.faults.take("look-ups")
            return befallen(fault, lambda: Reply(200, ledger.look_up(reference, payment)))
        after, limit = query.get("after", "0"), query.get("limit", "100")
        if not (after.isdecimal() and limit.isdecimal()):
            return Reply(400, {"error": "after and limit are whole numbers."})
        try:
            since = datetime.fromisoformat(query["since"]) if "since" in query else None
        except ValueError:
            return Reply(400, {"error": "since is a moment, such as 2026-01-31T00:00:00+00:00."})
        oldest = since.astimezone(UTC).isoformat() if since else ""
        return Reply(200, ledger.page(int(after), max(1, min(int(limit), MOST_ROWS)), oldest))

    def befall(self, _query: Mapping[str, str]) -> Reply:
        body = MishapBody.model_validate_json(self._body())
        reply = self.server.ledger.befall(body.refund, body.status)
        if reply.status == 200:
            self._tell(f"refund.{body.status}", reply.body)
        return reply

    def set_faults(self, _query: Mapping[str, str]) -> Reply:
        self.server.faults.replace(FaultPlan.model_validate_json(self._body()))
        return Reply(200, self.server.faults.shown())

    def show_faults(self, _query: Mapping[str, str]) -> Reply:
        return Reply(200, self.server.faults.shown())

    def clear_faults(self, _query: Mapping[str, str]) -> Reply:
        self.server.faults.replace(FaultPlan())
        return Reply(200, self.server.faults.shown())

    def forget(self, query: Mapping[str, str]) -> Reply:
        self.server.ledger.forget()
        self.server.webhooks.replace(None)
        return self.clear_faults(query)

    def set_webhooks(self, query: Mapping[str, str]) -> Reply:
        self.server.webhooks.replace(WebhookPlan.model_validate_json(self._body()))
        return self.show_webhooks(query)

    def show_webhooks(self, _query: Mapping[str, str]) -> Reply:
        return Reply(200, self.server.webhooks.shown())

    def clear_webhooks(self, query: Mapping[str, str]) -> Reply:
        self.server.webhooks.replace(None)
        return self.show_webhooks(query)

    def show_clock(self, _query: Mapping[str, str]) -> Reply:
        return Reply(200, {"now": self.server.ledger.now().isoformat()})

    def move_clock(self, _query: Mapping[str, str]) -> Reply:
        body = ClockBody.model_validate_json(self._body())
        return Reply(200, {"now": self.server.ledger.move_clock(body.move_seconds).isoformat()})

    def health(self, _query: Mapping[str, str]) -> Reply:
        return Reply(200, {"sandbox": "well", "now": self.server.ledger.now().isoformat()})


ROUTES: Mapping[tuple[str, str], Callable[[Handler, Mapping[str, str]], Reply]] = {
    ("POST", "/payments"): Handler.register_payment,
    ("POST", "/refunds"): Handler.pay_refund,
    ("GET", "/refunds"): Handler.look_up,
    ("POST", "/mishaps"): Handler.befall,
    ("DELETE", "/ledger"): Handler.forget,
    ("PUT", "/faults"): Handler.set_faults,
    ("GET", "/faults"): Handler.show_faults,
    ("DELETE", "/faults"): Handler.clear_faults,
    ("PUT", "/webhooks"): Handler.set_webhooks,
    ("GET", "/webhooks"): Handler.show_webhooks,
    ("DELETE", "/webhooks"): Handler.clear_webhooks,
    ("GET", "/clock"): Handler.show_clock,
    ("POST", "/clock"): Handler.move_clock,
    ("GET", "/healthz"): Handler.health,
}


def _sentence(error: Mapping[str, object]) -> str:
    place = error["loc"]
    name = ".".join(str(part) for part in place) if isinstance(place, tuple) else ""
    return f"{name or 'The body'}: {error['msg']}"


def main() -> int:
    port, path = os.environ.get("SANDBOX_PORT", ""), os.environ.get("SANDBOX_LEDGER", "")
    if not port.isdecimal() or not path:
        sys.stderr.write(
            "The sandbox provider needs SANDBOX_PORT (a number) and SANDBOX_LEDGER (a file); "
            f"they are {port!r} and {path!r}.\n"
        )
        return 1
    host = os.environ.get("SANDBOX_HOST", "127.0.0.1")
    open_payments = os.environ.get("SANDBOX_OPEN_PAYMENTS") == "1"
    ledger = Ledger(Path(path), open_payments=open_payments)
    try:
        server = SandboxServer((host, int(port)), ledger)
    except OSError as wrong:
        sys.stderr.write(f"The sandbox provider cannot listen on {host}:{port}: {wrong}.\n")
        return 1

    url = os.environ.get("SANDBOX_WEBHOOK_URL", "")
    secret = os.environ.get("SANDBOX_WEBHOOK_SECRET", "")
    if url and secret:
        server.webhooks.replace(WebhookPlan(url=url, secret=secret))

    def end(_signal: int, _frame: object) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    sys.stdout.write(f"The sandbox provider listens on http://{host}:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
