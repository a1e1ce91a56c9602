"""How good the network is on characters that it never saw, beside a bare network and pixels.

Usage: python -m tests.benchmarks.model_quality --glyphs DIR --confusables FILE --networks DIR
           [--before FILE] [--members NAMES] [--seeds NAMES] [--whole]

Prints the report of `glyphwatch model evaluate`, without the worst characters, as Markdown, and
ends with the figures that miss their bar. Networks that the folder has are not trained again.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from pathlib import Path

from pipeline.cli import main as glyphwatch
from pipeline.errors import Exit


def main() -> None:
    """Evaluate, and print."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = io.StringIO()
        with contextlib.redirect_stdout(quiet):
            code = glyphwatch(["model", "evaluate", "--output", folder, *sys.argv[1:]])
        if code != Exit.DONE:
            sys.exit(code)
        text = (Path(folder) / "report.md").read_text(encoding="utf-8")
    kept, _, _ = text.partition("\n## Worst characters")
    print(kept)
    short = [line for line in kept.splitlines() if line.endswith(("| missed |", "| floor only |"))]
    print(f"\n{len(short)} figures below their aim:", *short, sep="\n")


if __name__ == "__main__":
    main()
