"""UTS #39: the first confusable map, made of Unicode's own data and of nothing else."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import unicodedata2

from detector.characters import (
    MARK_CONFIDENCE,
    UNICODE_VERSION,
    decomposition,
    is_dropped_mark,
    is_ignorable,
    mark_kind,
    name,
)
from detector.confusables import LETTERS, Reading, render_map
from detector.errors import InvalidData
from detector.label_characters import capitals, deviation_foldings, label_characters
from detector.letter_names import name_observations
from detector.likeness import Observation, solve

SAME_SHAPE = 0.998
HOP = 0.01
LIGATURE = 0.95
CAPITAL = 0.85
CASE = 0.75
CLASS = 0.95
DIGIT = 0.60
RESIDUE = 0.75
FOLDING = 0.75

CLASS_ROWS = {
    "0": Reading("o", 0.90, ("ascii",)),
    "1": Reading("l", 0.90, ("ascii",)),
    "i": Reading("l", 0.75, ("ascii",)),
}
PAIR_ROWS = {
    "vv": ("w", 0.930),
    "rn": ("m", 0.895),
    "cl": ("d", 0.800),
    "ni": ("m", 0.788),
    "uu": ("w", 0.755),
    "lc": ("k", 0.750),
    "nn": ("m", 0.712),
    "li": ("h", 0.704),
    "ri": ("n", 0.695),
}


@dataclass(frozen=True, slots=True)
class Prototype:
    text: str
    hops: int


def read_confusables(path: Path) -> tuple[dict[str, Prototype], str, str]:
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    text = raw.decode("utf-8-sig")
    version = re.search(r"^# Version: (\S+)", text, re.M).group(1)
    found = {}
    for line in text.splitlines():
        body, _, comment = line.partition("#")
        if not body.strip():
            continue
        a, b, _ = (x.strip() for x in body.split(";"))
        source = "".join(chr(int(x, 16)) for x in a.split())
        target = "".join(chr(int(x, 16)) for x in b.split())
        hops = max(0, comment.rpartition("#")[2].count("→") - 1)
        found[source] = Prototype(target, hops)
    return found, version, hashlib.sha256(raw).hexdigest()


def build_uts39(confusables_path: Path) -> str:
    prototypes, version, digest = read_confusables(confusables_path)
    rows = dict(_rows(prototypes))
    rows.update((s, (r,)) for s, r in CLASS_ROWS.items())
    rows.update((s, (Reading(l, c, ("pair",)),)) for s, (l, c) in PAIR_ROWS.items())
    return render_map(
        rows,
        made_by="glyphwatch map build --from uts39 --confusables FILE",
        unicode=UNICODE_VERSION,
        sources=[f"UTS #39: {version} sha256:{digest}"],
    )


def _rows(prototypes: Mapping[str, Prototype]) -> Iterator[tuple[str, tuple[Reading, ...]]]:
    allowed = [c for c in label_characters() if unicodedata2.category(c)[0] != "M" and not is_ignorable(c)]
    larger = capitals()
    nodes = set(allowed) | set(prototypes) | {p.text for p in prototypes.values() if len(p.text) == 1}
    nodes |= {c for cs in larger.values() for c in cs}
    by_name = {name(c): c for c in nodes | set("abcdefghijklmnopqrstuvwxyz")}
    same_case = frozenset(
        x for x in "abcdefghijklmnopqrstuvwxyz"
        if (c := by_name.get(f"LATIN LETTER SMALL CAPITAL {x.upper()}")) and c in prototypes and prototypes[c].text == x
    )
    members = defaultdict(list)
    for c in sorted(prototypes):
        p = prototypes[c].text
        if len(p) == 1 and not p.isascii():
            members[p].append(c)
    foldings = deviation_foldings()
    observations = defaultdict(list)
    for c in sorted(nodes):
        if c.isascii():
            continue
        obs = observations[c]
        if c in prototypes:
            obs.extend(_prototype(prototypes[c], same_case))
        parts = decomposition(c)
        if parts != c:
            obs.extend(_sequence(parts, 0.998, ("decomposition",), same_case))
        obs.extend(Observation((m,), CLASS, ("class",)) for m in members.get(c, ()))
        obs.extend(Observation((k,), CASE, ("case",)) for k in larger.get(c, ()))
        obs.extend(name_observations(c, by_name))
        digit = unicodedata2.decimal(c, None)
        if digit is not None:
            obs.append(Observation((str(digit),), DIGIT, ("digit",)))
        if c in foldings:
            obs.extend(_sequence(foldings[c], FOLDING, ("folding",), same_case))
    solved = solve(observations)
    for c in allowed:
        if c in solved:
            yield c, solved[c]


def _prototype(prototype, same_case):
    text = prototype.text
    weight = SAME_SHAPE - HOP * prototype.hops
    if LETTERS.issuperset(text):
        if len(text) > 1:
            weight *= LIGATURE
        if text == "rn":
            yield Observation(("m",), weight, ("uts39",))
        yield Observation((text,), weight, ("uts39",))
        if text == "i":
            yield Observation(("l",), weight * 0.8, ("uts39", "dotless"))
        return
    yield from _sequence(text, weight, ("uts39",), same_case)


def _sequence(text, weight, sources, same_case):
    parts = []
    sources = list(sources)
    for c in decomposition(text):
        category = unicodedata2.category(c)
        if is_dropped_mark(c):
            kind = mark_kind(c)
            weight *= MARK_CONFIDENCE[kind]
            sources.append(f"mark:{kind}")
        elif c in "abcdefghijklmnopqrstuvwxyz0123456789":
            parts.append(c)
        elif c.isascii() and c.isalpha():
            weight *= 0.95 if c.lower() in same_case else CAPITAL
            sources.append("capital")
            parts.append(c.lower())
        elif category[0] in "LN" and category != "Lm" and not c.isascii():
            parts.append(c)
        else:
            weight *= RESIDUE
            sources.append("residue")
    if parts and sources.count("residue") <= 1:
        yield Observation(tuple(parts), round(weight, 4), tuple(dict.fromkeys(sources)))
