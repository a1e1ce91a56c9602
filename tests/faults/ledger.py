"""Ledger: what was sent where, and the invariants I1, I2 and I4 of RELIABILITY.md 1.2.

A ledger knows what must come out; `Found` is what did. `violations` compares them and says every
difference in words; an empty list is a pass.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from tests.faults.messages import Sent

Place = tuple[int, int]
"""Partition and offset."""

Pair = tuple[str, str]
"""Lookalike domain and target."""


class Letter(NamedTuple):
    """One message of the dead-letter topic."""

    place: Place
    reason: str
    value: bytes
    length: int
    """Bytes of the original."""
    sha256: str
    """Of the original in hex, if the letter does not have all of it; else empty."""
    complete: bool
    """Whether topic, coordinates, timestamp, stage and version are there too."""


class Found(NamedTuple):
    """What the sinks hold."""

    details: list[tuple[Place, str, Pair]]
    """Place, id and pair of each detection in detail."""

    resolutions: dict[Pair, int]
    """The summary's sum by pair."""

    records: dict[Pair, int]
    """The summary's number of records by pair."""

    letters: list[Letter]

    accounted: dict[str, int] | None = None
    """Records by what became of them (``clean``, ``matched``, ``rejected``, ``skipped``), if the
    summary's progress tells."""


class Ledger:
    """What was sent to one topic."""

    def __init__(self) -> None:
        self.sent: dict[Place, Sent] = {}

    def add(self, place: Place, sent: Sent) -> None:
        """Note where a message lies."""
        self.sent[place] = sent

    def of(self, kind: str) -> dict[Place, Sent]:
        """The messages of one kind, by place."""
        return {place: sent for place, sent in self.sent.items() if sent.kind == kind}

    def ends(self) -> dict[int, int]:
        """The offset after the last message of each partition."""
        ends: dict[int, int] = {}
        for partition, offset in self.sent:
            ends[partition] = max(ends.get(partition, 0), offset + 1)
        return ends


def violations(ledger: Ledger, found: Found) -> list[str]:
    """Compare; every difference in words."""
    return [
        *_details(ledger, found),
        *_summary(ledger, found),
        *_letters(ledger, found),
        *_accounts(ledger, found),
    ]


def _details(ledger: Ledger, found: Found) -> Iterable[str]:
    wanted = {place: (sent.lookalike, sent.target) for place, sent in ledger.of("planted").items()}
    held = Counter((place, pair) for place, _, pair in found.details)
    missing = [place for place, pair in wanted.items() if (place, pair) not in held]
    strange = [key for key in held if wanted.get(key[0]) != key[1]]
    ids = {identity for _, identity, _ in found.details}
    if missing:
        yield f"I1: {len(missing)} of {len(wanted)} detections lost, e.g. at {missing[:3]}"
    if strange:
        yield f"I1: {len(strange)} detections that were never sent, e.g. {strange[:3]}"
    if len(found.details) != len(ids) or max(held.values(), default=1) > 1:
        yield f"I2: {len(found.details)} rows in detail, {len(ids)} ids, {len(held)} places"


def _summary(ledger: Ledger, found: Found) -> Iterable[str]:
    resolutions: Counter[Pair] = Counter()
    records: Counter[Pair] = Counter()
    for sent in ledger.of("planted").values():
        resolutions[sent.lookalike, sent.target] += sent.resolutions
        records[sent.lookalike, sent.target] += 1
    for name, wanted, held in (
        ("resolutions", resolutions, found.resolutions),
        ("records", records, found.records),
    ):
        if dict(wanted) != dict(held):
            what = f"{sum(held.values())} {name} counted, {wanted.total()} sent"
            wrong = sorted(k for k in wanted | held if wanted.get(k) != held.get(k))
            yield f"I2: {what}, e.g. {wrong[:2]}"


def _letters(ledger: Ledger, found: Found) -> Iterable[str]:
    wanted = ledger.of("poison")
    held = {letter.place: letter for letter in found.letters}  # a letter may be there twice
    if missing := wanted.keys() - held.keys():
        yield f"I4: {len(missing)} of {len(wanted)} dead letters lost, e.g. {sorted(missing)[:3]}"
    if strange := held.keys() - wanted.keys():
        yield f"I4: {len(strange)} dead letters of readable messages, e.g. {sorted(strange)[:3]}"
    wrong = [
        f"{place} {letter.reason}"
        for place, letter in held.items()
        if place in wanted and not _is_faithful(letter, wanted[place])
    ]
    if wrong:
        yield f"I4: {len(wrong)} dead letters are not faithful, e.g. {wrong[:3]}"


def _is_faithful(letter: Letter, sent: Sent) -> bool:
    original = sent.value or b""
    whole = letter.value == original
    cut = original.startswith(letter.value) and letter.sha256 == (
        hashlib.sha256(original).hexdigest()
    )
    return (
        letter.reason == sent.reason
        and letter.length == len(original)
        and (whole or cut)
        and letter.complete
    )


def _accounts(ledger: Ledger, found: Found) -> Iterable[str]:
    if found.accounted is None:
        return
    kinds = Counter(sent.kind for sent in ledger.sent.values())
    wanted = {
        "clean": kinds["clean"],
        "matched": kinds["planted"],
        "rejected": kinds["poison"],
        "skipped": kinds["skipped"],
    }
    if wanted != found.accounted:
        yield f"I4: accounted for {found.accounted}, sent {wanted}"
