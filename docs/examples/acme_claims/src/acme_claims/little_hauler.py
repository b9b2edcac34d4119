"""A hauler for trying out and for tests: keeps its bookings in memory, and can misbehave."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class LittleHauler:
    """Listens on a free port of this machine; use it in a `with` block."""

    def __init__(self) -> None:
        self.bookings: list[dict[str, Any]] = []
        self.hangs_up = ""
        """`before` or `after` it has booked: then it says nothing."""
        self.refuses = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "LittleHauler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def book(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Twice the same reference is two vans."""
        booking = {**asked, "number": f"V-{len(self.bookings) + 1}"}
        self.bookings.append(booking)
        return booking

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hauler = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if hauler.refuses:
                    self.answer(422, {"reason": hauler.refuses})
                    return
                booking = None if hauler.hangs_up == "before" else hauler.book(asked)
                if hauler.hangs_up:
                    self.close_connection = True
                    return
                self.answer(201, booking)

            def do_GET(self) -> None:
                [reference] = parse_qs(urlsplit(self.path).query)["reference"]
                self.answer(200, [b for b in hauler.bookings if b["reference"] == reference])

            def answer(self, status: int, said: object) -> None:
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler
