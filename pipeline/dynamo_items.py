"""Items: a detection in, what DynamoDB keeps of it out.

========= ==================================================================================
pk        ``brand#YYYYMMDD#shard``: a brand's day in `SHARDS` parts, since one part takes
          1,000 writes a second; by the day on which the record ends, or ``undated``
sk        ``name#id``: what is written again has the same key, and takes its own place
domain    the registrable domain: with sk, the key of the index `INDEX`
detection the detection's documented JSON (`Detection.to_json`), one string
expires   seconds since the epoch, if details are not kept for ever
cut       only if the detection did not fit: which of its fields are null instead, with
          the length and SHA-256 of the JSON that they were
========= ==================================================================================

Nothing in a key depends on a clock. Every attribute is ASCII, so characters are octets.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detector.detection import Detection

SHARDS: Final = 16
"""Parts of a brand's day."""

INDEX: Final = "by-domain"
"""The index by domain. It holds keys alone: an entry costs one more write unit, not all again."""

UNDATED: Final = "undated"
"""The day of a record that has no time."""

LARGEST_ITEM: Final = 400_000
"""Octets of an item; DynamoDB takes 400 KiB."""

LARGEST_CALL: Final = 15_000_000
"""Octets of a call's items; DynamoDB takes 16 MB with what is around them."""

MOST_ITEMS: Final = 25
"""Items of a call."""

LONGEST_PART: Final = 900
"""Octets of a brand or name in a key: DynamoDB takes 2,048 for pk and 1,024 for sk."""

ROOM: Final = LARGEST_ITEM - 4 * LONGEST_PART - 1000
"""Octets of the detection in an item: the rest is for keys, for ``cut`` and for names."""

_compact = json.JSONEncoder(separators=(",", ":")).encode
_EPOCH = date(1970, 1, 1).toordinal()


class Item(NamedTuple):
    """One detection as it is sent."""

    key: tuple[str, str]
    """``pk`` and ``sk``."""

    request: str
    """What BatchWriteItem takes for it, as JSON in ASCII."""


def item_of(detection: Detection, expires: int | None = None) -> Item:
    """Make the item of a detection.

    Args:
        detection: what was found.
        expires: when it may be removed, in seconds since the epoch; None for never.
    """
    record = detection.to_json()
    key = (
        partition_key(detection.brand, day_of(detection), shard_of(detection.name)),
        sort_key(detection.name, record["id"]),
    )
    text = _compact(record)
    more = "" if expires is None else f',"expires":{{"N":"{expires}"}}'
    if len(text) > ROOM:
        text, cut = _shortened(record)
        more += f',"cut":{{"S":{encode_basestring_ascii(cut)}}}'
    # Parts of keys hold nothing that JSON would write otherwise.
    request = (
        f'{{"PutRequest":{{"Item":{{"pk":{{"S":"{key[0]}"}},"sk":{{"S":"{key[1]}"}},'
        f'"domain":{{"S":"{key_part(detection.registrable_domain)}"}},'
        f'"detection":{{"S":{encode_basestring_ascii(text)}}}{more}}}}}}}'
    )
    return Item(key, request)


def _shortened(record: dict[str, Any]) -> tuple[str, str]:
    """Leave the longest fields out until the rest fits; gives it, and what was left out."""
    record = dict(record)
    cut: dict[str, dict[str, object]] = {}
    while len(text := _compact(record)) > ROOM:
        longest = max(record, key=lambda field: len(_compact(record[field])))
        whole = _compact(record[longest]).encode("ascii")
        cut[longest] = {"octets": len(whole), "sha256": hashlib.sha256(whole).hexdigest()}
        record[longest] = None
    return text, _compact(cut)


def partition_key(brand: str, day: str, shard: int) -> str:
    """Write a ``pk``.

    >>> partition_key("Marks & Spencer", "20261123", 7)
    'Marks & Spencer#20261123#7'
    """
    return f"{key_part(brand)}#{day}#{shard}"


def sort_key(name: str, detection_id: str) -> str:
    """Write an ``sk``."""
    return f"{key_part(name)}#{detection_id}"


def shard_of(name: str) -> int:
    """Say in which part of a brand's day a name lies: all its records lie in one."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) % SHARDS


@lru_cache(maxsize=1 << 14)
def key_part(text: str) -> str:
    """Write text as part of a key: ASCII without ``#``, and hashed where it is long.

    >>> key_part("xn--pple-43d.com"), key_part("C#"), key_part("Łódź")
    ('xn--pple-43d.com', 'C%23', '%C5%81%C3%B3d%C5%BA')
    >>> key_part("x" * 2000)
    'xxxxxxxxxxxxxxxx...%~94dbbd2ce9c2921179fa840dc22c0ef8'
    """
    octets = text.encode("utf-8", "surrogatepass")
    written = quote(octets, safe=" !$&'()*+,/:;=?@[]")
    if len(written) > LONGEST_PART:  # what follows no text is written as: a % has two digits
        return f"{written[:600]}%~{hashlib.blake2b(octets, digest_size=16).hexdigest()}"
    return written or "%"  # no key may be empty


def day_of(detection: Detection) -> str:
    """Give the day on which a detection's record ends, in UTC, as keys have it."""
    time = detection.time_last if detection.time_last is not None else detection.time_first
    return UNDATED if time is None else _day(time // 86400)


@lru_cache(maxsize=1 << 12)
def _day(number: int) -> str:
    try:
        return date.fromordinal(_EPOCH + number).isoformat().replace("-", "")
    except (ValueError, OverflowError):  # a year that no calendar has
        return UNDATED


def body_of(table: str, call: Iterable[Item]) -> bytes:
    """Write the body of a call of BatchWriteItem."""
    requests = ",".join(item.request for item in call)
    return f'{{"RequestItems":{{{json.dumps(table)}:[{requests}]}}}}'.encode("ascii")


def calls(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Divide items into calls of `MOST_ITEMS` and `LARGEST_CALL` at most; their keys differ."""
    call: list[Item] = []
    octets = 0
    for item in items:
        if call and (len(call) == MOST_ITEMS or octets + len(item.request) > LARGEST_CALL):
            yield call
            call, octets = [], 0
        call.append(item)
        octets += len(item.request)
    if call:
        yield call
