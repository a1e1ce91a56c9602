"""Judging: names in, what the judge says of each out, in processes beside this one where it can.

The judge is Python, so threads cannot share its work as they share the screen's. A process forked
once everything is loaded shares all of that and asks for nothing but names. It is sent one lot of
them at a time and answers before the next, so neither side can wait for the other with a full pipe
between them. If it dies, its names are judged here: an answer is never lost.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections import deque
from contextlib import AbstractContextManager, suppress
from itertools import islice
from select import select
from typing import TYPE_CHECKING, NamedTuple

from detector.errors import InvalidName
from pipeline.blocks import Gap
from pipeline.records import Record
from pipeline.screening import cores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from detector.detection import Detection
    from pipeline.engine import CachedJudge
    from pipeline.formats.contract import Batch, Hits
    from pipeline.records import Message

MOST_AT_ONCE = 4096
"""Messages of a batch that are held; a batch with more is judged here, one message at a time."""

MOST_WAITING = 8
"""Batches of which the first may wait for its answers while those after it are judged here."""

Question = tuple[str | bytes, int | None]
"""A name, and the count of its record."""


class Said(NamedTuple):
    """What a judge says of a name, as far as a scan asks."""

    detections: tuple[Detection, ...]
    """See `Judgement.detections`."""

    brakes: tuple[str, ...]
    """See `Judgement.brakes`."""

    truncated: bool
    """See `Judgement.truncated`."""

    held: tuple[str, ...] = ()
    """See `Judgement.held`."""


class Refused(NamedTuple):
    """Why a name could not be judged: see `InvalidName`."""

    reason: str
    """A stable code."""

    detail: str
    """One sentence, escaped."""


Answer = Said | Refused
"""What comes back for a question."""


def questions_of(message: Message) -> list[Question]:
    """Give what a message asks of the judge: one question a name, a record's own name first."""
    if not isinstance(message, Record):
        return []
    own = (message.name, message.count)
    if not message.more:
        return [own]
    return [own, *((each.name, message.count) for each in message.more)]


def shared_out(
    messages: Iterable[Message], answers: Iterable[Answer]
) -> Iterator[tuple[Message, Sequence[Answer]]]:
    """Give each message the answers to its own questions."""
    left = iter(answers)
    for message in messages:
        names = 1 + len(message.more) if isinstance(message, Record) else 0
        yield message, tuple(islice(left, names))


def said_of(judge: CachedJudge, question: Question) -> Answer:
    """Ask a judge about one name."""
    try:
        judgement = judge(*question)
    except InvalidName as error:
        return Refused(error.reason, error.detail)
    return Said(judgement.detections, judgement.brakes, judgement.truncated, judgement.held)


class Lot:
    """Questions that were sent, and their answers once they are here."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self.answers: list[Answer] | None = None


class JudgeProcess:
    """A judge in a process of its own; it has one lot of questions at a time."""

    def __init__(self, judge: CachedJudge, siblings: Sequence[JudgeProcess] = ()) -> None:
        """Fork it.

        Args:
            judge: what it answers by.
            siblings: those that were forked before: it must not hold their pipes open.
        """
        self._judge = judge
        self.lot: Lot | None = None
        """What it has to answer."""
        questions, answers = os.pipe(), os.pipe()
        with warnings.catch_warnings():
            # A thread may be screening. The child touches nothing that it uses.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._child = os.fork()
        if not self._child:
            for number in (questions[1], answers[0], *(n for each in siblings for n in each.pipes)):
                os.close(number)
            _serve(judge, os.fdopen(questions[0], "rb"), os.fdopen(answers[1], "wb"))
        os.close(questions[0])
        os.close(answers[1])
        self._questions: BinaryIO = os.fdopen(questions[1], "wb")
        self._answers: BinaryIO = os.fdopen(answers[0], "rb")

    @property
    def pipes(self) -> tuple[int, int]:
        """Descriptors of our ends of its pipes."""
        return self._questions.fileno(), self._answers.fileno()

    def is_free(self) -> bool:
        """Say whether it has nothing to answer, once what it has answered is collected."""
        if self.lot is not None and select([self._answers], [], [], 0)[0]:
            self.collect()
        return self.lot is None

    def send(self, lot: Lot) -> None:
        """Send a lot to a process that is free."""
        import pickle  # 3 ms that a scan with one job saves

        self.lot = lot
        with suppress(OSError):  # it died: `collect` will find out
            pickle.dump(lot.questions, self._questions, pickle.HIGHEST_PROTOCOL)
            self._questions.flush()

    def collect(self) -> None:
        """Wait for the answers to what was sent."""
        import pickle

        lot, self.lot = self.lot, None
        if lot is None:
            return
        try:
            lot.answers = pickle.load(self._answers)  # noqa: S301 - of our own child
        except (EOFError, OSError, pickle.UnpicklingError):
            lot.answers = [said_of(self._judge, each) for each in lot.questions]

    def close(self) -> None:
        """End the process."""
        for file in (self._questions, self._answers):
            with suppress(OSError):
                file.close()
        with suppress(ChildProcessError):
            os.waitpid(self._child, 0)


def _serve(judge: CachedJudge, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more questions; never returns, and leaves what was open alone."""
    import pickle

    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks decides when it is over
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        while True:
            lot = pickle.load(questions)  # noqa: S301 - of our own parent
            pickle.dump([said_of(judge, each) for each in lot], answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
    except EOFError:
        status = 0
    finally:
        os._exit(status)


class Judges(AbstractContextManager["Judges"]):
    """The judges of a scan: this process, and those beside it."""

    def __init__(self, judge: CachedJudge, jobs: int) -> None:
        """Start the processes, one for two jobs; none for one job, or where they cannot be forked.

        Elsewhere than on Linux a fork is not safe, whatever Python offers.
        """
        self.judge = judge
        self._processes: list[JudgeProcess] = []
        try:
            for _ in range(min(jobs // 2, cores()) if sys.platform == "linux" else 0):
                self._processes.append(JudgeProcess(judge, self._processes))
        except OSError:  # no more processes: those that are there will do
            pass

    def __exit__(self, *error: object) -> None:
        """End the processes."""
        for process in self._processes:
            process.close()

    def judged(
        self, screened: Iterable[tuple[Batch | Gap, Hits | None]]
    ) -> Iterator[tuple[Batch | Gap, Hits | None, Iterator[tuple[Message, Sequence[Answer]]]]]:
        """Judge what the screen left, and go on screening meanwhile; in order.

        Gives each batch, what the screen found, and its messages, with what was said of the names
        of those that are records.
        """
        waiting: deque[tuple[Batch | Gap, Hits | None, list[Message], Lot]] = deque()
        for batch, hits in screened:
            messages: list[Message] = []
            held = isinstance(batch, Gap) or hits is None or len(hits.spans) <= MOST_AT_ONCE
            if self._processes and held:
                if not isinstance(batch, Gap) and hits is not None:
                    messages = list(batch.messages(hits))
                waiting.append((batch, hits, messages, self._ask(messages)))
                while len(waiting) > MOST_WAITING or (
                    waiting and waiting[0][3].answers is not None
                ):
                    yield self._answered(*waiting.popleft())
                continue
            while waiting:
                yield self._answered(*waiting.popleft())
            yield batch, hits, self._one_by_one(batch, hits)
        while waiting:
            yield self._answered(*waiting.popleft())

    def _ask(self, messages: Sequence[Message]) -> Lot:
        """Send questions to a process that has none, or else answer them here meanwhile."""
        lot = Lot([question for each in messages for question in questions_of(each)])
        free = next((each for each in self._processes if each.is_free()), None)
        if lot.questions and free is not None:
            free.send(lot)
        else:
            lot.answers = [said_of(self.judge, each) for each in lot.questions]
        return lot

    def _answered(
        self, batch: Batch | Gap, hits: Hits | None, messages: list[Message], lot: Lot
    ) -> tuple[Batch | Gap, Hits | None, Iterator[tuple[Message, Sequence[Answer]]]]:
        for process in self._processes:
            if process.lot is lot:
                process.collect()
        return batch, hits, shared_out(messages, lot.answers or ())

    def _one_by_one(
        self, batch: Batch | Gap, hits: Hits | None
    ) -> Iterator[tuple[Message, Sequence[Answer]]]:
        if isinstance(batch, Gap) or hits is None:
            return
        for message in batch.messages(hits):
            yield message, tuple(said_of(self.judge, each) for each in questions_of(message))
