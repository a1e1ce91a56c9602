"""Seams: places between the steps of the write protocol where a test can have the process die.

``GLYPHWATCH_CRASH_AT=before_commit:3`` kills it the third time that it gets there, as the kernel
would: nothing is flushed, closed or said. Without the variable a seam costs one comparison.
"""

from __future__ import annotations

import os
import signal
from typing import Literal, NamedTuple

VARIABLE = "GLYPHWATCH_CRASH_AT"

Seam = Literal[
    "before_dead_letters",
    "before_details",
    "mid_details",
    "before_summary",
    "before_commit",
    "after_commit",
]


class _Crash(NamedTuple):
    """Where to die, and at which time of getting there."""

    seam: str
    time: int

    @classmethod
    def parse(cls, text: str) -> _Crash | None:
        seam, _, time = text.partition(":")
        return cls(seam, int(time or 1)) if seam else None


_crash = _Crash.parse(os.environ.get(VARIABLE, ""))
_reached = 0


def reach(seam: Seam) -> None:
    """Die here, if that was asked for."""
    global _reached  # noqa: PLW0603 - it is the process that dies
    if _crash is None or _crash.seam != seam:
        return
    _reached += 1
    if _reached >= _crash.time:
        os.kill(os.getpid(), signal.SIGKILL)
