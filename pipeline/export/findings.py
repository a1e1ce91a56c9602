"""Findings: detections as JSON objects in, one summary for each name to block and target, out.

The name to block is the registrable domain, or, where a lookalike stands left of it, all from that
label on: ``xn--pple-43d.com.evil.example`` is blocked, ``evil.example`` is not, since much else may
lie under it. Detections may come from a file that somebody else wrote, so each field is looked at.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from detector.detection import SCHEMA
from detector.errors import InvalidName
from detector.labels import parse_name
from detector.position import Position
from detector.substitution import Technique
from detector.verdict import Severity
from pipeline.errors import InputError
from pipeline.summary import MAX_RESOLUTIONS, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

MAX_LINE = 1 << 20
"""Octets of a line that are read: a detection takes a few thousand."""

MAX_TIME = 253_402_300_799
"""The last second of the year 9999, which is as far as the formats' dates go."""


class Findings:
    """Detections, added up."""

    def __init__(self) -> None:
        self.rejected = 0
        """Lines that were no detection."""

        self.first_fault = ""
        """Where the first of them is, and what is wrong with it."""

        self._found: dict[tuple[str, str], Summary] = {}
        self._records: set[int] = set()  # hashes: millions of texts would not fit

    def add(self, record: object) -> None:
        """Add one detection.

        Raises:
            ValueError: it is none, or one of a newer release.
        """
        self._merge(_summary(record))

    def _merge(self, summary: Summary) -> None:
        pair = summary.lookalike, summary.target
        known = self._found.get(pair)
        self._found[pair] = known.merged(summary) if known else summary

    def add_lines(self, file: BinaryIO, label: str) -> None:
        """Add JSON Lines, as ``glyphwatch scan --output`` writes them.

        A record counts once for each name and target, however often it is there. What is no
        detection is counted in `rejected`.

        Raises:
            InputError: the file cannot be read.
        """
        for number, line in enumerate(_lines(file, label), start=1):
            if not line.strip():
                continue
            try:
                self._add_once(line)
            except ValueError as error:
                self.rejected += 1
                self.first_fault = self.first_fault or f"{label}:{number}: {error}"

    def _add_once(self, line: bytes) -> None:
        if len(line) > MAX_LINE:
            msg = f"is longer than {MAX_LINE:,} octets"
            raise ValueError(msg)
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            msg = "is not JSON that can be read"
            raise ValueError(msg) from error
        summary = _summary(record)
        source = str(record.get("source") or record.get("id"))
        key = hash((source, summary.lookalike, summary.target))
        if key not in self._records:
            self._records.add(key)
            self._merge(summary)

    def summaries(self) -> list[Summary]:
        """Give what was found, `Summary.lookalike` being the name to block; in order of names."""
        return [self._found[pair] for pair in sorted(self._found)]


def _lines(file: BinaryIO, label: str) -> Iterator[bytes]:
    """Give lines, of the overlong ones only the beginning."""
    try:
        while line := file.readline(MAX_LINE + 1):
            yield line
            while len(line) > MAX_LINE and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE + 1)
    except OSError as error:
        msg = f"{label}: cannot be read: {error.strerror or error}"
        raise InputError(msg) from error


def _summary(record: object) -> Summary:
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        msg = f"is no detection of schema {SCHEMA}"
        raise ValueError(msg)
    times = [_number(record, key, MAX_TIME) for key in ("time_first", "time_last")]
    known = [time for time in times if time is not None]
    count = _number(record, "count", MAX_RESOLUTIONS)
    score = record.get("score")
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        msg = "score is not a number from 0 to 1"
        raise ValueError(msg)
    return Summary(
        lookalike=_to_block(record),
        target=_name(record, "target"),
        brand=_text(record, "brand"),
        industry=_text(record, "industry"),
        first_seen=min(known, default=None),
        last_seen=max(known, default=None),
        resolutions=1 if count is None else count,
        records=1,
        best_score=float(score),
        best_severity=Severity.parse(_text(record, "severity")),
        techniques=_techniques(record),
    )


def _techniques(record: dict[str, Any]) -> tuple[Technique, ...]:
    said = record.get("techniques")
    if not isinstance(said, list):
        msg = "techniques is no list"
        raise ValueError(msg)  # noqa: TRY004 - of a file, not of a caller
    return tuple(Technique(each) for each in said)


def _to_block(record: dict[str, Any]) -> str:
    """Give the domain, or the name from the label on that reads as the target."""
    domain = _name(record, "registrable_domain")
    if record.get("position") != Position.SUBDOMAIN:
        return domain
    name, label = _name(record, "name"), _text(record, "label")
    parts = name.split(".")
    if label not in parts or not f".{name}".endswith(f".{domain}"):
        return domain
    tail = ".".join(parts[parts.index(label) :])
    return tail if len(tail) > len(domain) else domain


def _name(record: dict[str, Any], key: str) -> str:
    text = _text(record, key)
    if text != record[key]:
        msg = f"{key} is no name: half of a surrogate pair is no character"
        raise ValueError(msg)  # else another name would stand in for it
    try:
        return parse_name(text).text
    except InvalidName as error:
        msg = f"{key} is no name: {error}"
        raise ValueError(msg) from error


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        msg = f"{key} is no text"
        raise ValueError(msg)  # noqa: TRY004 - of a file, not of a caller
    return value.encode("utf-8", "replace").decode("utf-8")


def _number(record: dict[str, Any], key: str, most: int) -> int | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        msg = f"{key} is no whole number from 0 to {most}"
        raise ValueError(msg)
    return value


def add_all(findings: Findings, records: Iterable[dict[str, Any]]) -> None:
    """Add what a store gives, where each record counts once already."""
    for record in records:
        findings.add(record)
