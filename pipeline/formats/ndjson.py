"""Passive DNS as JSON lines: COF (draft-dulaunoy-dnsop-passive-dns-cof) and DNSDB, flat or framed.

DNSDB API v2 wraps each record, ``{"obj": {...}}``, and frames the stream with ``{"cond": ...}``
lines; a framed stream that does not end with ``succeeded`` or ``limited`` is truncated.
Of duplicate keys the last wins. Fields that are not known are ignored.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from pipeline.formats.fields import BadField, record_from
from pipeline.formats.lines import BOM, LineFormat
from pipeline.records import Reason, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message

HUGE = object()
"""Stands for an integer of more digits than any field of ours can have."""

_MAX_DIGITS = 20

_OPEN, _CLOSED = "open", "closed"


def _integer(digits: str) -> object:
    return int(digits) if len(digits) <= _MAX_DIGITS else HUGE


def _constant(text: str) -> NoReturn:
    msg = f"{text} is not JSON (RFC 8259, 6)"
    raise ValueError(msg)


_decode = json.JSONDecoder(parse_int=_integer, parse_constant=_constant).decode


class Ndjson(LineFormat):
    """COF and DNSDB lines, in any mixture."""

    name = "ndjson"

    def __init__(self, head: bytes = b"") -> None:
        """Args: head: the beginning of the stream, which tells whether it is framed."""
        first = head.removeprefix(BOM).lstrip().partition(b"\n")[0]
        framed = first.startswith(b"{") and first[1:].lstrip().startswith((b'"cond"', b'"obj"'))
        self.state = _OPEN if framed else ""

    def parse(self, message: bytes, offset: int) -> Message:
        r"""See `Format.parse`.

        >>> cof = b'{"rrname":"xn--80ak6aa92e.com","rrtype":"A","count":12,"time_first":1763700000}'
        >>> record = Ndjson().parse(cof, 0)
        >>> record.name, record.rrtype, record.count, record.time_first
        ('xn--80ak6aa92e.com', 'A', 12, 1763700000)
        >>> Ndjson().parse(b'{"rrname": NaN}', 0).reason
        <Reason.BAD_JSON: 'bad_json'>
        """
        try:
            text = message.removeprefix(BOM).decode()
        except UnicodeDecodeError as error:
            detail = f"byte 0x{message[error.start]:02x} at {error.start} is not UTF-8"
            return Rejected(Reason.NOT_UTF8, detail, offset, message)
        if not text.strip():
            return Skipped(SkipReason.TOMBSTONE, offset)
        try:
            value = _decode(text)
            if "\\u" in text:
                json.dumps(value, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError as error:
            detail = f"unpaired surrogate U+{ord(error.object[error.start]):04X}"
            return Rejected(Reason.BAD_JSON, detail, offset, message)
        except RecursionError:
            return Rejected(Reason.DEEP_NESTING, "nested too deeply", offset, message)
        except ValueError as error:
            detail = str(error) if error.args else "not JSON"
            return Rejected(Reason.BAD_JSON, detail, offset, message)
        return self._record(value, message, offset)

    def _record(self, value: object, message: bytes, offset: int) -> Message:
        if value is None:
            return Skipped(SkipReason.TOMBSTONE, offset)
        if isinstance(value, dict) and "cond" in value and "rrname" not in value:
            return self._condition(value, message, offset)
        if isinstance(value, dict) and isinstance(value.get("obj"), dict):
            value = value["obj"]
        if not isinstance(value, dict):
            kind = "an array" if isinstance(value, list) else f"a {type(value).__name__}"
            return Rejected(Reason.NOT_OBJECT, f"{kind}, not an object", offset, message)
        try:
            return record_from(value, "rrname", offset)
        except BadField as error:
            return Rejected(error.reason, str(error), offset, message)

    def _condition(self, value: dict[str, object], message: bytes, offset: int) -> Message:
        """Note what a framed stream says of itself; a line may carry a record as well."""
        self.state = _CLOSED if value["cond"] in ("succeeded", "limited") else _OPEN
        if isinstance(value.get("obj"), dict):
            return self._record({"obj": value["obj"]}, message, offset)
        return Skipped(SkipReason.CONTROL, offset)

    def screen(self, screen: Screen, lines: Buffer) -> Hits:
        """See `LineFormat.screen`."""
        return screen.ndjson(lines)

    def finish(self, offset: int) -> Rejected | None:
        """See `Format.finish`."""
        if self.state != _OPEN:
            return None
        detail = 'the stream does not end with {"cond":"succeeded"} or {"cond":"limited"}'
        return Rejected(Reason.TRUNCATED_STREAM, detail, offset)
