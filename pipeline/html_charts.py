"""Charts: shares and periods in, drawings of them out, for a page without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.html_page import element, table

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Sequence

    from pipeline.overview import Share
    from pipeline.periods import Period

_WIDTH, _HEIGHT, _LEFT, _FOOT = 640, 200, 44, 24
"""Size of the chart of periods, and what its axes take of it."""

_LABEL = 118
"""What the longest name of a period takes, in the larger letters of a narrow screen."""

_LABELS = 4
"""Periods that are named below it."""


def share_chart(title: str, shares: Sequence[Share]) -> ET.Element:
    """Draw shares as bars, in the table that has their numbers; escape their names before."""
    most = max((each.lookalikes for each in shares), default=1)
    rows: list[list[ET.Element | str]] = [
        [
            each.name,
            _bar(each.lookalikes / most),
            f"{each.lookalikes:,}",
            f"{each.share:.1%}",
            f"{each.resolutions:,}",
        ]
        for each in shares
    ]
    header = [title.lower(), "", "lookalikes", "share", "resolutions"]
    return table(f"By {title}", header, rows, numbers=header[2:], kind="shares")


def _bar(part: float) -> ET.Element:
    made = element(
        "svg",
        element("rect", class_="track", width="100", height="10"),
        element("rect", width=f"{100 * part:.2f}", height="10"),
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
    )
    made.set("aria-hidden", "true")
    return made


def period_chart(periods: Sequence[Period]) -> ET.Element:
    """Draw how many lookalikes were first seen in each period."""
    most = max((each.lookalikes for each in periods), default=0) or 1
    told = f"{periods[0].name} to {periods[-1].name}, at most {most:,} in one" if periods else ""
    drawing = element(
        "svg",
        element("title", f"Lookalikes by when they were first seen: {told}"),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
    )
    high, wide = _HEIGHT - _FOOT - 12, _WIDTH - _LEFT
    for part in (0.0, 0.5, 1.0) if most > 1 else (0.0, 1.0):
        y = f"{12 + high * (1 - part):.1f}"
        drawing.append(element("line", x1=str(_LEFT), x2=str(_WIDTH), y1=y, y2=y))
        if (most * part).is_integer():
            text = f"{most * part:,.0f}"
            drawing.append(_text(text, _LEFT - 6, 16 + high * (1 - part), "end"))
    step = wide / max(1, len(periods))
    every = -(-len(periods) // _LABELS)
    for number, each in enumerate(periods):
        tall = high * each.lookalikes / most
        left = _LEFT + number * step
        column = element(
            "rect",
            element("title", f"{each.name}: {each.lookalikes:,}"),
            x=f"{left + step * 0.1:.2f}",
            y=f"{12 + high - tall:.2f}",
            width=f"{min(step * 0.8, 60):.2f}",
            height=f"{tall:.2f}",
        )
        drawing.append(column)
        if number % every == 0:
            fits = left + _LABEL <= _WIDTH
            x = left + step * 0.1 if fits else _WIDTH
            drawing.append(_text(each.name, x, _HEIGHT - 6, "start" if fits else "end"))
    return element("div", drawing, class_="columns")


def _text(words: str, x: float, y: float, anchor: str) -> ET.Element:
    made = element("text", words, x=f"{x:.1f}", y=f"{y:.1f}")
    made.set("text-anchor", anchor)
    return made
