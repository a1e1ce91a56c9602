"""F11, and the pipe of F12: damaged files, and a reader that goes away, under a real scan."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.faults.arena import Servers
from tests.faults.messages import TARGETS, Mixture, Sent, messages
from tests.faults.outcome import Case, Outcome
from tests.faults.workers import ROOT

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COUNT = 20_000
"""Lines of each file; bzip2 makes three blocks of them, so that damage leaves one at least."""

DAMAGED = 3
"""Exit code of a scan whose input is damaged (ARCHITECTURE.md)."""


class Unpacker(Protocol):
    """What the libraries' decompressors have in common."""

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class Packing(NamedTuple):
    """A way to compress, and the library that says what is left of a damaged file."""

    pack: Callable[[bytes], bytes]
    unpacker: Callable[[], Unpacker]


def _zstd(text: bytes) -> bytes:
    return zstd.compress(text, options={zstd.CompressionParameter.checksum_flag: 1})


def _gunzip() -> Unpacker:
    return zlib.decompressobj(wbits=31)


PACKINGS = {
    "gzip": Packing(gzip.compress, _gunzip),
    "zstd": Packing(_zstd, zstd.ZstdDecompressor),
    "bzip2": Packing(bz2.compress, bz2.BZ2Decompressor),
    "xz": Packing(lzma.compress, lzma.LZMADecompressor),
}


def left_of(packing: Packing, packed: bytes) -> bytes:
    """Give all that the library gets out of a first stream: it is fed an octet at a time."""
    unpacker, parts = packing.unpacker(), []
    try:
        for at in range(len(packed)):
            parts.append(unpacker.decompress(packed[at : at + 1]))
            if unpacker.eof:
                break
    except (OSError, EOFError, lzma.LZMAError, zstd.ZstdError, zlib.error):
        pass  # what came before is what there is
    return b"".join(parts)


class Damage(NamedTuple):
    """What was done to a file, what can be read of it, and what a scan says of it."""

    packed: bytes
    text: bytes
    code: int


def damages(packing: Packing, text: bytes, dice: random.Random) -> dict[str, Damage]:
    """Harm a file in every way, and in two that are none."""
    packed = packing.pack(text)
    place = dice.randrange(len(packed) // 2, len(packed) - 64)
    changed = bytearray(packed)
    changed[place] ^= 1 << dice.randrange(8)
    cut, flipped = packed[:place], bytes(changed)
    return {
        "cut off": Damage(cut, left_of(packing, cut), DAMAGED),
        "a bit changed": Damage(flipped, left_of(packing, flipped), DAMAGED),
        "junk behind": Damage(packed + b"junk", text, DAMAGED),
        "several members": Damage(packed + packing.pack(text), text + text, 0),
        "no octets": Damage(b"", b"", 0),
    }


def scan(folder: Path, packed: bytes) -> tuple[int, str, list[dict[str, object]], list[int]]:
    """Scan a file; give the exit code, what was said, the detections, and where it is damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
    (folder / "input").write_bytes(packed)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pipeline.cli", "scan", str(folder / "input")),
            *("--targets", str(folder / "targets.csv"), "--format", "cof"),
            *("--output", str(folder / "found.jsonl"), "--rejects", str(folder / "rejects.jsonl")),
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    found, rejects = (
        [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
        for name in ("found.jsonl", "rejects.jsonl")
    )
    places = [each["offset"] for each in rejects if each["reason"].endswith("_stream")]
    return done.returncode, done.stderr, found, places


def damaged(_: Servers, folder: Path, seed: int) -> Outcome:
    """Every line before the damage is read, and where that is is said."""
    sent = list(messages(seed, COUNT, Mixture(0.05, 0.0, 0.0)))
    text = b"".join((each.value or b"") + b"\n" for each in sent)
    dice = random.Random(seed)
    problems: list[str] = []
    handled = 0
    for name, packing in PACKINGS.items():
        for what, damage in damages(packing, text, dice).items():
            wrong, records = looked_at(damage, sent, folder / name / what.replace(" ", "-"))
            problems += [f"{name}, {what}: {each}" for each in wrong]
            handled += records
    return Outcome(problems, handled, {"files": 5.0 * len(PACKINGS)})


def looked_at(damage: Damage, sent: list[Sent], folder: Path) -> tuple[list[str], int]:
    """Scan a file; give what is wrong, and the records that were read."""
    text = b"".join((each.value or b"") + b"\n" for each in sent * 2)
    pairs = zip(damage.text, text, strict=False)
    sound = next((at for at, (a, b) in enumerate(pairs) if a != b), len(damage.text))
    sound = damage.text.rfind(b"\n", 0, sound) + 1
    expected: Counter[tuple[int, str, str]] = Counter()
    at = lines = 0
    for each in sent * 2:
        if at >= sound:
            break
        if each.kind == "planted":
            expected[at, each.lookalike, each.target] += 1
        at += len(each.value or b"") + 1
        lines += 1
    code, said, found, places = scan(folder, damage.packed)
    got = Counter(
        (place, str(each["registrable_domain"]), str(each["target"]))
        for each in found
        if (place := int(str(each["source"]).rpartition(":")[2])) < sound
    )
    told = re.search(r"([\d,]+) records", said)
    records = int(told[1].replace(",", "")) if told else -1
    wrong = []
    if code != damage.code:
        wrong.append(f"exit {code}")
    if not lines and damage.packed:
        wrong.append("void: nothing was left of it")
    if records < lines or (sound == len(damage.text) and records != lines):
        wrong.append(f"{records} records of {lines}")
    if got != expected:
        wrong.append(f"{got.total()} detections of {expected.total()}")
    if damage.code and not any(place >= sound for place in places):
        wrong.append(f"said to be damaged at {places}, and is sound up to {sound}")
    if "Traceback" in said:
        wrong.append("a traceback")
    return wrong, records


def closed_pipe(_: Servers, folder: Path, seed: int) -> Outcome:
    """Whoever reads the detections goes away after the first: a quiet end."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
    sent = messages(seed, 200_000, Mixture(0.5, 0.0, 0.0))
    (folder / "input").write_bytes(b"".join((each.value or b"") + b"\n" for each in sent))
    scanning = subprocess.Popen(
        [
            *(sys.executable, "-m", "pipeline.cli", "scan", str(folder / "input"), "--quiet"),
            *("--targets", str(folder / "targets.csv"), "--format", "cof", "--output", "-"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert scanning.stdout is not None
    first = scanning.stdout.readline()
    scanning.stdout.close()
    assert scanning.stderr is not None
    said = scanning.stderr.read()
    code = scanning.wait(60)
    problems = []
    if not first.startswith("{"):
        problems.append("void: nothing was written")
    if said:
        problems.append(f"it said: {said[-300:]}")
    if code not in (0, 141):
        problems.append(f"exit {code}")
    return Outcome(problems, 200_000)


CASES = [
    Case(
        "F11",
        "gzip, zstd, bzip2, xz: cut off, a bit changed, junk behind, several members, no octets",
        "exit 3 and the place; all complete lines before it",
        damaged,
        3,
    ),
    Case("F12", "a scan's reader goes away (SIGPIPE)", "a quiet end, no traceback", closed_pipe),
]
