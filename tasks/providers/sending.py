"""One request to a provider: on a connection of its own, within a time, never redirected."""

import ssl
import time
from dataclasses import dataclass

import httpx

CONNECT_SECONDS = 2.0
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back, whatever it is."""

    status: int
    content: bytes
    headers: httpx.Headers


class Sender:
    """Safe to share between threads. Knows no proxy of the environment, keeps no connection."""

    def __init__(self) -> None:
        self._tls = ssl.create_default_context()  # made once: it costs 20 ms

    def send(self, request: httpx.Request, stop_at: float) -> Answered:
        """Send once and read the whole answer until `time.monotonic()` is `stop_at`.

        Raises httpx.ConnectError or httpx.ConnectTimeout where surely nothing was sent, and
        another httpx.RequestError where nobody can tell.
        """
        left = stop_at - time.monotonic()
        if left <= 0:
            raise httpx.ConnectTimeout("the time is over", request=request)
        timeout = httpx.Timeout(left, connect=min(CONNECT_SECONDS, left))
        request.extensions["timeout"] = timeout.as_dict()
        content = b""
        with httpx.HTTPTransport(verify=self._tls, trust_env=False) as transport:
            response = transport.handle_request(request)
            try:
                is_late = False
                for chunk in response.iter_bytes():
                    # What is there is read, however late: a process that was stopped and goes on
                    # finds the provider's word waiting. Only more than that is not waited for.
                    if len(content) > MOST_BYTES or is_late:
                        raise httpx.ReadTimeout("the answer takes too long", request=request)
                    content += chunk
                    is_late = time.monotonic() > stop_at
            finally:
                response.close()
        return Answered(response.status_code, content, response.headers)
