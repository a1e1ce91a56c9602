"""Fields: the values of one record, as JSON, CSV or Parquet have them, checked and normalised.

The names are COF's. ``zone_time_*`` and ``time_*_ms`` stand in for ``time_*`` where those lack.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pipeline.formats.pointing import pointed_at
from pipeline.records import Reason, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

TIME_FIRST = ("time_first", "zone_time_first", "time_first_ms", "time_first_rfc3339")
TIME_LAST = ("time_last", "zone_time_last", "time_last_ms", "time_last_rfc3339")

COLUMNS = ("rrtype", "rdata", "count", *TIME_FIRST, *TIME_LAST)
"""Every field that is read beside the name."""

_SPACES = " \t\n\r\v\f"
_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
_UNITS = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))  # from this on, ns, us, ms
_MAX_COUNT = 2**53 - 1  # the largest integer that every JSON reader keeps (RFC 7493, 2.2)


class BadField(ValueError):
    """A field that cannot be used. Attributes: reason: the `Reason` to count it under."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def record_from(values: Mapping[str, object], name_field: str, offset: int) -> Record:
    """Make a record of named values.

    Raises:
        BadField: there is no name, or a field has a type that it must not have.
    """
    name = values.get(name_field)
    if name is None:
        msg = f"no {name_field}" if name_field.isidentifier() else "no name"
        raise BadField(Reason.NO_QNAME, msg)
    if not isinstance(name, str):
        raise BadField(Reason.BAD_TYPE, _not("a name", name))
    # White space above ASCII is no edge of a name for the screen, which sees the text as it is.
    name, rrtype, rdata = (
        name.strip(_SPACES),
        _rrtype(values.get("rrtype")),
        _rdata(values.get("rdata")),
    )
    return Record(
        name,
        offset,
        rrtype=rrtype,
        rdata=rdata,
        count=count_of(values.get("count")),
        time_first=_first_time(values, TIME_FIRST),
        time_last=_first_time(values, TIME_LAST),
        more=pointed_at(name, rrtype, rdata),
    )


def text_of(value: object, what: str) -> str | None:
    """Give a field that is text; None if it is not there.

    Raises:
        BadField: it is something else.
    """
    if value is None or isinstance(value, str):
        return value
    raise BadField(Reason.BAD_TYPE, _not(what, value))


def texts_of(value: object) -> tuple[str, ...]:
    """Give the texts of an array; none if it is no array."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _not(wanted: str, value: object) -> str:
    return f"a {type(value).__name__} is not {wanted}"


def _rrtype(value: object) -> str | None:
    """COF allows the number of a type for its mnemonic."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise BadField(Reason.BAD_TYPE, _not("an rrtype", value))


def _rdata(value: object) -> str | tuple[str, ...] | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise BadField(Reason.BAD_TYPE, _not("rdata", value))


def count_of(value: object) -> int | None:
    """Give a count; text too, since CSV has nothing else.

    >>> count_of(12), count_of("12"), count_of(None)
    (12, 12, None)
    """
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else value
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_COUNT:
        raise BadField(Reason.BAD_TYPE, _not("a count from 0 to 2^53-1", value))
    return value


def _first_time(values: Mapping[str, object], fields: tuple[str, ...]) -> int | None:
    for field in fields:
        if field.endswith("_rfc3339"):  # which says again what another says
            return moment(values.get(field))
        time = epoch(values.get(field), milliseconds=field.endswith("_ms"))
        if time is not None:
            return time
    return None


def epoch(value: object, *, milliseconds: bool = False) -> int | None:
    """Give a time in whole seconds since the epoch; None for no time and for impossible ones.

    Seconds, milli-, micro- and nanoseconds are told apart by their size, unless the field says
    milliseconds itself; text is a number or RFC 3339.

    >>> epoch(1763700000), epoch(1763700000123), epoch("2025-11-21T04:40:00Z"), epoch(-1)
    (1763700000, 1763700000, 1763700000, None)

    Raises:
        BadField: it has a type that no time has, or more digits.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _time_from_text(value.strip())
    if isinstance(value, datetime):  # Parquet has a type for it
        return _possible(value.replace(tzinfo=value.tzinfo or UTC).timestamp())
    if isinstance(value, bool | date) or not isinstance(value, int | float):
        raise BadField(Reason.BAD_TYPE, _not("a time", value))
    if abs(value) >= 10**20 or value != value:  # noqa: PLR0124 - infinities and not-a-numbers
        raise BadField(Reason.BAD_TYPE, "no time has that many digits")
    return _seconds(value / 1000 if milliseconds else value)


def moment(value: object) -> int | None:
    """Give the time of a log's line as `epoch` does; None for what is no time.

    >>> moment("2026-11-22T17:00:00Z"), moment("-")
    (1795366800, None)
    """
    try:
        return epoch(value)
    except BadField:
        return None


def _seconds(value: float) -> int | None:
    for size, unit in _UNITS:
        if value >= size:
            value = value // unit
            break
    return _possible(value)


def _possible(seconds: float) -> int | None:
    return int(seconds) if 0 <= seconds <= _LAST_SECOND else None


def _time_from_text(text: str) -> int | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        return epoch(number)
    try:
        time = datetime.fromisoformat(text)
        return _possible(time.replace(tzinfo=time.tzinfo or UTC).timestamp())
    except (ValueError, OverflowError) as error:
        raise BadField(Reason.BAD_TYPE, "not a time in seconds or RFC 3339") from error
