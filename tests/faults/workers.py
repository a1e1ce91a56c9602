"""Workers: real ``glyphwatch stream`` processes, started, killed and waited for."""

from __future__ import annotations

import http.client
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
from prometheus_client.parser import text_string_to_metric_families

from infra.stack.ports import LOOPBACK

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """One process. What it says goes to a file."""

    def __init__(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        limit: int | None = None,
    ) -> None:
        """Args: limit: bytes that a file of it may have."""
        self.log = log
        self.started = time.monotonic()
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli", "stream", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=ROOT,
                env={**os.environ, "PYTHONWARNINGS": "error", **environment},
            )
        if limit is not None:
            most = resource.RLIM_INFINITY
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit, most))

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def megabytes(self) -> float:
        """Memory that it holds."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20

    @property
    def descriptors(self) -> int:
        return int(psutil.Process(self.process.pid).num_fds())

    @property
    def seconds(self) -> float:
        """Processor time that it has taken, in its own process."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def ready(self) -> int:
        """Give the status of ``/readyz``; 0 if nobody answers."""
        return self._ask("/readyz")[0]

    def metric(self, name: str, **labels: str) -> float:
        """Give a figure of ``/metrics``; 0 if it is not there."""
        for family in text_string_to_metric_families(self._ask("/metrics")[1]):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return float(sample.value)
        return 0.0

    def _ask(self, path: str) -> tuple[int, str]:
        told = re.search(r'"address": "127\.0\.0\.1:(\d+)"', self.said)
        if told is None:
            return 0, ""
        connection = http.client.HTTPConnection(LOOPBACK, int(told[1]), timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def signal(self, number: signal.Signals) -> None:
        if self.alive:
            self.process.send_signal(number)

    def wait(self, seconds: float) -> int | None:
        """Give its exit code; None if it is still there after so long."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        if self.alive:
            self.process.kill()
        self.process.wait()
