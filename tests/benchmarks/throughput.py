"""How fast a scan is, as ratios to tools that everybody has, measured side by side in one run.

Usage: python -m tests.benchmarks.throughput [--names N] [--folder DIR] [--rounds R]

Every time is that of the whole command (start-up, targets, judging, writing), best of the rounds,
rounds of what is compared taken in turn; start-up is measured by itself, on an empty file. The
names are made by `tests.benchmarks.traffic`; the lists that shape them lie in ../shared/data.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from publicsuffixlist import PublicSuffixList

from tests.benchmarks import traffic

GLYPHWATCH = Path(sys.executable).with_name("glyphwatch")
LOOP_NAMES = 200_000
Row = tuple[str, str, str, str]


def seconds(command: str, cores: str) -> float:
    """Run a shell command on the given cores; give the seconds it took."""
    started = time.perf_counter()
    line = ["taskset", "-c", cores, "bash", "-c", command]
    environment = os.environ | {"LC_ALL": "C"}
    # A user's interpreter keeps the modules that it has compiled; one told not to, never does.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment)
    if done.returncode not in (0, 1):
        sys.exit(f"{command}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return time.perf_counter() - started


def best_of(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """Take the measures in turn, `rounds` times; give the best of each."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [min(column) for column in zip(*taken, strict=True)]


def side_by_side(first: str, second: str) -> float:
    """Run a command on each of two cores at once; give the seconds until both are done."""
    with ThreadPoolExecutor(2) as pool:
        return max(pool.map(seconds, (first, second), ("0", "1")))


def scan_line(
    folder: Path, source: Path, targets: Path, *, kind: str, jobs: int, store: str = "store"
) -> str:
    """Write the scan command: judged, and written to a new store."""
    path = folder / f"{store}.sqlite"
    return (
        f"rm -f {path} {path}-wal {path}-shm; {GLYPHWATCH} scan {source} --format {kind} "
        f"--targets {targets} --store {path} --jobs {jobs} --quiet"
    )


def python_loop(source: Path, domains: list[str]) -> float:
    """Seconds a name of the loop that everybody writes first."""
    listed = PublicSuffixList()
    table = str.maketrans("01358аеорсухіѕј", "olesbaeopcyxisj")
    wanted = {name.partition(".")[0].translate(table): name for name in domains}
    with source.open(encoding="ascii") as file:
        names = [line.rstrip("\n") for line in islice(file, LOOP_NAMES)]
    started = time.perf_counter()
    found = 0
    for name in names:
        registrable = listed.privatesuffix(name)
        if registrable:
            label = registrable.partition(".")[0]
            if label.startswith("xn--"):
                try:
                    label = label[4:].encode().decode("punycode")
                except UnicodeError:
                    continue
            found += wanted.get(label.translate(table), registrable) != registrable
    return (time.perf_counter() - started) / len(names)


def names_rows(folder: Path, source: Path, targets: Path, domains: list[str], count: int,
               rounds: int) -> list[Row]:  # fmt: skip
    """Compare a scan of plain names with grep, with two cores, and with the Python loop."""
    empty = folder / "empty.txt"
    empty.write_bytes(b"")
    lines = [
        scan_line(folder, source, targets, kind="names", jobs=1, store=f"s{i}") for i in (1, 2)
    ]
    grep, start, one, two, both = best_of(
        rounds,
        lambda: seconds(f"grep -c xn-- {source}", "0"),
        lambda: seconds(scan_line(folder, empty, targets, kind="names", jobs=1), "0"),
        lambda: seconds(scan_line(folder, source, targets, kind="names", jobs=1), "0"),
        lambda: seconds(scan_line(folder, source, targets, kind="names", jobs=2), "0,1"),
        lambda: side_by_side(*lines),
    )
    loop = python_loop(source, domains)
    return [
        ("grep -c xn--, one core", f"{grep:.2f} s", f"{count / grep / 1e6:.1f} M/s", ""),
        ("glyphwatch scan of an empty file", f"{start:.2f} s", "", "start-up: loading the targets"),
        ("glyphwatch scan, one core", f"{one:.2f} s", f"{count / one / 1e6:.1f} M/s",
         f"{one / grep:.1f}x grep, {(one - start) / grep:.1f}x without start-up (bar: 8x)"),
        ("glyphwatch scan, two cores", f"{two:.2f} s", f"{count / two / 1e6:.1f} M/s",
         f"{one / two:.2f}x one core, {(one - start) / (two - start):.2f}x without (bar: 1.7x)"),
        ("two scans at once, a core each", f"{both:.2f} s", f"{2 * count / both / 1e6:.1f} M/s",
         f"{2 * one / both:.2f}x one: what the second core of this machine is worth"),
        ("Python loop, one core", f"{loop * count:.1f} s", f"{1 / loop / 1e6:.2f} M/s",
         f"{loop * count / one:.0f}x slower (bar: 15x)"),
    ]  # fmt: skip


def cof_rows(folder: Path, source: Path, targets: Path, count: int, rounds: int) -> list[Row]:
    """Compare a scan of COF NDJSON in gzip with only unpacking it."""
    plain, scan = best_of(
        rounds,
        lambda: seconds(f"gzip -dc {source} | wc -l", "0,1"),
        lambda: seconds(scan_line(folder, source, targets, kind="cof", jobs=2), "0,1"),
    )
    return [
        ("gzip -dc COF | wc -l", f"{plain:.2f} s", f"{count / plain / 1e6:.1f} M/s", ""),
        ("glyphwatch scan COF in gzip", f"{scan:.2f} s", f"{count / scan / 1e6:.1f} M/s",
         f"{scan / plain:.2f}x (bar: 1.5x)"),
    ]  # fmt: skip


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=5_000_000)
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--targets", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "glyphwatch")
    options = parser.parse_args()
    if not shutil.which("taskset"):
        sys.exit("taskset (util-linux) is needed, to hold a run to one core")
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    targets = folder / f"targets-{options.targets}.csv"
    domains = traffic.make_targets(options.targets, targets)
    names = folder / f"names-{options.names}-{options.targets}.txt"
    if not names.exists():
        traffic.write_names(options.names, domains, names)
    records = folder / f"cof-{options.records}-{options.targets}.ndjson.gz"
    if not records.exists():
        traffic.write_cof(options.records, domains, records)
    rows = names_rows(folder, names, targets, domains, options.names, options.rounds)
    rows += cof_rows(folder, records, targets, options.records, options.rounds)
    print(f"{options.names:,} names, {options.targets:,} targets; best of {options.rounds}\n")
    print("| what | time | rate | ratio |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
