"""JSON objects, one a line (RFC 8259), as messages: what all formats in JSON share.

Of duplicate keys the last wins. Fields that are not known are ignored.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from pipeline.formats.fields import BadField
from pipeline.formats.lines import BOM, LineFormat
from pipeline.records import Reason, Rejected, Skipped, SkipReason

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from detector.shapes import JsonShape
    from pipeline.formats.contract import Hits, Screen
    from pipeline.records import Message

HUGE = object()
"""Stands for an integer of more digits than any field of ours can have."""

_MAX_DIGITS = 20


def _integer(digits: str) -> object:
    return int(digits) if len(digits) <= _MAX_DIGITS else HUGE


def _constant(text: str) -> NoReturn:
    msg = f"{text} is not JSON (RFC 8259, 6)"
    raise ValueError(msg)


_decode = json.JSONDecoder(parse_int=_integer, parse_constant=_constant).decode


class JsonObjects(LineFormat):
    """A format in which every line is a JSON object."""

    shape: ClassVar[JsonShape]
    """Where the compiled screen finds the names."""

    def parse(self, message: bytes, offset: int) -> Message:
        """See `Format.parse`."""
        value = _decoded(message, offset)
        if isinstance(value, Rejected):
            return value
        if value is None:
            return Skipped(SkipReason.TOMBSTONE, offset)
        if not isinstance(value, dict):
            kind = "an array" if isinstance(value, list) else f"a {type(value).__name__}"
            return Rejected(Reason.NOT_OBJECT, f"{kind}, not an object", offset, message)
        try:
            return self.read(value, offset)
        except BadField as error:
            return Rejected(error.reason, str(error), offset, message)

    @abstractmethod
    def read(self, value: dict[str, Any], offset: int) -> Message:
        """Read one object.

        Raises:
            BadField: a field cannot be used.
        """

    def screen(self, screen: Screen, lines: Buffer) -> Hits:
        """See `LineFormat.screen`."""
        return screen.ndjson(lines, self.shape)


def _decoded(message: bytes, offset: int) -> object:
    """Give the JSON value of a message, None if it is empty, or why it is none."""
    try:
        text = message.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        detail = f"byte 0x{message[error.start]:02x} at {error.start} is not UTF-8"
        return Rejected(Reason.NOT_UTF8, detail, offset, message)
    if not text.strip():
        return None
    try:
        value: object = _decode(text)
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
    return value
