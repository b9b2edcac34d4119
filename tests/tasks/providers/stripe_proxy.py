"""A process before localstripe that does what Stripe documents and localstripe does not.

`python -m tests.tasks.providers.stripe_proxy http://127.0.0.1:PORT` prints its own address.

- Idempotency keys live 24 h of a clock that can be moved. The first answer is kept, a 500 as
  well, and replayed; other parameters are refused (400, idempotency_error); a second request
  while the first is at work gets 409. What was never begun (401, 429, 409) is not kept.
- No payment gives back more than it took (400, charge_already_refunded).
- Refunds can be pending, and fail later.

    POST /_proxy/move_clock {"seconds": 90000}     POST /_proxy/honour_keys {"honour": false}
    POST /_proxy/misbehave {"kind": "cut-after", "next": 1}            (kinds: see `Proxy.answer`)
    POST /_proxy/tell {"refund": "re_…", "status": "failed", "failure_reason": "…"}
    POST /_proxy/forget {}
"""

import json
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx

KEY_SECONDS = 24 * 3600
Json = dict[str, Any]


class Cut(Exception):
    """The connection is cut without an answer."""


@dataclass(frozen=True)
class Reply:
    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Kept:
    """What is known of a key: what was asked with it, and what was answered, once it was."""

    asked: tuple[str, str]
    at: float
    reply: Reply | None = None


class Proxy:
    """What the threads of the server share."""

    def __init__(self, upstream: str) -> None:
        self.http = httpx.Client(base_url=upstream, trust_env=False, timeout=30)
        self.lock = threading.Lock()
        self.refunding = threading.Lock()
        self.forget({})

    def forget(self, _: Json) -> None:
        self.keys: dict[str, Kept] = {}
        self.told: dict[str, Json] = {}
        self.faults: list[Json] = []
        self.ahead, self.honours = 0.0, True

    def move_clock(self, body: Json) -> None:
        self.ahead += body["seconds"]

    def honour_keys(self, body: Json) -> None:
        self.honours = body["honour"]

    def misbehave(self, body: Json) -> None:
        self.faults.append({"next": 1, "on": "POST", **body})

    def tell(self, body: Json) -> None:
        self.told[body.pop("refund")] = body

    def answer(self, method: str, path: str, content: str, headers: dict[str, str]) -> Reply:
        fault = self._fault(method, path)
        kind = fault.get("kind", "")
        if kind == "slow":
            time.sleep(fault["seconds"])
        elif kind == "cut-before":
            raise Cut
        elif kind == "too-many":
            return _error(429, "rate_limit_error", "Too many requests.", {"Retry-After": "7"})
        elif kind == "unauthorized":
            return _error(401, "invalid_request_error", "Invalid API Key provided: sk_test_***")
        elif kind == "gateway":
            return Reply(502, {"html": "Bad gateway"})
        reply = self._once(method, path, content, headers, fault)
        if kind == "cut-after":
            raise Cut
        if kind == "late":
            time.sleep(fault["seconds"])
        return reply

    def _fault(self, method: str, path: str) -> Json:
        with self.lock:
            for fault in self.faults:
                if path.startswith("/v1/refunds") and fault["on"] == method:
                    fault["next"] -= 1
                    self.faults = [each for each in self.faults if each["next"] > 0]
                    return fault
        return {}

    def _once(
        self, method: str, path: str, content: str, headers: dict[str, str], fault: Json
    ) -> Reply:
        key = headers.get("idempotency-key", "")
        if method != "POST" or not key or not self.honours:
            return self._do(method, path, content, headers, fault)
        now = time.time() + self.ahead
        with self.lock:
            kept = self.keys.get(key)
            if kept is None or now - kept.at > KEY_SECONDS:
                kept = self.keys[key] = Kept((path, content), now)
            elif kept.asked != (path, content):
                word = "Keys can only be used with the same parameters they were first used with."
                return _error(400, "idempotency_error", word)
            elif kept.reply is None:
                return _error(409, "idempotency_error", "In use.", code="idempotency_key_in_use")
            else:
                replayed = {**kept.reply.headers, "Idempotent-Replayed": "true"}
                return Reply(kept.reply.status, kept.reply.body, replayed)
        kept.reply = self._do(method, path, content, headers, fault)
        return kept.reply

    def _do(
        self, method: str, path: str, content: str, headers: dict[str, str], fault: Json
    ) -> Reply:
        kind = fault.get("kind", "")
        if kind == "works-long":
            time.sleep(fault["seconds"])
        if kind == "error-stored":
            return _error(500, "api_error", "Something went wrong on Stripe's end.")
        if method == "POST" and path == "/v1/refunds":
            with self.refunding:
                reply = self._too_much(content, headers) or self._pass(
                    method, path, content, headers
                )
            if reply.status == 200 and kind in {"pending", "failed"}:
                self.told[reply.body["id"]] = {"status": kind, "failure_reason": "declined"}
        else:
            reply = self._pass(method, path, content, headers)
        if kind == "error-stored-paid":
            return _error(500, "api_error", "Something went wrong on Stripe's end.")
        return Reply(reply.status, self._as_told(reply.body), {"Request-Id": "req_1"})

    def _too_much(self, content: str, headers: dict[str, str]) -> Reply | None:
        asked = {name: values[-1] for name, values in parse_qs(content).items()}
        by = "charge" if "charge" in asked else "payment_intent"
        listed = self._pass("GET", f"/v1/refunds?limit=1000&{by}={asked[by]}", "", headers)
        payment = self._pass("GET", f"/v1/{by}s/{asked[by]}", "", headers)
        if listed.status != 200 or payment.status != 200:
            return None
        given = sum(r["amount"] for r in listed.body["data"] if not self._is_nothing(r["id"]))
        if given + int(asked["amount"]) <= payment.body["amount"]:
            return None
        word = "Refund amount is greater than unrefunded amount on charge."
        return _error(400, "invalid_request_error", word, code="charge_already_refunded")

    def _is_nothing(self, refund: str) -> bool:
        return self.told.get(refund, {}).get("status") in {"failed", "canceled"}

    def _pass(self, method: str, path: str, content: str, headers: dict[str, str]) -> Reply:
        path, since = _without_since(path)
        passed = {n: headers[n] for n in ("authorization", "content-type") if n in headers}
        answer = self.http.request(method, path, content=content, headers=passed)
        body = answer.json()
        if since and body.get("object") == "list":
            body["data"] = [each for each in body["data"] if each["created"] >= since]
        return Reply(answer.status_code, body)

    def _as_told(self, body: Json) -> Json:
        if body.get("object") == "list":
            return {**body, "data": [self._as_told(each) for each in body["data"]]}
        return {**body, **self.told.get(str(body.get("id")), {})}


def _without_since(path: str) -> tuple[str, int]:
    """localstripe cannot list by time."""
    place, _, query = path.partition("?")
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    since = int(asked.pop("created[gte]", "0"))
    return (f"{place}?{urlencode(asked)}" if asked else place), since


def _error(
    status: int, kind: str, word: str, headers: dict[str, str] | None = None, code: str = ""
) -> Reply:
    return Reply(status, {"error": {"type": kind, "message": word, "code": code}}, headers or {})


class Handler(BaseHTTPRequestHandler):
    proxy: Proxy

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Nobody reads it."""

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            if self.path.startswith("/_proxy/"):
                getattr(self.proxy, self.path.removeprefix("/_proxy/"))(json.loads(content))
                reply = Reply(200, {})
            else:
                reply = self.proxy.answer(self.command, self.path, content, headers)
        except Cut:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        text = json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)


def main() -> None:
    Handler.proxy = Proxy(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
