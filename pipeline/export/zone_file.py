"""Zone file: a zone's rules in, the file out, with a serial that grows when something changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.export.output import write_whole
from pipeline.export.rpz import next_serial, serial_of, write_zone
from pipeline.json_lines import STDOUT

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.export.rpz import Rules, Zone


def replace_zone(path: str, rules: Rules, zone: Zone, now: datetime, serial: int | None) -> int:
    """Write a zone over the one that is there.

    Args:
        path: its file, or ``-``.
        rules: what it does.
        zone: how it is made.
        now: when, which serials are made of.
        serial: the serial it gets; None for a newer one, or the same if all else is the same.

    Returns:
        The serial.

    Raises:
        UsageError: what is there is no zone with a serial, and none was given.
        SinkUnavailable: it cannot be written.
    """
    if serial is None:
        there = _there(path)
        previous = serial_of(there)
        if there.strip() and previous is None:
            msg = f"{path}: is there, and is no zone of ours; another file, or --serial N"
            raise UsageError(msg)
        serial = next_serial(previous, now)
        if previous is not None and there == _octets(rules, zone, previous):
            serial = previous
    write_whole(path, write_zone(rules, zone, serial))
    return serial


def _octets(rules: Rules, zone: Zone, serial: int) -> bytes:
    return "".join(write_zone(rules, zone, serial)).encode("ascii")


def _there(path: str) -> bytes:
    """Give what the file holds now; nothing if it is not there, or no file."""
    place = Path(path)
    if path == STDOUT or not place.is_file():
        return b""
    try:
        return place.read_bytes()
    except OSError as error:
        msg = f"{path}: the serial that is there cannot be read: {error.strerror or error}"
        raise UsageError(msg) from error
