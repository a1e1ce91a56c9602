"""Map formats: a confusable map in, its text for other programs out.

========= ======================================================================================
``uts39`` rows of UTS #39's ``confusables.txt``: every character with its best reading, but for tier
          C, which is of use only to who compares whole labels
``csv``   a line for each reading (RFC 4180, UTF-8, LF)
``json``  one object: what the map was made of, and a list for each source, best reading first
========= ======================================================================================
"""

from __future__ import annotations

import csv
import json
from io import StringIO

from detector.characters import name
from detector.confusables import ConfusableMap, Reading
from detector.map_difference import all_rows

FORMATS = ("uts39", "json", "csv")
COLUMNS = (
    "sequence", "name", "letters", "confidence", "tier", "sources", "fonts_agree", "fonts",
)  # fmt: skip


def export_map(confusables: ConfusableMap, kind: str) -> str:
    """Give the text of a map in one of `FORMATS`.

    Raises:
        ValueError: there is no such format.
    """
    if kind not in FORMATS:
        msg = f"{kind!r} is none of {', '.join(FORMATS)}"
        raise ValueError(msg)
    return {"uts39": _uts39, "json": _json, "csv": _csv}[kind](confusables)


def _uts39(confusables: ConfusableMap) -> str:
    lines = [
        "# confusables.txt in the form of UTS #39, made of a glyphwatch map",
        f"# Version: {confusables.unicode}",
        f"# Map: {confusables.version}",
        "",
    ]
    best = {char: rows[0] for char, rows in confusables.characters.items() if rows[0].tier != "C"}
    for char in sorted(best):
        letters = best[char].letters
        lines.append(
            f"{_sequence(char)} ;\t{_sequence(letters)} ;\tMA\t# ( {char} → {letters} ) "
            f"{name(char)} → {', '.join(map(name, letters))}"
        )
    return "\n".join([*lines, "", f"# total: {len(best)}", ""])


def _json(confusables: ConfusableMap) -> str:
    told = {
        "format": "glyphwatch map 1",
        "unicode": confusables.unicode,
        "version": confusables.version,
        "made_of": [line.removeprefix("# ") for line in confusables.header[1:]],
        "rows": {
            source: [_record(reading) for reading in readings]
            for source, readings in sorted(all_rows(confusables).items())
        },
    }
    return json.dumps(told, indent=1) + "\n"


def _record(reading: Reading) -> dict[str, object]:
    agree, fonts = _fonts(reading)
    return {
        "letters": reading.letters,
        "confidence": reading.confidence,
        "tier": reading.tier,
        "sources": list(reading.sources),
        "fonts_agree": agree,
        "fonts": fonts,
    }


def _csv(confusables: ConfusableMap) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for source, readings in sorted(all_rows(confusables).items()):
        names = ", ".join(map(name, source))
        for r in readings:
            row = (_sequence(source), names, r.letters, r.confidence, r.tier, "+".join(r.sources))
            writer.writerow((*row, *_fonts(r)))
    return text.getvalue()


def _fonts(reading: Reading) -> tuple[int | None, int | None]:
    """Give how many fonts agree, and how many have it; None where nothing was drawn."""
    agree, slash, fonts = reading.fonts.partition("/")
    return (int(agree), int(fonts)) if slash else (None, None)


def _sequence(text: str) -> str:
    return " ".join(f"{ord(char):04X}" for char in text)
