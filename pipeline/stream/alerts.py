"""Alerts: what the outbox holds, told on a topic, to a webhook, or on both.

A lookalike domain that was never counted before is put into the outbox with its counting, and taken
out when every channel has it. A crash in between sends it again, with the same id: at least once.
A thread of its own does it, so nothing here can hold the stream up. Once a channel refuses one
alert it is put aside for `ASIDE` seconds while the others go on; none is ever given up.
"""

from __future__ import annotations

import hashlib
import json
import math
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol

from detector.verdict import Severity
from pipeline.backoff import Backoff
from pipeline.display import escape
from pipeline.errors import SinkUnavailable
from pipeline.stream.contract import SystemClock
from pipeline.stream.logs import Log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sinks import Alert, Outbox
    from pipeline.stream.contract import Clock
    from pipeline.stream.observing import Observer

SCHEMA: Final = 1

AT_ONCE: Final = 100
"""Alerts that are asked for at a time, besides those that were put aside."""

MOST_ASIDE: Final = 1000
"""Alerts that may be put aside; beyond, a refusal counts as one of all."""

ASIDE: Final = 900.0
"""Seconds after which a refused alert is tried again."""

LOOK: Final = 1.0
"""Seconds between two looks into the outbox."""

LONGEST_WAIT: Final = 60.0
"""Seconds: where the wait for a channel that is down stops growing."""

MAX_BYTES: Final = 262_144
"""Of a message; what a name resolved to is left out where it would be longer."""


class Message(NamedTuple):
    """An alert as it is sent."""

    number: int
    """Its number in the outbox."""

    id: str
    """The same for the same lookalike domain, always and everywhere: by it, doubles are known."""

    key: bytes
    """The lookalike domain."""

    body: bytes
    """JSON, in ASCII."""

    @classmethod
    def of(cls, alert: Alert) -> Message:
        """Write an alert."""
        digest = hashlib.blake2b(alert.lookalike.encode("utf-8", "replace"), digest_size=16)
        told: dict[str, Any] = {
            "schema": SCHEMA,
            "type": "new_lookalike",
            "id": digest.hexdigest(),
            "lookalike": alert.lookalike,
            "text": _text(alert),
            "detection": alert.detection,
        }
        body = json.dumps(told).encode()
        if len(body) > MAX_BYTES:
            short = {k: v for k, v in alert.detection.items() if k not in ("rdata", "source")}
            body = json.dumps(told | {"detection": short, "truncated": True}).encode()
        key = alert.lookalike.encode("utf-8", "replace")
        return cls(alert.id, digest.hexdigest(), key, body)


def _text(alert: Alert) -> str:
    """Tell a person, in a line that no chat makes a link of."""
    detection = alert.detection
    target, brand = detection.get("target", ""), detection.get("brand", "")
    severity = detection.get("severity", "")
    line = f"{alert.lookalike} looks like {target} ({brand}), severity {severity}"
    safe = escape(line).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace(".", "[.]")[:1000]


class Outcome(NamedTuple):
    """What became of some alerts; those that are in neither were not sent."""

    accepted: Sequence[int]
    """Numbers of those that arrived."""

    refused: dict[int, str]
    """Numbers of those that will not be taken as they are, and why."""

    unavailable: SinkUnavailable | None
    """Why the rest was not sent."""


class Channel(Protocol):
    """A way to tell of alerts."""

    @property
    def name(self) -> Literal["topic", "webhook"]:
        """What it is called in metrics and logs."""

    def send(self, messages: Sequence[Message]) -> Outcome:
        """Send some, in bounded time; never raises for what the other side does."""

    def close(self) -> None:
        """Let go of everything; called by another thread, also while `send` runs."""


class _State:
    """How it stands with one channel."""

    def __init__(self, channel: Channel, backoff: Backoff) -> None:
        self.channel = channel
        self.backoff = backoff
        self.again_at = 0.0  # when it may be asked again
        self.is_down = False
        self.has: set[int] = set()  # alerts that it has, and others have not
        self.aside: dict[int, float] = {}  # refused alerts, and when they are tried again


class Alerting:
    """Empties the outbox into channels, in a thread, until `close`."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Sequence[Channel],
        *,
        observer: Observer,
        least: str = "info",
        clock: Clock | None = None,
        look: float = LOOK,
    ) -> None:
        """Be ready to `start`.

        Args:
            outbox: has the alerts.
            channels: each gets every alert.
            observer: is told what became of them.
            least: severity from which on they are told; those below are only taken out.
            clock: measures waits.
            look: seconds between two looks.
        """
        self._outbox = outbox
        self._states = [_State(channel, _backoff()) for channel in channels]
        self._observer = observer
        self._least = Severity.parse(least)
        self._clock = clock or SystemClock()
        self._look = look
        self._log = Log("stream.alerts")
        self._stop = Event()
        self._outbox_backoff = _backoff()
        self._thread = Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self, seconds: float = 2.0) -> None:
        """Send no more. What was not sent stays in the outbox."""
        self._stop.set()
        began = self._thread.ident is not None
        if began:
            self._thread.join(seconds / 2)
        for state in self._states:  # which ends a `send` that still waits
            state.channel.close()
        if began:
            self._thread.join(seconds / 2)

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            try:
                wait = 0.0 if self.round() else self._look
                self._outbox_backoff.reset()
            except SinkUnavailable as error:
                wait = max(self._look, self._outbox_backoff.next())
                self._log.warning("outbox_unavailable", reason=str(error))
            except Exception as error:  # noqa: BLE001 - alerts must not end silently
                wait = max(self._look, self._outbox_backoff.next())
                self._log.fault("alerting_failed", error)

    def round(self) -> bool:
        """Look once; tell whether it is worth looking again at once.

        Raises:
            SinkUnavailable: the outbox cannot be asked.
        """
        aside = set().union(*(state.aside for state in self._states))
        asked = AT_ONCE + len(aside)
        pending = self._outbox.outbox_pending(asked)
        wanted = [each for each in pending if self._is_wanted(each)]
        messages = [Message.of(each) for each in wanted]
        for state in self._states:
            self._send(state, [each for each in messages if each.number not in state.has])
        told = {each.number for each in messages}
        for state in self._states:
            told &= state.has
        done = sorted(told | ({each.id for each in pending} - {each.id for each in wanted}))
        if done:
            self._outbox.outbox_sent(done)
        there = {each.number for each in messages} - told
        # Of those that another process has told, nothing is kept; those behind what was looked at
        # now may have been looked at before, while more were aside.
        looked_at = pending[-1].id if len(pending) == asked else math.inf
        for state in self._states:
            state.has = {each for each in state.has if each in there or each > looked_at}
            state.aside = {
                each: at for each, at in state.aside.items() if each in there or each > looked_at
            }
        return bool(done) and len(pending) == asked

    def _is_wanted(self, alert: Alert) -> bool:
        try:
            return Severity.parse(str(alert.detection.get("severity"))) >= self._least
        except (KeyError, ValueError):  # a newer release's
            return True

    def _send(self, state: _State, messages: Sequence[Message]) -> None:
        """Send what one channel does not have, as far as it is up."""
        now = self._clock.monotonic()
        ready = [each for each in messages if state.aside.get(each.number, now) <= now]
        if not ready or now < state.again_at:
            return
        channel = state.channel
        outcome = channel.send(ready)
        for number in outcome.accepted:
            state.has.add(number)
            state.aside.pop(number, None)
            self._observer.alerted(channel.name, ok=True)
        for number, reason in outcome.refused.items():
            state.aside[number] = self._clock.monotonic() + ASIDE
            self._observer.alerted(channel.name, ok=False)
            self._log.error("alert_refused", channel=channel.name, number=number, reason=reason)
        self._tell(state, outcome, len(ready))

    def _tell(self, state: _State, outcome: Outcome, asked: int) -> None:
        """Keep away from a channel that is down, and say so once."""
        down = outcome.unavailable
        if down is None and len(state.aside) > MOST_ASIDE:
            down = SinkUnavailable("too many alerts were refused", retry_after=ASIDE)
        name = state.channel.name
        if outcome.accepted:
            state.backoff.reset()
        if down is not None:
            wait = max(state.backoff.next(), down.retry_after or 0.0)
            state.again_at = self._clock.monotonic() + wait
            self._observer.alerted(name, ok=False)
            self._log.warning("alerts_wait", channel=name, reason=str(down), waiting=asked)
        elif state.is_down:
            self._log.info("alerts_go_on", channel=name)
        state.is_down = down is not None


def _backoff() -> Backoff:
    return Backoff(first=1.0, longest=LONGEST_WAIT)
