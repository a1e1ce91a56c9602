"""The trial: the bundled sample scanned, and what was found held against what was planted."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engine import load_engine
from pipeline.opening import Openings
from pipeline.plants import Planted, read_answer
from pipeline.scan import Request, Scan
from pipeline.settings import Settings
from pipeline.sinks import MemorySink
from pipeline.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from detector.detection import Detection
    from pipeline.counts import Counts
    from pipeline.overview import Overview

DATA = Path(__file__).with_name("data")
SAMPLE = DATA / "sample.ndjson.gz"
ANSWER = DATA / "sample_answer.csv"


@dataclass(frozen=True, slots=True)
class Trial:
    """How a scan of the sample went."""

    counts: Counts
    """What became of the records."""

    seconds: float
    """How long the scan took."""

    planted: int
    """Lookalikes that are in the sample."""

    found: tuple[Detection, ...]
    """What was found: one detection for each lookalike and target."""

    missed: tuple[Planted, ...]
    """Planted, but not reported."""

    false: tuple[Planted, ...]
    """Reported, but not planted."""

    misread: tuple[tuple[Planted, Planted], ...]
    """Reported with other techniques than it was planted with: planted, reported."""

    overview: Overview
    """What the store held in the end."""

    @property
    def is_exact(self) -> bool:
        """True if everything planted was found, as it was planted, and nothing else."""
        return not (self.missed or self.false or self.misread)

    @property
    def recall(self) -> float:
        """Part of the planted lookalikes that was found, 0 to 1."""
        return 1 - len(self.missed) / max(1, self.planted)

    def techniques(self) -> Counter[tuple[str, ...]]:
        """Count what was found by the techniques that took part."""
        return Counter(tuple(map(str, each.techniques)) for each in self.found)


def run_trial(jobs: int, say: Callable[[str], None]) -> Trial:
    """Scan the bundled sample with the bundled targets and every opt-in, into a passing store.

    Raises:
        PipelineError: the sample is not there, or cannot be read.
    """
    from pipeline.overview import make_overview

    engine = load_engine(Settings(embedded=True, suffix_swap=True))
    memory = MemorySink()
    with tempfile.TemporaryDirectory(prefix="glyphwatch-") as folder:
        store = Store(Path(folder) / "demo.sqlite")
        try:
            scan = Scan(engine, [memory, store], Request(jobs=jobs), say=say)
            outcome = scan.run(Openings([str(SAMPLE)], aside=False))
            if outcome.errors:
                raise outcome.errors[0]
            overview = make_overview(store.summaries(), store.scans(), 10)
        finally:
            store.close()
    return _hold_against(memory, outcome.counts, outcome.seconds, overview)


def _hold_against(memory: MemorySink, counts: Counts, seconds: float, overview: Overview) -> Trial:
    planted = {(p.name, p.target): p for p in read_answer(ANSWER.read_text(encoding="ascii"))}
    detections = {(d.name, d.target): d for d in memory.detections.values()}
    said = {
        key: Planted(d.name, d.target, tuple(map(str, d.techniques)))
        for key, d in detections.items()
    }
    return Trial(
        counts=counts,
        seconds=seconds,
        planted=len(planted),
        found=tuple(detections[key] for key in sorted(detections)),
        missed=tuple(planted[key] for key in sorted(planted.keys() - said.keys())),
        false=tuple(said[key] for key in sorted(said.keys() - planted.keys())),
        misread=tuple(
            (planted[key], said[key])
            for key in sorted(planted.keys() & said.keys())
            if planted[key] != said[key]
        ),
        overview=overview,
    )
