"""The table of details: made, checked and asked; on DynamoDB Local."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from detector.detection import Detection
from infra.stack import DynamoServer
from pipeline.dynamo import DynamoSink
from pipeline.dynamo_client import DynamoPlace
from pipeline.dynamo_table import DynamoTable
from pipeline.sinks import Batch


@pytest.fixture
def sink(table: DynamoPlace) -> Iterator[DynamoSink]:
    made = DynamoSink(table)
    yield made
    made.close()


def test_a_table_is_made_once_and_checked(aws: DynamoServer, unique: str) -> None:
    table = DynamoTable(DynamoPlace(unique))
    assert table.problems() == ["there is no such table; `glyphwatch db init` makes it"]
    assert table.create()
    assert not table.create()
    assert table.problems() == []
    table.close()


def test_a_table_that_is_something_else_is_told(aws: DynamoServer, unique: str) -> None:
    table = DynamoTable(DynamoPlace(unique))
    table._client.create_table(
        TableName=unique,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key, index, lifetime = table.problems()
    assert "made for something else" in key
    assert "no index by-domain" in index
    assert "never removed" in lifetime or "nothing is ever removed" in lifetime
    table.close()


def test_details_are_found_by_brand_and_day_and_by_domain(
    sink: DynamoSink, table: DynamoPlace, found: list[Detection]
) -> None:
    day = 1_763_700_000
    apples = [
        found[1]
        ._replace(name=f"w{n}.xn--pple-43d.com")
        .with_record(source=f"dns/0/{n}", coordinates=f"k:{n}", time_last=day + n)
        for n in range(230)  # more than one BatchGetItem takes
    ]
    other = found[0].with_record(source="x", coordinates="k:x", time_last=day)
    later = found[1].with_record(source="y", coordinates="k:y", time_last=day + 86_400)
    sink.write(Batch([*apples, other, later], None))
    ways = DynamoTable(table)
    by_id = {each.id: each.to_json() for each in apples}
    assert {each["id"]: each for each in ways.by_brand("Apple", "20251121")} == by_id
    assert [each["id"] for each in ways.by_brand("Apple", "20251122")] == [later.id]
    assert list(ways.by_brand("Apple", "20251123")) == []
    assert [each["id"] for each in ways.by_domain("paypa1.com")] == [other.id]
    by_domain = list(ways.by_domain("xn--pple-43d.com"))
    assert {each["id"] for each in by_domain} == {*by_id, later.id}
    names = [each["name"] for each in by_domain]
    assert names == sorted(names)
    assert list(ways.by_domain("nobody.example")) == []
    ways.close()


def test_details_expire_at_the_end_of_a_day(table: DynamoPlace, found: list[Detection]) -> None:
    sink = DynamoSink(table, retention_days=30)
    before = int(time.time())
    sink.write(Batch(found, None))
    for item in sink.client.scan(TableName=table.table)["Items"]:
        expires = int(item["expires"]["N"])
        assert expires % 86_400 == 0
        assert 30 * 86_400 < expires - before <= 31 * 86_400 + 1
    sink.close()
