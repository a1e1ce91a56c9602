"""Records: one observation of a name, or the reason why there is none.

Every format turns a message (a line, a row, later a broker's message) into exactly one of three
values: a `Record`, a `Rejected` with its reason, or a `Skipped`, which is no observation and no
fault either. Nothing that a sender can write makes a format raise.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, TypeAlias


class Reason(StrEnum):
    """Why a message or the rest of a stream was rejected: the key under which it is counted."""

    NOT_UTF8 = "not_utf8"
    BAD_JSON = "bad_json"
    BAD_CSV = "bad_csv"
    BAD_LINE = "bad_line"
    """A line of a log that is not as its format has them."""
    BAD_MESSAGE = "bad_message"
    """A captured DNS message, or the frame around it, that is none."""
    NO_HEADER = "no_header"
    """A line of fields before any that says what they are."""
    NOT_OBJECT = "not_object"
    NO_QNAME = "no_qname"
    BAD_TYPE = "bad_type"
    DEEP_NESTING = "deep_nesting"
    OVERSIZE_LINE = "oversize_line"
    EMPTY_NAME = "empty_name"
    TOO_LONG = "too_long"
    LABEL_TOO_LONG = "label_too_long"
    EMPTY_LABEL = "empty_label"
    TRUNCATED_STREAM = "truncated_stream"
    CORRUPT_STREAM = "corrupt_stream"
    CHANGED = "changed"
    """The object was replaced while it was read."""
    RATIO_EXCEEDED = "ratio_exceeded"
    """Decompression was stopped by ``--max-ratio``."""
    WINDOW_TOO_LARGE = "window_too_large"
    """A zstd frame asks for more than 128 MiB of window."""


class SkipReason(StrEnum):
    """Why a message is no observation, though nothing is wrong with it."""

    COMMENT = "comment"
    TOMBSTONE = "tombstone"
    """An empty message or JSON ``null``."""
    CONTROL = "control"
    """A DNSDB stream's ``{"cond": ...}``."""
    ROOT = "root"
    """The name is the root, ``.``."""
    OTHER_EVENT = "other_event"
    """An event of a log that is about something else than DNS."""
    NO_NAME = "no_name"
    """An event that is about no name, as a query with an empty question section."""


class SeenIn(StrEnum):
    """Where in a record a name stands, in the terms of passive DNS."""

    RRNAME = "rrname"
    """It is the name that was asked for, or that the record belongs to."""
    RDATA = "rdata"
    """It is what a record points at: the target of a CNAME, NS, MX or PTR."""


class Sighting(NamedTuple):
    """A further name in a record: another question, or a name in an answer."""

    name: str | bytes
    """The name in presentation form."""

    seen_in: SeenIn = SeenIn.RDATA
    """Where it stands."""

    rrtype: str | None = None
    """Type of the resource record that it stands in; None if it is the record's own."""

    owner: str | bytes | None = None
    """The name that points at it, where that is not the record's own."""


class Record(NamedTuple):
    """One observation of a name."""

    name: str | bytes
    """The name in presentation form, as the record has it; bytes where the format is bytes."""

    offset: int
    """Where it begins: byte offset in the decompressed stream, or row number in Parquet."""

    rrtype: str | None = None
    """Record type, e.g. ``A``."""

    rdata: str | tuple[str, ...] | None = None
    """What the name resolved to; COF allows one value or several."""

    count: int | None = None  # type: ignore[assignment]  # hides tuple's
    """How often it was seen; None where the format does not say, which counts as once."""

    time_first: int | None = None
    """When it was first seen, in seconds since the epoch; None if unknown."""

    time_last: int | None = None
    """When it was last seen, in seconds since the epoch; None if unknown."""

    more: tuple[Sighting, ...] = ()
    """Names beside `name`, in the order of the record; it is one record all the same."""


class Rejected(NamedTuple):
    """A message, or the rest of a stream, that cannot be used."""

    reason: str
    """A `Reason`, or a reason code of `detector.errors.InvalidName`."""

    detail: str
    """One sentence for a person; escaped, so it can be printed."""

    offset: int
    """Where it begins, as in `Record`."""

    original: bytes = b""
    """The bytes as they came; their beginning only if there are too many to hold."""

    length: int | None = None
    """How many bytes there were, where `original` has only the beginning."""

    sha256: str | None = None
    """SHA-256 of all the bytes in hex, where `original` has only the beginning."""


class Skipped(NamedTuple):
    """A message that is no observation."""

    reason: SkipReason
    """Why."""

    offset: int
    """Where it begins, as in `Record`."""


Message: TypeAlias = Record | Rejected | Skipped
