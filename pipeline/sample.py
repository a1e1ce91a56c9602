"""The sample: 100,000 records of passive DNS, made up, with lookalikes planted among them.

Nothing in it is anybody's traffic, and the answer is known by construction, not by asking the
detector: most records are ordinary names, infrastructure, IDNs and the targets' own; among them
stand lookalikes of every technique and mixture. The same seed gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pipeline.dice import Dice
from pipeline.plants import Planted, a_labels, plant
from pipeline.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEED = 2026
RECORDS = 100_000

_BEGIN = 1_759_276_800  # 2025-10-01T00:00:00Z
_DAYS = 396


def make_records(seed: int = SEED, count: int = RECORDS) -> tuple[list[str], list[Planted]]:
    """Make the sample: JSON lines, and what is planted in them."""
    dice = Dice(seed)
    vocabulary = Vocabulary.load()
    planted = plant(dice, vocabulary)
    names = [each.name for each in planted for _ in range(dice.skewed(6))]
    del names[count:]
    ordinary = _Ordinary(dice, vocabulary)
    while len(names) < count:
        names.append(ordinary.name())
    names.sort(key=lambda name: name.split(".")[::-1])  # as passive DNS is kept, and packs well
    lines = [_line(dice, vocabulary, name) for name in names]
    return lines, planted


class _Ordinary:
    """Makes names that imitate nobody."""

    def __init__(self, dice: Dice, vocabulary: Vocabulary) -> None:
        self._dice = dice
        self._words = vocabulary
        self._domains = [self._domain() for _ in range(6000)]
        self._idns = [a_labels(name) for name in vocabulary.idns]

    def _domain(self) -> str:
        dice = self._dice
        name = dice.one_of(self._words.words) + dice.one_of(self._words.words)
        if dice.happens(0.5):
            name += ("-" if dice.happens(0.3) else "") + dice.one_of(self._words.trades)
        if dice.happens(0.05):
            name += str(1 + dice.below(365))
        return f"{name}.{dice.one_of(self._words.suffixes)}"

    def _known(self) -> str:
        return self._domains[self._dice.skewed(len(self._domains)) - 1]

    def name(self) -> str:
        """Make one name."""
        dice = self._dice
        kind = dice.below(1000)
        if kind < 690:
            return self._below(self._known())
        if kind < 850:
            return self._below(dice.one_of(self._words.targets))
        if kind < 965:
            return self._infrastructure()
        return self._below(dice.one_of(self._idns if kind < 995 else self._words.near_misses))

    def _below(self, domain: str) -> str:
        return (
            f"{self._dice.one_of(self._words.hosts)}.{domain}"
            if self._dice.happens(0.7)
            else domain
        )

    def _infrastructure(self) -> str:
        dice, domain = self._dice, self._known()
        number = dice.below(256)
        makers: Sequence[Callable[[], str]] = (
            lambda: f"_dmarc.{domain}",
            lambda: f"*.{domain}",
            lambda: f"_sip._tcp.{domain}",
            lambda: f"selector{1 + number % 4}._domainkey.{domain}",
            lambda: f"r{1 + number % 9}---sn-{_code(dice, 8)}.googlevideo.com",
            lambda: f"{number}.100.51.198.in-addr.arpa",
            lambda: ".".join(f"{number:08x}") + ".0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
            lambda: f"d{_code(dice, 13)}.cloudfront.net",
            lambda: f"e{1000 + number}.dscb.akamaiedge.net",
            lambda: f"{_code(dice, 6)}.cdn.{domain}",
            lambda: f"ec2-198-51-100-{number}.compute-1.amazonaws.com",
        )
        return dice.one_of(makers)()


def _code(dice: Dice, length: int) -> str:
    return "".join(dice.one_of("0123456789abcdefghijkmnpqrstuvwxyz") for _ in range(length))


def _line(dice: Dice, vocabulary: Vocabulary, name: str) -> str:
    """Write one record in COF, with the small differences that sensors have."""
    kind = dice.below(100)
    if kind < 2:
        name += "."
    elif kind < 3:
        name = "".join(char.upper() if dice.happens(0.5) else char for char in name)
    rrtype = dice.one_of(("A", "A", "A", "A", "AAAA", "CNAME", "MX", "NS"))
    first = _BEGIN + dice.below(_DAYS) * 86400
    record: dict[str, Any] = {
        "rrname": name,
        "rrtype": rrtype,
        "rdata": _rdata(dice, vocabulary, rrtype),
        "time_first": first,
        "time_last": first + (dice.skewed(30) - 1) * 86400 + 86399,
        "count": dice.skewed(2000),
    }
    return json.dumps(record, separators=(",", ":"))


def _rdata(dice: Dice, vocabulary: Vocabulary, rrtype: str) -> str | list[str]:
    """Give what a name resolved to, in the ranges for documentation (RFC 5737, RFC 3849)."""
    number = 1 + dice.below(16)
    if rrtype == "A":
        return f"{dice.one_of(('192.0.2', '198.51.100', '203.0.113'))}.{number}"
    if rrtype == "AAAA":
        return f"2001:db8::{number:x}"
    host = f"{dice.one_of(vocabulary.words[:16])}.example.net"
    if rrtype == "NS":
        return [f"ns1.{host}", f"ns2.{host}"]
    return f"10 mx.{host}" if rrtype == "MX" else host


def pack(lines: Sequence[str]) -> bytes:
    """Compress lines, without name or time in the header: the same lines give the same bytes."""
    packed = BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
    return packed.getvalue()
