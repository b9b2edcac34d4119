"""A proxy before PostgreSQL that cuts the line at a chosen statement, before it or after.

It reads the protocol's frames only as far as to tell where one statement ends and what it says.
"""

import asyncio
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

HOST = "127.0.0.1"
When = Literal["before", "after"]
"""`before`: the server never sees the statement; `after`: it has done it, the answer is lost."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The line to be cut: every connection, at the `number`-th statement from now on."""

    number: int
    when: When


@dataclass(slots=True)
class Proxy:
    """`seen` are the statements that came through since `count_anew`, oldest first."""

    socket: Path
    port: int = 0
    seen: list[str] = field(default_factory=list)
    cuts: int = 0
    _cut: Cut | None = None
    _lines: set["_Line"] = field(default_factory=set)

    def count_anew(self, cut: Cut | None = None) -> None:
        """Forget what was seen, and cut at this one, or nowhere."""
        self._cut = cut
        self.seen.clear()

    def heard(self, statement: str) -> When | None:
        """Note a statement; what is to be done to it, if anything."""
        self.seen.append(statement)
        cut = self._cut
        if cut is None or len(self.seen) != cut.number:
            return None
        self._cut = None
        self.cuts += 1
        return cut.when

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(self, reader, writer)
        self._lines.add(line)
        try:
            await line.carry()
        finally:
            self._lines.discard(line)

    def cut_all(self) -> None:
        for line in tuple(self._lines):
            line.cut()


class _Line:
    """One client's connection to the server."""

    def __init__(
        self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._proxy, self._reader, self._writer = proxy, reader, writer
        self._swallows = False
        self._said = ""
        self._server: asyncio.StreamWriter | None = None

    async def carry(self) -> None:
        answers, self._server = await asyncio.open_unix_connection(str(self._proxy.socket))
        back = asyncio.create_task(self._carry_back(answers))
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._carry_on(self._server)
        self.cut()
        await back

    def cut(self) -> None:
        """Both ends see a connection that breaks."""
        for end in (self._writer, self._server):
            if end is not None:
                end.transport.abort()

    async def _carry_on(self, server: asyncio.StreamWriter) -> None:
        length = await self._reader.readexactly(4)
        server.write(length + await self._reader.readexactly(_size(length) - 4))  # the greeting
        frames = b""
        while True:
            head = await self._reader.readexactly(5)
            body = await self._reader.readexactly(_size(head[1:]) - 4)
            frames += head + body
            kind = head[:1]
            if kind in {b"P", b"Q"}:
                self._said = _words(kind, body)
            if kind not in {b"S", b"Q", b"X", b"p"}:
                continue  # the statement goes on
            when = self._proxy.heard(self._said) if kind in {b"S", b"Q"} else None
            if when == "before":
                self._proxy.cut_all()
                return
            self._swallows = when == "after"
            server.write(frames)
            await server.drain()
            frames = b""

    async def _carry_back(self, answers: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while data := await answers.read(65536):
                if self._swallows:
                    if data[-6:-1] == b"Z\x00\x00\x00\x05":  # the server has done all it was told
                        self._proxy.cut_all()
                    continue
                self._writer.write(data)
                await self._writer.drain()
        self.cut()


def _size(four: bytes) -> int:
    (size,) = struct.unpack("!I", four)
    return int(size)


def _words(kind: bytes, body: bytes) -> str:
    """The SQL of a Query, or of a Parse (behind the name of the statement)."""
    text = body if kind == b"Q" else body[body.index(0) + 1 :]
    return text[: text.index(0)].decode()


@contextmanager
def proxied(socket: Path) -> Iterator[Proxy]:
    """A proxy on a port of the system's choice, in a thread of its own."""
    proxy, loop, ready = Proxy(socket), asyncio.new_event_loop(), threading.Event()

    async def listen() -> asyncio.Server:
        server = await asyncio.start_server(proxy.serve, HOST, 0)
        proxy.port = server.sockets[0].getsockname()[1]
        return server

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(listen())
        ready.set()
        loop.run_forever()
        server.close()
        proxy.cut_all()
        loop.run_until_complete(asyncio.sleep(0.05))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))  # what is closed by that ends on the loop
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
