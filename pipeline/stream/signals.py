"""Signals: SIGTERM, SIGINT and faults end a stream, in a time that can be relied upon.

Python runs a signal's handler in the main thread, between two steps of its own: not while that is
inside Kafka's client, which waits for a broker that does not answer as long as that takes. So a
thread of its own hears them (by `signal.set_wakeup_fd`), and ends the process when the time is up.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Self

from pipeline.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pipeline.errors import PipelineError

SIGNALS = (signal.SIGTERM, signal.SIGINT)

END_SECONDS = 9.5
"""How long the end may take: who sends SIGTERM often sends SIGKILL ten seconds later, or thirty."""


class Signals(AbstractContextManager["Signals"]):
    """Hears signals for as long as it is entered. The main thread."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Args: say: is told if time is up."""
        self._say = say
        self._stop: Callable[[], None] | None = None
        self._end: float | None = None
        self._fault: PipelineError | None = None
        self._before: dict[int, Any] = {}
        self._heard, self._wakes = socket.socketpair()
        self._wakes.setblocking(False)
        self._thread = threading.Thread(target=self._hear, name="signals", daemon=True)

    def __enter__(self) -> Self:
        """Hear them."""
        # What is done is done by the thread; without a handler the signal would end the process.
        self._before = {each: signal.signal(each, lambda *_: None) for each in SIGNALS}
        self._fd_before = signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        self._thread.start()
        return self

    def call(self, stop: Callable[[], None]) -> None:
        """Have something called at the first signal, in any thread; at once if there was one."""
        self._stop = stop
        if self._end is not None:
            stop()

    def limit(self, fault: PipelineError) -> None:
        """Let an end that nobody asked for take no longer than one by a signal."""
        if self._end is None:
            self._fault = fault
            self._end = time.monotonic() + END_SECONDS
            self._wakes.send(b"\0")  # no signal has this number

    def _hear(self) -> None:
        interrupts = 0
        while True:
            left = None if self._end is None else self._end - time.monotonic()
            self._heard.settimeout(None if left is None else max(0.001, left))
            try:
                numbers = self._heard.recv(64)
            except TimeoutError:
                why = "" if self._fault is None else f"{self._fault}; "
                code = Exit.SINK if self._fault is None else self._fault.exit_code
                self._say(f"{why}the end takes too long; what was not committed will be read again")
                os._exit(code)
            if not numbers:
                return
            interrupts += numbers.count(signal.SIGINT)
            if interrupts > 1:
                os._exit(Exit.INTERRUPTED)
            if self._end is None and any(number in SIGNALS for number in numbers):
                self._end = time.monotonic() + END_SECONDS
                if self._stop is not None:
                    self._stop()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Hear no more; what is left of the end is not timed."""
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._wakes.close()  # which ends the thread
        self._thread.join()
        self._heard.close()
