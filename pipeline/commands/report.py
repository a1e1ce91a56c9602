"""``glyphwatch report``: what the store holds."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.commands.extras import needs
from pipeline.commands.flags import add_config, settings_of
from pipeline.commands.text_output import write_text
from pipeline.display import escape, table
from pipeline.errors import Exit, UsageError
from pipeline.json_lines import dumps
from pipeline.settings import DEFAULT_STORE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from pipeline.overview import Overview, Share
    from pipeline.store import Store

_EPILOG = """\
examples:
  glyphwatch report
  glyphwatch report --store october.sqlite --format json | jq .industries
  glyphwatch report --html october.html
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("--store", metavar="FILE", help=f"SQLite store ({DEFAULT_STORE})")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--format",
        choices=["table", "json"],
        help="table on a terminal, json elsewhere, if not given",
    )
    form.add_argument(
        "--html", metavar="FILE", help="write one self-contained page instead; - for stdout"
    )
    parser.add_argument(
        "--top", metavar="N", type=int, default=20, help="lookalikes and brands to name (20)"
    )
    parser.add_argument(
        "--allow", metavar="FILE", action="append", help="allow list: what is not shown"
    )
    add_config(parser)


def run(options: argparse.Namespace) -> Exit:
    """Print the overview of a store."""
    from pipeline.allow_file import AllowFiles, allow_paths
    from pipeline.overview import make_overview, to_json
    from pipeline.places import hold_apart, read_by
    from pipeline.store import Store

    settings = settings_of(options)
    path = settings.store or DEFAULT_STORE
    if options.html is not None:
        hold_apart([("--html", options.html)], [("--store", str(path)), *read_by(settings)])
    allow = AllowFiles.read(allow_paths(settings))
    store = Store(path, read_only=True)
    try:
        overview = make_overview(store.summaries(), store.scans(), max(0, options.top), allow)
        if options.html is not None:
            write_text(options.html, _page(overview, store))
            return Exit.DONE
    finally:
        store.close()
    if options.format == "table" or (options.format is None and sys.stdout.isatty()):
        print("\n".join(_tables(overview)))
    else:
        print(dumps(to_json(overview)))
    return Exit.DONE


def _page(overview: Overview, store: Store) -> str:
    """Write the page; without its drawings, and saying why, where there is nothing to draw with."""
    from glyphs.errors import GlyphError
    from pipeline.html_report import load_drawings, render_report

    if overview.top:
        try:
            with needs("train"):
                return render_report(overview, store.example, load_drawings())
        except (UsageError, GlyphError) as error:
            reason = str(error).splitlines()[0]
            sys.stderr.write(f"glyphwatch: without drawn evidence: {escape(reason)}\n")
    return render_report(overview, store.example, None)


def _tables(overview: Overview) -> Iterator[str]:
    rows = [
        ["sources scanned", f"{overview.sources:,}"],
        ["records in them", f"{overview.records:,}"],
        ["resolutions of lookalikes", f"{overview.resolutions:,}"],
        ["unique lookalikes", f"{overview.lookalikes:,}"],
        ["brands hit", f"{overview.brands:,}"],
        ["first seen", day(overview.first_seen)],
        ["last seen", day(overview.last_seen)],
    ]
    yield table(["in the store", ""], rows, right="")
    for title, shares in (
        ("industry", overview.industries),
        ("technique", overview.techniques),
        ("severity", overview.severities),
        ("brand", overview.top_brands),
    ):
        if shares:
            yield "\n" + share_table(title, shares)
    if overview.top:
        header = ["lookalike", "looks like", "brand", "resolutions", "score", "severity", "by"]
        lines = [
            [
                escape(row.lookalike),
                escape(row.target),
                escape(row.brand),
                f"{row.resolutions:,}",
                f"{row.best_score:.3f}",
                str(row.best_severity),
                ", ".join(row.techniques),
            ]
            for row in overview.top
        ]
        yield "\n" + table(header, lines, right="resolutions score")
    if overview.held:
        header = ["kept back by", "detections", "lookalikes left out", "resolutions", "why"]
        lines = [
            [
                escape(each.rule),
                f"{each.detections:,}",
                f"{each.lookalikes:,}",
                f"{each.resolutions:,}",
                escape(each.why),
            ]
            for each in overview.held
        ]
        right = "detections resolutions"
        yield "\n" + table(header, lines, right=right)


def share_table(title: str, shares: Sequence[Share]) -> str:
    """Lay out shares."""
    rows = [
        [escape(s.name), f"{s.lookalikes:,}", f"{s.share:.1%}", f"{s.resolutions:,}"]
        for s in shares
    ]
    header = [title, "lookalikes", "share", "resolutions"]
    return table(header, rows, right="lookalikes share resolutions")


def day(time: int | None) -> str:
    """Write a time as its day in UTC.

    >>> day(1763700000), day(None)
    ('2025-11-21', '-')
    """
    return "-" if time is None else f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d}"
