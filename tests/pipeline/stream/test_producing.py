"""Files that the scan can read become messages that the stream can read."""

from pathlib import Path

import pyarrow as pa
import pytest
from confluent_kafka import Consumer, TopicPartition
from pyarrow import parquet

from infra.stack import KafkaServer
from pipeline.errors import UsageError
from pipeline.formats.arrow import ArrowStream
from pipeline.inputs import open_input
from pipeline.stream.producing import Producing
from pipeline.stream.settings import StreamSettings
from tests.pipeline.conftest import ScanFiles, Scanned
from tests.pipeline.formats.samples import ZEEK_HEADER
from tests.pipeline.formats.writings import ALONE, WITH_ANSWERS, rows
from tests.servers import make_topic


def settings(kafka: KafkaServer) -> StreamSettings:
    return StreamSettings(kafka=(("bootstrap.servers", kafka.bootstrap),))


def values(kafka: KafkaServer, topic: str, count: int) -> list[bytes | None]:
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "reads"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = consumer.consume(count, 30)
    consumer.close()
    return [message.value() for message in found]


def produced(
    kafka: KafkaServer, topic: str, path: Path, rows: int | None = None
) -> tuple[Producing, list[bytes | None]]:
    make_topic(kafka, topic, 1)
    producing = Producing(settings(kafka), topic, say=print)
    with open_input(str(path)) as source:
        producing.send(source, rows=rows)
    producing.close()
    return producing, values(kafka, topic, producing.sent)


def test_lines_are_sent_as_they_are(kafka: KafkaServer, unique: str, tmp_path: Path) -> None:
    path = tmp_path / "in.ndjson"
    path.write_bytes(b'{"rrname":"a.com"}\r\n\n{broken\n{"rrname":"\xff"}')
    _, sent = produced(kafka, unique, path)
    assert sent == [b'{"rrname":"a.com"}\r', b"{broken", b'{"rrname":"\xff"}']


def test_rows_become_objects(kafka: KafkaServer, unique: str, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("query,count,client\na.com,3,x\nb.com,,y\nc.com,many,z\n", encoding="utf-8")
    producing, sent = produced(kafka, unique, path)
    assert sent == [b'{"rrname": "a.com", "count": 3}', b'{"rrname": "b.com"}']
    assert dict(producing.rejected) == {"bad_type": 1}


def test_records_become_arrow_messages(kafka: KafkaServer, unique: str, tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"query": [f"host{n}.example" for n in range(5)]}), path)
    _, sent = produced(kafka, unique, path, rows=2)
    tables = [ArrowStream().tables(value or b"", 0) for value in sent]
    names = [t[0].rows.column("rrname").to_pylist() for t in tables if isinstance(t, list)]
    assert names == [
        [b"host0.example", b"host1.example"],
        [b"host2.example", b"host3.example"],
        [b"host4.example"],
    ]


def test_large_arrow_messages_are_divided(kafka: KafkaServer, unique: str, tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text("".join(f"{'a' * 60}.{n:060}.example\n" for n in range(20_000)))
    producing, sent = produced(kafka, unique, path, rows=20_000)
    assert producing.sent == 4
    assert max(len(value or b"") for value in sent) < 900_000


def test_what_needs_a_header_or_is_no_line_becomes_objects(
    kafka: KafkaServer, unique: str, tmp_path: Path
) -> None:
    path = tmp_path / "dns.log"
    path.write_bytes(
        ZEEK_HEADER
        + b"#fields\tts\tquery\tqtype_name\tanswers\n"
        + b"1763786400.1\tWWW.example.com\tA\tpaypa1.com,192.0.2.7\n"
        + b"1763786401\texample.org\tTXT\t-\n"
    )
    _, sent = produced(kafka, unique, path)
    assert sent == [
        (
            b'{"rrname": "WWW.example.com", "rrtype": "CNAME", "rdata": ["paypa1.com"], '
            b'"time_first": 1763786400, "time_last": 1763786400}'
        ),
        (
            b'{"rrname": "example.org", "rrtype": "TXT", "time_first": 1763786401, '
            b'"time_last": 1763786401}'
        ),
    ]


@pytest.mark.parametrize(
    "written", ["zeek", "dnstap", "dnstap-lines", "zone", "dnscollector-text", "parquet"]
)
def test_what_the_stream_reads_is_what_the_scan_reads(
    kafka: KafkaServer, unique: str, tmp_path: Path, scan: ScanFiles, written: str
) -> None:
    path = tmp_path / "in"
    path.write_bytes((WITH_ANSWERS | ALONE)[written][1](rows()[:1000]))
    producing, sent = produced(kafka, unique, path)
    assert (producing.sent, len(sent), dict(producing.rejected)) == (1000, 1000, {})
    direct, again = scan(path.read_bytes()), scan(b"\n".join(map(bytes, filter(None, sent))))

    def found(result: Scanned) -> list[tuple[str, ...]]:
        fields = ("name", "seen_in", "rrname", "target", "techniques")
        return [
            tuple(str(each[field]).removesuffix(".") for field in fields)
            for each in result.detections
        ]

    assert found(again) == found(direct)
    assert len(found(direct)) >= 10
    assert again.outcome.counts.matched == direct.outcome.counts.matched


def test_a_missing_topic_is_said(kafka: KafkaServer, unique: str) -> None:
    with pytest.raises(UsageError, match="no such topic"):
        Producing(settings(kafka), unique, say=print)
