"""The health server: the pages of `pipeline.stream.health` over HTTP, on loopback unless told else.

GET and HEAD; one answer a connection, which ends after `DEADLINE` seconds whatever the other side
does. Nothing that is sent is sent back, so there is no header and no page to inject into.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.errors import UsageError
from pipeline.stream.health import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

DEADLINE: Final = 5.0
"""Seconds that a connection may last."""

MOST_CONNECTIONS: Final = 16
"""Connections at a time; further ones are closed at once."""


class Address(NamedTuple):
    """Where to listen."""

    host: str
    """An address of this machine; ``0.0.0.0`` or ``::`` for all of them."""

    port: int
    """0 for any that is free."""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``HOST:PORT``; an IPv6 address stands in brackets.

        >>> Address.parse("[::1]:9600")
        Address(host='::1', port=9600)

        Raises:
            UsageError: it is none.
        """
        host, colon, port = text.rpartition(":")
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        elif ":" in host:
            colon = ""
        if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
            msg = f"{text!a} is no address: say HOST:PORT, as 127.0.0.1:9600 or [::1]:9600"
            raise UsageError(msg)
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: HealthServer
    timeout = DEADLINE  # of one read; the whole is bounded by the timer below

    def setup(self) -> None:
        self._timer = threading.Timer(DEADLINE, self._cut)
        self._timer.daemon = True
        self._timer.start()
        super().setup()

    def finish(self) -> None:
        self._timer.cancel()
        with suppress(OSError):  # whoever asked has gone
            super().finish()

    def _cut(self) -> None:
        with suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)

    def version_string(self) -> str:
        return "glyphwatch"

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - whatever it is, it is not logged
        """Say nothing: a probe asks every few seconds, and what it asks is not ours."""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        page = self.server.pages.get(self.path.partition("?")[0])
        self._send(page() if page else _plain(404), with_body=with_body)

    def send_error(self, code: int, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Answer what is no request of ours, without a word of it."""
        if not hasattr(self, "request_version"):
            self.request_version = "HTTP/1.0"
        self._send(_plain(405 if code == 501 else code), with_body=self.command != "HEAD")

    def _send(self, page: Page, *, with_body: bool) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
            if page.status == 405:
                self.send_header("Allow", "GET, HEAD")
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Connection", "close")
            self.end_headers()
            if with_body:
                self.wfile.write(page.body)


def _plain(status: int) -> Page:
    return Page(status, "text/plain; charset=utf-8", f"{status}\n".encode())


class HealthServer(ThreadingHTTPServer):
    """Serves pages in threads of its own, from the moment it is made until `close`."""

    daemon_threads = True

    def __init__(self, address: Address, pages: Mapping[str, Callable[[], Page]]) -> None:
        """Begin.

        Args:
            address: where to listen.
            pages: what to answer, by path.

        Raises:
            UsageError: the address cannot be had.
        """
        self.pages = pages
        self._slots = threading.BoundedSemaphore(MOST_CONNECTIONS)
        try:
            family, *_, place = socket.getaddrinfo(
                address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            self.address_family = family
            super().__init__((str(place[0]), int(place[1])), _Handler)
        except OSError as error:
            msg = f"{address}: cannot listen there: {error.strerror or error}"
            raise UsageError(msg) from error
        self.address = Address(str(self.server_address[0]), int(self.server_address[1]))
        """Where it listens."""
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.1,), name="health", daemon=True
        )
        self._thread.start()

    def server_bind(self) -> None:
        """Bind, without asking the DNS for a name of ours as the base class does."""
        if self.address_family == socket.AF_INET6:
            with suppress(OSError):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Answer in a thread, if one is free."""
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Answer, and let the next one in."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, *_: Any) -> None:  # noqa: ANN401 - of one connection, which is gone
        """Let it be: what a stranger's connection does is not worth a line."""

    def close(self) -> None:
        """Stop listening. May be called twice."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()
