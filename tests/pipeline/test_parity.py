"""With the compiled screen and without it, a scan says the same of every record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.screen import COMPILED, Everything
from pipeline.engine import Engine
from pipeline.json_lines import JsonLines
from pipeline.opening import Openings
from pipeline.scan import Request, Scan
from pipeline.sinks import MemorySink

NAMES = [
    *(
        "example.com",
        "paypal.com",
        "www.paypal.com.",
        "paypa1.com",
        "PAYPA1.com",
        "xn--pple-43d.com",
    ),
    *("rnicrosoft.com", "a.b.c.paypa1.co.uk", "xn--paypal.com", "xn--99999999.com", "xn--.com"),
    *("a..b", ".", "", " paypa1.com ", "pаypal.com", "p\\097ypa1.com", "a" * 64, "b." * 130),
    *("_dmarc.apple.com", "*.apple.com", "#paypa1.com", "localhost", "1.2.3.4", "google.com,x"),
    *("paypal.com.evil.example", "g00gle.web.app", "ｇoogle.com", "goo\u00adgle.com", "x\ty.com"),
    *('"paypa1.com"', "pay\x00pal.com", "\u202epaypa1.com", "apple.com\r", "arnazon.de", "é.fr"),
]


def as_names(names: list[str]) -> bytes:
    return "\n".join(names).encode()


def as_ndjson(names: list[str]) -> bytes:
    shapes = (
        '{{"rrname":{0},"count":3}}',
        '{{"obj":{{"rrname":{0}}}}}',
        ' {{"x":[],"rrname": {0}}} ',
    )
    return "\n".join(
        shapes[place % 3].format(json.dumps(name, ensure_ascii=place % 2 == 0))
        for place, name in enumerate(names)
    ).encode()


def as_csv(names: list[str]) -> bytes:
    cells = [
        '"{}"'.format(name.replace('"', '""'))
        if set(name) & set(',"\r') or place % 5 == 0
        else name
        for place, name in enumerate(names)
    ]
    return "\n".join(["n,domain,x", *(f"1,{cell},2" for cell in cells)]).encode()


@pytest.mark.parametrize(
    ("name", "write"), [("names", as_names), ("ndjson", as_ndjson), ("csv", as_csv)]
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_the_screen_changes_nothing_but_the_time(
    engine: Engine, tmp_path: Path, name: str, write: object, data: st.DataObject
) -> None:
    assert COMPILED
    assert callable(write)
    names = data.draw(st.lists(st.sampled_from(NAMES) | st.text(max_size=20), max_size=40))
    path = tmp_path / "input"
    path.write_bytes(write([each.replace("\n", "") for each in names]))
    said = []
    for each in (engine, engine._replace(screen=Everything())):
        memory = MemorySink()
        rejects = JsonLines(str(tmp_path / "rejects"))
        scan = Scan(each, [memory], Request(format=name), rejects=rejects, say=lambda _: None)
        outcome = scan.run(Openings([str(path)], aside=False))
        found = [detection.to_json() for detection in memory.detections.values()]
        outcome.counts.brakes.clear()  # a name that a brake would suppress may be kept back
        said.append((outcome.counts, found, (tmp_path / "rejects").read_text(encoding="ascii")))
    assert said[0] == said[1]
