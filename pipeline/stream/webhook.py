"""The webhook: alerts out, one POST each, to an address that only the configuration can name.

HTTPS, or HTTP on loopback. No redirect is followed, no proxy asked, nothing of an answer used but
its status and ``Retry-After``; an answer is bounded in size and time. With a secret, the header
``X-Glyphwatch-Signature: t=SECONDS,v1=HEX`` has HMAC-SHA256 of ``SECONDS.BODY``.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import re
import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import pipeline
from pipeline.errors import SinkUnavailable, UsageError
from pipeline.stream.alerts import Outcome
from pipeline.stream.contract import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.stream.alerts import Message
    from pipeline.stream.contract import Clock

DEADLINE: Final = 5.0
"""Seconds that one POST may take, from the first byte to the last."""

BUDGET: Final = 15.0
"""Seconds after which no further POST of a lot is begun: another process may be given them."""

MOST_ANSWER: Final = 65_536
"""Bytes of an answer that are read, so that the connection can be used again."""

SECRET_BYTES: Final = range(16, 4097)
"""How long a secret may be."""

RETRY_AFTER: Final = 300.0
"""Seconds that the other side may have us wait, at most."""

_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1")
_BAD_ALERTS = frozenset({400, 413, 415, 422})
"""Statuses that speak of this alert; every other but 2xx speaks of the address, and of all."""


class Endpoint(NamedTuple):
    """Where a webhook is. Its path may be a secret (Slack's is), so it is not shown."""

    scheme: str
    """``https``, or ``http`` for loopback."""

    host: str
    """Name or address."""

    port: int
    """Port."""

    path: str
    """Path and query, as they are sent."""

    @classmethod
    def parse(cls, url: str) -> Endpoint:
        """Read a URL.

        >>> Endpoint.parse("https://hooks.example/T0/B0").path
        '/T0/B0'

        Raises:
            UsageError: it cannot be used; the message does not repeat it.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise UsageError(_no_url("it is no URL")) from None
        host = parts.hostname or ""
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not re.fullmatch(r"[!-~]+", url) or not host:
            raise UsageError(_no_url("it is no URL, or has spaces or other than ASCII"))
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise UsageError(_no_url("it has a user, a password or a fragment"))
        if parts.scheme != "https" and not (parts.scheme == "http" and _LOOPBACK.fullmatch(host)):
            raise UsageError(_no_url("only https is allowed, and http to this machine"))
        return cls(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/..."

    def __repr__(self) -> str:
        return str(self)


def _no_url(why: str) -> str:
    return f"the webhook's URL cannot be used: {why}"


class Webhook:
    """Sends alerts to a URL: see `pipeline.stream.alerts.Channel`. One thread, besides `close`."""

    name: Final = "webhook"

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        secret_file: Path | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Be ready.

        Args:
            endpoint: where to.
            secret_file: has the secret; read for every lot, so it may be changed any time.
            tls: how the certificate is checked; as the system does it if None.
            clock: signs the time.

        Raises:
            UsageError: the secret cannot be used.
        """
        self._endpoint = endpoint
        self._secret_file = secret_file
        self._tls = tls or ssl.create_default_context()
        self._clock = clock or SystemClock()
        self._connection: http.client.HTTPConnection | None = None
        try:
            self._secret()
        except SinkUnavailable as error:
            raise UsageError(str(error)) from error

    def send(self, messages: Sequence[Message]) -> Outcome:
        """See `Channel.send`."""
        accepted: list[int] = []
        refused: dict[int, str] = {}
        try:
            secret = self._secret()
            until = self._clock.monotonic() + BUDGET
            for message in messages:
                if self._clock.monotonic() > until:
                    break
                status = self._post(message, secret)
                if status in _BAD_ALERTS:
                    refused[message.number] = f"status {status}"
                else:
                    accepted.append(message.number)
        except SinkUnavailable as error:
            return Outcome(accepted, refused, error)
        finally:
            self.close()
        return Outcome(accepted, refused, None)

    def close(self) -> None:
        """Let go of the connection, also of one that is in use."""
        if self._connection is not None:
            _cut(self._connection)
            self._connection = None

    def _secret(self) -> bytes | None:
        if self._secret_file is None:
            return None
        try:
            secret = self._secret_file.read_bytes().strip(b"\r\n")
        except OSError as error:
            msg = f"{self._secret_file}: the webhook's secret cannot be read: {error.strerror}"
            raise SinkUnavailable(msg, retry_after=1) from error
        if len(secret) not in SECRET_BYTES:
            msg = f"{self._secret_file}: a webhook's secret has from 16 to 4096 bytes"
            raise SinkUnavailable(msg, retry_after=1)
        return secret

    def _headers(self, message: Message, secret: bytes | None) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"glyphwatch/{pipeline.__version__}",
            "X-Glyphwatch-Id": message.id,
        }
        if secret is not None:
            now = str(int(self._clock.time()))
            signed = hmac.new(secret, f"{now}.".encode() + message.body, hashlib.sha256)
            headers["X-Glyphwatch-Signature"] = f"t={now},v1={signed.hexdigest()}"
        return headers

    def _post(self, message: Message, secret: bytes | None) -> int:
        """Send one; again, on a connection of its own, if the last one's was closed meanwhile.

        Returns:
            The status, if it is of 2xx or of `_BAD_ALERTS`.

        Raises:
            SinkUnavailable: the address takes none.
        """
        was_used = self._connection is not None
        try:
            try:
                answer = self._exchange(message, secret)
            except (ConnectionError, http.client.RemoteDisconnected):
                if not was_used:
                    raise
                self.close()
                answer = self._exchange(message, secret)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            reason = getattr(error, "strerror", None) or type(error).__name__
            msg = f"{self._endpoint}: {reason}"
            raise SinkUnavailable(msg, retry_after=0.5) from error
        status, retry_after = answer
        if 200 <= status < 300 or status in _BAD_ALERTS:
            return status
        why = "a redirect, which is not followed" if 300 <= status < 400 else f"status {status}"
        msg = f"{self._endpoint}: {why}"
        raise SinkUnavailable(msg, retry_after=retry_after)

    def _exchange(self, message: Message, secret: bytes | None) -> tuple[int, float]:
        connection = self._connection or self._connect()
        self._connection = connection
        timer = threading.Timer(DEADLINE, _cut, (connection,))  # a timeout bounds one read alone
        timer.daemon = True
        timer.start()
        try:
            connection.request(
                "POST", self._endpoint.path, message.body, self._headers(message, secret)
            )
            answer = connection.getresponse()
            rest = answer.read(MOST_ANSWER + 1)
        finally:
            timer.cancel()
        if len(rest) > MOST_ANSWER or answer.will_close:
            self.close()
        return answer.status, _retry_after(answer.getheader("Retry-After", ""))

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._endpoint.host, self._endpoint.port
        if self._endpoint.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=DEADLINE)
        return http.client.HTTPSConnection(host, port, timeout=DEADLINE, context=self._tls)


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a connection, also for a thread that waits for it."""
    if isinstance(connection.sock, socket.socket):
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()


def _retry_after(header: str) -> float:
    """Read ``Retry-After`` in seconds; a date is taken for none.

    >>> _retry_after("120"), _retry_after("9999999"), _retry_after("-1"), _retry_after("soon")
    (120.0, 300.0, 0.5, 0.5)
    """
    if re.fullmatch(r"[0-9]{1,9}", header):
        return min(max(float(header), 0.5), RETRY_AFTER)
    return 0.5
