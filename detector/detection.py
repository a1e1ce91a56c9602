"""Detections: the record of one name that reads as one target, as every sink stores it.

One flat JSON object a line, with stable names (`Detection.to_json`). What depends on the record it
was seen in (counts, times, source coordinates) is added by `Detection.with_record`, and changes the
identity; no clock and no random number takes part in either.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final, NamedTuple

from detector.position import Position
from detector.substitution import Substitution, Technique
from detector.verdict import Severity

SCHEMA: Final = 1


class Detection(NamedTuple):
    """A name that reads as one of our targets."""

    name: str
    """The name as it was seen, in A-label form."""

    unicode_name: str
    """The same with its labels in Unicode: hostile text, to be escaped by whoever prints it."""

    registrable_domain: str
    """The domain that the matched label belongs to, in A-label form: under a private suffix
    (``github.io``) the customer's, else the one under ICANN's suffix."""

    label: str
    """The matched label in A-label form; for `Position.SUFFIX`, label and suffix."""

    position: Position
    """Where that label stands."""

    target: str
    """The domain it imitates, in A-label form."""

    brand: str
    """Whose that is."""

    industry: str
    """What the brand does."""

    techniques: tuple[Technique, ...]
    """Every technique that took part, in the order of `Technique`."""

    score: float
    """How alike the two look, 0 to 1: the product of the substitutions' confidences."""

    severity: Severity
    """How much it matters, by score and context."""

    same_suffix: bool
    """Whether all that stands right of the label is the target's public suffix."""

    idna: str
    """``ascii``, ``valid``, or ``invalid:`` and the reason, of the matched label."""

    brakes: tuple[str, ...]
    """Brakes that lowered the severity."""

    substitutions: tuple[Substitution, ...]
    """Every difference, with its row of the map, from left to right."""

    map_version: str
    """Which confusable map said so."""

    rrtype: str | None = None
    """Record type of the record it was seen in."""

    rdata: str | tuple[str, ...] | None = None
    """What it resolved to there."""

    count: int | None = None  # type: ignore[assignment]  # hides tuple's
    """How many resolutions that record stands for."""

    time_first: int | None = None
    """When they began, in seconds since the epoch."""

    time_last: int | None = None
    """When they ended."""

    source: str = ""
    """Where that record lies: file and offset, or topic, partition and offset."""

    seen_in: str = "rrname"
    """Where in that record: ``rrname``, the name it is about, or ``rdata``, a name it points at."""

    rrname: str | None = None
    """The name that points at it, for ``rdata``: hostile text, as the record has it."""

    coordinates: str = ""
    """What stands for the source in `id`, where that is not its name; not part of the record."""

    @property
    def id(self) -> str:
        """BLAKE2b-128 in hex of source coordinates, name, target and techniques."""
        parts = (
            self.coordinates or self.source,
            self.name,
            self.target,
            ",".join(self.techniques),
        )
        digest = hashlib.blake2b(digest_size=16)
        for part in parts:
            octets = part.encode("utf-8", "surrogatepass")
            digest.update(len(octets).to_bytes(4, "big") + octets)
        return digest.hexdigest()

    def with_record(  # noqa: PLR0913 - one a field
        self,
        *,
        source: str,
        coordinates: str = "",
        rrtype: str | None = None,
        rdata: str | tuple[str, ...] | None = None,
        count: int | None = None,
        time_first: int | None = None,
        time_last: int | None = None,
        seen_in: str = "rrname",
        rrname: str | None = None,
    ) -> Detection:
        """Say which record the name was seen in.

        Args:
            source: where it lies, for a person.
            coordinates: where it lies, for `id`: the same for the same content wherever it is kept
                (a file's digest and an offset); `source` if empty.
            rrtype: its type.
            rdata: what the name resolved to.
            count: how many resolutions it stands for.
            time_first: when they began, in seconds since the epoch.
            time_last: when they ended.
            seen_in: ``rrname`` or ``rdata``.
            rrname: the name that points at it, for ``rdata``.
        """
        return self._replace(
            source=source,
            coordinates=coordinates,
            rrtype=rrtype,
            rdata=rdata,
            count=count,
            time_first=time_first,
            time_last=time_last,
            seen_in=seen_in,
            rrname=rrname,
        )

    def to_json(self) -> dict[str, Any]:
        """Give the record: a dictionary of JSON types in the documented order."""
        record: dict[str, Any] = {"schema": SCHEMA, "id": self.id, **self._asdict()}
        del record["coordinates"]
        record["position"] = str(self.position)
        record["techniques"] = [str(each) for each in self.techniques]
        record["severity"] = str(self.severity)
        record["brakes"] = list(self.brakes)
        record["substitutions"] = [each.to_json() for each in self.substitutions]
        if isinstance(self.rdata, tuple):
            record["rdata"] = list(self.rdata)
        return record
