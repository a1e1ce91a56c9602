"""A proxy in front of S3 that is slow, cuts answers off, or refuses, as a test tells it to."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field

from infra.stack.ports import LOOPBACK


@dataclass
class Faults:
    """What happens to the next answers to GET; each is used up by one."""

    cut_after: list[int] = field(default_factory=list)
    """Octets of an answer, head and all, after which the connection ends."""

    statuses: list[int] = field(default_factory=list)
    """Answers that are given instead of S3's."""

    requests: list[bytes] = field(default_factory=list)
    """Heads of the requests that came, oldest first."""


class S3Proxy:
    """Passes on what is asked, a thread for each connection, a connection for each request."""

    def __init__(self, port: int, faults: Faults) -> None:
        self._port = port
        self._faults = faults
        self._listener = socket.create_server((LOOPBACK, 0))
        self.endpoint = f"http://{LOOPBACK}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            request = b""
            while b"\r\n\r\n" not in request:
                part = client.recv(65_536)
                if not part:
                    return
                request += part
            faults = self._faults
            faults.requests.append(request.partition(b"\r\n\r\n")[0])
            is_get = request.startswith(b"GET") and b"list-type" not in request
            if is_get and faults.statuses:
                client.sendall(refusal(faults.statuses.pop(0)))
                return
            limit = faults.cut_after.pop(0) if is_get and faults.cut_after else None
            self._pass_on(client, request, limit)

    def _pass_on(self, client: socket.socket, request: bytes, limit: int | None) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection")]
        with socket.create_connection((LOOPBACK, self._port)) as server:
            server.sendall(b"\r\n".join([*lines, b"Connection: close", b"", body]))
            threading.Thread(target=_copy, args=(client, server), daemon=True).start()
            sent = 0
            while part := server.recv(65_536):
                if limit is not None and sent + len(part) >= limit:
                    client.sendall(part[: limit - sent])
                    client.shutdown(socket.SHUT_RDWR)  # also for the thread that copies
                    return
                client.sendall(part)
                sent += len(part)

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while part := source.recv(65_536):
            target.sendall(part)
    except OSError:
        pass


def refusal(status: int) -> bytes:
    """An answer of S3's with an error."""
    code = {403: "AccessDenied", 404: "NoSuchKey", 503: "SlowDown"}.get(status, "InternalError")
    body = f"<Error><Code>{code}</Code><Message>as the test asked</Message></Error>".encode()
    return (
        f"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body
