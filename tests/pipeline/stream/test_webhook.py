"""The webhook, against real servers that behave and that do not."""

import hashlib
import hmac
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.sinks import Alert
from pipeline.stream import webhook
from pipeline.stream.alerts import MAX_BYTES, Message
from pipeline.stream.webhook import MOST_ANSWER, Endpoint, Webhook
from tests.pipeline.stream.clocks import HandClock
from tests.pipeline.stream.receivers import Receiver, Reply, Request, free_port

DETECTION = {
    "registrable_domain": "xn--pple-43d.com",
    "target": "apple.com",
    "brand": "Apple",
    "severity": "high",
}


def alert(number: int = 1, lookalike: str = "xn--pple-43d.com", **more: object) -> Alert:
    return Alert(number, lookalike, {**DETECTION, **more})


MESSAGES = [Message.of(alert(number, f"a{number}.example")) for number in range(1, 6)]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def hook(receiver: Receiver) -> Webhook:
    return Webhook(Endpoint.parse(receiver.url("/hook?a=1")))


def test_each_alert_is_posted_as_json(receiver: Receiver, hook: Webhook) -> None:
    outcome = hook.send(MESSAGES)
    assert outcome == ([1, 2, 3, 4, 5], {}, None)
    assert receiver.connections == 1
    first = receiver.requests[0]
    assert first.path == "/hook?a=1"
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["X-Glyphwatch-Id"] == first.told["id"]
    assert first.told["type"] == "new_lookalike"
    assert first.told["detection"] == DETECTION
    assert "X-Glyphwatch-Signature" not in first.headers


def test_an_alert_has_the_same_id_whenever_it_is_sent() -> None:
    one, again = Message.of(alert(1)), Message.of(alert(99, severity="low"))
    assert one.id == again.id == hashlib.blake2b(b"xn--pple-43d.com", digest_size=16).hexdigest()
    assert Message.of(alert(1, "other.example")).id != one.id


def test_the_line_for_people_has_no_link_and_no_markup() -> None:
    text = Request("", {}, Message.of(alert(1, "<!channel>&\u202e\n.example")).body).told["text"]
    assert text == (
        r"&lt;!channel&gt;&amp;\u{202e}\u{a}[.]example looks like apple[.]com (Apple),"
        " severity high"
    )


def test_what_is_too_long_is_cut() -> None:
    message = Message.of(alert(1, rdata=["x" * MAX_BYTES]))
    assert len(message.body) < 10_000
    assert Request("", {}, message.body).told["truncated"] is True


def test_a_secret_signs_time_and_body(receiver: Receiver, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"0123456789abcdef\n")
    clock = HandClock()
    hook = Webhook(Endpoint.parse(receiver.url()), secret_file=secret, clock=clock)
    hook.send(MESSAGES[:1])
    (first,) = receiver.requests
    time_, _, signature = first.headers["X-Glyphwatch-Signature"].partition(",v1=")
    assert time_ == f"t={int(clock.wall)}"
    signed = f"{int(clock.wall)}.".encode() + first.body
    assert signature == hmac.new(b"0123456789abcdef", signed, "sha256").hexdigest()
    secret.write_bytes(b"another-secret-of-ours")  # rotated while it runs
    hook.send(MESSAGES[:1])
    assert not receiver.requests[1].headers["X-Glyphwatch-Signature"].endswith(signature)
    secret.unlink()
    outcome = hook.send(MESSAGES[:1])
    assert "secret cannot be read" in str(outcome.unavailable)
    assert len(receiver.requests) == 2  # nothing goes out unsigned


@pytest.mark.parametrize("secret", [b"", b"short", b"x" * 5000])
def test_a_secret_that_is_none_is_refused(tmp_path: Path, secret: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(secret)
    with pytest.raises(UsageError, match="from 16 to 4096 bytes"):
        Webhook(Endpoint.parse("https://hooks.example/"), secret_file=path)


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 410, 429, 500, 503])
def test_what_speaks_of_the_address_stops_the_lot(
    receiver: Receiver, hook: Webhook, status: int
) -> None:
    other = ("Location", receiver.url("/elsewhere"))
    receiver.answer = lambda _: Reply(status, (other, ("Retry-After", "7")))
    outcome = hook.send(MESSAGES)
    assert outcome.accepted == []
    assert outcome.unavailable is not None
    assert outcome.unavailable.retry_after == 7
    assert [each.path for each in receiver.requests] == ["/hook?a=1"]  # no redirect is followed


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_speaks_of_one_alert_stops_that_one(
    receiver: Receiver, hook: Webhook, status: int
) -> None:
    bad = MESSAGES[1].id
    receiver.answer = lambda request: Reply(status if request.told["id"] == bad else 200)
    assert hook.send(MESSAGES) == ([1, 3, 4, 5], {2: f"status {status}"}, None)


def test_what_was_sent_before_it_went_down_counts(receiver: Receiver, hook: Webhook) -> None:
    receiver.answer = lambda _: Reply(200 if len(receiver.requests) < 3 else 500)
    outcome = hook.send(MESSAGES)
    assert outcome.accepted == [1, 2]
    assert "status 500" in str(outcome.unavailable)


def test_a_closed_connection_is_opened_again(receiver: Receiver, hook: Webhook) -> None:
    receiver.answer = lambda _: Reply(200, (("Connection", "close"),))
    assert hook.send(MESSAGES).accepted == [1, 2, 3, 4, 5]
    assert receiver.connections == 5


@pytest.mark.parametrize(
    "answer",
    [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"],
    ids=["nothing", "garbage", "header"],
)
def test_an_answer_that_is_none_is_no_arrival(
    receiver: Receiver, hook: Webhook, answer: bytes
) -> None:
    receiver.answer = lambda _: answer
    outcome = hook.send(MESSAGES)
    assert outcome.accepted == []
    assert outcome.unavailable is not None


def test_no_more_of_an_answer_is_read_than_needed(receiver: Receiver, hook: Webhook) -> None:
    receiver.answer = lambda _: Reply(200, (), b"x" * 10 * MOST_ANSWER)
    assert hook.send(MESSAGES[:2]).accepted == [1, 2]
    assert receiver.connections == 2  # the rest of the first was not waited for


def test_a_server_that_drips_is_left(
    receiver: Receiver, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "DEADLINE", 0.5)
    ended = []

    def drip(_: Request) -> bytes:
        time.sleep(3)  # six times the deadline
        ended.append(True)
        return b""

    receiver.answer = drip
    outcome = hook.send(MESSAGES)
    assert outcome.unavailable is not None
    assert not ended


def test_nobody_there_is_said_without_the_path() -> None:
    hook = Webhook(Endpoint.parse(f"http://localhost:{free_port()}/services/T0/SECRET"))
    outcome = hook.send(MESSAGES)
    assert "Connection refused" in str(outcome.unavailable)
    assert "SECRET" not in f"{outcome.unavailable} {hook._endpoint!r}"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://10.0.0.1/",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "https://user:password@example.com/",
        "https://example.com/#fragment",
        "https:///path",
        "https://example.com/a b",
        "https://example.com/\r\nHost: evil",
        "https://ex\u0430mple.com/",
        "https://example.com:99999/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_unsaid(url: str) -> None:
    with pytest.raises(UsageError, match="the webhook's URL cannot be used") as refused:
        Endpoint.parse(url)
    assert "password" not in str(refused.value).replace("a password or", "")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return certificate, key


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    one = Receiver(context)
    yield one
    one.close()


def test_tls_is_checked(secure: Receiver, certificate: tuple[Path, Path]) -> None:
    url = secure.url(scheme="https", host="localhost")
    stranger = Webhook(Endpoint.parse(url)).send(MESSAGES)
    assert stranger.accepted == []
    assert "certificate" in str(stranger.unavailable).lower() or stranger.unavailable
    known = ssl.create_default_context(cafile=str(certificate[0]))
    assert Webhook(Endpoint.parse(url), tls=known).send(MESSAGES).accepted == [1, 2, 3, 4, 5]
    other_name = Endpoint.parse(secure.url(scheme="https"))
    assert Webhook(other_name, tls=known).send(MESSAGES).accepted == []
