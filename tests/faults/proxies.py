"""Proxies: what servers cannot be asked to do, done on the way to them.

`TcpProxy` lets bytes through late, not at all, or cuts connections; `DynamoProxy` understands
enough of DynamoDB to answer in its place, or to lose an answer after the write was applied.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Literal, Self

from infra.stack.ports import LOOPBACK, free_port

Mode = Literal["open", "stalled", "refusing"]
CHUNK = 1 << 16


class TcpProxy:
    """Listens on `port` and passes on to a server's. Threads; `close` ends them."""

    def __init__(self, target: int) -> None:
        """Args: target: the server's port on loopback."""
        self.port = free_port()
        self.mode: Mode = "open"
        """``stalled``: bytes wait; ``refusing``: new connections are closed at once."""
        self.delay = 0.0
        """Seconds by which bytes come late, in each direction."""
        self._target = target
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._open = 0
        self._closing = threading.Event()
        self._listener = socket.create_server((LOOPBACK, self.port))
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Break every connection that there is."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for each in pair:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        wait_for(lambda: not self._open, 5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.mode == "refusing":
                client.close()
                continue
            try:
                server = socket.create_connection((LOOPBACK, self._target), 5)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._pairs.add((client, server))
            threading.Thread(target=self._pair, args=(client, server), daemon=True).start()

    def _pair(self, client: socket.socket, server: socket.socket) -> None:
        with self._lock:
            self._open += 1
        with client, server:
            back = threading.Thread(target=self._carry, args=(server, client), daemon=True)
            back.start()
            self._carry(client, server)
            back.join()
        with self._lock:
            self._open -= 1
            self._pairs.discard((client, server))

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while not self._closing.is_set():
                if not select.select([source], [], [], 0.25)[0]:
                    continue
                octets = source.recv(CHUNK)
                if not octets:
                    break
                if self.delay:
                    time.sleep(self.delay)
                while self.mode == "stalled" and not self._closing.is_set():
                    time.sleep(0.02)
                sink.sendall(octets)
        except (OSError, ValueError):
            pass
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


Trouble = Literal[
    "", "unprocessed", "provisioned", "throttled", "error", "answer lost", "slow", "expired"
]
"""What becomes of writes: they pass; 30 % of their items come back; the whole is throttled, by
either of two names; an error of the server; the write is applied and the connection closed; the
answer takes 10 seconds."""

_ERRORS: dict[str, tuple[int, str]] = {
    "provisioned": (400, "ProvisionedThroughputExceededException"),
    "throttled": (400, "ThrottlingException"),
    "error": (500, "InternalServerError"),
    "expired": (400, "ExpiredTokenException"),
}
UNPROCESSED = 0.3
SLOW_SECONDS = 10.0


class DynamoProxy:
    """A DynamoDB on `endpoint` whose writes fare as `trouble` says."""

    def __init__(self, target: int, seed: int = 0) -> None:
        """Args: target: the server's port on loopback."""
        self.trouble: Trouble = ""
        self.calls: Counter[str] = Counter()
        """Calls by operation, and ``troubled`` those that were meddled with."""
        self.moments: list[float] = []
        """When each write came, by the monotonic clock."""
        self.largest = 0
        """Most items that a call had."""
        self.heaviest = 0
        """Most bytes."""
        self.target = target
        self.dice = random.Random(seed)
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer((LOOPBACK, free_port()), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Handler(BaseHTTPRequestHandler):
    proxy: ClassVar[DynamoProxy]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        proxy = self.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        proxy.calls[operation] += 1
        if operation != "BatchWriteItem":
            self._answer(*self._ask(body))
            return
        asked = json.loads(body)
        proxy.moments.append(time.monotonic())
        proxy.largest = max(proxy.largest, sum(map(len, asked["RequestItems"].values())))
        proxy.heaviest = max(proxy.heaviest, len(body))
        if proxy.trouble:
            proxy.calls["troubled"] += 1
        self._write(proxy.trouble, body, asked)

    def _write(self, trouble: Trouble, body: bytes, asked: dict[str, Any]) -> None:
        if trouble in _ERRORS:
            status, code = _ERRORS[trouble]
            said = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "not now"}
            self._answer(status, json.dumps(said).encode())
        elif trouble == "unprocessed":
            table, requests = next(iter(asked["RequestItems"].items()))
            left = [each for each in requests if self.proxy.dice.random() < UNPROCESSED]
            taken = [each for each in requests if each not in left]
            if taken:
                part = json.dumps({**asked, "RequestItems": {table: taken}}).encode()
                status, answer = self._ask(part)
                if status != 200:
                    self._answer(status, answer)
                    return
            self._answer(
                200, json.dumps({"UnprocessedItems": {table: left} if left else {}}).encode()
            )
        else:
            status, answer = self._ask(body)
            if trouble == "answer lost":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if trouble == "slow":
                time.sleep(SLOW_SECONDS)
            self._answer(status, answer)

    def _ask(self, body: bytes) -> tuple[int, bytes]:
        """Ask the server itself."""
        connection = http.client.HTTPConnection(LOOPBACK, self.proxy.target, timeout=30)
        try:
            wanted = {"content-type", "x-amz-target", "x-amz-date", "authorization"}
            headers = {k: v for k, v in self.headers.items() if k.lower() in wanted}
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 503, b'{"__type":"ServiceUnavailable"}'
        finally:
            connection.close()

    def _answer(self, status: int, body: bytes) -> None:
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


def wait_for(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Wait until something is so; False if it is not within a generous limit."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True
