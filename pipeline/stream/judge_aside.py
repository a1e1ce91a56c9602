"""A judge aside: names are judged in a process beside the stream, while the next batch is read.

The judge is Python, and so are consuming and writing: of threads only one runs at a time. The
process is forked before Kafka's client starts its threads, and knows the engine of that moment;
what another engine is to judge, and what comes while it is busy, is judged in this process.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING

from pipeline.judging import JudgeProcess, Lot, said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.engine import CachedJudge
    from pipeline.judging import Answer, Question


class JudgeAside(AbstractContextManager["JudgeAside"]):
    """A judge in a process of its own. One thread asks; another may wait for the answers."""

    def __init__(self, judge: CachedJudge | None) -> None:
        """Fork it.

        Args:
            judge: what it answers by; None to have no process, and answer at once.
        """
        self._judge = judge
        self._lock = Lock()
        self._process = None if judge is None else JudgeProcess(judge)

    def ask(
        self, judge: CachedJudge, questions: Sequence[Question]
    ) -> Callable[[], Sequence[Answer]]:
        """Ask about names; gives what waits for the answers, in their order.

        Args:
            judge: the one that is to answer.
            questions: the names.
        """
        lot = Lot(questions)
        process = self._process
        wanted = bool(questions) and judge is self._judge
        # Not to be had at once: the other thread waits for answers, so that it is busy.
        if process is not None and wanted and self._lock.acquire(blocking=False):
            try:
                if process.is_free():
                    process.send(lot)
                    return lambda: self._answers(process, lot)
            finally:
                self._lock.release()
        answers = [said_of(judge, each) for each in questions]
        return lambda: answers

    def _answers(self, process: JudgeProcess, lot: Lot) -> Sequence[Answer]:
        with self._lock:
            if process.lot is lot:
                process.collect()
        return lot.answers or ()

    def __exit__(self, *error: object) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
