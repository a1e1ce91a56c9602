r"""Logs: what happens, one event a line, as JSON for machines or in words on a terminal.

An event has a fixed name and fields: what somebody sent is never in the name, only in fields, where
it is escaped and cut. Secrets that are known (`Logs.hide`) are struck out wherever they turn up,
also in what libraries say.

    {"time": "2026-11-23T04:31:02.120Z", "level": "info", "event": "assigned", "partitions": 4}
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pipeline.display import escape
from pipeline.stream.contract import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from pipeline.stream.contract import Clock

ROOT: Final = "glyphwatch"
"""Logger of all that is ours; libraries have their own."""

LONGEST: Final = 1020
"""Characters of a field: a name of 255 octets, each written as ``\\DDD``."""

LONGEST_TRACE: Final = 8000
"""Characters of a traceback: its end is kept."""

LEVELS: Final = ("debug", "info", "warning", "error")
FORMATS: Final = ("auto", "json", "text")

MOST_ALIKE: Final = 10
"""Lines of one event that are written in `WINDOW` seconds; the next says how many were left out."""

WINDOW: Final = 60.0

_FIELDS = "glyphwatch_fields"
_HIDDEN = "[hidden]"
_LIBRARY = "library"
_ISOLATE, _POP = "\u2068", "\u2069"  # what `escape` puts around text that runs to the left
_USER = re.compile(r"(?<=://)[^/@\s]+@")
_SECRET_FIELD = re.compile(r"(?:^|_)(?:password|passphrase|secret|token|credentials?)(?:$|_)")


class Log:
    """Writes events of one part of the program."""

    def __init__(self, name: str) -> None:
        """Args: name: of the part, e.g. ``stream.alerts``."""
        self._logger = logging.getLogger(f"{ROOT}.{name}")

    def debug(self, event: str, **fields: object) -> None:
        """Write what only helps to find a fault."""
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Write what happens in the course of things."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Write what may mend itself."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Write what somebody should see to."""
        self._write(logging.ERROR, event, fields)

    def fault(self, event: str, error: BaseException, **fields: object) -> None:
        """Write what should not have happened, with its traceback."""
        self._write(logging.ERROR, event, fields, error)

    def _write(
        self,
        level: int,
        event: str,
        fields: dict[str, object],
        error: BaseException | None = None,
    ) -> None:
        if self._logger.isEnabledFor(level):
            extra = {_FIELDS: fields}
            self._logger.log(level, event, extra=extra, exc_info=error)


def cut(text: str, most: int = LONGEST) -> str:
    r"""Escape text and cut what is too long.

    >>> cut("pаypal" + chr(0x202E)), cut("x" * 2000)[-20:]
    ('pаypal\\u{202e}', 'xx... (2000 in all)')
    """
    shown = escape(text[:most])  # cut first: what is escaped may be long
    if len(text) > most or len(shown) > most:
        tail = f"... ({len(text)} in all)"
        if shown.startswith(_ISOLATE):
            tail = _POP + tail
        shown = shown[: most - len(tail)] + tail
    return shown


class _Formatter(logging.Formatter, ABC):
    """Turns a record into its event and fields; subclasses write them."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: tuple[str, ...] = ()

    def format(self, record: logging.LogRecord) -> str:
        try:
            line = self.line(record, self._fields(record))
        except Exception as error:  # noqa: BLE001 - a line that cannot be written must not stop us
            line = self.line(record, {"event": "unwritable", "error": type(error).__name__})
        return line

    @abstractmethod
    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        """Write a record's fields, event first, on one line."""

    def _fields(self, record: logging.LogRecord) -> dict[str, Any]:
        given = getattr(record, _FIELDS, None)
        if given is None:  # a library's: all that it says is one field
            fields: dict[str, Any] = {
                "event": _LIBRARY,
                "message": self._value(record.getMessage()),
            }
        else:
            fields = {"event": self._value(record.msg)}
            for name, value in given.items():
                hidden = _SECRET_FIELD.search(name)
                fields[name] = _HIDDEN if hidden else self._value(value)
        fields["logger"] = record.name
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
            fields["error"] = self._value(f"{type(error).__name__}: {error}")
            fields["trace"] = cut(self._struck(trace), 2 * LONGEST_TRACE)
        return fields

    def _value(self, value: object) -> object:
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return round(value, 6) if abs(value) < 1e15 else str(value)
        return cut(self._struck(str(value)))

    def _struck(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, _HIDDEN)
        return _USER.sub(f"{_HIDDEN}@", text)


class JsonFormatter(_Formatter):
    """One JSON object a line, in ASCII."""

    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        """See `_Formatter.line`."""
        with suppress(OverflowError, ValueError, OSError):
            time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
            fields = {
                "time": time.replace("+00:00", "Z"),
                "level": record.levelname.lower(),
                **fields,
            }
        return json.dumps(fields)


class TextFormatter(_Formatter):
    """For people: time, level, event, fields."""

    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        """See `_Formatter.line`."""
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        event, logger = fields.pop("event"), fields.pop("logger", record.name)
        name = event if event != _LIBRARY else logger
        words = [time, record.levelname.lower(), str(fields.pop("said", name))]
        words += [f"{name}={_shown(value)}" for name, value in fields.items()]
        return " ".join(words)


def _shown(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=]+", text) else '"' + text.replace('"', "'") + '"'


class _Calm(logging.Filter):
    """Leaves out what is said again and again, and says later how often."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}  # since when, how many

    def filter(self, record: logging.LogRecord) -> bool:
        fields = getattr(record, _FIELDS, None)
        key = record.name, str(record.msg)[:100]
        now = self._clock.monotonic()
        with self._lock:
            began, count = self._windows.get(key, (now, 0))
            left_out = 0
            if now - began >= WINDOW:
                left_out = max(0, count - MOST_ALIKE)
                began, count = now, 0
            if len(self._windows) > 1000:  # a library's texts may all differ
                self._windows.clear()
            self._windows[key] = began, count + 1
        if left_out and fields is not None:
            setattr(record, _FIELDS, {**fields, "left_out": left_out})
        return count < MOST_ALIKE


class _Handler(logging.StreamHandler["TextIO"]):
    """Writes lines as far as they can be written: a full disk must not stop a stream."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - theirs
        """Drop it."""


class Logs:
    """The program's log while it is open: ours from a level on, libraries' from warnings on."""

    def __init__(
        self,
        *,
        form: str = "auto",
        level: str = "info",
        stream: TextIO | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Begin.

        Args:
            form: one of `FORMATS`; ``auto`` is text on a terminal and JSON elsewhere.
            level: one of `LEVELS`.
            stream: standard error if None.
            clock: tells how often something is said.
        """
        stream = stream or sys.stderr
        words = form == "text" or (form == "auto" and stream.isatty())
        self._formatter = TextFormatter() if words else JsonFormatter()
        self._handler = _Handler(stream)
        self._handler.setFormatter(self._formatter)
        self._handler.addFilter(_Calm(clock or SystemClock()))
        self._root, self._ours = logging.getLogger(), logging.getLogger(ROOT)
        self._before = self._root.level, self._ours.level
        self._root.addHandler(self._handler)
        self._root.setLevel(logging.WARNING)
        self._ours.setLevel(getattr(logging, level.upper()))

    def hide(self, secrets: Iterable[str]) -> None:
        """Strike these out of all that is written from now on."""
        known = {*self._formatter.secrets, *(each for each in secrets if len(each) >= 4)}
        self._formatter.secrets = tuple(sorted(known, key=len, reverse=True))

    def close(self) -> None:
        """Write no more, and leave `logging` as it was."""
        self._root.removeHandler(self._handler)
        self._root.setLevel(self._before[0])
        self._ours.setLevel(self._before[1])
