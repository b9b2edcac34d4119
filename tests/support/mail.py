"""A real SMTP server in a thread, and the letters it received."""

import asyncio
import email
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(slots=True)
class Mailbox:
    """Listens on loopback; `letters` grows as they come in."""

    port: int
    letters: list[EmailMessage] = field(default_factory=list)
    refuse_with: str = ""
    """An SMTP answer such as "550 no such mailbox"; empty: every letter is taken."""
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to this address, oldest first."""
        return [letter for letter in self.letters if address in str(letter["To"])]

    def start(self) -> None:
        is_open = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=[is_open], daemon=True)
        self._thread.start()
        assert is_open.wait(10), "the SMTP server of the tests did not start"

    def stop(self) -> None:
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop = self._thread = None

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.refuse_with:
            return self.refuse_with
        assert isinstance(envelope.content, bytes)
        self.letters.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def _serve(self, is_open: threading.Event) -> None:
        loop = asyncio.new_event_loop()
        sessions: list[SMTP] = []

        def greet() -> SMTP:
            sessions.append(SMTP(self, loop=loop))
            return sessions[-1]

        server = loop.run_until_complete(loop.create_server(greet, "127.0.0.1", self.port))
        self._loop = loop
        is_open.set()
        try:
            loop.run_forever()
        finally:
            server.close()
            # Whoever was let in a moment ago gets a session first: only that can be hung up on.
            loop.run_until_complete(asyncio.sleep(0.05))
            for session in sessions:
                if session.transport is not None:
                    session.transport.abort()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0.05))
            loop.close()
