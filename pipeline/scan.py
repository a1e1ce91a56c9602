"""The scan: inputs in, detections to the sinks, every record accounted for.

input -> blocks -> screen (compiled, in threads) -> the few records left -> judge -> sinks

Batches are screened side by side and taken in order, so that the result does not depend on how
many threads there are. Memory is bounded by the number of batches in flight.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.accounting import detections, settle
from pipeline.blocks import Gap
from pipeline.counts import Counts
from pipeline.errors import InputError, PipelineError, UsageError
from pipeline.judging import Judges
from pipeline.reading import Reading
from pipeline.records import Rejected, Skipped
from pipeline.rejects import reject_row
from pipeline.screening import make_pool, screened
from pipeline.sinks import Batch, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor

    from detector.detection import Detection
    from pipeline.engine import Engine
    from pipeline.formats import contract
    from pipeline.inputs import Input
    from pipeline.json_lines import JsonLines
    from pipeline.judging import Answer
    from pipeline.meter import Meter
    from pipeline.records import Message
    from pipeline.sinks import Sink
    from pipeline.store import Store

CHECKPOINT_SECONDS = 1.0
"""How often what was found is stored; a scan that is killed repeats so much at most."""

CHECKPOINT_DETECTIONS = 192
"""How many detections are held at most before they are stored. It takes some 15 ms, as long as two
blocks take the screen, so that its threads do not run out of blocks meanwhile."""


class Request(NamedTuple):
    """What is asked of a scan."""

    format: str | None = None
    """Name of the format; None to tell it by content."""

    column: str | None = None
    """Name or number of the column with the names; None to guess."""

    jobs: int = 1
    """Threads for the screen."""

    max_ratio: float | None = None
    """Ratio of decompressed to compressed bytes at which an input is given up; None for none."""

    checkpoint_seconds: float = CHECKPOINT_SECONDS
    """How often what was found is stored."""


class Outcome:
    """How a scan went."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.counts = Counts()
        """What became of all records."""
        self.errors: list[PipelineError] = []
        """Inputs that could not be read at all."""
        self.seconds = 0.0
        """How long it took."""


class _Source:
    """One input in the course of a scan."""

    def __init__(self, source: Input, digest: str, reading: Reading, counts: Counts) -> None:
        self.input = source
        self.name = source.name
        self.digest = digest
        self.reading = reading
        self.counts = counts
        self.state = reading.format.state
        self.pending: list[Detection] = []
        self.rejects: list[dict[str, Any]] = []


class Scan:
    """Scans inputs one after another. Not thread-safe."""

    def __init__(
        self,
        engine: Engine,
        sinks: Sequence[Sink],
        request: Request,
        *,
        resume: Store | None = None,
        rejects: JsonLines | None = None,
        meter: Meter | None = None,
        say: Callable[[str], None],
    ) -> None:
        """Be ready to run.

        Args:
            engine: judge and screen.
            sinks: where detections go, each in full.
            request: what is asked for.
            resume: the store that knows how far sources were read; None to read all from the start.
            rejects: where rejected records go; None to count them only.
            meter: shows how far the scan is.
            say: told, in words, of what a person may want to know.
        """
        self._engine = engine
        self._sinks = sinks
        self._request = request
        self._resume = resume
        self._rejects = rejects
        self._meter = meter
        self._say = say
        self._outcome = Outcome()
        self._read_before = 0
        self._seen: dict[str, str] = {}
        self._stored = 0.0

    def run(self, inputs: Iterable[Input | InputError]) -> Outcome:
        """Scan every input; one that cannot be read does not keep the others from it.

        Args:
            inputs: opened inputs, which are closed here, and those that could not be opened.

        Raises:
            SinkUnavailable: a sink cannot go on.
        """
        began = self._stored = time.monotonic()
        with (
            Judges(self._engine.judge, self._request.jobs) as judges,
            make_pool(self._request.jobs) as pool,
        ):
            for each in inputs:
                if isinstance(each, InputError):
                    self._outcome.errors.append(each)
                    continue
                try:
                    with each as source:
                        self._scan(source, pool, judges)
                        self._read_before += source.place
                except (InputError, UsageError) as error:
                    self._outcome.errors.append(error)
        for sink in self._sinks:
            sink.finish()
        if self._rejects is not None:
            self._rejects.finish()
        self._outcome.seconds = time.monotonic() - began
        return self._outcome

    def _scan(self, source: Input, pool: Executor | None, judges: Judges) -> None:
        """Scan one input, from where an earlier scan of the same content was stopped."""
        digest = source.digest()
        if digest in self._seen:
            self._say(f"{source.name}: has the same content as {self._seen[digest]}; left out")
            return
        self._seen[digest] = source.name
        known = self._known(source, digest)
        if known is not None and known.finished:
            self._say(f"{source.name}: was scanned before with the same map, targets and options")
            self._outcome.counts.add(known.counts)
            return
        try:
            reading = Reading(
                source,
                format_name=self._request.format,
                column=self._request.column,
                max_ratio=self._request.max_ratio,
                warn=lambda message: self._say(f"{source.name}: {message}"),
            )
            current = _Source(source, digest, reading, known.counts if known else Counts())
            start, state = (known.offset, known.state) if known else (0, None)
            current.state = current.state if state is None else state
            if start:
                self._say(f"{source.name}: goes on at offset {start:,}")
            parts = reading.batches(start, state)
            found = screened(parts, self._engine.screen, pool, self._request.jobs)
            for batch, hits, messages in judges.judged(found):
                self._take(current, batch, hits, messages)
            if (fault := reading.fault()) is not None:
                self._take(current, fault, None, ())
        except UsageError as error:
            msg = f"{source.name}: {error}"
            raise UsageError(msg) from error
        self._checkpoint(current, batch_end=reading.end, finished=True)
        self._outcome.counts.add(current.counts)
        if grown := source.grown():
            self._say(f"{source.name}: grew by {grown:,} bytes while it was read; they are left")

    def _known(self, source: Input, digest: str) -> Progress | None:
        if self._resume is None or not source.is_file:
            return None
        return self._resume.progress(digest, self._run)

    @property
    def _run(self) -> str:
        return f"{self._engine.run}:{self._request.format or ''}:{self._request.column or ''}"

    def _take(
        self,
        current: _Source,
        batch: contract.Batch | Gap,
        hits: contract.Hits | None,
        messages: Iterable[tuple[Message, Sequence[Answer]]],
    ) -> None:
        """Account for a batch, and store what was found when it is time."""
        counts = current.counts
        if isinstance(batch, Gap):
            if batch.is_damage:
                counts.damage[batch.rejected.reason] += 1
                self._say(f"{current.name}: {batch.rejected.detail}")
            else:
                counts.records += 1
                counts.rejected[batch.rejected.reason] += 1
            self._reject(current, batch.rejected)
        elif hits is not None:
            counts.records += hits.records
            counts.clean += hits.records - len(hits.spans)
            for message, answers in messages:
                self._account(current, message, answers)
            current.state = batch.state  # now that every message is read
        now = time.monotonic()
        due = now - self._stored >= self._request.checkpoint_seconds
        if due or len(current.pending) >= CHECKPOINT_DETECTIONS:
            self._checkpoint(current, batch_end=batch.end, finished=False)
        if self._meter is not None:
            total, done = self._outcome.counts, self._read_before + current.input.place
            found = total.detections + counts.detections
            self._meter.show(done, total.records + counts.records, found)

    def _account(self, current: _Source, message: Message, answers: Sequence[Answer]) -> None:
        """Put one message where it belongs: clean, matched, rejected or skipped."""
        counts = current.counts
        if isinstance(message, Skipped):
            counts.skipped[message.reason] += 1
        elif isinstance(message, Rejected):
            counts.rejected[message.reason] += 1
            self._reject(current, message)
        else:
            if (rejected := settle(message, answers, counts)) is not None:
                self._reject(current, rejected)
            current.pending.extend(
                detections(
                    message,
                    answers,
                    source=f"{current.name}:{message.offset}",
                    coordinates=f"{current.digest}:{message.offset}",
                )
            )

    def _reject(self, current: _Source, rejected: Rejected) -> None:
        if self._rejects is not None:
            current.rejects.append(reject_row(rejected, current.name, current.digest))

    def _checkpoint(self, current: _Source, *, batch_end: int, finished: bool) -> None:
        """Store what was found: 1. rejects, 2. detections and progress, in every sink."""
        if self._rejects is not None:
            self._rejects.write(current.rejects)  # 1.
            current.rejects.clear()
        progress = Progress(
            current.digest,
            self._run,
            current.name,
            current.reading.format.name,
            batch_end,
            current.state,
            current.counts,
            finished,
        )
        batch = Batch(tuple(current.pending), progress)
        for sink in self._sinks:
            sink.write(batch)  # 2.
        current.pending.clear()
        self._stored = time.monotonic()
