"""What the pipeline's tests share: a small target list, an engine, and scans in one line."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from detector.detection import Detection
from infra.stack import DynamoServer
from pipeline.database import migrate_postgres
from pipeline.dynamo_client import DynamoPlace
from pipeline.dynamo_table import DynamoTable
from pipeline.engine import Engine, load_engine
from pipeline.json_lines import JsonLines
from pipeline.opening import Openings
from pipeline.scan import Outcome, Request, Scan
from pipeline.settings import Settings
from pipeline.sinks import MemorySink, Sink
from pipeline.store import Store

Run = Callable[..., subprocess.CompletedProcess[str]]

TARGETS = """\
domain,brand,industry
apple.com,Apple,consumer-electronics
paypal.com,PayPal,payments
google.com,Google,search
microsoft.com,Microsoft,software
walmart.com,Walmart,retail
"""


@pytest.fixture(scope="session")
def targets_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("targets") / "targets.csv"
    path.write_text(TARGETS, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def engine(targets_file: Path) -> Engine:
    return load_engine(Settings(targets=targets_file))


@pytest.fixture
def found(engine: Engine) -> list[Detection]:
    """Four detections, each of a record of its own."""
    names = ("paypa1.com", "xn--pple-43d.com", "rnicrosoft.com", "xn--pple-43d.com.evil.example")
    return [
        detection.with_record(
            source=f"x:{place}", coordinates=f"sha256:00:{place}", count=place, time_first=place
        )
        for place, name in enumerate(names)
        for detection in engine.judge(name).detections
    ]


@pytest.fixture
def aws(dynamo: DynamoServer, monkeypatch: pytest.MonkeyPatch) -> DynamoServer:
    """DynamoDB as every AWS client of this process finds it."""
    for name, value in dynamo.credentials.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamo.endpoint)
    return dynamo


@pytest.fixture
def table(aws: DynamoServer, unique: str) -> DynamoPlace:
    """An empty table of details."""
    place = DynamoPlace(unique)
    made = DynamoTable(place)
    made.create()
    made.close()
    return place


@pytest.fixture
def migrated(database: str) -> str:
    """How to reach a database that has this release's tables, as the superuser."""
    migrate_postgres(database)
    return database


@dataclass
class Scanned:
    """What a scan left behind."""

    outcome: Outcome
    detections: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    said: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [each["name"] for each in self.detections]

    @property
    def reasons(self) -> dict[str, int]:
        return dict(self.outcome.counts.rejected + self.outcome.counts.damage)


ScanFiles = Callable[..., Scanned]


@pytest.fixture
def scan(engine: Engine, tmp_path: Path) -> ScanFiles:
    """Scan paths, or bytes that are written to a file first."""

    def run(
        *inputs: Path | bytes | str,
        request: Request | None = None,
        store: Store | None = None,
        resume: bool = False,
    ) -> Scanned:
        labels = []
        for number, each in enumerate(inputs):
            if isinstance(each, bytes):
                path = tmp_path / f"input{number}"
                path.write_bytes(each)
                labels.append(str(path))
            else:
                labels.append(str(each))
        memory = MemorySink()
        said: list[str] = []
        rejects = JsonLines(str(tmp_path / "rejects.jsonl"))
        sinks: Sequence[Sink] = [memory] if store is None else [memory, store]
        outcome = Scan(
            engine,
            sinks,
            request or Request(),
            resume=store if resume else None,
            rejects=rejects,
            say=said.append,
        ).run(Openings(labels, aside=False))
        lines = (tmp_path / "rejects.jsonl").read_text(encoding="ascii").splitlines()
        found = [detection.to_json() for detection in memory.detections.values()]
        return Scanned(outcome, found, [json.loads(line) for line in lines], said)

    return run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a store holds, in an order that does not depend on how it came there."""
    connection = sqlite3.connect(path)
    try:
        tables = ("detections", "summary", "scans")
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in tables
        }
    finally:
        connection.close()


@pytest.fixture(name="contents")
def contents_fixture() -> Callable[[Path], dict[str, list[tuple[Any, ...]]]]:
    return contents


@pytest.fixture
def run(tmp_path: Path, targets_file: Path) -> Run:
    """Run a command in an empty folder, with the tests' targets unless others are named."""

    def start(*arguments: str, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PYTHONWARNINGS": "error",
            "GLYPHWATCH_TARGETS": str(targets_file),
            **extra,
        }
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=False,
            timeout=60,
        )

    return start
