"""Screening: batches side by side in threads, their hits in the order of the stream."""

from __future__ import annotations

import os
import sys
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.blocks import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor, Future

    from pipeline.formats.contract import Batch, Hits, Screen


SWITCH_SECONDS = 0.0005
"""How long a thread that has screened a block waits at most for the interpreter: a tenth of what
Python makes it by default, since a block takes some 30 milliseconds."""

SPARE_BATCHES = 4
"""Batches beyond two a thread that may wait to be taken: every other one is the single line between
two blocks of a file, and no thread is to run dry while what was found is judged or stored."""


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def quick_switches(jobs: int) -> Iterator[None]:
    """Let threads that have done something compiled go on soon; nothing changes for one job."""
    before = sys.getswitchinterval()
    if jobs > 1:
        sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def make_pool(jobs: int) -> Iterator[Executor | None]:
    """Make so many threads; none for one job, which the caller's own thread does."""
    if jobs <= 1:
        yield None
        return
    from concurrent.futures import ThreadPoolExecutor

    with quick_switches(jobs), ThreadPoolExecutor(jobs, "screen") as pool:
        yield pool


def screened(
    batches: Iterator[Batch | Gap], screen: Screen, pool: Executor | None, jobs: int
) -> Iterator[tuple[Batch | Gap, Hits | None]]:
    """Screen batches; the compiled screen lets other threads run meanwhile.

    Args:
        batches: what to screen; gaps pass through.
        screen: the screen.
        pool: threads; None to screen in this one.
        jobs: threads there are; with them, it is bounded how many batches wait to be taken.
    """
    if pool is None:
        for batch in batches:
            yield batch, None if isinstance(batch, Gap) else batch.screen(screen)
        return
    ahead = 2 * jobs + SPARE_BATCHES
    waiting: deque[tuple[Batch | Gap, Future[Hits] | None]] = deque()
    try:
        for batch in batches:
            task = None if isinstance(batch, Gap) else pool.submit(batch.screen, screen)
            waiting.append((batch, task))
            if len(waiting) > ahead:
                first, done = waiting.popleft()
                yield first, done.result() if done else None
        while waiting:
            first, done = waiting.popleft()
            yield first, done.result() if done else None
    finally:
        for _, task in waiting:
            if task is not None:
                task.cancel()
