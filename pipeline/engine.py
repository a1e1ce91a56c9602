"""The engine: judge and screen, made ready from data files for one run."""

from __future__ import annotations

import gc
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import detector
import pipeline
from detector.confusables import ConfusableMap
from detector.judge import MIN_SCORE, Judge, Options
from detector.native import NativeSpelling
from detector.screen import COMPILED, Screen
from detector.skeleton import Skeletonizer
from detector.suffixes import SuffixList
from detector.targets import BUNDLED, TargetList
from detector.verdict import BUSY, Severity
from pipeline.allow_file import NEVER, AllowFiles, allow_paths
from pipeline.name_list import NameList

if TYPE_CHECKING:
    from detector.judge import Judgement
    from pipeline.formats import contract
    from pipeline.settings import Settings

REMEMBERED = 1 << 16
"""Names of which the judgement is kept; DNS asks for the same ones again and again."""


class CachedJudge:
    """A judge that remembers what it said of the last names."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._said: dict[tuple[str | bytes, bool], Judgement] = {}

    def __call__(self, name: str | bytes, count: int | None = None) -> Judgement:
        """Judge a name.

        Raises:
            InvalidName: see `Judge.judge`.
        """
        key = name, count is not None and count >= BUSY  # all that a count changes
        said = self._said.get(key)
        if said is None:
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            said = self._said[key] = self._judge.judge(name, count=count)
        return said


class Engine(NamedTuple):
    """All that decides what is found."""

    judge: CachedJudge
    """Decides, name by name."""

    screen: contract.Screen
    """Decides which names the judge must see."""

    targets: TargetList
    """What is protected."""

    run: str
    """Digest of the map, the lists, the options and this release: the same, the same is found."""

    ends: str = NEVER
    """The last day on which the allow list holds as it was read; `NEVER` if it does for good."""


class _Lists(NamedTuple):
    """The data files of a run."""

    confusables: ConfusableMap
    suffixes: SuffixList
    targets: TargetList
    known: NameList
    allow: AllowFiles

    @classmethod
    def load(cls, settings: Settings) -> _Lists:
        suffixes = SuffixList.load()
        return cls(
            ConfusableMap.load(settings.map),
            suffixes,
            TargetList.load(settings.targets, suffixes),
            NameList.read(settings.known),
            AllowFiles.read(allow_paths(settings)),
        )

    def screen(self, settings: Settings) -> Screen:
        return Screen(
            Skeletonizer(self.confusables),
            self.suffixes,
            self.targets,
            scope_all=settings.scope == "all",
            embedded=settings.embedded,
            suffix_swap=settings.suffix_swap,
            hold_plain_letters=Severity.parse(settings.min_severity) > Severity.INFO,
        )

    def judge(self, settings: Settings, screen: Screen) -> Judge:
        return Judge(
            self.confusables,
            self.targets,
            self.suffixes,
            options=Options(
                scope_all=settings.scope == "all",
                embedded=settings.embedded,
                suffix_swap=settings.suffix_swap,
                min_severity=Severity.parse(settings.min_severity),
                min_score=MIN_SCORE if settings.min_score is None else settings.min_score,
            ),
            known=self.known.names,
            allow=self.allow.rules,
            native=NativeSpelling.load(),
            index=screen if COMPILED else None,  # made in a twentieth of a dictionary's time
        )


def load_judge(settings: Settings) -> Judge:
    """Load a judge for a few names.

    Raises:
        DetectorError: a data file is broken.
        UsageError: a list of names cannot be read.
    """
    lists = _Lists.load(settings)
    return lists.judge(settings, lists.screen(settings))


def load_engine(settings: Settings) -> Engine:
    """Load judge and screen for many names.

    Raises:
        DetectorError: a data file is broken.
        UsageError: a list of names cannot be read.
    """
    gc.disable()  # what is loaded stays, so looking it through for garbage is time lost
    try:
        lists = _Lists.load(settings)
        screen = lists.screen(settings)
        judge = CachedJudge(lists.judge(settings, screen))
        run = _run_digest(settings, lists)
        return Engine(judge, screen, lists.targets, run, lists.allow.ends)
    finally:
        gc.freeze()
        gc.enable()


def _run_digest(settings: Settings, lists: _Lists) -> str:
    """Digest all that decides what is found; 16 hex digits are enough to tell runs apart."""
    native = Path(detector.__file__).with_name("data") / "native_words.txt"
    targets = settings.targets or BUNDLED
    options = (
        settings.scope,
        settings.embedded,
        settings.suffix_swap,
        settings.min_severity,
        settings.min_score,
        settings.max_ratio,
    )
    parts = (
        pipeline.__version__,
        lists.confusables.version,
        lists.suffixes.version,
        repr(options),
        _file_digest(targets) if targets.is_file() else lists.targets.digest,  # a pipe is read once
        _file_digest(native) if native.is_file() else "",
        lists.known.digest,
        lists.allow.digest,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
