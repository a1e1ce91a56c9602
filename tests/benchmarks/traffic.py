"""Traffic for benchmarks: names of real length and shape, seeded, written once to a folder.

The shapes (labels, their lengths, digits, hyphens, public suffix) are those of a list of real host
names; the letters are exchanged. Of the names, one in ten is a target or a name below one, 0.5 %
hold an IDN that imitates nothing, 0.01 % are lookalikes of a target.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from string import ascii_lowercase

from detector.confusables import ConfusableMap
from detector.punycode import ACE_PREFIX, encode
from detector.suffixes import SuffixList

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HOSTS = DATA / "umbrella_2026_top100k.txt.gz"
TOP = DATA / "top_domains.txt.gz"
TOP_2016 = DATA / "alexa_2016_top100k.txt.gz"

IDN_SHARE, LOOKALIKE_SHARE, TARGET_SHARE = 0.005, 0.0001, 0.10
SHORT = 4
_CHUNK = 100_000
_SCRIPTS = (  # letters that IDNs are made of, far from imitating anything
    "абвгджзийклмнпртфцчшщъыьэюя",
    "äöüßéèêçñãõåæøœšžčřůł",
    "的一是不了人我在有他这中大来上国和地到以说时要就出会可也你对生能",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむ",
    "가나다라마바사아자차카타파하고노도로모보소오조초코토포호",
    "אבגדהזחטיכלמנסעפצקרשת",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวศสหอ",
)
_LETTERS = "etaoinsrhdlucmfywgpbvkxqjz"
_WEIGHTS = (12, 9, 8, 8, 7, 7, 6, 6, 6, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 0.4, 0.3, 0.3, 0.2)


def read_list(path: Path) -> list[str]:
    """Read a list of host names, one a line, gzip or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip()]


def make_targets(count: int, path: Path) -> list[str]:
    """Write a target file of `count` domains: real top sites, then made-up ones; give them."""
    suffixes = SuffixList.load()
    domains: dict[str, None] = {}
    for name in (*read_list(TOP), *read_list(TOP_2016)):
        labels = name.split(".")
        if len(labels) == suffixes.suffix_lengths(labels)[1] + 1 and len(labels[0]) > 2:
            domains.setdefault(name)
            if len(domains) == count:
                break
    draw = random.Random(600)
    while len(domains) < count:
        domains.setdefault(
            f"{_word(draw, draw.randint(9, 14))}.{draw.choice(('com', 'net', 'de'))}"
        )
    rows = "".join(f"{name},{name.split('.')[0]},unknown\n" for name in domains)
    path.write_text("domain,brand,industry\n" + rows, encoding="utf-8")
    return list(domains)


def _word(draw: random.Random, length: int) -> str:
    return "".join(draw.choices(_LETTERS, _WEIGHTS, k=length))


def _shapes(suffixes: SuffixList) -> list[tuple[str, str, str]]:
    """Give each real host's labels in three parts: below the domain, registrable label, suffix."""
    shapes = []
    for host in read_list(HOSTS):
        labels = host.split(".")
        cut = len(labels) - suffixes.suffix_lengths(labels)[0]
        if cut > 0 and "xn--" not in host:
            below = "".join(f"{label}." for label in labels[: cut - 1])
            shapes.append((below, labels[cut - 1], ".".join(labels[cut:])))
    return shapes


def _ciphers(draw: random.Random) -> list[dict[int, int]]:
    """Give tables that exchange letters for letters and leave digits and hyphens in place."""
    tables = []
    for _ in range(2000):
        mixed = list(ascii_lowercase)
        draw.shuffle(mixed)
        tables.append(str.maketrans(ascii_lowercase, "".join(mixed)))
    return tables


def names(targets: list[str], seed: int = 5) -> Iterator[str]:
    """Give names without end; the same seed and targets give the same names."""
    draw = random.Random(seed)
    shapes = _shapes(SuffixList.load())
    lookalikes = Lookalikes(ConfusableMap.load(), targets)
    ciphers = _ciphers(draw)
    while True:
        kinds = [draw.random() for _ in range(_CHUNK)]
        chosen = draw.choices(shapes, k=_CHUNK)
        tables = draw.choices(ciphers, k=_CHUNK)
        for kind, (below, label, suffix), table in zip(kinds, chosen, tables, strict=True):
            if kind < LOOKALIKE_SHARE:
                yield lookalikes.one(draw)
            elif kind < LOOKALIKE_SHARE + TARGET_SHARE:
                host = draw.choices(("", "www.", "api.", "cdn-3.eu."), (5, 3, 1, 1))[0]
                yield host + draw.choice(targets)
            elif kind < LOOKALIKE_SHARE + TARGET_SHARE + IDN_SHARE:
                letters = draw.choice(_SCRIPTS)
                idn = "".join(draw.choices(letters, k=draw.randint(3, 9)))
                yield f"{below.translate(table)}{ACE_PREFIX}{encode(idn)}.{suffix}"
            else:  # a short label stays: hardly one that could be drawn is free
                own = label.translate(table) if len(label) > SHORT else label
                yield f"{below.translate(table)}{own}.{suffix}"


class Lookalikes:
    """Makes lookalikes of targets: one letter replaced by a character that the map reads as it.

    Of targets whose label no other listed site has: so a lookalike is one of one target, not of
    the two hundred sites called google.
    """

    def __init__(self, confusables: ConfusableMap, targets: list[str]) -> None:
        sites = Counter(name.partition(".")[0] for name in {*read_list(TOP), *read_list(TOP_2016)})
        labels = {name: name.partition(".")[0] for name in targets}
        self._targets = [
            name for name, label in labels.items() if len(label) > 5 and sites[label] < 2
        ]
        self._imitations: dict[str, list[str]] = {}
        for char, readings in confusables.characters.items():
            if readings[0].confidence > 0.85:
                self._imitations.setdefault(readings[0].letters, []).append(char)

    def one(self, draw: random.Random) -> str:
        """Make one lookalike, in A-label form."""
        while True:
            label, _, suffix = draw.choice(self._targets).partition(".")
            at = draw.randrange(len(label))
            if label[at] in self._imitations:
                char = draw.choice(self._imitations[label[at]])
                return f"{ACE_PREFIX}{encode(label[:at] + char + label[at + 1 :])}.{suffix}"


def write_names(count: int, targets: list[str], path: Path, seed: int = 5) -> None:
    """Write `count` names, one a line."""
    source = names(targets, seed)
    with path.open("w", encoding="ascii") as file:
        while count > 0:
            chunk = list(islice(source, min(count, _CHUNK)))
            file.write("\n".join(chunk) + "\n")
            count -= len(chunk)


def write_cof(count: int, targets: list[str], path: Path, seed: int = 5) -> None:
    """Write `count` passive DNS records in COF, one JSON object a line, in gzip."""
    draw = random.Random(seed)
    with gzip.open(path, "wt", compresslevel=6, encoding="ascii") as file:
        for name in islice(names(targets, seed), count):
            first = 1_700_000_000 + draw.randrange(60_000_000)
            record = {
                "rrname": name,
                "rrtype": draw.choice(("A", "A", "AAAA", "CNAME", "NS")),
                "rdata": f"192.0.2.{draw.randrange(256)}",
                "time_first": first,
                "time_last": first + draw.randrange(1_000_000),
                "count": draw.randrange(1, 5000),
                "origin": "https://pdns.example",
            }
            file.write(json.dumps(record, separators=(",", ":")) + "\n")
