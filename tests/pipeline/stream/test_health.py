"""Health, asked over real sockets."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import pytest

from pipeline.errors import UsageError
from pipeline.stream.health import SILENCE, STALL, Health, pages
from pipeline.stream.health_server import MOST_CONNECTIONS, Address, HealthServer
from pipeline.stream.metrics import Metrics
from tests.pipeline.stream.clocks import HandClock


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Served(NamedTuple):
    server: HealthServer
    health: Health
    clock: HandClock

    def ask(self, path: str, method: str = "GET") -> Answer:
        connection = http.client.HTTPConnection(*self.server.address, timeout=20)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def reasons(self, path: str) -> list[str]:
        answer = self.ask(path)
        reasons: list[str] = json.loads(answer.body)["reasons"]
        assert answer.status == (503 if reasons else 200)
        return reasons

    def raw(self, sent: bytes) -> bytes:
        with socket.create_connection(self.server.address, timeout=20) as connection:
            parts: list[bytes] = []
            with suppress(OSError):  # it may have answered, and closed, before all was sent
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):
                parts += iter(lambda: connection.recv(65536), b"")
            return b"".join(parts)


@pytest.fixture
def served() -> Iterator[Served]:
    clock = HandClock()
    health = Health(clock)
    server = HealthServer(Address("127.0.0.1", 0), pages(health, Metrics(clock).page))
    yield Served(server, health, clock)
    server.close()


def test_it_lives_while_the_broker_is_asked(served: Served) -> None:
    assert served.reasons("/healthz") == []
    served.clock.pass_(SILENCE + 1)
    assert served.reasons("/healthz") == ["the broker was not asked for 61 s"]
    served.health.polled()
    assert served.reasons("/healthz") == []


def test_no_jump_of_the_wall_clock_kills_it(served: Served) -> None:
    served.clock.wall += 3600
    assert served.reasons("/healthz") == []
    served.clock.wall -= 7200
    assert served.reasons("/healthz") == []


def test_it_is_ready_once_partitions_were_assigned(served: Served) -> None:
    assert served.reasons("/readyz") == ["no partitions were assigned yet"]
    served.health.assigned(0)  # a member more than there are partitions is a good spare
    assert served.reasons("/readyz") == []


def test_it_is_not_ready_while_a_sink_is_down(served: Served) -> None:
    served.health.assigned(4)
    served.health.sink_up("summary", up=False)
    assert served.reasons("/readyz") == ["sink summary is down"]
    assert served.reasons("/healthz") == []  # a restart would not help
    served.health.sink_up("summary", up=True)
    assert served.reasons("/readyz") == []


def test_a_sink_that_neither_takes_nor_refuses_counts_as_down(served: Served) -> None:
    served.health.assigned(4)
    assert STALL < 5
    with served.health.stage("details"):
        assert served.reasons("/readyz") == []
        served.clock.pass_(4.5)
        served.health.polled()
        assert served.reasons("/readyz") == ["details has taken 4 s for one batch"]
    assert served.reasons("/readyz") == []
    with served.health.stage("consume"):
        served.clock.pass_(30)
        assert served.reasons("/readyz") == []


def test_it_is_not_ready_when_it_is_about_to_end(served: Served) -> None:
    served.health.assigned(4)
    served.health.stopping()
    assert served.reasons("/readyz") == ["it is about to end"]


def test_metrics_are_served_as_prometheus_wants_them(served: Served) -> None:
    answer = served.ask("/metrics?x=1")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert b"glyphwatch_build_info{version=" in answer.body
    assert answer.headers["Server"] == "glyphwatch"


def test_head_has_the_headers_alone(served: Served) -> None:
    answer = served.ask("/healthz", "HEAD")
    assert answer.status == 200
    assert int(answer.headers["Content-Length"]) > 0
    assert answer.body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_nothing_else_is_allowed(served: Served, method: str) -> None:
    answer = served.ask("/healthz", method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/healthz/", "/../metrics", "/METRICS", "/%2e/healthz"])
def test_there_are_no_other_pages(served: Served, path: str) -> None:
    assert served.ask(path).status == 404


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /healthz%0d%0aSet-Cookie:%20evil=1 HTTP/1.1\r\n\r\n",
        b"GET /<script>evil</script> HTTP/1.1\r\n\r\n",
        b"EVIL<script> / HTTP/1.1\r\n\r\n",
        b"GET /evil HTTP/9.9\r\n\r\n",
        b"GET /evil\x00\x1b[31m HTTP/1.1\r\nX: evil\r\n\r\n",
        b"GET /" + b"evil" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz?q=" + b"evil" * 250_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /../evil%00 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: evil\r\n" * 200 + b"\r\n",
        b"\xff\xfeevil\r\n\r\n",
    ],
    ids=[
        "crlf",
        "script",
        "method",
        "version",
        "control",
        "long",
        "megabyte",
        "NUL",
        "headers",
        "bytes",
    ],
)
def test_nothing_that_is_sent_comes_back(served: Served, sent: bytes) -> None:
    answer = served.raw(sent)
    assert b"evil" not in answer
    assert b" 200 " not in answer
    assert served.reasons("/healthz") == []


def test_silent_connections_are_bounded_and_do_not_last(served: Served) -> None:
    silent = [socket.create_connection(served.server.address) for _ in range(MOST_CONNECTIONS)]
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if served.ask("/healthz").status == 200:
                    break
            except (OSError, http.client.HTTPException):  # all slots are taken
                time.sleep(0.1)
        else:
            pytest.fail("silent connections kept everybody out")
    finally:
        for each in silent:
            each.close()


def test_it_ends_and_lets_go_of_port_and_thread() -> None:
    before = threading.active_count()
    server = HealthServer(Address("127.0.0.1", 0), {})
    address = server.address
    server.close()
    server.close()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    again = HealthServer(address, {})
    again.close()


def test_it_listens_on_ipv6_too() -> None:
    try:
        server = HealthServer(Address.parse("[::1]:0"), {})
    except UsageError as error:
        assert "cannot listen" in str(error)  # noqa: PT017 - a machine without IPv6
        return
    with socket.create_connection(("::1", server.address.port)):
        pass
    server.close()


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1:{port}: cannot listen there"):
            HealthServer(Address("127.0.0.1", port), {})


@pytest.mark.parametrize(
    "text", ["", "9600", ":9600", "localhost", "::1:9600", "h:70000", "h:-1", "h:x", "[::1]"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        Address.parse(text)
