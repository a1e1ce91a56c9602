"""Reloading, with real files and real signals."""

import gc
import io
import json
import os
import signal
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.allow_file import DEFAULT_ALLOW, AllowFiles
from pipeline.engine import Engine, load_engine
from pipeline.settings import Settings
from pipeline.stream.logs import Logs
from pipeline.stream.observing import Observer
from pipeline.stream.reloading import Reloading, watched

HEADER = "domain,brand,industry\n"
PAYPAL = HEADER + "paypal.com,PayPal,finance\n"
BOTH = PAYPAL + "kaufhaus-sonnenschein.de,Sonnenschein,retail\n"
LOOKALIKE = "kaufhaus-sonnensche\u0456n.de"  # with a Cyrillic letter


class Counted(Observer):
    """Counts reloads."""

    def __init__(self) -> None:
        self.results: list[bool] = []

    def reloaded(self, *, ok: bool) -> None:
        self.results.append(ok)


class Watched:
    """A stream's engine over files that tests change."""

    def __init__(
        self,
        folder: Path,
        every: float = 0.02,
        load: Callable[[Settings], Engine] = load_engine,
    ) -> None:
        self.targets, self.allow = folder / "targets.csv", folder / "allow.txt"
        self.targets.write_text(PAYPAL)
        self.allow.write_text("# nothing\nallowed.example\n")
        settings = Settings(targets=self.targets, allow=(self.allow,))
        self.counted = Counted()
        self.stream = io.StringIO()
        self.logs = Logs(form="json", stream=self.stream)
        engine = load_engine(settings)
        self.reloading = Reloading(engine, settings, every=every, load=load, observer=self.counted)

    def finds(self, name: str) -> list[str]:
        return [each.target for each in self.reloading.engine().judge(name).detections]

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def close(self) -> None:
        self.reloading.close()
        self.logs.close()


@pytest.fixture
def streamed(tmp_path: Path) -> Iterator[Watched]:
    one = Watched(tmp_path)
    yield one
    one.close()


def wait_until(done: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.01)


def replace(path: Path, text: str) -> None:
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


def test_a_replaced_target_list_is_taken(streamed: Watched) -> None:
    assert streamed.finds(LOOKALIKE) == []
    before = streamed.reloading.engine()
    replace(streamed.targets, BOTH)
    wait_until(lambda: streamed.counted.results)
    assert streamed.finds(LOOKALIKE) == ["kaufhaus-sonnenschein.de"]
    assert streamed.reloading.engine().run != before.run
    (event,) = streamed.events()
    assert event["event"] == "reloaded"
    assert (event["before"], event["targets"]) == (before.run, 2)
    assert event["cause"] == "changed file"


def test_an_allow_list_that_is_written_in_place_is_taken(streamed: Watched) -> None:
    assert streamed.finds("p\u0430ypal.com") == ["paypal.com"]
    streamed.allow.write_text("xn--pypal-4ve.com\n")
    wait_until(lambda: streamed.finds("p\u0430ypal.com") == [])


@pytest.mark.parametrize(
    "broken",
    [b"", b"nonsense", b"\xff\xfe\x00", HEADER.encode(), b"domain,brand\n,,,,\n"],
    ids=["empty", "words", "bytes", "no rows", "no use"],
)
def test_a_broken_list_leaves_the_old_ones(streamed: Watched, broken: bytes) -> None:
    before = streamed.reloading.engine()
    streamed.targets.write_bytes(broken)
    wait_until(lambda: streamed.counted.results)
    assert streamed.counted.results == [False]
    assert streamed.reloading.engine() is before
    (event,) = streamed.events()
    assert (event["event"], event["level"]) == ("reload_failed", "error")
    assert "targets.csv" in event["reason"]
    assert event["kept"] == before.run
    time.sleep(0.2)  # ten looks later it has not been tried again
    assert streamed.counted.results == [False]
    streamed.targets.write_text(BOTH)
    wait_until(lambda: streamed.counted.results == [False, True])
    assert streamed.finds(LOOKALIKE)


def test_a_row_that_ends_holds_through_its_last_day(tmp_path: Path) -> None:
    day = "2026-11-23"
    path = tmp_path / "allow.txt"
    path.write_text("silence ; xn--pypal-4ve.com ; * ; 2026-11-01 ; 2026-11-23 ; till tomorrow\n")
    settings = Settings(allow=(path,))

    def load(settings: Settings) -> Engine:
        today = AllowFiles.read(settings.allow, day)
        return load_engine(settings._replace(allow=()))._replace(run=today.digest, ends=today.ends)

    counted = Counted()
    first = load(settings)
    reloading = Reloading(first, settings, every=0.01, load=load, observer=counted, day=lambda: day)
    time.sleep(0.1)
    assert (first.ends, counted.results) == ("2026-11-23", [])
    day = "2026-11-24"
    wait_until(lambda: counted.results)
    time.sleep(0.1)
    reloading.close()
    assert counted.results == [True]  # once
    assert (reloading.engine().ends, reloading.engine().run == first.run) == ("-", False)


def test_nothing_is_taken_unless_all_of_it_is_sound(streamed: Watched) -> None:
    streamed.reloading.close()
    streamed.targets.write_text(BOTH)
    streamed.allow.unlink()
    settings = Settings(targets=streamed.targets, allow=(streamed.allow,))
    engine = streamed.reloading.engine()
    again = Reloading(engine, settings, every=0, observer=streamed.counted)
    again.ask()
    wait_until(lambda: streamed.counted.results == [False])
    assert again.engine() is engine
    again.close()


def test_a_file_that_is_away_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    streamed = Watched(tmp_path, every=0.5)
    streamed.targets.unlink()
    streamed.targets.write_text(BOTH)
    wait_until(lambda: streamed.counted.results)
    assert streamed.counted.results == [True]
    streamed.close()


def test_links_are_followed_as_kubernetes_moves_them(tmp_path: Path) -> None:
    for name, text in (("v1", PAYPAL), ("v2", BOTH)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "targets.csv").write_text(text)
    (tmp_path / "data").symlink_to("v1")
    settings = Settings(targets=tmp_path / "data" / "targets.csv")
    counted = Counted()
    reloading = Reloading(load_engine(settings), settings, every=0.02, observer=counted)
    (tmp_path / "data.new").symlink_to("v2")
    (tmp_path / "data.new").replace(tmp_path / "data")
    wait_until(lambda: counted.results)
    assert len(reloading.engine().targets) == 2
    reloading.close()


def test_a_signal_loads_everything_again(tmp_path: Path) -> None:
    streamed = Watched(tmp_path, every=0)
    before = signal.signal(signal.SIGHUP, lambda *_: streamed.reloading.ask())
    try:
        streamed.targets.write_text(BOTH)
        time.sleep(0.1)
        assert streamed.counted.results == []  # it does not look by itself
        os.kill(os.getpid(), signal.SIGHUP)
        wait_until(lambda: streamed.counted.results == [True])
    finally:
        signal.signal(signal.SIGHUP, before)
    assert streamed.finds(LOOKALIKE)
    assert streamed.events()[0]["cause"] == "signal"
    streamed.close()


def test_an_unexpected_fault_leaves_the_old_ones_too(tmp_path: Path) -> None:
    def load(_settings: Settings) -> Engine:
        msg = "a fault of ours"
        raise AssertionError(msg)

    streamed = Watched(tmp_path, every=0, load=load)
    streamed.reloading.ask()
    wait_until(lambda: len(streamed.counted.results) == 1)
    streamed.reloading.ask()  # and the thread lives on
    wait_until(lambda: len(streamed.counted.results) == 2)
    assert streamed.counted.results == [False, False]
    assert "AssertionError" in streamed.events()[0]["error"]
    streamed.close()


def test_old_lists_are_let_go_of(streamed: Watched) -> None:
    gc.collect()
    judge = weakref.ref(streamed.reloading.engine().judge)
    replace(streamed.targets, BOTH)
    wait_until(lambda: streamed.counted.results)
    wait_until(lambda: judge() is None)


def test_everything_that_decides_is_watched() -> None:
    names = {path.name for path in watched(Settings(known=(Path("k"),), allow=(Path("a"),)))}
    assert names == {"targets.csv", "confusables.txt", "k", "a", "public_suffix_list.dat"}
    # All of them are there, but the allow list that somebody may yet make.
    missing = [path for path in watched(Settings()) if not path.is_file()]
    assert missing == [DEFAULT_ALLOW]
