"""The store: counts every record once, whatever is written how often, and guards its file."""

from __future__ import annotations

import random
import resource
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.detection import Detection
from detector.substitution import Technique
from detector.verdict import Severity
from pipeline.counts import Counts
from pipeline.engine import Engine
from pipeline.errors import Exit, SinkUnavailable, StoreError
from pipeline.sinks import Batch, Progress
from pipeline.store import Store
from pipeline.store_schema import APPLICATION_ID, SCHEMA_VERSION
from pipeline.summary import MAX_RESOLUTIONS, Summary
from tests.pipeline.partitions import stretch


def seen(detection: Detection, place: int, **fields: Any) -> Detection:  # noqa: ANN401
    return detection.with_record(source=f"x:{place}", coordinates=f"sha256:00:{place}", **fields)


@pytest.fixture
def apple(engine: Engine) -> Detection:
    (detection,) = engine.judge("xn--pple-43d.com").detections
    return detection


def test_the_summary_adds_up(store: Store, apple: Detection) -> None:
    first = seen(apple, 0, count=5, time_first=100, time_last=200)
    second = seen(apple, 10, count=7, time_first=50)._replace(
        score=0.5,
        severity=Severity.LOW,
        techniques=(Technique.ASCII,),
    )
    third = seen(apple, 20)
    store.write(Batch([first], None))
    store.write(Batch([second, third, first], None))
    (summary,) = store.summaries()
    assert summary == Summary(
        lookalike="xn--pple-43d.com",
        target="apple.com",
        brand="Apple",
        industry="consumer-electronics",
        first_seen=50,
        last_seen=200,
        resolutions=13,
        records=3,
        best_score=apple.score,
        best_severity=apple.severity,
        techniques=(Technique.IDN, Technique.ASCII),
    )


def test_a_record_counts_once_whatever_map_found_it(store: Store, apple: Detection) -> None:
    store.write(Batch([seen(apple, 0, count=5)], None))
    other = seen(apple, 0, count=5)._replace(techniques=(Technique.IDN, Technique.ASCII))
    assert other.id != seen(apple, 0).id
    store.write(Batch([other], None))
    (summary,) = store.summaries()
    assert (summary.resolutions, summary.records) == (5, 1)


def test_order_and_repetition_do_not_matter(
    tmp_path: Path, apple: Detection, contents: Callable[[Path], dict[str, Any]]
) -> None:
    records = [seen(apple, place, count=place, time_first=place) for place in range(40)]
    dice = random.Random(1)
    held = []
    for number in range(3):
        store = Store(tmp_path / f"{number}.sqlite")
        mixed = records * (number + 1)
        dice.shuffle(mixed)
        for at in range(0, len(mixed), 7):
            store.write(Batch(mixed[at : at + 7], None))
        store.close()
        held.append(contents(store.path)["summary"])
    assert held[0] == held[1] == held[2]


def test_sums_stop_at_64_bits(apple: Detection) -> None:
    summary = Summary.of(seen(apple, 0, count=MAX_RESOLUTIONS - 1))
    assert summary.merged(summary).resolutions == MAX_RESOLUTIONS


def made(offset: int, *, finished: bool = False) -> Progress:
    counts = Counts(records=offset)
    return Progress("sha256:00", "run", "x", "names", offset, "", counts, finished)


def test_progress_never_goes_back(store: Store) -> None:
    for progress in (made(5), made(9), made(7)):
        store.write(Batch((), progress))
    assert store.progress("sha256:00", "run") == made(9)
    store.write(Batch((), made(9, finished=True)))
    store.write(Batch((), made(9)))
    assert store.progress("sha256:00", "run") == made(9, finished=True)
    assert store.progress("sha256:00", "another run") is None
    assert store.scans() == [made(9, finished=True)]


def test_what_the_allow_list_kept_back_adds_up_over_stretches(
    store: Store, found: list[Detection]
) -> None:
    for begin, end in ((0, 3), (3, 5), (3, 5)):  # the last one is read twice, and counts once
        batch = stretch(found, begin, end)
        assert batch.progress is not None
        batch.progress.counts.held = Counter({"allow paypa1.com": end - begin})
        store.write(batch)
    (scan,) = store.scans()
    assert scan.counts.held == {"allow paypa1.com": 5}


def test_the_example_of_a_pair_is_its_best(store: Store, apple: Detection) -> None:
    pair = apple.registrable_domain, apple.target
    assert store.example(*pair) is None
    scores = (0.5, 0.9, 0.7)
    store.write(Batch([seen(apple, n)._replace(score=s) for n, s in enumerate(scores)], None))
    example = store.example(*pair)
    assert example is not None
    assert (example["score"], example["name"]) == (0.9, apple.name)
    assert store.example(apple.registrable_domain, "paypal.com") is None


def test_a_batch_is_stored_as_a_whole_or_not_at_all(
    store: Store, apple: Detection, contents: Callable[[Path], dict[str, Any]]
) -> None:
    store.write(Batch([seen(apple, 0)], made(1)))
    before = contents(store.path)
    broken = made(2)._replace(label="\ud800")  # SQLite takes no lone surrogate
    with pytest.raises(UnicodeEncodeError):
        store.write(Batch([seen(apple, 5)], broken))
    assert contents(store.path) == before
    store.write(Batch([seen(apple, 5)], made(2)))
    assert len(contents(store.path)["detections"]) == 2


def test_a_new_store_is_marked(store: Store) -> None:
    connection = sqlite3.connect(store.path)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_other_files_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to look like one " * 40, encoding="ascii")
    foreign = tmp_path / "foreign.sqlite"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    for path, said in ((text, "not a database"), (foreign, "no glyphwatch store")):
        before = path.read_bytes()
        with pytest.raises(StoreError, match=said) as error:
            Store(path)
        assert error.value.exit_code is Exit.USAGE
        assert path.read_bytes() == before


def test_a_newer_store_is_refused(store: Store) -> None:
    connection = sqlite3.connect(store.path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(StoreError, match="newer glyphwatch"):
        Store(store.path)


def test_a_store_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        Store(tmp_path / "x.sqlite", read_only=True)
    with pytest.raises(SinkUnavailable, match="unable to open"):
        Store(tmp_path / "missing" / "x.sqlite")
    with pytest.raises(SinkUnavailable, match="unable to open"):
        Store(tmp_path)


def test_a_reader_changes_nothing(store: Store, apple: Detection) -> None:
    store.write(Batch([seen(apple, 0)], made(1)))
    reader = Store(store.path, read_only=True)
    assert len(list(reader.summaries())) == 1
    with pytest.raises(SinkUnavailable, match="readonly"):
        reader.write(Batch((), made(2)))
    reader.close()


def test_two_writers_wait_for_each_other(store: Store, apple: Detection) -> None:
    other = Store(store.path)
    for place in range(20):
        (store if place % 2 else other).write(Batch([seen(apple, place, count=1)], None))
    other.close()
    (summary,) = store.summaries()
    assert summary.resolutions == 20


def test_a_writer_that_waited_too_long_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.BUSY_SECONDS", 0.05)
    other = Store(store.path)
    store._connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(SinkUnavailable, match="locked") as error:
        other.write(Batch((), made(1)))
    assert error.value.retry_after
    store._connection.execute("ROLLBACK")
    other.write(Batch((), made(1)))
    other.close()


def test_many_processes_can_make_the_same_store(tmp_path: Path) -> None:
    code = "import sys, pathlib; from pipeline.store import Store; Store(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "new.sqlite")]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(6)]
    for process in started:
        _, said = process.communicate()
        assert process.returncode == 0, said


def limit_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def test_a_full_disk_loses_nothing_that_was_stored(
    tmp_path: Path, targets_file: Path, contents: Callable[[Path], dict[str, Any]]
) -> None:
    names = tmp_path / "names"
    names.write_text(
        "".join(f"paypa1.com.x{n}.paypa1.com\n" for n in range(3000)), encoding="ascii"
    )
    store = tmp_path / "store.sqlite"
    command = [sys.executable, "-m", "pipeline.cli", "scan", str(names), "--store", str(store)]
    command += ["--targets", str(targets_file), "--jobs", "1"]
    failed = subprocess.run(command, capture_output=True, preexec_fn=limit_files, check=False)
    assert failed.returncode == Exit.SINK, failed.stderr
    assert b"Traceback" not in failed.stderr
    assert str(store).encode() in failed.stderr
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == Exit.DONE, done.stderr
    assert len(contents(store)["detections"]) == 3000
