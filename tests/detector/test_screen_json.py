"""JSON lines before the screen: clean ones, and all that somebody else must look at."""

from __future__ import annotations

import pytest

from detector.judge import Options
from detector.targets import TargetList
from tests.detector.test_screen import ROWS, pair_up


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> TargetList:
    path = tmp_path_factory.mktemp("targets") / "targets.csv"
    path.write_text(ROWS, encoding="utf-8")
    return TargetList.load(path)


def test_json_lines(targets: TargetList) -> None:
    _, compiled = pair_up(targets, Options())
    clean = [
        b'{"rrname":"a.com.","rrtype":"A"}',
        b' { "ttl" : 12e3 , "rrname" : "www.google.com" , "rdata":["x","\\"q\\""] }\r',
        b'{"rrname":"a.com","rdata":null,"x":{"rdata":5,"cond":1}}',
        b'{"rrname":"a.com","rdata":["192.0.2.1","2001:db8::1","","10 mail.a.com"]}',
        b'{"obj":{"rrname":"a.com.","x":[true,false,null,-0.5]}}',
        b'{"rrname":"a.com","rrtype":5,"count":"12","time_first":null,"time_last":1763786400.5}',
        b'{"rrname":"a.com","time_first":"2026-11-22 17:00:00","time_last":"2026-02-28T23:59:59Z"}',
    ]
    odd = [
        b'{"rrname":"rnicrosoft.com"}',
        b'{"obj":{"rrname":"rnicrosoft.com"}}',
        b'{"rrname":"a.com","rrname":"rnicrosoft.com"}',
        b'{"rrn\\u0061me":"rnicrosoft.com","rrname":"a.com"}',
        b'{"rrname":"rnicroso\\u0066t.com"}',
        b'{"rrname":"a.com"} x',
        b'{"rrname":"a.com",}',
        b'{"rrname":"a.com","x":NaN}',
        b'{"rrname":"a.com","x":01}',
        b'{"rrname":"a.com","x":"\t"}',
        b'{"rrname":"a.com","x":"\xff"}',
        b'{"rrname":12}',
        b'{"x":{"rrname":"a.com"}}',
        b'{"rrname":null}',
        b'{"rrname":["a.com"]}',
        b'{"rrname":"a.com","rdata":"rnicrosoft.com."}',
        b'{"obj":{"rrname":"a.com","rdata":["a.com","10 rnicrosoft.com"]}}',
        b'{"rrname":"a.com","rdata":5}',
        b'{"rrname":"a.com","rdata":{}}',
        b'{"rrname":"a.com","rdata":["x",{}]}',
        b'{"rrname":"a.com","rdata":"rnicrosoft\\\\.com"}',
        b'{"rrname":"a.com","count":-1}',
        b'{"rrname":"a.com","count":1.5}',
        b'{"rrname":"a.com","rrtype":true}',
        b'{"rrname":"a.com","time_first":[1]}',
        b'{"rrname":"a.com","time_last":"soon"}',
        b'{"rrname":"a.com","zone_time_first":"2026-02-30T17:00:00Z"}',
        b'{"obj":{"rrname":"a.com","time_last_ms":true}}',
        b'{"rrname":"a.com","cond":null}',
        b'{"cond":"begin"}',
        b'["rrname"]',
        b'{"rrname":"a.com","x":' + b"[" * 40 + b"]" * 40 + b"}",
    ]
    block = b"\n".join([*clean, *odd]) + b"\n"
    hits = compiled.ndjson(block)
    assert hits.records == len(clean) + len(odd)
    assert [block[start:stop] for start, stop in hits.spans] == odd
