"""A listener that answers every request with the same bytes, for what no sane server sends."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress


@contextmanager
def answering_with_bytes() -> Iterator[Callable[[bytes], str]]:
    with ExitStack() as open_sockets:

        def answer(content: bytes) -> str:
            listener = open_sockets.enter_context(socket.create_server(("127.0.0.1", 0)))

            def serve() -> None:
                with suppress(OSError), listener.accept()[0] as connection:
                    connection.recv(65536)
                    connection.sendall(content)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass

            threading.Thread(target=serve, daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield answer
