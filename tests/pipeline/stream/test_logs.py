"""Logs, read back as a collector would: one JSON object a line."""

import io
import json
import logging
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stream.logs import LONGEST, MOST_ALIKE, WINDOW, Log, Logs
from tests.pipeline.stream.clocks import HandClock


class Written:
    """A log that is written into memory."""

    def __init__(self, form: str = "json", level: str = "debug") -> None:
        self.stream = io.StringIO()
        self.clock = HandClock()
        self.logs = Logs(form=form, level=level, stream=self.stream, clock=self.clock)

    @property
    def lines(self) -> list[str]:
        text = self.stream.getvalue()
        assert text == "" or text.endswith("\n")
        return text.split("\n")[:-1]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def written() -> Iterator[Written]:
    one = Written()
    yield one
    one.logs.close()


log = Log("stream.test")


def test_an_event_is_one_object_with_its_fields(written: Written) -> None:
    log.warning("sink_down", sink="summary", retry_after=0.25, tries=3, is_new=True, cause=None)
    (event,) = written.events
    assert list(event)[:3] == ["time", "level", "event"]
    assert event.pop("time").endswith("Z")
    assert event == {
        "level": "warning",
        "event": "sink_down",
        "sink": "summary",
        "retry_after": 0.25,
        "tries": 3,
        "is_new": True,
        "cause": None,
        "logger": "glyphwatch.stream.test",
    }


@pytest.mark.parametrize(
    "name",
    [
        'a.com\n{"level": "info", "event": "forged"}',
        "a.com\r\n\x85\u2028\u2029forged",
        "%s%n{}%(message)s",
        "\x1b]52;c;Zm9v\x07",
        "moc.lapyap\u202e",
        "\ud800.com",
        "\x00",
        "[red]x[/red].com",
    ],
)
@pytest.mark.parametrize("form", ["json", "text"])
def test_a_hostile_name_stays_in_its_field(name: str, form: str) -> None:
    written = Written(form)
    log.info("alert_sent", lookalike=name)
    logging.getLogger("library").error("cannot resolve %s", name)
    written.logs.close()
    assert len(written.lines) == 2
    for line in written.lines:
        assert line.isprintable(), line
        assert len(line.splitlines()) == 1
        line.encode()
    if form == "json":
        assert written.lines[0].isascii()
        assert [event["event"] for event in written.events] == ["alert_sent", "library"]


@given(st.dictionaries(st.sampled_from(["name", "source", "reason"]), st.text(max_size=3000)))
def test_whatever_is_said_is_one_bounded_line(fields: dict[str, str]) -> None:
    written = Written()
    try:
        log.info("seen", **fields)
    finally:
        written.logs.close()
    (event,) = written.events
    for name in fields:
        assert len(event[name]) <= LONGEST
        kinds = {unicodedata.category(char) for char in event[name] if char not in "\u2068\u2069"}
        assert not kinds & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def test_secrets_are_struck_out_wherever_they_turn_up(written: Written) -> None:
    written.logs.hide(["hunter2-hunter2", ""])
    log.info("started", password="x1", alert_secret="x2", url="https://me:x3@host/")
    logging.getLogger("psycopg.pool").warning("no connection: password=%s", "hunter2-hunter2")
    refused = ConnectionError("refused hunter2-hunter2 by postgresql://me:x4@host/db")
    log.fault("broken", refused)
    text = written.stream.getvalue()
    for secret in ("hunter2", "x1", "x2", "x3", "x4"):
        assert secret not in text
    assert text.count("[hidden]") >= 6
    assert len(written.events) == 3


def test_a_traceback_is_one_line(written: Written) -> None:
    log.fault("broken", ValueError("a\nb" * 10_000))
    (event,) = written.events
    assert event["error"].startswith("ValueError: a\\u{a}b")
    assert len(written.lines[0]) < 30_000


def test_libraries_speak_from_warnings_on(written: Written) -> None:
    logging.getLogger("botocore").info("chatter")
    logging.getLogger("botocore").warning("clock skew of %d s", 3)
    (event,) = written.events
    assert (event["event"], event["message"]) == ("library", "clock skew of 3 s")
    assert event["logger"] == "botocore"


def test_a_fault_of_a_librarys_own_line_is_no_fault_of_ours(written: Written) -> None:
    record = logging.makeLogRecord({"name": "library", "msg": "%d things", "args": ("seven",)})
    written.logs._handler.handle(record)
    (event,) = written.events
    assert event["event"] == "unwritable"


def test_what_is_said_too_often_is_left_out_and_counted(written: Written) -> None:
    for _ in range(100):
        log.info("retried", sink="details")
    log.info("other")
    assert len(written.lines) == MOST_ALIKE + 1
    written.clock.pass_(WINDOW)
    log.info("retried", sink="details")
    assert written.events[-1]["left_out"] == 100 - MOST_ALIKE
    log.info("retried", sink="details")
    assert "left_out" not in written.events[-1]


def test_levels(written: Written) -> None:
    written.logs.close()
    quiet = Written(level="warning")
    log.info("unheard")
    log.warning("heard")
    quiet.logs.close()
    log.error("afterwards")
    assert [event["event"] for event in quiet.events] == ["heard"]


def test_text_is_for_people() -> None:
    written = Written("text")
    log.info("assigned", partitions=3, by="group a")
    written.logs.close()
    assert written.lines[0].partition(" ")[2] == 'info assigned partitions=3 by="group a"'


def test_a_pipe_gets_json_and_a_terminal_text() -> None:
    code = (
        "from pipeline.stream.logs import Log, Logs; "
        "Logs(); Log('stream').info('started', topic='dns')"
    )
    piped = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(piped.stderr)["event"] == "started"
    terminal, other = os.openpty()
    with os.fdopen(terminal, "rb", buffering=0) as shown:
        subprocess.run([sys.executable, "-c", code], stderr=other, check=True)
        os.close(other)
        assert b"info started topic=dns" in shown.read(1000)


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    code = (
        "from pipeline.stream.logs import Log, Logs; Logs(stream=open('/dev/full', 'w')); "
        "[Log('stream').error('lost', n=n) for n in range(3)]; print('alive')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout == b"alive\n"
