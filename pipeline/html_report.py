"""The report as a page: what a store holds in, one self-contained HTML page out.

A-labels come first everywhere, Unicode forms beside them, escaped; no name is a link.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pipeline
from detector.errors import InvalidName
from detector.labels import parse_name
from pipeline.display import escape
from pipeline.html_charts import period_chart, share_chart
from pipeline.html_page import element, page, table

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Callable, Iterator

    from pipeline.evidence import Comparison
    from pipeline.overview import Overview, Share
    from pipeline.summary import Summary

STYLE = Path(__file__).with_name("data") / "report.css"

INDUSTRIES = 15
"""Industries that are shown, most lookalikes first."""


class Drawings(NamedTuple):
    """What draws evidence for a page."""

    draw: Callable[[Comparison], ET.Element]
    """Draws one comparison."""

    shared: Callable[[], ET.Element]
    """Gives the outlines that all of them are made of, once they are drawn."""


def load_drawings(faces: int = 2) -> Drawings:
    """Make what draws.

    Args:
        faces: in how many typefaces.

    Raises:
        ModuleNotFoundError: the extra ``train`` is not installed.
        GlyphError: no fonts are.
    """
    from glyphs.figure import Outlines
    from glyphs.typefaces import Typefaces
    from pipeline.evidence import draw_pair

    typefaces, outlines = Typefaces.find(), Outlines()

    def draw(comparison: Comparison) -> ET.Element:
        made = draw_pair(comparison, typefaces, faces).svg(outlines)
        made.set("class", "evidence")
        return made

    def shared() -> ET.Element:
        made = element("svg", outlines.definitions(), class_="shared")
        made.set("aria-hidden", "true")
        return made

    return Drawings(draw, shared)


def render_report(
    overview: Overview,
    example: Callable[[str, str], dict[str, Any] | None],
    drawings: Drawings | None,
) -> str:
    """Write the page; the same store gives the same bytes.

    Args:
        overview: what is in the store.
        example: gives a detection's record for a lookalike and its target, if there is one.
        drawings: what draws evidence; None to leave it out.
    """
    lookalikes = [_lookalike(row, example, drawings) for row in overview.top]
    body = [*_heading(overview), *_charts(overview)]
    if lookalikes:
        body.append(element("h2", f"The {len(lookalikes):,} that were resolved most"))
        body.append(element("div", *lookalikes, class_="lookalikes"))
    body += _held(overview)
    if drawings is not None:
        body.insert(0, drawings.shared())
    return page("Lookalike domains", STYLE.read_text(encoding="utf-8"), body)


def _heading(overview: Overview) -> Iterator[ET.Element]:
    yield element("h1", "Lookalike domains")
    seen = f"seen {_day(overview.first_seen)} to {_day(overview.last_seen)} (UTC); "
    words = seen if overview.last_seen is not None else ""
    yield element("p", f"{words}glyphwatch {pipeline.__version__}", class_="faint")
    figures = (
        ("resolutions of lookalikes", f"{overview.resolutions:,}"),
        ("unique lookalikes", f"{overview.lookalikes:,}"),
        ("brands hit", f"{overview.brands:,}"),
        ("targets hit", f"{overview.targets:,}"),
        ("records read", f"{overview.records:,}"),
        ("sources read", f"{overview.sources:,}"),
    )
    tiles = [element("div", element("dt", name), element("dd", value)) for name, value in figures]
    yield element("dl", *tiles, class_="figures")


def _charts(overview: Overview) -> Iterator[ET.Element]:
    if not overview.lookalikes:
        yield element("p", "There is no lookalike in the store.")
        return
    if overview.periods:
        yield element("h2", "First seen")
        yield period_chart(overview.periods)
    yield element("h2", "Shares")
    charts = [
        share_chart(title, [_escaped(each) for each in shares])
        for title, shares in (
            ("industry", overview.industries[:INDUSTRIES]),
            ("brand", overview.top_brands),
            ("technique", overview.techniques),
            ("severity", overview.severities),
        )
        if shares
    ]
    yield element("div", *charts, class_="charts")


def _escaped(share: Share) -> Share:
    from dataclasses import replace

    return replace(share, name=escape(share.name))


def _lookalike(
    row: Summary,
    example: Callable[[str, str], dict[str, Any] | None],
    drawings: Drawings | None,
) -> ET.Element:
    """Show one lookalike: A-label, target, numbers, evidence, differences."""
    times = "once" if row.resolutions == 1 else f"{row.resolutions:,} times"
    seen = "" if row.last_seen is None else f", {_day(row.first_seen)} to {_day(row.last_seen)}"
    made = element(
        "article",
        element("h3", element("code", escape(row.lookalike)), *_beside(row.lookalike)),
        element(
            "p",
            element("span", str(row.best_severity), class_=f"severity {row.best_severity}"),
            "looks like ",
            element("code", escape(row.target)),
            f" ({escape(row.brand)}, {escape(row.industry)})",
        ),
        element(
            "p",
            f"resolved {times}{seen}; score {row.best_score:.3f}; by {', '.join(row.techniques)}",
            class_="faint",
        ),
    )
    comparison = _comparison(example(row.lookalike, row.target))
    if comparison is None:
        return made
    if drawings is not None:
        made.append(drawings.draw(comparison))
    header = ["code point", "Unicode name", "read as", "confidence", "source"]
    rows = [
        [*words[:2], escape(each.reading) or "-", *words[3:]]
        for each in comparison.differences
        for words in [each.words()]
    ]
    made.append(table("", header, rows, numbers=["confidence"], kind="stacked"))
    return made


def _comparison(record: dict[str, Any] | None) -> Comparison | None:
    """Read a stored detection; None if there is none that this release can read."""
    from pipeline.evidence import Comparison

    if record is None:
        return None
    try:
        return Comparison.of(record)
    except (KeyError, TypeError, ValueError, InvalidName):
        return None


def _beside(name: str) -> Iterator[ET.Element | str]:
    """Give what a name looks like, where that is not what it is."""
    try:
        shown = parse_name(name).unicode
    except InvalidName:
        return
    if shown != name:
        yield " "
        yield element("bdi", f"({escape(shown)})", class_="faint")


def _held(overview: Overview) -> Iterator[ET.Element]:
    if not overview.held:
        return
    yield element("h2", "Kept back by the allow list")
    yield element("p", "Nothing of this is counted above.", class_="faint")
    header = ["rule", "detections", "lookalikes left out", "resolutions", "why"]
    rows: list[list[ET.Element | str]] = [
        [
            element("code", escape(each.rule)),
            f"{each.detections:,}",
            f"{each.lookalikes:,}",
            f"{each.resolutions:,}",
            escape(each.why),
        ]
        for each in overview.held
    ]
    yield table("", header, rows, numbers=header[1:4], kind="stacked")


def _day(time: int | None) -> str:
    return "-" if time is None else f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d}"
