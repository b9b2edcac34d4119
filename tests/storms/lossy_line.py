"""A line to a provider on which requests and answers are lost or late, in a thread of its own.

It knows of HTTP where a request ends, and nothing of keys or refunds.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

HOST = "127.0.0.1"
Fate = Literal["straight", "request-lost", "answer-lost", "request-late", "answer-late"]
FATES: Mapping[Fate, float] = {
    "straight": 0.76,
    "request-lost": 0.06,
    "answer-lost": 0.10,
    "request-late": 0.04,
    "answer-late": 0.04,
}
STRAIGHT: Mapping[Fate, float] = {"straight": 1.0}
USUAL_SECONDS = 0.05
"""From the booking to the answer, as at real providers and longer there."""


@dataclass(slots=True)
class LossyLine:
    """`upstream` is the port that it leads to, `port` its own."""

    dice: random.Random
    upstream: int = 0
    fates: Mapping[Fate, float] = field(default_factory=lambda: FATES)
    port: int = 0
    late_seconds: float = 2.5
    """Longer than a worker of the storm waits for an answer."""
    seen: Counter[str] = field(default_factory=Counter)
    """How often each fate befell a request."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection is one request: both ends close after it."""
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                answer = await self._befallen(await _request(reader))
                if answer:
                    writer.write(answer)
                    await writer.drain()
                    writer.close()
        finally:
            if not writer.is_closing():
                writer.transport.abort()

    async def _befallen(self, request: bytes) -> bytes:
        """The answer to a request; empty where it or the request is lost."""
        [fate] = self.dice.choices(list(self.fates), weights=list(self.fates.values()))
        self.seen[fate] += 1
        if fate == "request-lost":
            return b""
        await asyncio.sleep(self.late_seconds if fate == "request-late" else 0)
        answer = await self._asked(request)
        await asyncio.sleep(self.late_seconds if fate == "answer-late" else USUAL_SECONDS)
        return b"" if fate == "answer-lost" else answer

    async def _asked(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, self.upstream)
        try:
            writer.write(request)
            return await reader.read(-1)
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """A whole request, told to have its connection closed behind the answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    lines = [line for line in lines if not line.lower().startswith(b"connection:")]
    sizes = [line for line in lines if line.lower().startswith(b"content-length:")]
    size = int(sizes[0].partition(b":")[2]) if sizes else 0
    body = await reader.readexactly(size)
    return b"\r\n".join([first, *lines, b"Connection: close", b"", body])


@contextmanager
def lossy_line(dice: random.Random) -> Iterator[LossyLine]:
    """A line on a port of the system's choice; where it leads to is told later."""
    line, loop, ready = LossyLine(dice), asyncio.new_event_loop(), threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(asyncio.start_server(line.serve, HOST, 0))
        line.port = server.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))  # what is closed by that ends on the loop
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10), "the line does not come up"
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
