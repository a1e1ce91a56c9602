"""``glyphwatch glyphs``: fonts, and pictures of all characters that they draw."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import glyph_fonts
from pipeline.commands.characters import read_characters
from pipeline.commands.extras import needs
from pipeline.commands.glyph_fonts import add_sources, find, say
from pipeline.errors import Exit, InputError, PipelineError, SinkUnavailable, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from glyphs.coverage import BlockCoverage
    from glyphs.errors import GlyphError

_EPILOG = """\
It needs pip install 'glyphwatch[train]', and fonts: glyphwatch glyphs fonts install.

examples:
  glyphwatch glyphs fonts check
  glyphwatch glyphs render --output glyph-images
  glyphwatch glyphs coverage --store glyph-images
  glyphwatch glyphs sheet U+0430 U+03B1 --letters a --output sheet.png
  glyphwatch glyphs export glyph-images --output mnist
"""

_SQUARE = ("CJK", "Hangul", "Tangut")
"""Words in the names of blocks that dwarf all others."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    glyph_fonts.configure(
        actions.add_parser(
            "fonts",
            help="install fonts, check them, describe and compare them",
            formatter_class=parser.formatter_class,
        )
    )
    render = actions.add_parser("render", help="draw all characters in all families")
    add_sources(render)
    render.add_argument("--output", metavar="DIR", type=Path, required=True, help="the store")
    render.add_argument("--jobs", metavar="N", type=int, help="processes (one a processor)")
    render.add_argument("--pvalid", action="store_true", help="only what names may hold")
    coverage = actions.add_parser("coverage", help="count what is drawn of each Unicode block")
    add_sources(coverage)
    coverage.add_argument("--store", metavar="DIR", type=Path, help="of a store, not of fonts")
    coverage.add_argument("--missing", action="store_true", help="list what no family draws")
    sheet = actions.add_parser("sheet", help="draw characters in many families, to look at")
    sheet.add_argument("characters", metavar="CHAR", nargs="+", help="as in а, U+0430 or rn")
    add_sources(sheet)
    sheet.add_argument(
        "--letters", default="", help="letters to draw below; the map's readings if not given"
    )
    sheet.add_argument("--families", metavar="N", type=int, default=8, help="at most (8)")
    sheet.add_argument("--columns", metavar="N", type=int, default=1, help="side by side (1)")
    sheet.add_argument("--pixels", action="store_true", help="also as a model sees them")
    sheet.add_argument("--output", metavar="FILE", type=Path, default=Path("sheet.png"))
    export = actions.add_parser("export", help="write a store as IDX files, as MNIST is")
    export.add_argument("store", metavar="STORE", type=Path)
    export.add_argument("--output", metavar="DIR", type=Path, required=True)


def run(options: argparse.Namespace) -> Exit:
    """Do what is asked with glyphs.

    Raises:
        UsageError: the extra is not installed, or a manifest is broken.
        InputError: fonts or a store cannot be used.
        SinkUnavailable: what was drawn cannot be written.
    """
    from glyphs.errors import GlyphError

    actions = {
        "fonts": glyph_fonts.run,
        "render": _render,
        "coverage": _coverage,
        "sheet": _sheet,
        "export": _export,
    }
    try:
        with needs("train"):
            return actions[options.action](options)
    except GlyphError as error:
        raise translated(error) from error


def translated(error: GlyphError) -> PipelineError:
    """Give an error the exit code that it has here."""
    from glyphs.errors import BadManifest, InstallFailed, MissingFonts, NotWritten

    if isinstance(error, BadManifest | InstallFailed):
        return UsageError(str(error))
    if isinstance(error, NotWritten):
        return SinkUnavailable(str(error))
    hint = ""
    if isinstance(error, MissingFonts) and error.problems:
        hint = "\n`glyphwatch glyphs fonts install` installs the packaged manifest's fonts"
    return InputError(f"{error}{hint}")


def _render(options: argparse.Namespace) -> Exit:
    import os

    from glyphs.characters import pvalid
    from glyphs.store import render_store

    jobs = options.jobs if options.jobs is not None else len(os.sched_getaffinity(0))
    if jobs < 1:
        msg = f"--jobs {jobs}: at least one process is needed"
        raise UsageError(msg)
    started = time.monotonic()
    store = render_store(
        find(options),
        options.output,
        code_points=pvalid() if options.pvalid else None,
        jobs=jobs,
        progress=_progress(),
    )
    seconds = time.monotonic() - started
    characters = len(set(store.code_points.tolist()))
    say(
        f"{options.output}: {len(store):,} pictures of {characters:,} characters in"
        f" {len(store.family_names)} families, {seconds:.1f} s"
    )
    return Exit.DONE


def _progress() -> Callable[[int, int], None] | None:
    """Make what tells a person how far drawing is; nothing if nobody looks."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def tell(done: int, total: int) -> None:
        end = "\n" if done == total else ""
        sys.stderr.write(f"\rglyphwatch: {done} of {total} pieces drawn{end}")
        sys.stderr.flush()

    return tell


def _coverage(options: argparse.Namespace) -> Exit:
    from glyphs.coverage import count_families, measure_coverage, missing, tabulate

    if options.store is not None:
        from glyphs.store import GlyphStore

        families = count_families(GlyphStore.open(options.store))
    else:
        families = _count_by_fonts(options)
    if options.missing:
        from unicodedata2 import name

        for code_point in missing(families):
            print(f"U+{code_point:04X} {name(chr(code_point), '')}".rstrip())
        return Exit.DONE
    coverage = measure_coverage(families)
    print(tabulate(coverage), end="")
    _sum_up(coverage)
    return Exit.DONE


def _count_by_fonts(options: argparse.Namespace) -> Mapping[int, int]:
    """Count families by what their fonts say that they have, without drawing it."""
    from collections import Counter

    from glyphs.render import FamilyRenderer

    counts: Counter[int] = Counter()
    for found in find(options):
        counts.update(FamilyRenderer(found).code_points())
    return counts


def _sum_up(coverage: Sequence[BlockCoverage]) -> None:
    """Say what names may hold is drawn: all of it, and without the largest scripts."""
    *blocks, total = coverage
    small = [each for each in blocks if not any(word in each.block for word in _SQUARE)]
    for name, rows in (("all", [total]), ("without CJK, Hangul and Tangut", small)):
        counts = (
            sum(each.pvalid_covered for each in rows),
            sum(each.pvalid for each in rows),
            sum(each.pvalid_in_three for each in rows),
            sum(each.pvalid_in_five for each in rows),
        )
        print(
            "PVALID, {}: {:,} of {:,} drawn; {:,} in >= 3 families, {:,} in >= 5".format(
                name, *counts
            )
        )


def _sheet(options: argparse.Namespace) -> Exit:
    from glyphs.sheet import Entry, SheetMaker, save_sheet

    entries = []
    for text in map(read_characters, options.characters):
        letters = options.letters or _readings(text)
        entries.append(Entry(text, tuple(letters)))
    maker = SheetMaker(find(options), pixels=options.pixels)
    sheet = maker.draw(entries, fonts=max(1, options.families), columns=max(1, options.columns))
    save_sheet(sheet, options.output)
    say(f"{options.output}: {len(entries)} blocks, {sheet.width}x{sheet.height} pixels")
    return Exit.DONE


def _readings(text: str) -> Sequence[str]:
    """Give the letters that the packaged map takes a text for, at most two."""
    from detector.confusables import ConfusableMap

    confusables = ConfusableMap.load(None)
    found = confusables.characters.get(text, ()) or confusables.pairs.get(text, ())
    return [reading.letters for reading in found if reading.letters != text][:2]


def _export(options: argparse.Namespace) -> Exit:
    from glyphs.idx import export_idx
    from glyphs.store import GlyphStore

    for path in export_idx(GlyphStore.open(options.store), options.output):
        print(path)
    return Exit.DONE
