"""What DynamoDB keeps of a detection, under which key, and in which calls."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.detection import Detection
from pipeline import dynamo_items
from pipeline.dynamo_items import (
    Item,
    body_of,
    calls,
    day_of,
    item_of,
    key_part,
    partition_key,
    shard_of,
)


def test_an_item_has_the_documented_record_under_its_brand_and_day(found: list[Detection]) -> None:
    detection = found[1].with_record(
        source="dns/3/7", coordinates="k:7", rdata=("192.0.2.1",), time_last=1_763_700_000
    )
    item = json.loads(item_of(detection, 42).request)["PutRequest"]["Item"]
    shard = item["pk"]["S"].removeprefix("Apple#20251121#")
    assert 0 <= int(shard) < 16
    assert item["sk"] == {"S": f"xn--pple-43d.com#{detection.id}"}
    assert item["domain"] == {"S": "xn--pple-43d.com"}
    assert item["expires"] == {"N": "42"}
    assert json.loads(item["detection"]["S"]) == detection.to_json()
    assert set(item) == {"pk", "sk", "domain", "detection", "expires"}
    assert set(json.loads(item_of(detection).request)["PutRequest"]["Item"]) == set(item) - {
        "expires"
    }


@pytest.mark.parametrize(
    ("first", "last", "day"),
    [
        (None, None, "undated"),
        (0, None, "19700101"),
        (0, 86_400, "19700102"),
        (None, 951_782_400, "20000229"),
        (0, 10**12, "undated"),  # a year that no calendar has
        (None, -1, "19691231"),
    ],
)
def test_the_day_is_the_records_last(
    found: list[Detection], first: int | None, last: int | None, day: str
) -> None:
    assert day_of(found[0].with_record(source="x", time_first=first, time_last=last)) == day


@given(st.text(st.characters(), max_size=2000), st.text(st.characters(), max_size=2000))
def test_parts_of_keys_fit_and_differ(one: str, other: str) -> None:
    part = key_part(one)
    assert part.isascii()
    assert "#" not in part
    assert 0 < len(part) <= 900
    assert (part == key_part(other)) == (one == other)
    assert 0 <= shard_of(one) < 16


def test_names_spread_over_all_shards() -> None:
    names = [f"xn--{n}.com" for n in range(1600)]
    each = Counter(map(shard_of, names))
    assert len(each) == 16
    assert max(each.values()) < 200  # 100 on average


@given(st.lists(st.integers(1, 4_000_000), max_size=120))
def test_calls_hold_everything_and_fit(sizes: list[int]) -> None:
    items = [Item(("pk", str(n)), "x" * octets) for n, octets in enumerate(sizes)]
    made = list(calls(items))
    assert [item for call in made for item in call] == items
    assert all(0 < len(call) <= 25 for call in made)
    assert all(len(body_of("t", call)) <= 16_000_000 for call in made)


def test_one_brand_cannot_reach_into_anothers_keys() -> None:
    assert partition_key("A#20251121", "20251122", 1) == "A%2320251121#20251122#1"
    assert dynamo_items.SHARDS == 16
