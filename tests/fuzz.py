"""Broken logs, as many as there is time for: nothing raises, and the screen changes no count.

Usage: python -m tests.fuzz [--minutes M] [--seed N] [--format NAME]

A sample of each format is broken (octets changed, lines moved, hostile pieces put in) and scanned
twice: through the compiled screen, and with every record looked at. Both must count and find the
same, and every record is clean, matched, rejected or skipped. What is found is printed as Python.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from detector.screen import Everything
from pipeline.engine import Engine, load_engine
from pipeline.errors import UsageError
from pipeline.opening import Openings
from pipeline.scan import Request, Scan
from pipeline.settings import Settings
from pipeline.sinks import MemorySink
from tests.pipeline.formats import samples
from tests.pipeline.formats.test_dnstap import STREAM
from tests.pipeline.formats.test_dnstap_lines import CAPTURED
from tests.pipeline.formats.test_zone import CZDS, ZONE
from tests.pipeline.samples import COF, NAMES

TARGETS = (
    "domain,brand,industry\npaypal.com,PayPal,payments\napple.com,Apple,computers\n"
    "microsoft.com,Microsoft,software\ngoogle.com,Google,search\n"
)
SEEDS: dict[str, list[bytes]] = {
    "names": [NAMES],
    "csv": [
        b'rrname,rrtype,rdata\na.com,CNAME,paypa1.com\n"b.com",MX,"10 paypa1.com"\n',
        b"ts\tquery\n1\tpaypa1.com\n",
        b'count;domain;time_first;note\n1;a.com;1.5;x\n2;"paypa1.com";2026-11-22T17:00:00Z;"a\nb"\n',
    ],
    "ndjson": [
        COF,
        b'{"cond":"begin"}\n{"obj":{"rrname":"a.com.","rrtype":"NS","rdata":["paypa1.com."]}}\n',
    ],
    "zeek": [samples.ZEEK_TSV, samples.ZEEK_JSON],
    "suricata": [samples.SURICATA],
    "route53": [samples.ROUTE53],
    "certstream": [samples.CERTSTREAM],
    "dnscollector": [
        samples.DNSCOLLECTOR_FLAT,
        samples.DNSCOLLECTOR_NESTED,
        samples.DNSCOLLECTOR_TEXT,
    ],
    "passivedns": [samples.PASSIVEDNS],
    "bind": [samples.BIND],
    "unbound": [samples.UNBOUND],
    "dnstap": [STREAM, CAPTURED],
    "zone": [ZONE, CZDS],
}
PIECES = [
    *(b"paypa1.com", b"xn--pple-43d.com", b"\xd0\xb0pple.com", b"\xff", b"\x00", b"\\", b'"', b"'"),
    *(b",", b"\t", b" ", b"||", b"\n", b"\r", b"\r\n", b"#", b"#fields\tquery\n", b"$ORIGIN x.\n"),
    *(b"{", b"}", b"[", b"]", b":", b"null", b"true", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""'),
    *(b"\\ud800", b"\\x41", b"\\032", b"query: ", b"reply: ", b"IN", b"CNAME", b"(", b")", b";"),
    *(b"\xef\xbb\xbf", b"a" * 70, b"a." * 130, b'"rrname":"paypa1.com"', b'"rdata":["x"]', b"."),
    *(b"\xe2\x80\xa8", b"10 paypa1.com", b"\xc0\x0c", b"\x00\x00\x00\x00", b"-", b"(empty)"),
]


def broken(dice: random.Random, sample: bytes) -> bytes:
    """Break a sample in one to six places."""
    data = bytearray(sample)
    for _ in range(dice.randrange(1, 7)):
        place = dice.randrange(len(data) + 1)
        kind = dice.randrange(6)
        if kind == 0 and data:
            data[min(place, len(data) - 1)] = dice.randrange(256)
        elif kind == 1:
            data[place:place] = dice.choice(PIECES)
        elif kind == 2:
            del data[place : place + dice.randrange(1, 30)]
        elif kind == 3:
            data[place : place + dice.randrange(1, 12)] = dice.choice(PIECES)
        elif kind == 4:
            lines = bytes(data).split(b"\n")
            dice.shuffle(lines)
            data = bytearray(b"\n".join(lines))
        else:
            part = bytes(data[place : place + dice.randrange(1, 60)])
            other = dice.randrange(len(data) + 1)
            data[other:other] = part
    return bytes(data)


def scanned(engine: Engine, path: Path, name: str) -> object:
    """Scan; gives what was counted and found, or why the input was refused."""
    sink = MemorySink()
    request = Request(format=name)
    outcome = Scan(engine, [sink], request, say=lambda _: None).run(
        Openings([str(path)], aside=False)
    )
    if outcome.errors:
        if not isinstance(outcome.errors[0], UsageError):
            raise outcome.errors[0]
        return str(outcome.errors[0])
    counts = outcome.counts
    parts = counts.clean + counts.matched + counts.rejected.total() + counts.skipped.total()
    if counts.records != parts:
        msg = f"{counts.records} records are not {counts.describe()}"
        raise AssertionError(msg)
    found = sorted((each.name, each.seen_in, each.source) for each in sink.detections.values())
    return counts.to_json(), found


def is_same(name: str, through: object, all_of_it: object) -> bool:
    """Compare two scans. Of Parquet, other columns are decoded only where a row is looked at."""
    if name == "parquet" and isinstance(through, tuple) and isinstance(all_of_it, tuple):
        return bool(through[1] == all_of_it[1])
    return through == all_of_it


def parquet_seed(dice: random.Random) -> bytes:
    """Make a table of names and what they point at, some of it missing."""
    names = [dice.choice(["a.com", "paypa1.com", None, "", "b..c"]) for _ in range(9)]
    rdata = [dice.choice(["10 paypa1.com", "x.com", None, "", "2001:db8::1"]) for _ in range(9)]
    kinds = [dice.choice(["MX", "CNAME", "A", None, "5"]) for _ in range(9)]
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"rrname": names, "rrtype": kinds, "rdata": rdata}), buffer)
    return buffer.getvalue()


def main() -> None:
    """Break and scan until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--format", choices=[*SEEDS, "parquet"])
    options = parser.parse_args()
    dice = random.Random(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="glyphwatch-fuzz-"))
    (folder / "targets.csv").write_text(TARGETS, encoding="ascii")
    engine = load_engine(Settings(targets=folder / "targets.csv"))
    looking = engine._replace(screen=Everything())
    tried: Counter[str] = Counter()
    wrong = 0
    until = time.monotonic() + options.minutes * 60
    while time.monotonic() < until and wrong < 20:
        name = options.format or dice.choice([*SEEDS, "parquet"])
        sample = parquet_seed(dice) if name == "parquet" else dice.choice(SEEDS[name])
        data = broken(dice, sample) if name != "parquet" or dice.random() < 0.5 else sample
        path = folder / "input"
        path.write_bytes(data)
        tried[name] += 1
        try:
            through, all_of_it = scanned(engine, path, name), scanned(looking, path, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            through, all_of_it = repr(error), None
        if not is_same(name, through, all_of_it):
            wrong += 1
            print(f"{name}: {data!r}\n  {through}\n  {all_of_it}\n", flush=True)
    print(f"{tried.total():,} inputs: {dict(sorted(tried.items()))}; {wrong} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
