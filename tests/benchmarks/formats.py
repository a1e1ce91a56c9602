"""How fast each format is read, beside the fastest well-known reader of it, in one run.

Usage: python -m tests.benchmarks.formats [--records N] [--rounds R] [--folder DIR]

The records are those of the parity test, each with a CNAME where the format has answers; of its
lookalikes one in fifty stays, so that eight records in ten thousand have one. All are whole
commands on one core: `glyphwatch scan` with detection, against the bundled targets; DuckDB's read
of the same columns, where DuckDB reads the format; for all others, which lie there in gzip,
`zcat | wc -l`, the floor. Best of the rounds.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from tests.pipeline.formats.writings import ALONE, LOOKALIKES, WITH_ANSWERS, rows

SCAN = "{python} -m pipeline.cli scan {file} --output /dev/null --jobs 1 --quiet --format {format}"
COLUMNS = {
    "cof": "{{rrname: 'VARCHAR', rrtype: 'VARCHAR', rdata: 'VARCHAR'}}",
    "circl": "{{rrname: 'VARCHAR', rrtype: 'VARCHAR', rdata: 'VARCHAR[]'}}",
    "dnsdb": "{{obj: 'STRUCT(rrname VARCHAR, rrtype VARCHAR, rdata VARCHAR[])'}}",
    "zeek-json": "{{ts: 'DOUBLE', query: 'VARCHAR', answers: 'VARCHAR[]'}}",
    "eve-1": "{{dns: 'STRUCT(rrname VARCHAR, rrtype VARCHAR, rdata VARCHAR)'}}",
    "eve-2": (
        "{{dns: 'STRUCT(rrname VARCHAR, answers STRUCT(rrname VARCHAR, rrtype VARCHAR, "
        "rdata VARCHAR)[])'}}"
    ),
    "eve-2-grouped": "{{dns: 'STRUCT(rrname VARCHAR, grouped STRUCT(CNAME VARCHAR[]))'}}",
    "eve-3": (
        "{{dns: 'STRUCT(queries STRUCT(rrname VARCHAR, rrtype VARCHAR)[], answers STRUCT("
        "rrname VARCHAR, rrtype VARCHAR, rdata VARCHAR)[])'}}"
    ),
    "route53": (
        "{{query_name: 'VARCHAR', query_timestamp: 'VARCHAR', answers: 'STRUCT(Rdata VARCHAR, "
        '"Type" VARCHAR)[]\'}}'
    ),
    "certstream": "{{message_type: 'VARCHAR', data: 'VARCHAR[]'}}",
    "dnscollector": (
        "{{\"dns.qname\": 'VARCHAR', \"dns.resource-records.an.0.rdata\": 'VARCHAR', "
        "\"dns.resource-records.an.0.rdatatype\": 'VARCHAR'}}"
    ),
    "dnscollector-nested": (
        '{{dns: \'STRUCT(qname VARCHAR, "resource-records" STRUCT(an STRUCT(rdata VARCHAR, '
        "rdatatype VARCHAR)[]))'}}"
    ),
}
"""What DuckDB is to read of each format in JSON: what we look at."""


def duckdb_line(written: str, file: Path) -> str | None:
    """Write the command that reads a file with DuckDB; None if it cannot."""
    if written in COLUMNS:
        columns = COLUMNS[written].replace("{{", "{").replace("}}", "}")
        table = f"read_json('{file}', format='newline_delimited', columns={columns})"
    elif written in ("csv", "tsv"):
        table = f"read_csv('{file}', header=true)"
    elif written == "parquet":
        table = f"read_parquet('{file}')"
    else:
        return None
    query = f"SELECT max(COLUMNS(*)::VARCHAR) FROM {table}"  # all of each value is needed
    code = f"import duckdb; duckdb.sql('SET threads=1'); duckdb.sql({query!r}).fetchall()"
    path = file.with_name("read_it.py")
    path.write_text(code, encoding="ascii")
    return f"{sys.executable} {path}"


def seconds(line: str) -> float:
    """Run a command on one core; give the seconds it took."""
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    began = time.perf_counter()
    done = subprocess.run(
        ["taskset", "-c", "0", "bash", "-c", line], capture_output=True, text=True, check=False,
        env=environment,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{line}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", help="formats, divided by commas")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="glyphwatch-formats-"))
    plain = [row for row in rows() if not set(row) & set(LOOKALIKES)]
    made = list(islice(cycle([*rows(), *(plain * 49)]), options.records))
    print(f"{options.records:,} records, one core, whole commands; best of {options.rounds}:\n")
    print("| format | MB | scan | records/s | beside | it takes | scan is |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for written, (name, write) in (WITH_ANSWERS | ALONE).items():
        if options.only and written not in options.only.split(","):
            continue
        file = folder / written
        file.write_bytes(write(made))
        megabytes = file.stat().st_size / 1e6
        reader = duckdb_line(written, file)
        if reader is None:  # then it lies there as logs mostly do
            file = folder / f"{written}.gz"
            file.write_bytes(gzip.compress((folder / written).read_bytes(), 6))
        other = reader or f"zcat {file} | wc -l"
        scan = SCAN.format(python=sys.executable, file=file, format=name)
        taken = [(seconds(scan), seconds(other)) for _ in range(options.rounds)]
        ours, theirs = (min(column) for column in zip(*taken, strict=True))
        beside = "zcat, wc -l" if reader is None else "duckdb"
        rate = f"{options.records / ours:,.0f}"
        print(
            f"| {written} | {megabytes:.0f} | {ours:.2f} s | {rate} | {beside} | {theirs:.2f} s "
            f"| {ours / theirs:.1f}x |",
            flush=True,
        )
        file.unlink()
        (folder / written).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
