"""Top sites: anybody's list of popular names in, targets out.

Such lists come as ``rank,domain`` (Tranco, Umbrella, Alexa), one name a line, ``origin,rank``
(CrUX, with ``https://`` in front) or with more columns (Majestic). They know no brand and no
industry: a brand is called by its label until somebody edits the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from detector.registrable import Registrable
from detector.suffixes import SuffixList
from detector.target_rows import UNKNOWN
from detector.target_table import NEEDED, OWNED, Problem, escaped
from detector.targets import Target

_DIVIDER: Final = re.compile(r"[,;\s]+")
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:?#]*)", re.IGNORECASE)
_RANK: Final = re.compile(r"[0-9]*\.?[0-9]*")


@dataclass(frozen=True, slots=True)
class Import:
    """What came of a list."""

    targets: tuple[Target, ...]
    """Registrable domains, each once, in the order of the list: the most popular first."""

    names: int
    """Lines that name something; blank lines, comments and a header do not."""

    duplicates: int
    """Names whose registrable domain had been seen before, as ``www.`` after the bare domain."""

    problems: tuple[Problem, ...]
    """Lines that name no registrable domain, and why."""


def import_targets(lines: Iterable[str], suffixes: SuffixList | None = None) -> Import:
    """Make targets of a list of popular names, reduced to the domain under ICANN's suffix.

    >>> found = import_targets(["1,google.com", "2,www.google.com", "3,co.uk"])
    >>> [target.domain for target in found.targets], found.duplicates
    (['google.com'], 1)
    >>> print(found.problems[0])
    line 3: domain 'co.uk' is a public suffix: write the domain that somebody registered under it

    Args:
        lines: the list, decoded; line ends do not matter.
        suffixes: the public suffix list; loaded if not given.
    """
    registrable = Registrable(suffixes or SuffixList.load())
    targets: dict[str, Target] = {}
    problems: list[Problem] = []
    names = 0
    for number, line in enumerate(lines, 1):
        name = name_of(line)
        if not name:
            if names and not _is_blank(line):
                names += 1
                problems.append(Problem(number, "", escaped(line.strip()), "names no domain"))
            continue
        names += 1
        if name in targets:
            continue
        reading = registrable.reduce(name)
        if reading.fault:
            problems.append(Problem(number, NEEDED[0], escaped(name), reading.fault))
        elif reading.domain not in targets:
            targets[reading.domain] = Target(reading.domain, reading.unicode_label, UNKNOWN)
    found = tuple(targets.values())
    return Import(found, names, names - len(found) - len(problems), tuple(problems))


def name_of(line: str) -> str:
    """Find the name in a line of a list; empty in a blank line, a comment or a header.

    >>> [name_of(each) for each in ("7,bbc.co.uk", "https://bbc.co.uk/news,1000", "Rank,Domain")]
    ['bbc.co.uk', 'bbc.co.uk', '']
    """
    if _is_blank(line):
        return ""
    for field in _DIVIDER.split(line.strip().removeprefix("\ufeff")):
        text = field.strip("\"'")
        origin = _ORIGIN.match(text)
        text = origin[1] if origin else text
        if "." in text.strip(".") and not _RANK.fullmatch(text):
            return text
    return ""


def _is_blank(line: str) -> bool:
    text = line.strip().removeprefix("\ufeff")
    return not text or text.startswith("#")


def render_targets(targets: Sequence[Target]) -> str:
    """Write targets as the text of a target file, domains in A-label form."""
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*NEEDED, OWNED))
    for each in targets:
        writer.writerow((each.domain, each.brand, each.industry, " ".join(each.owned)))
    return text.getvalue()
