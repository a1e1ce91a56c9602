"""Signals: an end takes no longer than it may, whoever asked for it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

SCRIPT = """
import sys, time
from pipeline.errors import BrokerUnavailable, UsageError
from pipeline.stream import signals

signals.END_SECONDS = 0.5
with signals.Signals(lambda line: print(line, flush=True)) as heard:
    heard.limit({fault})
    time.sleep({seconds})
print("closed", flush=True)
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("fault", "code"), [("BrokerUnavailable('refused')", 4), ("UsageError('another topic')", 2)]
)
def test_a_fault_ends_the_process_though_something_hangs(fault: str, code: int) -> None:
    began = time.monotonic()
    script = SCRIPT.format(fault=fault, seconds=60)
    done = run(script)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(fault.split("'")[1])
    assert "read again" in done.stdout
    assert time.monotonic() - began < 30


def test_a_fault_whose_end_is_quick_changes_nothing() -> None:
    script = SCRIPT.format(fault="UsageError('another topic')", seconds=0)
    done = run(script)
    assert (done.returncode, done.stdout) == (0, "closed\n")
