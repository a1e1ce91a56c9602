"""The meter: how far a scan is, on a terminal and nowhere else."""

from __future__ import annotations

import sys
import time

INTERVAL = 0.2
"""Seconds between two looks."""


class Meter:
    """One line on standard error that is written over and over, and vanishes at the end."""

    def __init__(self, total: int | None, *, enabled: bool) -> None:
        """Args: total: raw bytes to read, None if unknown; enabled: False to stay silent."""
        self._total = total
        self._enabled = enabled and sys.stderr.isatty()
        self._began = time.monotonic()
        self._shown = -INTERVAL  # the first look is shown, however soon the scan will be over

    def show(self, done: int, records: int, detections: int) -> None:
        """Say how far it is; but for the first, most calls do nothing.

        Args:
            done: raw bytes read so far.
            records: records seen so far.
            detections: lookalikes found so far.
        """
        now = time.monotonic()
        if not self._enabled or now - self._shown < INTERVAL:
            return
        self._shown = now
        rate = done / max(now - self._began, INTERVAL)
        line = f"{size(done)}"
        if self._total:
            share = min(1.0, done / self._total)
            bar = ("#" * round(20 * share)).ljust(20, ".")
            line = f"[{bar}] {share:4.0%} of {size(self._total)}"
        line += f", {size(rate)}/s, {records:,} records, {detections:,} detections"
        sys.stderr.write(f"\r\x1b[K{line[:200]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away, so that words can be written."""
        if self._enabled:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def size(count: float) -> str:
    """Write a number of bytes for people.

    >>> size(999), size(1_500_000), size(73_000_000_000)
    ('999 B', '1.5 MB', '73.0 GB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
