"""Batches: families in, their pictures out, drawn by several processes and given in order.

Work is cut into families, and those of large files into parts, so that all processes finish at
about the same time. How many there are changes nothing in what is given, or in its order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from typing import TYPE_CHECKING

from glyphs.errors import BrokenFont
from glyphs.render import FamilyRenderer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from glyphs.fonts import FoundFamily

PART = 4 << 20
"""Octets of font files that one piece of work is for; a CJK font has several times as many."""

AHEAD = 4
"""Pieces for each process that may be drawn before they are asked for: about 5 MB each."""


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work."""

    found: FoundFamily
    family: int
    """The family's number."""

    part: int
    parts: int
    """Which of how many equal runs of the family's characters, in ascending order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one piece of work gave."""

    family: int
    code_points: npt.NDArray[np.int32]
    """(n,) ascending."""

    pictures: npt.NDArray[np.uint8]
    """(n, 28, 28)"""


def plan(families: Sequence[FoundFamily]) -> list[Work]:
    """Cut families into pieces of work, in order."""
    pieces = []
    for number, found in enumerate(families):
        size = sum(path.stat().st_size for path in found.paths)
        parts = 1 + size // PART
        pieces += [Work(found, number, part, parts) for part in range(parts)]
    return pieces


def draw_batches(
    pieces: Sequence[Work], wanted: frozenset[int] | None = None, jobs: int = 1
) -> Iterator[Batch]:
    """Draw every character of all pieces.

    Args:
        pieces: as `plan` cuts them.
        wanted: the characters to draw; None for all that a family has.
        jobs: processes that draw; with 1, this one does.

    Yields:
        A batch for each piece, in order.

    Raises:
        BrokenFont: a font cannot be drawn from, or it crashed the process that drew from it.
    """
    if jobs <= 1:
        for work in pieces:
            yield _draw(work, wanted)
        return
    # Not forked: the caller may hold threads (torch's), which a fork does not survive.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _remember, (wanted,)) as pool:
        drawn: deque[tuple[Work, Future[Batch]]] = deque()
        try:
            for work in pieces:
                drawn.append((work, pool.submit(_draw_remembered, work)))
                if len(drawn) > AHEAD * jobs:
                    yield _result(*drawn.popleft())
            while drawn:
                yield _result(*drawn.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _result(work: Work, future: Future[Batch]) -> Batch:
    try:
        return future.result()
    except BrokenProcessPool as error:
        msg = f"a process died while it drew {work.found.family.name}, or a family after it"
        raise BrokenFont(msg) from error


@lru_cache(maxsize=1)
def _renderer(found: FoundFamily) -> tuple[FamilyRenderer, tuple[int, ...]]:
    renderer = FamilyRenderer(found)
    return renderer, tuple(sorted(renderer.code_points()))


_wanted: list[frozenset[int] | None] = [None]
"""What a process of the pool was told to draw, when it started."""


def _remember(wanted: frozenset[int] | None) -> None:
    _wanted[0] = wanted


def _draw_remembered(work: Work) -> Batch:
    return _draw(work, _wanted[0])


def _draw(work: Work, wanted: frozenset[int] | None) -> Batch:
    renderer, code_points = _renderer(work.found)
    if wanted is not None:
        code_points = tuple(each for each in code_points if each in wanted)
    start, end = (len(code_points) * (work.part + more) // work.parts for more in (0, 1))
    return Batch(work.family, *renderer.draw_all(code_points[start:end]))
