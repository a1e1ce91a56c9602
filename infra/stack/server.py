"""Servers: what the three have in common, from start to stop, on one port and in one folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

from infra.stack.errors import Missing, StackError
from infra.stack.ports import free_port
from infra.stack.versions import HERE, versions
from infra.stack.watch import signal_family

UP_WITHIN = 240.0
"""Seconds in which a server must be up; they take 1 to 6, and ten times that on a busy machine."""

STOPPED_WITHIN = 20.0
"""Seconds after which a server that was asked to stop is killed."""


class Server(ABC):
    """One server process, its port and its folder.

    `start` after `stop` or `kill` brings it back on the same port with the same data. The process
    does not outlive this one (`infra.stack.watch`). No two threads may call it at once.
    """

    name: ClassVar[str]
    """What it is called in messages and in the name of its folder."""

    account = "-"
    """The user that runs it; ``-`` for whoever runs this."""

    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    """What asks it to stop in order."""

    def __init__(self) -> None:
        self.port = free_port()
        """Where it listens, on 127.0.0.1."""
        self.folder = Path(tempfile.mkdtemp(prefix=f"glyphwatch-{self.name}-", dir=self.place()))
        """Its data, its configuration and its log; removed by `close`."""
        self.process: int | None = None
        """The server's process id while it runs."""
        self._watcher: subprocess.Popen[str] | None = None
        self._prepared = False

    def place(self) -> str | None:
        """The folder that its own is made in; None for the system's."""
        return None

    @property
    def log(self) -> Path:
        """What the server has printed, over all its starts."""
        return self.folder / "server.log"

    @property
    def release(self) -> str:
        """The release that runs here."""
        return versions()[self.name]

    @property
    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What a client on this machine wants to have in its environment."""

    @property
    def running(self) -> bool:
        """Whether its process is there, paused or not."""
        return self._watcher is not None and self._watcher.poll() is None

    def start(self) -> None:
        """Start it and wait until it takes requests.

        Raises:
            StackError: it did not come up; the end of its log is in the text.
        """
        if self.running:
            return
        if not self._prepared:
            self.prepare()
            self._prepared = True
        with self.log.open("ab") as log:
            self._said = log.tell()
            self._watcher = subprocess.Popen(  # noqa: S603
                [
                    *(sys.executable, "-I", "-S", str(HERE / "watch.py")),
                    *(self.account, str(self.folder), *self.command()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        if self._watcher.stdout is None:
            raise AssertionError
        with self._watcher.stdout as said:
            line = said.readline()
        self.process = int(line) if line else None
        self._wait_until_ready()

    def stop(self) -> None:
        """Ask it to stop, and wait until it has; killed if it takes `STOPPED_WITHIN`."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End it at once, as a power cut would: SIGKILL to all its processes."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start: same port, same data."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze it (SIGSTOP): connections stay open and nothing answers."""
        if self.process is not None:
            signal_family(self.process, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        if self.process is not None:
            signal_family(self.process, signal.SIGCONT)

    def close(self) -> None:
        """Stop it if it runs, and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start it."""
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @abstractmethod
    def prepare(self) -> None:
        """Fill its folder; called once, before the first start."""

    @abstractmethod
    def command(self) -> list[str]:
        """What runs it, in the foreground."""

    @abstractmethod
    def ready(self, said: str) -> bool:
        """Whether it takes requests, given what it has printed since it was started."""

    def _end(self, number: signal.Signals) -> None:
        if self._watcher is None or self.process is None:
            return
        if number is signal.SIGKILL:
            signal_family(self.process, number)
        else:
            self.resume()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, number)
        try:
            self._watcher.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            signal_family(self.process, signal.SIGKILL)
            self._watcher.wait()
        self._watcher = self.process = None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + UP_WITHIN
        while self.running:
            if self.ready(self._printed()):
                return
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        self.kill()
        msg = f"{self.name} did not come up:\n{self._printed()[-2000:]}"
        raise StackError(msg)

    def _printed(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._said)
            return log.read().decode(errors="replace")


def java(folder: Path, *, memory: str, quick: bool) -> list[str]:
    """The Java command and its options.

    Args:
        folder: where it leaves what it would leave in the folder for temporary files.
        memory: the most that its heap takes, as ``-Xmx`` has it.
        quick: leave out the optimizing compiler, which costs a start as much as all the rest.

    Raises:
        Missing: there is no Java.
    """
    options = [f"-Xmx{memory}", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
    options += ["-XX:TieredStopAtLevel=1"] if quick else []
    return [java_command(), *options, f"-Djava.io.tmpdir={folder}"]


def java_command() -> str:
    """The Java command.

    Raises:
        Missing: there is none.
    """
    found = shutil.which("java")
    if found is None:
        msg = "Java is missing (Debian and Ubuntu: apt-get install default-jre-headless)"
        raise Missing(msg)
    return found


def run(command: list[str], *, account: str = "-", said: str = "") -> str:
    """Run a preparing command to its end; returns what it printed.

    Raises:
        StackError: it failed.
    """
    done = subprocess.run(  # noqa: S603
        command,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        user=None if account == "-" else account,
        group=None if account == "-" else account,
        extra_groups=None if account == "-" else (),
        cwd="/",
    )
    if done.returncode:
        msg = f"{command[0]} failed:\n{(done.stdout + done.stderr)[-2000:]}"
        raise StackError(msg)
    return done.stdout
