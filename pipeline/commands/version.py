"""``glyphwatch version``: versions of glyphwatch and of the data that it goes by."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import pipeline
from pipeline.display import escape, table
from pipeline.errors import Exit
from pipeline.json_lines import dumps

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> Exit:
    """Print the versions."""
    from detector.characters import UNICODE_VERSION
    from detector.confusables import ConfusableMap
    from detector.screen import COMPILED
    from detector.suffixes import SuffixList
    from detector.targets import TargetList

    suffixes = SuffixList.load()
    versions = {
        "glyphwatch": pipeline.__version__,
        "python": platform.python_version(),
        "unicode": UNICODE_VERSION,
        "map": ConfusableMap.load().version,
        "public_suffix_list": suffixes.version,
        "targets": TargetList.load(None, suffixes).digest[:12],
        "kernel": "compiled" if COMPILED else "not compiled: scans are slow",
    }
    if options.json:
        print(dumps(versions))
    else:
        print(table(["", "version"], [[key, escape(value)] for key, value in versions.items()]))
    return Exit.DONE
