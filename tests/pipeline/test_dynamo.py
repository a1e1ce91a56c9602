"""The DynamoDB sink under faults, and the table's ways in; on DynamoDB Local.

Faults are answers put in the place of the network's (``before-send``), so every other call is real.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError

from detector.detection import Detection
from infra.stack import DynamoServer
from pipeline import dynamo
from pipeline.backoff import Backoff
from pipeline.dynamo import DynamoSink
from pipeline.dynamo_client import DynamoPlace
from pipeline.dynamo_table import DynamoTable
from pipeline.errors import SinkUnavailable
from pipeline.sinks import Batch
from pipeline.stream.observing import Observer
from tests.servers import restored

Fault = Callable[[AWSPreparedRequest, int], AWSResponse | None]


class Watch(Observer):
    """Counts retries."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()

    def retried(self, sink: str, reason: str) -> None:
        assert sink == "dynamodb"
        self.reasons[reason] += 1


class Line:
    """What lies between a sink and DynamoDB: counts calls, and answers some in its place."""

    def __init__(self, sink: DynamoSink, fault: Fault) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._fault = fault
        self._lock = threading.Lock()
        events: Any = sink.client.meta.events
        events.register("before-send.dynamodb.BatchWriteItem", self)

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        with self._lock:
            self.bodies.append(body_of(request))
            return self._fault(request, len(self.bodies))


def body_of(request: AWSPreparedRequest) -> dict[str, Any]:
    assert isinstance(request.body, bytes)
    assert len(request.body) <= 16_000_000
    body: dict[str, Any] = json.loads(request.body)
    assert all(len(each) <= 25 for each in body["RequestItems"].values())
    return body


class Raw:
    """A body as urllib3 gives it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._body


def answer(status: int, body: dict[str, Any]) -> AWSResponse:
    return AWSResponse("http://dynamodb", status, {}, Raw(json.dumps(body).encode()))  # type: ignore[arg-type]


def error(status: int, code: str) -> AWSResponse:
    return answer(status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"})


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def sink(table: DynamoPlace, watch: Watch) -> Iterator[DynamoSink]:
    made = DynamoSink(table, observer=watch, backoff=Backoff(first=0.001, longest=0.02))
    yield made
    made.close()


@pytest.fixture
def many(found: list[Detection]) -> list[Detection]:
    """Detections of 300 records."""
    return [
        found[n % 4].with_record(source=f"dns/0/{n}", coordinates=f"k:{n}", time_last=86_400 * n)
        for n in range(300)
    ]


def held(sink: DynamoSink, table: DynamoPlace) -> set[str]:
    pages = sink.client.get_paginator("scan").paginate(TableName=table.table, ConsistentRead=True)
    return {item["sk"]["S"].rpartition("#")[2] for page in pages for item in page["Items"]}


def ids(detections: list[Detection]) -> set[str]:
    return {each.id for each in detections}


def test_what_is_too_large_is_stored_without_its_largest_fields(
    sink: DynamoSink, table: DynamoPlace, found: list[Detection]
) -> None:
    quotes = '"' * 210_000  # as JSON twice as long, and again within JSON
    large = [
        found[n % 4].with_record(
            source=f"x{n}" * (50_000 if n == 3 else 1), coordinates=f"k:{n}", rdata=quotes
        )
        for n in range(60)
    ]
    fits = found[0].with_record(source="y", coordinates="k:y", rdata='"' * 190_000)
    Line(sink, lambda _request, _n: None)  # which looks at the calls' lengths
    sink.write(Batch([*large, fits], None))
    assert held(sink, table) == ids([*large, fits])
    ways = DynamoTable(table)
    stored = {each["id"]: each for each in ways.by_brand("PayPal", "undated")}
    assert stored[fits.id] == fits.to_json()
    cut = stored[large[0].id]
    assert cut["rdata"] is None
    assert cut.pop("cut")["rdata"]["octets"] == 2 * 210_000 + 2
    assert cut == large[0].to_json() | {"rdata": None}
    ways.close()


def test_items_that_come_back_unprocessed_are_sent_again(
    sink: DynamoSink, table: DynamoPlace, watch: Watch, many: list[Detection]
) -> None:
    def fault(request: AWSPreparedRequest, number: int) -> AWSResponse | None:
        if number % 2:  # the first one alone was stored
            ((name, requests),) = body_of(request)["RequestItems"].items()
            sink.client.put_item(TableName=name, Item=requests[0]["PutRequest"]["Item"])
            return answer(200, {"UnprocessedItems": {name: requests[1:]}})
        return None

    Line(sink, fault)
    sink.write(Batch(many, None))
    assert held(sink, table) == ids(many)
    assert watch.reasons["unprocessed"] > 5


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, "ProvisionedThroughputExceededException", "throttled"),
        (400, "ThrottlingException", "throttled"),
        (400, "RequestLimitExceeded", "throttled"),
        (500, "InternalServerError", "server_error"),
        (503, "ServiceUnavailable", "server_error"),
        (400, "ExpiredTokenException", "credentials"),
    ],
)
def test_calls_that_are_refused_are_made_again(
    sink: DynamoSink,
    table: DynamoPlace,
    watch: Watch,
    many: list[Detection],
    status: int,
    code: str,
    reason: str,
) -> None:
    Line(sink, lambda _request, number: error(status, code) if number % 3 else None)
    sink.write(Batch(many[:150], None))
    assert held(sink, table) == ids(many[:150])
    assert watch.reasons[reason] > 3
    assert set(watch.reasons) == {reason}


def test_a_call_that_was_done_but_not_answered_is_made_again(
    sink: DynamoSink, table: DynamoPlace, watch: Watch, many: list[Detection]
) -> None:
    def fault(request: AWSPreparedRequest, number: int) -> AWSResponse | None:
        if number % 2:
            for put in body_of(request)["RequestItems"][table.table]:
                sink.client.put_item(TableName=table.table, Item=put["PutRequest"]["Item"])
            raise ReadTimeoutError(endpoint_url="http://dynamodb")
        return None

    Line(sink, fault)
    sink.write(Batch(many[:60], None))
    assert held(sink, table) == ids(many[:60])
    assert watch.reasons["timeout"] >= 2


def test_while_all_is_throttled_few_calls_are_made_and_the_batch_is_given_up(
    table: DynamoPlace, many: list[Detection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamo, "PATIENCE", 1.0)
    sink = DynamoSink(table, backoff=Backoff(chance=lambda: 0.5))
    line = Line(sink, lambda _request, _n: error(400, "ThrottlingException"))
    began = time.monotonic()
    with pytest.raises(SinkUnavailable, match="ThrottlingException") as refused:
        sink.write(Batch(many, None))
    assert time.monotonic() - began < 30
    # Waits of 25, 50, 100, 200 and 400 ms, and one call each after the first four at once.
    assert len(line.bodies) <= 4 + 6
    assert refused.value.retry_after is not None
    assert 0 < refused.value.retry_after <= 20
    sink.close()


def test_what_was_stored_of_a_batch_is_not_sent_again(
    sink: DynamoSink, table: DynamoPlace, many: list[Detection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamo, "PATIENCE", 0.2)
    line = Line(
        sink, lambda _request, n: error(500, "InternalServerError") if 2 < n < 200 else None
    )
    with pytest.raises(SinkUnavailable):
        sink.write(Batch(many, None))
    stored = held(sink, table)
    assert 0 < len(stored) < 300
    line.bodies.extend([{}] * 200)  # the fault is over
    before = len(line.bodies)
    sink.write(Batch(many, None))
    sent = [put for each in line.bodies[before:] for put in each["RequestItems"][table.table]]
    assert len(sent) == 300 - len(stored)
    assert held(sink, table) == ids(many)
    sink.write(Batch(many[:5], None))  # another batch is sent whole
    assert len(line.bodies[-1]["RequestItems"][table.table]) == 5


def test_what_will_not_change_by_itself_is_said_at_once(
    aws: DynamoServer, unique: str, many: list[Detection]
) -> None:
    sink = DynamoSink(DynamoPlace(unique))
    with pytest.raises(SinkUnavailable, match="glyphwatch db init") as missing:
        sink.write(Batch(many, None))
    assert missing.value.retry_after is None
    sink.close()


def test_a_server_that_is_away_is_unavailable_and_then_back(
    aws: DynamoServer, table: DynamoPlace, many: list[Detection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamo, "PATIENCE", 0.5)
    sink = DynamoSink(table)
    sink.write(Batch(many[:10], None))
    with restored(aws):
        aws.kill()
        with pytest.raises(SinkUnavailable) as away:
            sink.write(Batch(many, None))
        assert away.value.retry_after is not None
    sink.write(Batch(many, None))
    assert held(sink, table) == ids(many)
    sink.close()


def test_closing_ends_a_wait(table: DynamoPlace, many: list[Detection]) -> None:
    sink = DynamoSink(table, backoff=Backoff(first=3.0, chance=lambda: 1.0))
    asked = threading.Event()

    def fault(_request: AWSPreparedRequest, _n: int) -> AWSResponse:
        asked.set()
        return error(400, "ThrottlingException")

    Line(sink, fault)
    ended: list[Exception] = []

    def write() -> None:
        try:
            sink.write(Batch(many, None))
        except SinkUnavailable as unavailable:
            ended.append(unavailable)

    writing = threading.Thread(target=write)
    writing.start()
    assert asked.wait(30)
    sink.close()
    writing.join(30)
    assert len(ended) == 1


def test_closing_lets_a_round_end(
    sink: DynamoSink, table: DynamoPlace, many: list[Detection]
) -> None:
    closed = DynamoSink(table)
    closing = threading.Thread(target=closed.close)

    def fault(_request: AWSPreparedRequest, n: int) -> AWSResponse | None:
        if n == 1:
            closing.start()
            time.sleep(0.3)  # time to take away what the calls after this one need
        return None

    Line(closed, fault)
    closed.write(Batch(many, None))
    closing.join(30)
    assert held(sink, table) == ids(many)
    with pytest.raises(SinkUnavailable, match="closed"):
        closed.write(Batch(many, None))
