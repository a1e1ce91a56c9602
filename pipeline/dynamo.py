"""DynamoDB: every detection in detail, one item each, whatever is written how often.

A batch is divided into calls of BatchWriteItem, several under way at once. What a call leaves
undone, and calls that are throttled, are asked for again with full jitter: after a throttled call
one call alone asks whether it is over, then twice as many with every good round. What is still
undone after `PATIENCE` seconds without any progress is `SinkUnavailable`; when the same batch is
written again, what of it was stored is not sent again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline.backoff import Backoff
from pipeline.dynamo_client import Refusal, connect, refusal_of, unavailable
from pipeline.dynamo_items import Item, body_of, calls, item_of
from pipeline.errors import SinkUnavailable
from pipeline.stream.observing import Observer
from pipeline.stream.seams import reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detector.detection import Detection
    from pipeline.dynamo_client import DynamoPlace
    from pipeline.sinks import Batch

PATIENCE: Final = 5.0
"""Seconds without progress after which a batch is given up."""

IN_FLIGHT: Final = 8
"""Calls that are under way at once."""

WIDEST: Final = 1 << 10
"""Calls of a round, where nothing is throttled."""

UNPROCESSED: Final = Refusal("unprocessed", "items came back unprocessed")

_DAY: Final = 86400
_NAME: Final = "dynamodb"


class Answer(NamedTuple):
    """What became of one call."""

    undone: list[Item]
    """Items that are not stored."""

    refusal: Refusal | None
    """Why not; None if all are."""


class DynamoSink:
    """A table of DynamoDB. `write` is called by one thread at a time, `close` by any."""

    def __init__(
        self,
        place: DynamoPlace,
        *,
        retention_days: int | None = None,
        observer: Observer | None = None,
        in_flight: int = IN_FLIGHT,
        backoff: Backoff | None = None,
    ) -> None:
        """Make a client; nothing is asked of the table yet.

        Args:
            place: the table.
            retention_days: days after which details may be removed; None for never.
            observer: is told of retries.
            in_flight: calls that are under way at once.
            backoff: how long to wait when refused.

        Raises:
            SinkUnavailable: the AWS configuration cannot be used.
        """
        self.client = connect(place, connections=in_flight)
        """boto3's client."""
        # boto3 would take as long to write a call as all else of it takes together.
        self._body = threading.local()
        self.client.meta.events.register(f"before-call.{_NAME}.BatchWriteItem", self._put_body)
        self._table = place.table
        self._retention = retention_days
        self._observer = observer or Observer()
        self._backoff = backoff or Backoff()
        self._threads: Executor = ThreadPoolExecutor(in_flight, thread_name_prefix=_NAME)
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._choked = threading.Event()
        self._width = WIDEST
        self._stored: set[tuple[str, str]] = set()  # of a batch that was not stored as a whole

    def write(self, batch: Batch) -> None:
        """See `pipeline.sinks.Sink.write`."""
        items = self._items(batch.detections)
        waiting = deque(calls(item for key, item in items.items() if key not in self._stored))
        with self._writing:
            try:
                self._send_all(waiting)
            except BaseException:
                undone = {item.key for call in waiting for item in call}
                self._stored = items.keys() - undone
                raise
            self._stored = set()

    def _items(self, detections: Sequence[Detection]) -> dict[tuple[str, str], Item]:
        """Make the items, one for each key: no call may have the same one twice."""
        expires = None
        if self._retention is not None:  # by days, so that writing again changes nothing
            expires = (int(time.time()) // _DAY + self._retention + 1) * _DAY
        made = (item_of(detection, expires) for detection in detections)
        return {item.key: item for item in made}

    def _send_all(self, waiting: deque[list[Item]]) -> None:
        """Send calls until none is waiting; if it raises, all that may not be stored is there."""
        first = True
        gave_up = time.monotonic() + PATIENCE
        while waiting:
            self._wait(0)
            going = [waiting.popleft() for _ in range(min(self._width, len(waiting)))]
            sent = sum(map(len, going))
            try:
                answers = self._round(going, first=first)
            except BaseException:
                waiting.extendleft(going)
                raise
            first = False
            undone = [item for answer in answers for item in answer.undone]
            waiting.extendleft(calls(undone))
            refusals = [answer.refusal for answer in answers if answer.refusal is not None]
            if len(undone) < sent:
                gave_up = time.monotonic() + PATIENCE
            if 2 * len(undone) < sent:
                self._backoff.reset()
            if not refusals:
                self._width = min(2 * self._width, WIDEST)
                continue
            self._refused(refusals, nothing_done=len(undone) == sent)
            wait = self._backoff.next()
            lasting = next((each for each in refusals if not each.passes), None)
            if lasting is not None or time.monotonic() + wait > gave_up:
                raise unavailable(self._table, lasting or refusals[-1], wait)
            self._wait(wait)

    def _refused(self, refusals: Sequence[Refusal], *, nothing_done: bool) -> None:
        """Count refusals, and send one call alone if whole calls were refused."""
        for refusal in refusals:
            self._observer.retried(_NAME, refusal.reason)
        if nothing_done or any(each is not UNPROCESSED for each in refusals):
            self._width = 1

    def _wait(self, seconds: float) -> None:
        """Wait, unless the sink is being closed."""
        if self._closing.wait(seconds):
            msg = f"DynamoDB table {self._table}: closed while it was waited for"
            raise SinkUnavailable(msg)

    def _round(self, going: Sequence[list[Item]], *, first: bool) -> list[Answer]:
        """Send calls, several at once; all have come back when this returns."""
        self._choked.clear()
        if len(going) == 1:
            answers: Iterable[Answer] = map(self._send, going)
        else:
            answers = self._threads.map(self._send, going)
        found = []
        for answer in answers:
            found.append(answer)
            if first and len(found) == 1:
                reach("mid_details")
        return found

    def _send(self, call: list[Item]) -> Answer:
        """Make one call; none if another was refused as a whole meanwhile."""
        if self._choked.is_set():
            return Answer(call, None)
        self._body.octets = body_of(self._table, call)
        try:
            answer = self.client.batch_write_item(RequestItems={})  # `_put_body` has it
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            self._choked.set()
            return Answer(call, refusal)
        left: list[Any] = answer.get("UnprocessedItems", {}).get(self._table, [])
        if not left:
            return Answer([], None)
        if len(left) == len(call):
            self._choked.set()
        keys = {_key(request) for request in left}
        return Answer([item for item in call if item.key in keys], UNPROCESSED)

    def _put_body(self, params: dict[str, Any], **_: object) -> None:
        """Be called by botocore before it signs a call."""
        params["body"] = self._body.octets

    def finish(self) -> None:
        """See `pipeline.sinks.Sink.finish`: every batch is durable already."""

    def close(self) -> None:
        """See `pipeline.sinks.Sink.close`; a `write` that waits ends with `SinkUnavailable`."""
        self._closing.set()
        with self._writing:  # what it uses is not to go away in the middle of a call
            self._threads.shutdown()
            self.client.close()


def _key(request: dict[str, Any]) -> tuple[str, str]:
    item = request["PutRequest"]["Item"]
    return item["pk"]["S"], item["sk"]["S"]
