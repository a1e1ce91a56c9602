"""Read every row of Unicode's IdnaTestV2.txt and compare our Unicode form with its toUnicode.

    python tests/benchmarks/idna_conformance.py [FILE]

FILE is IdnaTestV2.txt, gzipped or not (UTS #46, section 8.1). Exit 0 if no row crashes and every
row without a toUnicode error has our Unicode form; else 1.

Two things that toUnicode does and a name does not: it keeps a final dot, which is left out of the
comparison, and it knows no lengths. Rows over 63 octets a label or 253 a name must be refused for
that reason, and for no other; their form is then compared before the limits.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detector import punycode, uts46
from detector.errors import InvalidName
from detector.labels import parse_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEFAULT = Path("../shared/data/unicode/17.0.0/IdnaTestV2.txt.gz")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x\{([0-9A-Fa-f]+)\}")
_LIMITS = {"label_too_long", "too_long"}


@dataclass(frozen=True, slots=True)
class Row:
    """One test case."""

    number: int
    """Line in the file."""

    source: str
    to_unicode: str
    has_error: bool
    """Whether toUnicode reports any."""

    to_ascii: str
    ascii_error: bool
    """Whether toASCII, non-transitional, reports any."""


def read_rows(path: Path) -> Iterator[Row]:
    """Read the file's rows with their blanks filled in, as its header says."""
    octets = path.read_bytes()
    if octets.startswith(b"\x1f\x8b"):
        octets = gzip.decompress(octets)
    for number, line in enumerate(octets.decode().split("\n"), 1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        source, unicode, status, ascii_form, ascii_status, *_ = map(str.strip, content.split(";"))
        unicode = unicode or source
        yield Row(
            number,
            _unescape(source),
            _unescape(unicode),
            status not in ("", "[]"),
            _unescape(ascii_form or unicode),
            (ascii_status or status) not in ("", "[]"),
        )


def _unescape(field: str) -> str:
    if field == '""':
        return ""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), field)


def unlimited_form(source: str) -> str:
    """Give a name's Unicode form before the limits of DNS: map, split, decode."""
    labels = []
    for label in uts46.map_text(source).split("."):
        decoded = punycode.decode(label[4:]) if label.startswith("xn--") else None
        labels.append(label if decoded is None else decoded)
    return ".".join(labels)


def check(rows: Iterator[Row]) -> tuple[Counter[str], list[str]]:
    """Read every row; give the counts, and a line for each row that is not as it should be."""
    counts: Counter[str] = Counter()
    faults = []
    for row in rows:
        counts["rows"] += 1
        counts["without error"] += not row.has_error
        ours = reason = ""
        try:
            name = parse_name(row.source)
        except InvalidName as error:
            reason = error.reason
            counts[f"refused: {reason}"] += 1
            ours = unlimited_form(row.source) if reason in _LIMITS else ""
        except Exception as error:  # noqa: BLE001 - a crash is what is looked for
            counts["crashes"] += 1
            faults.append(f"line {row.number}: {row.source!a}: {error!a}")
            continue
        else:
            ours = name.unicode
            if not row.ascii_error:
                counts["with A-labels"] += 1
                counts["A-labels equal"] += name.text == row.to_ascii
        if row.has_error:
            continue
        if ours.removesuffix(".") == row.to_unicode.removesuffix(".") and (
            not reason or row.ascii_error
        ):
            counts["equal"] += 1
            counts["equal before the limits"] += bool(reason)
        else:
            faults.append(f"line {row.number}: {ours!a} {reason}, expected {row.to_unicode!a}")
    return counts, faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the counts; see the module's docstring."""
    parser = argparse.ArgumentParser(description="UTS #46 conformance of detector.labels")
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT, help="IdnaTestV2.txt[.gz]")
    path = parser.parse_args(arguments).file
    counts, faults = check(read_rows(path))
    for key in ("rows", "crashes", "without error", "equal", "equal before the limits"):
        print(f"{key:26} {counts[key]:6}")
    for key in sorted(counts):
        if key.startswith("refused"):
            print(f"{key:26} {counts[key]:6}")
    print(f"{'A-label form equal':26} {counts['A-labels equal']:6} of {counts['with A-labels']}")
    print(f"{'conformance':26} {100 * counts['equal'] / max(counts['without error'], 1):6.2f} %")
    for fault in faults:
        print(fault)
    return int(bool(faults) or not counts["rows"])


if __name__ == "__main__":
    sys.exit(main())
