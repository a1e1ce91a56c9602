"""A share of a core: a process in, and it gets no more processor time than that.

Where servers and what is measured share a few cores, two processes cannot go twice as far as one,
whatever they are. Held to a part of a core each, they show what they themselves have in common.
By Linux's control groups, version 1 or 2; needs root.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD = 10_000
"""Microseconds in which a group may use its share; so short that it never stands still for long."""

_UNIFIED = Path("/sys/fs/cgroup")
_CPU = Path("/sys/fs/cgroup/cpu")


@contextmanager
def held_to(share: float, name: str) -> Iterator[Path]:
    """Make a control group that gets a share of a core.

    Args:
        share: of one core, more than 0.
        name: of the group; nobody else's.

    Yields:
        The file to which the number of a process is written that it shall hold.

    Raises:
        OSError: control groups cannot be made here.
    """
    quota = max(1000, int(share * PERIOD))
    if (_UNIFIED / "cgroup.controllers").exists():
        (_UNIFIED / "cgroup.subtree_control").write_text("+cpu")
        group, limits = _UNIFIED / name, {"cpu.max": f"{quota} {PERIOD}"}
    else:
        group = _CPU / name
        limits = {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": str(quota)}
    group.mkdir()
    try:
        for limit, value in limits.items():
            (group / limit).write_text(value)
        yield group / "cgroup.procs"
    finally:
        for _ in range(50):  # what was in it may take a moment to be gone
            with suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)
