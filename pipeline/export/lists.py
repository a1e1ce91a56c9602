"""Lists: names in, files out that hold one name a line: plain, for Zeek and for Suricata."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from pipeline.export.identity import described

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.summary import Summary


def write_names(names: Iterable[str]) -> Iterator[str]:
    """Write a plain list."""
    for name in names:
        yield f"{name}\n"


def write_zeek(names: Mapping[str, list[Summary]]) -> Iterator[str]:
    r"""Write a file for Zeek's intelligence framework, divided by tabs.

    Zeek reads ``\xNN`` as an octet and ``-`` alone as nothing.
    """
    yield "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n"
    for name, findings in names.items():
        description = described(findings).replace("\\", "\\x5c")
        yield f"{name}\tIntel::DOMAIN\tglyphwatch\t{description}\n"


def write_suricata(names: Iterable[str]) -> Iterator[str]:
    r"""Write a dataset of ``type string`` for Suricata: Base64, a name a line.

    >>> list(write_suricata(["xn--80ak6aa92e.com"]))
    ['eG4tLTgwYWs2YWE5MmUuY29t\n']
    """
    for name in names:
        yield f"{b64encode(name.encode('ascii')).decode('ascii')}\n"
