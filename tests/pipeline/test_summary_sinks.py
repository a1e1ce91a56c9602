"""The contract of what counts: the SQLite store and Postgres, each as it is used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.detection import Detection
from detector.substitution import Technique
from detector.verdict import Severity
from pipeline.counts import Counts
from pipeline.postgres import PostgresSink
from pipeline.sinks import Batch, Partition, Progress, StoredProgress, SummarySink
from pipeline.store import Store
from pipeline.summary import COLUMNS, MAX_RESOLUTIONS, Summary

DNS = Partition("a-group", 0, "a-cluster", "dns", "id-1", 0)


@dataclass
class Case:
    """A sink, and a way to see what it has counted."""

    sink: SummarySink
    summaries: Callable[[], list[Summary]]


def sqlite(request: pytest.FixtureRequest) -> Case:
    store = Store(request.getfixturevalue("tmp_path") / "out.sqlite")
    return Case(store, lambda: list(store.summaries()))


def postgres(request: pytest.FixtureRequest) -> Case:
    conninfo: str = request.getfixturevalue("migrated")
    names = ", ".join(f"s.{name}" for name in COLUMNS)
    query = f"""
        SELECT {names} FROM glyphwatch.summary AS s
        JOIN glyphwatch.current_runs AS r ON r.id = s.run
        ORDER BY resolutions DESC, best_score DESC, lookalike, target
    """

    def summaries() -> list[Summary]:
        with psycopg.connect(conninfo) as session:
            rows = session.execute(query.encode()).fetchall()
        return [
            Summary._make((*row[:-2], Severity.parse(row[-2]), tuple(map(Technique, row[-1]))))
            for row in rows
        ]

    return Case(PostgresSink(conninfo), summaries)


SINKS = {"sqlite": sqlite, "postgres": postgres}


@pytest.fixture(params=SINKS)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    made = SINKS[request.param](request)
    yield made
    made.sink.close()


def at(detection: Detection, offset: int, partition: Partition = DNS, **fields: int) -> Detection:
    return detection.with_record(
        source=f"{partition.topic}/{partition.number}/{offset}",
        coordinates=f"{partition.source}:{offset}",
        count=fields.get("count"),
        time_first=fields.get("time_first"),
        time_last=fields.get("time_last"),
    )


def stretch(
    detections: Sequence[Detection], end: int, partition: Partition = DNS, records: int = 0
) -> Batch:
    label = f"{partition.topic}/{partition.number}"
    counts = Counts(records=records)
    done = Progress(
        partition.source,
        "run",
        label,
        "names",
        end,
        "",
        counts,
        finished=False,
        partition=partition,
    )
    return Batch(detections, done)


def read(sink: SummarySink, partition: Partition = DNS, *numbers: int) -> dict[int, StoredProgress]:
    asked = numbers or (partition.number,)
    return sink.read_progress(
        partition.group, partition.epoch, partition.cluster, partition.topic, asked
    )


def counted(case: Case) -> dict[str, tuple[int, int]]:
    """Records and resolutions of each lookalike."""
    return {each.lookalike: (each.records, each.resolutions) for each in case.summaries()}


def test_the_summary_adds_up(case: Case, found: list[Detection]) -> None:
    apple = found[1]
    worse = apple._replace(score=0.5, severity=Severity.LOW, techniques=(Technique.ASCII,))
    case.sink.write(stretch([at(apple, 0, count=5, time_first=100, time_last=200)], 1))
    case.sink.write(stretch([at(worse, 10, count=7, time_first=50), at(apple, 20)], 21))
    (summary,) = case.summaries()
    assert summary == Summary(
        lookalike="xn--pple-43d.com",
        target="apple.com",
        brand="Apple",
        industry="consumer-electronics",
        first_seen=50,
        last_seen=200,
        resolutions=13,  # 5, 7, and 1 for the record that says nothing
        records=3,
        best_score=apple.score,
        best_severity=apple.severity,
        techniques=(Technique.IDN, Technique.ASCII),
    )


def test_a_record_counts_once_for_each_lookalike_and_target(
    case: Case, found: list[Detection]
) -> None:
    apple = at(found[1], 3, count=5)
    twice = apple._replace(name="www.xn--pple-43d.com")
    other = apple._replace(target="apple.example", brand="Another")
    case.sink.write(stretch([apple, twice, other, apple], 4))
    assert [(s.target, s.records, s.resolutions) for s in case.summaries()] == [
        ("apple.com", 1, 5),
        ("apple.example", 1, 5),
    ]


def test_what_was_counted_is_not_counted_again(case: Case, found: list[Detection]) -> None:
    records = [at(found[0], offset, count=1) for offset in range(30)]
    case.sink.write(stretch(records[:10], 10))
    case.sink.write(stretch(records[:10], 10))  # the same again
    case.sink.write(stretch(records[:5], 5))  # a zombie, far behind
    case.sink.write(stretch(records[5:20], 20))  # one that overlaps
    case.sink.write(stretch(records[20:], 30))
    assert counted(case) == {"paypa1.com": (30, 30)}
    assert read(case.sink) == {0: StoredProgress(30, "id-1")}


def test_progress_is_kept_without_detections_and_never_goes_back(case: Case) -> None:
    assert read(case.sink) == {}
    for end in (7, 9, 8, 0):
        case.sink.write(stretch([], end))
    assert read(case.sink) == {0: StoredProgress(9, "id-1")}
    case.sink.write(Batch([], None))
    assert case.summaries() == []


def test_partitions_groups_topics_and_clusters_are_told_apart(case: Case) -> None:
    others = [
        DNS._replace(number=2),
        DNS._replace(group="b"),
        DNS._replace(cluster="b"),
        DNS._replace(topic="b"),
        DNS._replace(epoch=1),
    ]
    for end, partition in enumerate([DNS, *others], 10):
        case.sink.write(stretch([], end, partition))
    assert read(case.sink, DNS, 0, 1, 2) == {
        0: StoredProgress(10, "id-1"),
        2: StoredProgress(11, "id-1"),
    }
    for end, partition in enumerate(others, 11):
        assert read(case.sink, partition) == {partition.number: StoredProgress(end, "id-1")}


def test_a_topic_that_was_made_again_is_counted_from_its_beginning(
    case: Case, found: list[Detection]
) -> None:
    again = DNS._replace(topic_id="id-2")
    case.sink.write(stretch([at(found[0], 99, count=1)], 100))
    case.sink.write(stretch([at(found[0], 4, again, count=1)], 5, again))
    assert read(case.sink, again) == {0: StoredProgress(5, "id-2")}
    case.sink.write(stretch([at(found[0], 98, count=1)], 99))  # a zombie of the old topic
    assert read(case.sink, again) == {0: StoredProgress(5, "id-2")}
    assert counted(case) == {"paypa1.com": (2, 2)}


def test_an_id_that_the_broker_begins_to_tell_changes_nothing(
    case: Case, found: list[Detection]
) -> None:
    silent = DNS._replace(topic_id="")
    case.sink.write(stretch([at(found[0], 0, silent, count=1)], 10, silent))
    assert read(case.sink) == {0: StoredProgress(10, "")}
    case.sink.write(stretch([at(found[0], 9, count=1), at(found[0], 10, count=1)], 11))
    assert read(case.sink) == {0: StoredProgress(11, "id-1")}
    case.sink.write(stretch([at(found[0], 10, silent, count=1)], 11, silent))
    assert counted(case) == {"paypa1.com": (2, 2)}


def test_a_new_run_counts_anew_and_takes_the_place_of_the_last(
    case: Case, found: list[Detection]
) -> None:
    case.sink.write(stretch([at(each, 5, count=1) for each in found], 6))
    anew = DNS._replace(epoch=1)
    case.sink.write(stretch([at(found[0], 5, anew, count=9)], 6, anew))
    assert counted(case) == {"paypa1.com": (1, 9)}
    assert read(case.sink) == {0: StoredProgress(6, "id-1")}


def test_each_lookalike_is_told_of_once(case: Case, found: list[Detection]) -> None:
    paypal, apple, microsoft, _ = found
    other = apple._replace(target="apple.example")
    case.sink.write(stretch([at(apple, 1), at(other, 1), at(apple, 2)], 3))
    case.sink.write(stretch([at(apple, 3), at(paypal, 4)], 5))
    anew = DNS._replace(epoch=1)
    case.sink.write(stretch([at(apple, 1, anew), at(microsoft, 2, anew)], 3, anew))
    alerts = case.sink.outbox_pending(10)
    assert [each.lookalike for each in alerts] == [
        "xn--pple-43d.com",
        "paypa1.com",
        "rnicrosoft.com",
    ]
    assert alerts[0].detection == at(apple, 1).to_json()
    assert case.sink.outbox_pending(1) == alerts[:1]
    assert case.sink.outbox_pending(10) == alerts  # nobody said that they were sent
    case.sink.outbox_sent([alerts[0].id, alerts[2].id])
    assert case.sink.outbox_pending(10) == alerts[1:2]
    case.sink.write(stretch([at(apple, 9), at(paypal, 9)], 10))
    assert case.sink.outbox_pending(10) == alerts[1:2]
    case.sink.outbox_sent([alerts[1].id])
    case.sink.outbox_sent([])
    assert case.sink.outbox_pending(10) == []


def test_sums_stop_at_64_bits(case: Case, found: list[Detection]) -> None:
    for offset in range(3):
        record = at(found[0], offset, count=MAX_RESOLUTIONS - 1)
        case.sink.write(stretch([record, at(found[0], offset)], offset + 1))
    assert counted(case) == {"paypa1.com": (3, MAX_RESOLUTIONS)}


def test_hostile_text_is_counted_and_told_of(case: Case, found: list[Detection]) -> None:
    hostile = at(found[0], 0)._replace(
        unicode_name="\x00\u202e\x1b]52;c;\x07",
        registrable_domain="'; DROP TABLE domains; --\x00.com",
        brand="\x00{}%s\\",
        rdata=("\x00\ud800", "\u2028"),
    )
    case.sink.write(stretch([hostile], 1))
    (summary,) = case.summaries()
    assert (summary.records, summary.brand[-5:]) == (1, "{}%s\\")
    (alert,) = case.sink.outbox_pending(10)
    assert alert.detection == hostile.to_json()
    assert alert.lookalike == summary.lookalike


def test_other_threads_may_ask_while_one_writes(case: Case, found: list[Detection]) -> None:
    done, wrong = threading.Event(), []

    def ask() -> None:
        last = 0
        while not done.is_set():
            now = read(case.sink).get(0, StoredProgress(0, "")).offset
            if now < last:
                wrong.append((last, now))
            last = now
            case.sink.outbox_sent([each.id for each in case.sink.outbox_pending(5)])

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for each in askers:
        each.start()
    try:
        for offset in range(100):
            new = found[offset % 4]._replace(registrable_domain=f"xn--{offset}.com")
            case.sink.write(stretch([at(new, offset, count=1)], offset + 1))
    finally:
        done.set()
        for each in askers:
            each.join()
    assert not wrong
    assert sum(records for records, _ in counted(case).values()) == 100
    case.sink.outbox_sent([each.id for each in case.sink.outbox_pending(100)])
    assert case.sink.outbox_pending(100) == []


batches = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 15)), max_size=12)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_whatever_is_written_how_often_each_record_counts_once(
    case: Case, found: list[Detection], data: st.DataObject
) -> None:
    """Batches that begin and end anywhere, as several workers might bring them."""
    end = read(case.sink).get(0, StoredProgress(0, "")).offset
    before = counted(case)
    reached = end
    expected: dict[str, int] = {name: records for name, (records, _) in before.items()}
    for begin, length in data.draw(batches):
        first, last = end + begin, end + begin + length
        records = [at(found[n % 4], n, count=1) for n in range(first, last)]
        case.sink.write(stretch(records, last))
        for record, offset in zip(records, range(first, last), strict=True):
            if offset >= reached:
                name = record.registrable_domain
                expected[name] = expected.get(name, 0) + 1
        reached = max(reached, last)
    assert {name: records for name, (records, _) in counted(case).items()} == expected
