"""Whether a scan's cost stays flat: in time per name, however many targets; in memory, however
many names.

Usage: python -m tests.benchmarks.flatness [--names N] [--times T] [--folder DIR] [--rounds R]

Time is without loading: of the screen alone, and of the whole scan with judging and writing. The
names are the same for all target lists, and so are the planted lookalikes, of targets that all
lists have; but longer lists meet more names by chance, so those reported are counted, too. Memory
is the peak of the whole process (resident set), for N names and for T times as many.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.engine import Engine, load_engine
from pipeline.opening import Openings
from pipeline.scan import Request, Scan
from pipeline.settings import Settings
from pipeline.store import Store
from tests.benchmarks import traffic

GLYPHWATCH = Path(sys.executable).with_name("glyphwatch")
SIZES = (600, 60_000, 600_000)


def scan_seconds(engine: Engine, names: Path) -> tuple[float, int]:
    """Scan once, in one thread, into a new store; give the seconds, and the names reported."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.sqlite")
        try:
            scan = Scan(engine, [store], Request(jobs=1), say=print)
            outcome = scan.run(Openings([str(names)], aside=False))
            return outcome.seconds, outcome.counts.matched
        finally:
            store.close()


def screen_seconds(engine: Engine, block: bytes) -> float:
    """Screen once; give the seconds."""
    started = time.perf_counter()
    engine.screen.lines(block)
    return time.perf_counter() - started


def time_per_name(folder: Path, count: int, rounds: int) -> bool:
    """Print nanoseconds a name for every size of target list; say whether the screen is flat."""
    engines = {}
    for size in SIZES:
        path = folder / f"targets-{size}.csv"
        domains = traffic.make_targets(size, path)
        engines[size] = load_engine(Settings(targets=path))
        if size == SIZES[0]:
            names = folder / f"names-{count}-{size}.txt"
            if not names.exists():
                traffic.write_names(count, domains, names)
    block = names.read_bytes()
    screen = dict.fromkeys(SIZES, float("inf"))
    scan = dict.fromkeys(SIZES, (float("inf"), 0))
    for _ in range(rounds):
        for size, engine in engines.items():
            screen[size] = min(screen[size], screen_seconds(engine, block))
            scan[size] = min(scan[size], scan_seconds(engine, names))
    print("| targets | screen, ns per name | ratio | scan, ns per name | ratio | names reported |")
    print("| --- | --- | --- | --- | --- | --- |")
    for size in SIZES:
        alone, (whole, found) = screen[size], scan[size]
        print(
            f"| {size:,} | {alone / count * 1e9:.0f} | {alone / screen[SIZES[0]]:.2f} "
            f"| {whole / count * 1e9:.0f} | {whole / scan[SIZES[0]][0]:.2f} | {found:,} |"
        )
    print("\nbar: 1.3. A longer list reports more names, and each is judged and written.\n")
    return max(screen.values()) <= 1.3 * screen[SIZES[0]]


def peak_memory(names: Path, targets: Path, folder: Path) -> int:
    """Scan in a process of its own; give its peak resident set in MiB."""
    store = folder / "memory.sqlite"
    for left in folder.glob("memory.sqlite*"):
        left.unlink()
    line = [GLYPHWATCH, "scan", names, "--targets", targets, "--store", store, "--quiet"]
    with subprocess.Popen([str(part) for part in line]) as process:
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the scan of {names} ended with {os.waitstatus_to_exitcode(status)}")
    return int(usage.ru_maxrss / 1024)


def memory(folder: Path, count: int, times: int) -> bool:
    """Print peak memory for `count` names and `times` as many; say whether it is flat."""
    targets = folder / "targets-60000.csv"
    domains = traffic.make_targets(60_000, targets)
    small = folder / f"names-{count}-60000.txt"
    large = folder / f"names-{count * times}-60000.txt"
    if not small.exists():
        traffic.write_names(count, domains, small)
    with large.open("wb") as out:
        for _ in range(times):
            with small.open("rb") as part:
                shutil.copyfileobj(part, out, 1 << 22)
    try:
        peaks = {size: peak_memory(path, targets, folder)
                 for size, path in ((count, small), (count * times, large))}  # fmt: skip
    finally:
        large.unlink()
    print("| names | peak memory, MiB |\n| --- | --- |")
    for size, peak in peaks.items():
        print(f"| {size:,} | {peak} |")
    print("\nbar: the same, under 600 MB")
    return peaks[count * times] < min(600, 1.1 * peaks[count])


def main() -> None:
    """Print both tables; exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=5_000_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "glyphwatch")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    flat = memory(options.folder, options.names, options.times)  # first: a child inherits our peak
    flat &= time_per_name(options.folder, options.names, options.rounds)
    sys.exit(0 if flat else 1)


if __name__ == "__main__":
    main()
