"""A scan that is killed goes on where it was, and ends with what an uninterrupted one leaves.

The child kills itself (SIGKILL) at the n-th SQL statement: between transactions, and inside them.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.pipeline.formats.test_dnstap import START, STOP, tap, text

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SEEDS = int(os.environ.get("GLYPHWATCH_KILLED_SCANS", "4"))
"""How often a scan is killed again and again until it ends; 50 by `make killed`."""

CHILD = """
import os, sys
from pathlib import Path
import pipeline.blocks, pipeline.compression, pipeline.scan, pipeline.store
from pipeline.engine import load_engine
from pipeline.opening import Openings
from pipeline.settings import Settings

pipeline.blocks.BLOCK = 1 << 13
pipeline.compression.CHUNK = pipeline.compression.PIECE = 1 << 12

targets, store, fatal, jobs, *paths = sys.argv[1:]
store = pipeline.store.Store(Path(store))
statements = 0

def count(statement):
    global statements
    statements += 1
    if statements == int(fatal):
        os.kill(os.getpid(), 9)

store._connection.set_trace_callback(count)
request = pipeline.scan.Request(jobs=int(jobs), checkpoint_seconds=0)
scan = pipeline.scan.Scan(load_engine(Settings(targets=Path(targets))), [store], request,
                          resume=store, say=lambda line: print(line, flush=True))
print("records", scan.run(Openings(paths, aside=False)).counts.records)
print("statements", statements)
store.close()
"""


def child(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Inputs of several formats and compressions, with lookalikes and bad records all over."""
    folder = tmp_path_factory.mktemp("sources")
    dice = random.Random(1)
    lines = [f"host{number}.example.com" for number in range(6000)]
    for place in range(0, len(lines), 40):
        lines[place] = dice.choice(["paypa1.com", f"x{place}.xn--pple-43d.com", "a..b", "# x"])
    framed = ['{"cond":"begin"}']
    framed += [f'{{"obj":{{"rrname":"{line}","count":{n}}}}}' for n, line in enumerate(lines)]
    framed += ['{"cond":"succeeded"}']
    (folder / "names").write_text("\n".join(lines), encoding="ascii")
    (folder / "dnsdb").write_bytes(gzip.compress("\n".join(framed).encode()))
    zeek = [b"#separator \\x09\n#fields\tts\tquery\n"]
    for place, line in enumerate(lines[:3000]):
        if place and not place % 700:  # the next file, with other fields
            zeek.append(b"#separator \\x09\n#fields\tquery\tuid\tts\n")
        row = f"{place}\t{line}\n" if place < 700 else f"{line}\tC\t{place}\n"
        zeek.append(row.encode())
    (folder / "zeek").write_bytes(b"".join(zeek))
    rows = "".join(f"{line},A,192.0.2.1\n" for line in lines[:3000])
    (folder / "csv").write_bytes(zstd.compress(f"rrname,rrtype,rdata\n{rows}".encode()))
    eve = "".join(
        f'{{"event_type":"dns","dns":{{"queries":[{{"rrname":"{line}"}}]}}}}\n'
        for line in lines[:2000]
    )
    (folder / "eve").write_bytes(lzma.compress(eve.encode()))
    frames = [
        START,
        *(tap(text(10, asking(line))) for line in lines[:2000] if ".." not in line),
        STOP,
    ]
    (folder / "dnstap").write_bytes(bz2.compress(b"".join(frames)))
    table = pa.table({"rrname": lines[:2000]})
    parquet.write_table(table, folder / "parquet", row_group_size=300)
    return [folder / name for name in ("names", "dnsdb", "zeek", "csv", "eve", "dnstap", "parquet")]


def asking(name: str) -> bytes:
    """A DNS message that asks for a name."""
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return b"\0" * 5 + b"\x01" + b"\0" * 6 + labels + b"\0\0\1\0\1"


@pytest.fixture(scope="module")
def whole(
    sources: list[Path], targets_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, int]:
    """The store of an uninterrupted scan, and how many statements it took."""
    store = tmp_path_factory.mktemp("whole") / "store.sqlite"
    done = child(targets_file, store, 0, 1, *sources)
    assert done.returncode == 0, done.stderr
    return store, int(done.stdout.split()[-1])


@pytest.mark.parametrize("seed", range(1, 1 + SEEDS))
def test_killed_at_any_statement(
    seed: int,
    sources: list[Path],
    targets_file: Path,
    whole: tuple[Path, int],
    tmp_path: Path,
    contents: Callable[[Path], dict[str, Any]],
) -> None:
    reference, statements = whole
    store = tmp_path / "store.sqlite"
    dice = random.Random(seed)
    kills = resumed = 0
    while True:
        fatal = dice.randrange(1, statements // 3)
        done = child(targets_file, store, fatal, 1 + seed % 3, *sources)
        resumed += "goes on at offset" in done.stdout
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        kills += 1
    assert kills >= 2
    assert resumed >= 1
    assert contents(store) == contents(reference)


def test_killed_from_outside_while_it_runs(
    sources: list[Path],
    targets_file: Path,
    whole: tuple[Path, int],
    tmp_path: Path,
    contents: Callable[[Path], dict[str, Any]],
) -> None:
    store = tmp_path / "store.sqlite"
    command = [sys.executable, "-c", CHILD, str(targets_file), str(store), "0", "2"]
    for wait in (0.25, 0.35, 0.45):
        with subprocess.Popen([*command, *map(str, sources)], stdout=subprocess.DEVNULL) as process:
            time.sleep(wait)
            process.kill()
    done = child(targets_file, store, 0, 1, *sources)
    assert done.returncode == 0, done.stderr
    assert contents(store) == contents(whole[0])


def test_two_at_once_leave_what_one_leaves(
    sources: list[Path],
    targets_file: Path,
    whole: tuple[Path, int],
    tmp_path: Path,
    contents: Callable[[Path], dict[str, Any]],
) -> None:
    store = tmp_path / "store.sqlite"
    renamed = [Path(f"{source}.again") for source in sources]
    for source, other in zip(sources, renamed, strict=True):
        if not other.exists():
            os.link(source, other)
    command = [sys.executable, "-c", CHILD, str(targets_file), str(store), "0", "1"]
    started = [
        subprocess.Popen([*command, *map(str, paths)], stdout=subprocess.DEVNULL)
        for paths in (sources, renamed[::-1], sources[::-1])
    ]
    assert [process.wait() for process in started] == [0, 0, 0]
    for table in ("summary",):
        assert contents(store)[table] == contents(whole[0])[table]
    held = [row[:3] for row in contents(store)["detections"]]
    assert held == [row[:3] for row in contents(whole[0])["detections"]]


def test_another_map_or_target_list_reads_again(
    sources: list[Path], targets_file: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store.sqlite"
    assert child(targets_file, store, 0, 1, sources[0]).returncode == 0
    other = tmp_path / "targets.csv"
    other.write_text("domain,brand,industry\nexample.net,Example,none\n", encoding="ascii")
    done = child(other, store, 0, 1, sources[0])
    assert "scanned before" not in done.stdout
    done = child(targets_file, store, 0, 1, sources[0])
    assert "scanned before" in done.stdout
