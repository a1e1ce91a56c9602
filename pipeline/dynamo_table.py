"""The table of details: made, checked, and asked by brand and day or by domain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pipeline.backoff import Backoff
from pipeline.dynamo_client import LATER, connect, refusals
from pipeline.dynamo_items import INDEX, SHARDS, key_part, partition_key
from pipeline.errors import SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.dynamo_client import DynamoPlace

MOST_KEYS: Final = 100
"""Keys that one BatchGetItem takes."""

MOST_ASKED: Final = 8
"""How often keys that came back unprocessed are asked for in a row."""

ATTEMPTS: Final = 5
"""How often to ask what was throttled, or not answered."""

MADE_SECONDS: Final = 5
"""How often to look whether a new table is there; 24 times at most."""

_KEYS: Final = {"pk": "HASH", "sk": "RANGE"}
_INDEX_KEYS: Final = {"domain": "HASH", "sk": "RANGE"}
_LIFETIME: Final = "expires"


class DynamoTable:
    """The table as who sets it up, or asks it, sees it."""

    def __init__(self, place: DynamoPlace) -> None:
        """Make a client; nothing is asked yet.

        Raises:
            SinkUnavailable: the AWS configuration cannot be used.
        """
        self.name = place.table
        """The table's name."""
        self._client = connect(place, attempts=ATTEMPTS)

    def create(self) -> bool:
        """Make the table, its index and its lifetimes where they are missing.

        It is paid for by request, and encrypted with DynamoDB's own key. Returns whether the table
        was made.

        Raises:
            SinkUnavailable: DynamoDB cannot be reached, or refuses.
        """
        with refusals(self.name):
            made = self._make()
            if self._lifetime() not in {"ENABLED", "ENABLING"}:
                self._client.update_time_to_live(
                    TableName=self.name,
                    TimeToLiveSpecification={"Enabled": True, "AttributeName": _LIFETIME},
                )
        return made

    def _make(self) -> bool:
        client = self._client
        try:
            client.describe_table(TableName=self.name)
        except client.exceptions.ResourceNotFoundException:
            pass
        else:
            return False
        try:
            client.create_table(
                TableName=self.name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": "S"} for name in _KEYS | _INDEX_KEYS
                ],
                KeySchema=_schema(_KEYS),
                GlobalSecondaryIndexes=[
                    {
                        "IndexName": INDEX,
                        "KeySchema": _schema(_INDEX_KEYS),
                        "Projection": {"ProjectionType": "KEYS_ONLY"},
                    }
                ],
            )
            made = True
        except client.exceptions.ResourceInUseException:
            made = False  # another process was quicker
        client.get_waiter("table_exists").wait(
            TableName=self.name, WaiterConfig={"Delay": MADE_SECONDS, "MaxAttempts": 24}
        )
        return made

    def _lifetime(self) -> str:
        answer = self._client.describe_time_to_live(TableName=self.name)
        return answer["TimeToLiveDescription"].get("TimeToLiveStatus", "DISABLED")

    def problems(self) -> list[str]:
        """Say what is not as it should be, a sentence each; nothing if all is well.

        Raises:
            SinkUnavailable: DynamoDB cannot be reached, or refuses.
        """
        with refusals(self.name):
            try:
                table = self._client.describe_table(TableName=self.name)["Table"]
            except self._client.exceptions.ResourceNotFoundException:
                return ["there is no such table; `glyphwatch db init` makes it"]
            found = []
            if table.get("TableStatus") not in {"ACTIVE", "UPDATING"}:
                found.append(f"the table is {table.get('TableStatus', '').lower()}")
            if _named(table.get("KeySchema", [])) != _KEYS:
                found.append("its key is not pk and sk: it was made for something else")
            indexes = {
                each.get("IndexName"): each for each in table.get("GlobalSecondaryIndexes", [])
            }
            index = indexes.get(INDEX)
            if index is None or _named(index.get("KeySchema", [])) != _INDEX_KEYS:
                found.append(f"it has no index {INDEX} by domain and sk: lookups by domain fail")
            elif index.get("IndexStatus") != "ACTIVE":
                found.append(f"the index {INDEX} is {index.get('IndexStatus', '').lower()}")
            if self._lifetime() not in {"ENABLED", "ENABLING"}:
                found.append(f"lifetimes by {_LIFETIME} are off: nothing is ever removed")
            return found

    def by_brand(self, brand: str, day: str) -> Iterator[dict[str, Any]]:
        """Give a brand's detections of one day, from all parts, by name within each.

        Args:
            brand: as the target list has it.
            day: ``YYYYMMDD`` in UTC, or ``undated``.

        Raises:
            SinkUnavailable: DynamoDB cannot be reached, or refuses.
        """
        for shard in range(SHARDS):
            value = {":pk": {"S": partition_key(brand, day, shard)}}
            for item in self._query(KeyConditionExpression="pk = :pk", values=value):
                yield _detection(item)

    def by_domain(self, domain: str) -> Iterator[dict[str, Any]]:
        """Give the detections of a registrable domain, in A-label form, by name.

        What was written within the last second may be missing: the index follows the table.

        Raises:
            SinkUnavailable: DynamoDB cannot be reached, or refuses.
        """
        value = {":domain": {"S": key_part(domain)}}
        keys: list[dict[str, Any]] = []
        condition = "#domain = :domain"  # the word is reserved
        names = {"#domain": "domain"}
        for item in self._query(
            KeyConditionExpression=condition,
            values=value,
            IndexName=INDEX,
            ExpressionAttributeNames=names,
        ):
            keys.append({"pk": item["pk"], "sk": item["sk"]})
            if len(keys) == MOST_KEYS:
                yield from self._get(keys)
                keys = []
        if keys:
            yield from self._get(keys)

    def _query(self, *, values: dict[str, Any], **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - boto3's
        pages = self._client.get_paginator("query").paginate(
            TableName=self.name, ExpressionAttributeValues=values, **arguments
        )
        with refusals(self.name):
            for page in pages:
                yield from page["Items"]

    def _get(self, keys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Read items by key, in that order; those that are gone meanwhile are left out."""
        from time import sleep

        found: dict[str, dict[str, Any]] = {}
        waits = Backoff()
        asked: list[Any] = list(keys)
        for _ in range(MOST_ASKED):
            with refusals(self.name):
                answer = self._client.batch_get_item(RequestItems={self.name: {"Keys": asked}})
            found |= {item["sk"]["S"]: item for item in answer["Responses"].get(self.name, [])}
            left: dict[str, Any] = dict(answer.get("UnprocessedKeys", {}))
            asked = left.get(self.name, {}).get("Keys", [])
            if not asked:
                order = [key["sk"]["S"] for key in keys]
                return [_detection(found[each]) for each in order if each in found]
            sleep(waits.next())
        msg = f"DynamoDB table {self.name}: is too busy to be read"
        raise SinkUnavailable(msg, retry_after=LATER)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _schema(keys: Mapping[str, str]) -> list[Any]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]


def _named(schema: Sequence[Any]) -> dict[str, str]:
    return {each["AttributeName"]: each["KeyType"] for each in schema}


def _detection(item: Mapping[str, Any]) -> dict[str, Any]:
    """Give the documented record, with ``cut`` after it if something of it was."""
    record: dict[str, Any] = json.loads(item["detection"]["S"])
    if "cut" in item:
        record["cut"] = json.loads(item["cut"]["S"])
    return record
