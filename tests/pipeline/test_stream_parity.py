"""The same records through ``scan`` and through ``stream`` give the same detections."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from tests.faults.arena import Arena, Servers
from tests.faults.messages import Mixture, Sent, messages
from tests.pipeline.formats.writings import rows

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ROOT / "detector" / "data" / "targets.csv"
RECORDS = 12_000
ALIAS = (
    b'{"rrname":"%s","rrtype":"CNAME","rdata":"%s","time_first":1795366800,"time_last":1795366800}'
)


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """Planted names and all that cannot be read, aliases, and the beginning of the sample."""
    made = [sent.value for sent in messages(3, 4000, Mixture(0.1, 0.1, 0.0))]
    made += [ALIAS % (name.encode(), target.encode()) for name, target in rows()[:2000]]
    with gzip.open(ROOT / "pipeline" / "data" / "sample.ndjson.gz") as sample:
        made += [line.rstrip(b"\n") for _, line in zip(range(RECORDS - 6000), sample, strict=False)]
    return [line for line in made if line and b"\n" not in line]


def scanned(lines: list[bytes], folder: Path) -> tuple[list[dict[str, Any]], Counter[Any]]:
    """What the scan finds, and what it rejects."""
    path, store, rejects = folder / "in.ndjson", folder / "scan.sqlite", folder / "rejects.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pipeline.cli", "scan", str(path), "--format", "ndjson"),
            *("--store", str(store), "--rejects", str(rejects), "--targets", str(TARGETS)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    with sqlite3.connect(store) as session:
        rows = session.execute("SELECT detection FROM detections ORDER BY place").fetchall()
    session.close()
    said = [json.loads(line) for line in rejects.read_text(encoding="ascii").splitlines()]
    return [json.loads(text) for (text,) in rows], Counter(each["reason"] for each in said)


def without_place(detections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out where they were found, which is all that may differ; in one order."""
    bare = [
        {key: value for key, value in each.items() if key not in ("id", "source")}
        for each in detections
    ]
    return sorted(bare, key=lambda each: json.dumps(each, sort_keys=True))


def streamed(arena: Arena) -> list[dict[str, Any]]:
    """What the sinks hold in detail."""
    if arena.store is not None:
        with sqlite3.connect(arena.store) as session:
            rows = session.execute("SELECT detection FROM detections").fetchall()
        session.close()
        return [json.loads(text) for (text,) in rows]
    pages = arena.dynamo.get_paginator("scan").paginate(TableName=arena.name, ConsistentRead=True)
    return [json.loads(item["detection"]["S"]) for page in pages for item in page["Items"]]


@pytest.mark.parametrize("sinks", ["embedded", "real"])
def test_scan_and_stream_find_the_same(
    kafka: KafkaServer,
    dynamo: DynamoServer,
    postgres: PostgresServer,
    tmp_path: Path,
    lines: list[bytes],
    sinks: str,
) -> None:
    expected, rejected = scanned(lines, tmp_path)
    assert len(expected) > 400
    assert Counter(each["seen_in"] for each in expected)["rdata"] > 20
    assert len(rejected) > 8
    with Arena(Servers(kafka, dynamo, postgres), tmp_path / "arena") as arena:
        if sinks == "embedded":
            arena.store = tmp_path / "stream.sqlite"
        arena.send(Sent(line, "clean") for line in lines)
        worker = arena.worker(extra={"GLYPHWATCH_TARGETS": str(TARGETS)})
        assert arena.read_within(120) is not None, worker.said
        worker.signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        assert without_place(streamed(arena)) == without_place(expected)
        assert Counter(each.reason for each in arena.found().letters) == rejected
