"""The overview: what the allow list kept back counts once, however often a source was scanned."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from detector.allow_list import Rule, Verb
from detector.detection import Detection
from pipeline.allow_file import AllowFiles
from pipeline.counts import Counts
from pipeline.overview import HeldBack, make_overview, to_json
from pipeline.sinks import Progress
from pipeline.summary import Summary


def scanned(source: str, run: str, **held: int) -> Progress:
    rules = {f"allow {name}.com": count for name, count in held.items()}
    counts = Counts(records=10, held=Counter(rules))
    return Progress(source, run, "x", "names", 10, "", counts, finished=True)


def test_rules_are_counted_once_for_each_source() -> None:
    scans = [
        scanned("sha256:0", "one", a=4, b=1),
        scanned("sha256:0", "two", a=3, c=1),
        scanned("sha256:1", "two", a=2),
    ]
    found = make_overview([], scans, 5).held
    assert [(each.rule, each.detections) for each in found] == [
        ("allow a.com", 6),
        ("allow b.com", 1),
        ("allow c.com", 1),
    ]


def test_what_is_left_out_is_in_no_other_number(found: list[Detection], tmp_path: Path) -> None:
    rows = [Summary.of(each._replace(time_first=86400 * n)) for n, each in enumerate(found)]
    (tmp_path / "list").write_text(f"allow ; {rows[0].lookalike} ; * ; - ; - ; looked at\n")
    allow = AllowFiles.read([tmp_path / "list"])
    overview = make_overview(rows, [], 9, allow)
    assert rows[0] not in overview.top
    rest = make_overview([row for row in rows if row.lookalike != rows[0].lookalike], [], 9)
    key = Rule(Verb.ALLOW, rows[0].lookalike).key
    assert overview.held == (HeldBack(key, "looked at", 0, 1, rows[0].resolutions),)
    assert to_json(overview) | {"held": []} == to_json(rest) | {"held": []}
    assert sum(each["lookalikes"] for each in to_json(rest)["periods"]) == 3
