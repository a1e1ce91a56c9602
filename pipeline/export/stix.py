"""STIX 2.1: findings in, one bundle of indicators out, an object a line.

Each name is a ``domain-name`` object, whose id the standard fixes (2.9), and an ``indicator`` that
is based on it. Ids are UUIDv5, so what is exported twice is there once. ``created`` may never
change for an id (3.6), though an older log may show an earlier sight: it is the day from which
these ids are; ``modified`` is when the name was last seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from pipeline.export.identity import described, made_id, span, timestamp
from pipeline.json_lines import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.summary import Summary

_OBSERVABLES: Final = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The namespace of observables' ids (STIX 2.1, 2.9)."""

_CREATED: Final = 1_767_225_600
"""2026-01-01, in seconds since the epoch."""

_IDENTITY: Final = f"identity--{made_id('identity', 'glyphwatch')}"


def write_stix(names: Mapping[str, list[Summary]]) -> Iterator[str]:
    """Write a bundle; the same findings give the same bytes."""
    digest = made_id("bundle", ",".join(names))
    yield f'{{"type": "bundle", "id": "bundle--{digest}", "objects": [\n'
    yield dumps(_object("identity", _IDENTITY, name="glyphwatch", identity_class="system"))
    for name, findings in names.items():
        for each in _objects(name, findings):
            yield f",\n{dumps(each)}"
    yield "\n]}\n"


def pattern(name: str) -> str:
    r"""Write the pattern that matches a name (9.2: ``'`` and ``\`` are escaped).

    >>> print(pattern("xn--80ak6aa92e.com"))
    [domain-name:value = 'xn--80ak6aa92e.com']
    >>> print(pattern("it's.com"))
    [domain-name:value = 'it\'s.com']
    """
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"[domain-name:value = '{quoted}']"


def domain_id(name: str) -> str:
    """Give the id that the standard fixes for a name.

    >>> domain_id("xn--80ak6aa92e.com")
    'domain-name--b19888dd-2da6-5b26-94b4-64e79aed6619'
    """
    canonical = f'{{"value":{dumps(name)}}}'  # RFC 8785, of ASCII
    return f"domain-name--{uuid5(_OBSERVABLES, canonical)}"


def _objects(name: str, findings: Sequence[Summary]) -> Iterator[dict[str, Any]]:
    worst = findings[0]
    first, last = span(findings)
    modified = max(_CREATED, last or 0)
    indicator = f"indicator--{made_id('indicator', name)}"
    observable = domain_id(name)
    yield {"type": "domain-name", "spec_version": "2.1", "id": observable, "value": name}
    yield _object(
        "indicator",
        indicator,
        modified,
        name=f"Lookalike domain {name}",
        description=described(findings),
        indicator_types=["anomalous-activity"],  # a name that looks alike has done nothing yet
        pattern=pattern(name),
        pattern_type="stix",
        valid_from=timestamp(_CREATED if first is None else first),
        confidence=round(worst.best_score * 100),
        labels=[
            f"severity:{worst.best_severity}",
            *sorted({f"technique:{each}" for found in findings for each in found.techniques}),
            *sorted({f"industry:{found.industry}" for found in findings}),
        ],
    )
    yield _object(
        "relationship",
        f"relationship--{made_id('relationship', name)}",
        modified,
        relationship_type="based-on",
        source_ref=indicator,
        target_ref=observable,
    )


def _object(kind: str, identity: str, modified: int = _CREATED, **fields: object) -> dict[str, Any]:
    made = {
        "type": kind,
        "spec_version": "2.1",
        "id": identity,
        "created_by_ref": _IDENTITY,
        "created": timestamp(_CREATED),
        "modified": timestamp(modified),
        **fields,
    }
    if identity == _IDENTITY:
        del made["created_by_ref"]
    return made
