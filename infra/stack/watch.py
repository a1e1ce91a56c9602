"""Watch: run one server for as long as whoever asked for it lives.

``python watch.py USER FOLDER COMMAND...`` runs the command in a session of its own, as that user
(``-`` for this one), and prints its process id. It ends with the command; and when its parent is
gone, however it went, it stops the command and removes the folder. Should it be killed itself, the
kernel kills the command. Run as a file, so that nothing but the standard library is loaded.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
EVERY = 0.25  # seconds between two looks at whether the parent is there
GRACE = 3.0  # seconds to stop in, after it


def family(process: int) -> list[int]:
    """A process and all its descendants, parents first, as /proc tells them."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):  # it ended meanwhile
                # proc(5): the name in brackets may hold anything, a bracket included.
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(fields[1])
    found = [process]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def running(process: int, word: str) -> bool:
    """Whether a process is there and its command line has a word in it; its id may be another's."""
    try:
        return word.encode() in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def signal_family(process: int, number: signal.Signals) -> None:
    """Send a signal to a process and all its descendants."""
    for each in family(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, number)


def die_with_watcher() -> None:
    """Ask the kernel to kill this process when the one that started it is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end(child: subprocess.Popen[bytes]) -> None:
    """Stop a server; killed only if it does not, since then Postgres leaves shared memory."""
    signal_family(child.pid, signal.SIGCONT)
    child.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE)
    if child.returncode is None:
        signal_family(child.pid, signal.SIGKILL)
        child.wait()


def main(user: str, folder: str, *command: str) -> int:
    """Run the command; returns its exit code."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the parent stops us in order
    # A change of user would clear the request to die with us, so it is made after that:
    # `preexec_fn` runs then, and is safe in a process of one thread.
    child = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        cwd=folder,
        start_new_session=True,
        preexec_fn=die_with_watcher,  # noqa: PLW1509
        user=None if user == "-" else user,
        group=None if user == "-" else user,
        extra_groups=None if user == "-" else (),
    )
    print(child.pid, flush=True)
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(EVERY)
        if os.getppid() != parent:
            end(child)
            shutil.rmtree(folder, ignore_errors=True)
            return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
