"""Reloading: lists that changed, read again while the stream goes on.

A thread loads a new engine beside the old one: on SIGHUP, when a file is another than it was, and
when the last day of a row of the allow list is over. A batch is detected by the one or by the
other. If anything is broken, the old engine stays, whole.
"""

from __future__ import annotations

import gc
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from detector.errors import DetectorError
from detector.suffixes import PACKAGE
from detector.targets import BUNDLED
from pipeline.allow_file import DEFAULT_ALLOW, NEVER, this_day
from pipeline.engine import Engine, load_engine
from pipeline.errors import PipelineError
from pipeline.stream.logs import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipeline.settings import Settings
    from pipeline.stream.observing import Observer


class Stamp(NamedTuple):
    """What tells that a file is another, without reading it."""

    changed: int
    """Time of its last change, in nanoseconds."""

    inode: int
    """Number of the file: another one has taken its name if that differs."""

    size: int
    """Bytes."""

    @classmethod
    def of(cls, path: Path) -> Stamp | None:
        """Look at a file, through links, as Kubernetes mounts them; None if it is not there."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(status.st_mtime_ns, status.st_ino, status.st_size)


def watched(settings: Settings) -> tuple[Path, ...]:
    """Give the files that an engine is loaded from."""
    data = BUNDLED.parent
    lists = (settings.targets or BUNDLED, settings.map or data / "confusables.txt")
    package = find_spec(PACKAGE)
    suffixes = package.submodule_search_locations if package else None
    return (
        *lists,
        *settings.known,
        *(settings.allow or (DEFAULT_ALLOW,)),  # which may be made meanwhile
        *(Path(folder) / "public_suffix_list.dat" for folder in suffixes or ()),
    )


class Reloading:
    """Holds the engine, and puts a newer one in its place.

    `engine` is called by the thread that detects, `ask` by anyone, also by a signal handler.
    """

    def __init__(  # noqa: PLR0913 - what tests replace, beside what it is made of
        self,
        engine: Engine,
        settings: Settings,
        *,
        every: float = 5.0,
        observer: Observer,
        give: Callable[[Engine], None] = lambda _: None,
        load: Callable[[Settings], Engine] = load_engine,
        files: Iterable[Path] | None = None,
        day: Callable[[], str] = this_day,
    ) -> None:
        """Begin to watch.

        Args:
            engine: what was loaded at the start.
            settings: what it was loaded by.
            every: seconds between two looks at the files; 0 to load on `ask` alone.
            observer: is told of each attempt.
            give: is given each newer engine, in the thread that loaded it.
            load: loads an engine.
            files: what to look at; what an engine is loaded from if None.
            day: tells which day it is.
        """
        self._engine = engine
        self._settings = settings
        self._every = every
        self._observer = observer
        self._give = give
        self._load = load
        self._day = day
        self._tried = ""
        self._files = tuple(watched(settings) if files is None else files)
        self._log = Log("stream.reloading")
        self._asked: SimpleQueue[bool] = SimpleQueue()  # the one queue that a handler may use
        self._loaded = self._stamps()  # now, so that no change from here on is missed
        self._thread = Thread(target=self._run, name="reload", daemon=True)
        self._thread.start()

    def engine(self) -> Engine:
        """Give the engine to go on with; costs nothing."""
        return self._engine

    def ask(self) -> None:
        """Have everything loaded again soon; may be called from a signal handler."""
        self._asked.put(True)

    def close(self, seconds: float = 1.0) -> None:
        """Watch no more; what is being loaded is waited for, but not for long."""
        self._asked.put(False)
        self._thread.join(seconds)

    def _stamps(self) -> list[Stamp | None]:
        return [Stamp.of(path) for path in self._files]

    def _run(self) -> None:
        seen = self._loaded
        while True:
            asked = None
            with suppress(Empty):
                asked = self._asked.get(timeout=self._every or None)
                while not self._asked.empty():  # several at a time are one
                    asked = self._asked.get() and asked
            if asked is False:
                return
            before, seen = seen, self._stamps()
            # A file that is being written differs from look to look: it is left to be finished.
            changed = seen != self._loaded and seen == before
            if asked or changed or self._over():
                self._loaded = seen  # of before the loading: a change meanwhile is seen afterwards
                self._reload("signal" if asked else "changed file" if changed else "new day")

    def _over(self) -> bool:
        """Say whether the last day is over on which the allow list holds as it was read."""
        today, ends = self._day(), self._engine.ends
        if ends == NEVER or not ends < today != self._tried:
            return False
        self._tried = today  # once: if a list is broken then, it is loaded when it is mended
        return True

    def _reload(self, cause: str) -> None:
        try:
            newer = self._load(self._settings)
        except (PipelineError, DetectorError, OSError, MemoryError) as error:
            self._log.error("reload_failed", cause=cause, reason=f"{error}", kept=self._engine.run)
            self._observer.reloaded(ok=False)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the old ones are good
            self._log.fault("reload_failed", error, cause=cause, kept=self._engine.run)
            self._observer.reloaded(ok=False)
            return
        older, self._engine = self._engine, newer
        self._give(newer)
        facts = {"cause": cause, "run": newer.run, "targets": len(newer.targets)}
        if problems := newer.targets.problems:
            facts |= {"problems": len(problems), "first_problem": str(problems[0])}
        self._log.info("reloaded", before=older.run, **facts)
        self._observer.reloaded(ok=True)
        del older, newer
        _settle()


def _settle() -> None:
    """Let go of what died while `load_engine` froze all that there was, and freeze what is left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
