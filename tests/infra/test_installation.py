"""What the image installs, installed beside the stack: the entry command does its work there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from infra.stack.postgres import SUPERUSER, programs
from tests.servers import make_topic

ROOT = Path(__file__).resolve().parent.parent.parent
INFRA = ROOT / "infra"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation, made of nothing but what the image is built of."""
    folder = tmp_path_factory.mktemp("image")
    unwanted = shutil.ignore_patterns("__pycache__", "*.so")
    for line in (INFRA / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines():
        if line.startswith("!"):
            source, target = ROOT / line[1:], folder / "source" / line[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=unwanted)
            else:
                shutil.copy(source, target)
    subprocess.run(
        ["bash", "infra/install.sh", str(folder / "glyphwatch")],
        cwd=folder / "source",
        env={**os.environ, "PYTHON": sys.executable},
        check=True,
    )
    return folder / "glyphwatch"


@pytest.fixture
def environment(
    dynamo: DynamoServer, kafka: KafkaServer, topic: str, unique: str
) -> Iterator[dict[str, str]]:
    """What compose gives the service, with Postgres as compose makes it."""
    make_topic(kafka, f"{topic}.dead-letters")
    with PostgresServer() as postgres:
        postgres.create_database("glyphwatch")
        subprocess.run(
            ["bash", str(INFRA / "compose" / "logins.sh")],
            env={
                "PATH": f"{programs()}:{os.environ['PATH']}",
                "PGHOST": "127.0.0.1",
                "PGPORT": str(postgres.port),
                "PGPASSWORD": postgres.password,
                "POSTGRES_USER": SUPERUSER,
                "POSTGRES_DB": "glyphwatch",
                "STREAM_PASSWORD": "it's secret",
            },
            check=True,
        )
        login = f"127.0.0.1:{postgres.port}/glyphwatch"
        yield {
            **dynamo.environment,
            **kafka.environment,
            "GLYPHWATCH_ADMIN": postgres.conninfo("glyphwatch"),
            "GLYPHWATCH_POSTGRES": f"postgresql://glyphwatch_stream:it's%20secret@{login}",
            "GLYPHWATCH_TOPICS": topic,
            "GLYPHWATCH_DEAD_LETTERS": f"{topic}.dead-letters",
            "GLYPHWATCH_DYNAMODB": unique,
            "GLYPHWATCH_HEALTH": "127.0.0.1:0",
        }


def found(conninfo: str) -> list[tuple[str, str]]:
    with psycopg.connect(conninfo) as session:
        return session.execute("SELECT lookalike, target FROM glyphwatch.lookalikes").fetchall()


def test_the_entry_command_finds_what_it_is_sent(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    entry = [str(installed / "bin" / "glyphwatch")]
    config = ["--config", str(INFRA / "stream.toml")]
    admin = {**environment, "GLYPHWATCH_POSTGRES": environment["GLYPHWATCH_ADMIN"]}
    subprocess.run([*entry, "db", "init", *config], env=admin, cwd="/", check=True)
    names = tmp_path / "names.txt"
    names.write_text("example.org\nxn--pypal-4ve.com\n", encoding="ascii")
    topic = ["--topic", environment["GLYPHWATCH_TOPICS"]]
    subprocess.run([*entry, "produce", *config, *topic, str(names)], env=admin, check=True)
    service = subprocess.Popen(
        [*entry, "stream", *config, "--messages", "names"], env=environment, cwd="/"
    )
    try:
        deadline = time.monotonic() + 120
        while not found(environment["GLYPHWATCH_ADMIN"]):
            assert service.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        service.send_signal(signal.SIGTERM)
        assert service.wait(30) == 0
    finally:
        service.kill()
    assert found(environment["GLYPHWATCH_ADMIN"]) == [("xn--pypal-4ve.com", "paypal.com")]


def test_nothing_of_the_build_is_left(installed: Path) -> None:
    packages = next(installed.glob("lib/python3.*/site-packages"))
    there = {path.name.split("-")[0].lower() for path in packages.glob("*.dist-info")}
    assert {"glyphwatch", "pyarrow", "confluent_kafka", "psycopg", "boto3"} <= there
    assert {"pip", "torch", "pytest", "mypy"}.isdisjoint(there)
