r"""Labels: a DNS name in, its labels out, each with its kind and its Unicode form.

Terms follow RFC 5890: an A-label is a valid ``xn--`` label, a U-label its Unicode form, a fake
A-label one that decodes but is not valid. Nothing here knows about confusables or targets.

A name comes in presentation form (RFC 1035, 5.1; RFC 4343), in one of three ways:

- plain ASCII: split at full stops, lower-cased in ASCII only;
- with escapes (``\DDD``, ``\xNN``, ``\.``), as printed by BIND or Zeek: a name off the wire. Only
  an unescaped ``.`` splits. A backslash before anything else stands for what follows it; at the end
  it stands for itself. Labels above ASCII must be UTF-8, and are mapped as below;
- Unicode text (certificates, URLs, logs), which is mapped by UTS #46 first; the ideographic,
  fullwidth and halfwidth full stops split as well.

In every case each label is then read by itself, so that one bad label never hides a good one.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from detector import punycode, uts46
from detector.errors import InvalidName
from detector.idna_validity import first_fault
from detector.punycode import ACE_PREFIX

MAX_LABEL: Final = 63
"""Octets of a label (RFC 1035, 2.3.4)."""

MAX_NAME: Final = 253
"""Octets of a name without its final dot: 255 on the wire (RFC 1035, 2.3.4)."""

MAX_TEXT: Final = 1024
"""Characters looked at: 253 octets, all escaped as ``\\DDD``, fit. The rest is too long, unread."""

BAD_PUNYCODE: Final = "bad_punycode"
"""Reason of an `Kind.UNDECODABLE` label."""

NOT_ROUNDTRIP: Final = "not_roundtrip"
"""Reason of a fake A-label that decodes to ASCII, and so is not what encoding the result gives."""

_SPACES = " \t\r\n"
_ODD = re.compile(r"[\x00-\x20.\\\x7f]")
_TOKEN = re.compile(
    rb"\.|\\x([0-9A-Fa-f]{2})|\\([01][0-9]{2}|2[0-4][0-9]|25[0-5])|\\(.)|([^.\\]+|\\)", re.DOTALL
)


class NameFault(StrEnum):
    """Why a value is no name: `InvalidName.reason`."""

    EMPTY_NAME = "empty_name"
    ROOT = "root"
    """The name is ``.``, which is a name, but nobody's: to be skipped rather than rejected."""

    EMPTY_LABEL = "empty_label"
    LABEL_TOO_LONG = "label_too_long"
    """Over 63 octets as sent, that is, for Unicode, in ``xn--`` form."""

    TOO_LONG = "too_long"
    """Over 253 octets as sent, without the final dot."""

    NOT_UTF8 = "not_utf8"
    """Octets, raw or escaped, that are not UTF-8; or text with a surrogate, which has no octets."""


class Kind(StrEnum):
    """What a label is."""

    ASCII = "ascii"
    """Without ``xn--``: letters, digits, hyphens, and whatever else DNS carries (``_dmarc``)."""

    A_LABEL = "a_label"
    """Decodes to a label that is valid by IDNA2008."""

    FAKE_A_LABEL = "fake_a_label"
    """Decodes, but to something that no registry should accept; `Label.reason` says why."""

    UNDECODABLE = "undecodable"
    """Starts with ``xn--``, but is not Punycode."""

    U_LABEL = "u_label"
    """Arrived with characters above ASCII, and still has some after UTS #46 mapping."""


class Label(NamedTuple):
    """One label of a name."""

    text: str
    """As DNS has it: lower-case printable ASCII, a U-label in ``xn--`` form; octets outside 0x21
    to 0x7E, a full stop and a backslash within the label are written ``\\DDD``."""

    unicode: str
    """As a person would read it: what an ``xn--`` label decodes to, else the label itself. Odd
    ASCII octets are ``\\DDD`` here too; anything above ASCII is as it came, and may be hostile."""

    kind: Kind
    """What the label is."""

    reason: str = ""
    """Why it is not valid: a `detector.idna_validity.Fault`, ``bad_punycode`` or
    ``not_roundtrip``. Empty if it is valid, and for `Kind.ASCII`."""


class Name(NamedTuple):
    """A DNS name, without its final dot."""

    text: str
    """The labels' `Label.text`, joined by dots: parsing it again gives the same labels, except
    that those which arrived as Unicode are then A-labels."""

    labels: tuple[Label, ...]
    """The labels from left to right, at least one."""

    raw_unicode: bool
    """True if the name arrived with characters above ASCII, raw or escaped."""

    @property
    def unicode(self) -> str:
        """The labels' `Label.unicode`, joined by dots."""
        return ".".join([label.unicode for label in self.labels])


def parse_name(value: str | bytes) -> Name:
    r"""Read a name in presentation form; bytes are UTF-8. Surrounding blanks are dropped.

    >>> parse_name("XN--80AK6AA92E.com.").unicode
    'аррӏе.com'
    >>> parse_name("_dmarc.Ｇoogle。com").text
    '_dmarc.google.com'
    >>> [(label.text, label.unicode) for label in parse_name(r"a\.b.\195\164.com").labels]
    [('a\\046b', 'a\\046b'), ('xn--4ca', 'ä'), ('com', 'com')]

    Raises:
        InvalidName: with a `NameFault` as its reason; nothing else, whatever the value.
    """
    text = _decode(value.strip(_SPACES.encode())) if isinstance(value, bytes) else value
    text = text.strip(_SPACES)
    if text.isascii() and text.isprintable() and "\\" not in text and " " not in text:
        return _plain(text.lower())
    if len(text) > MAX_TEXT:
        raise _too_long(text)
    if "\\" in text:
        parts = _unescape(text)
        raw_unicode = not all(part.isascii() for part in parts)
        return _read([_map_part(part) for part in parts], text, raw_unicode=raw_unicode)
    if text.isascii():
        return _read(_split(text.lower(), text), text, raw_unicode=False)
    _utf8(text)
    return _read(_split(uts46.map_text(text), text), text, raw_unicode=True)


def _plain(text: str) -> Name:
    """Read a name of printable, unescaped, lower-case ASCII: nearly every name there is."""
    stripped = text.removesuffix(".")
    if len(stripped) > MAX_NAME:
        raise _too_long(text)
    parts = _split(text, text)
    for part in parts:
        if not 0 < len(part) <= MAX_LABEL:
            raise _bad_label(parts, part, text)
    return Name(stripped, tuple([_ascii_label(part) for part in parts]), raw_unicode=False)


def _read(parts: list[str], text: str, *, raw_unicode: bool) -> Name:
    """Read labels that may hold anything: `parts` unescaped and mapped, `text` for messages."""
    on_wire = []
    for part in parts:
        # Every code point takes an octet of the payload at least: encode none that cannot fit.
        too_long = len(part) > MAX_LABEL
        sent = part if part.isascii() or too_long else ACE_PREFIX + punycode.encode(part)
        if not 0 < len(sent) <= MAX_LABEL:
            raise _bad_label(parts, part, text)
        on_wire.append(sent)
    if sum(map(len, on_wire)) + len(on_wire) - 1 > MAX_NAME:
        raise _too_long(text)
    labels = tuple(
        [
            _ascii_label(sent) if part.isascii() else _u_label(part, sent)
            for part, sent in zip(parts, on_wire, strict=True)
        ]
    )
    return Name(".".join([label.text for label in labels]), labels, raw_unicode)


@lru_cache(maxsize=8192)
def _ascii_label(part: str) -> Label:
    """Read a label of 1 to 63 octets of lower-case ASCII, unescaped. The same ones come often."""
    text = _escape(part)
    if not part.startswith(ACE_PREFIX):
        return Label(text, text, Kind.ASCII)
    decoded = punycode.decode(part[len(ACE_PREFIX) :])
    if decoded is None:
        return Label(text, text, Kind.UNDECODABLE, BAD_PUNYCODE)
    # Whatever else decodes encodes back to itself (see `punycode`), so this is RFC 5891, 5.3.
    fault = NOT_ROUNDTRIP if decoded.isascii() else first_fault(decoded)
    kind = Kind.FAKE_A_LABEL if fault else Kind.A_LABEL
    return Label(text, _escape(decoded), kind, str(fault or ""))


def _u_label(part: str, sent: str) -> Label:
    return Label(_escape(sent), _escape(part), Kind.U_LABEL, str(first_fault(part) or ""))


def _map_part(part: str) -> str:
    return part.lower() if part.isascii() else uts46.map_text(part)


def _split(text: str, original: str) -> list[str]:
    """Split at full stops, after dropping a final one."""
    if not text:
        raise InvalidName(NameFault.EMPTY_NAME, f"{_shown(original)} is empty")
    if text == ".":
        raise InvalidName(NameFault.ROOT, f"{_shown(original)} is the root of the DNS")
    return text.removesuffix(".").split(".")


def _unescape(text: str) -> list[str]:
    """Split presentation form with escapes at its unescaped full stops, and undo the escapes."""
    parts = [bytearray()]
    for token in _TOKEN.finditer(_utf8(text)):
        hexadecimal, decimal, char, other = token.groups()
        if hexadecimal:
            parts[-1].append(int(hexadecimal, 16))
        elif decimal:
            parts[-1].append(int(decimal))
        elif char or other:
            parts[-1] += char or other
        else:
            parts.append(bytearray())
    if not parts[-1]:
        parts.pop()
    return [_decode(bytes(part)) for part in parts]


def _escape(part: str) -> str:
    return _ODD.sub(lambda odd: f"\\{ord(odd.group()):03d}", part)


def _decode(octets: bytes) -> str:
    if len(octets) > 4 * MAX_TEXT:
        raise _too_long(octets)
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        octet = f"octet 0x{octets[error.start]:02x} at {error.start}"
        raise InvalidName(
            NameFault.NOT_UTF8, f"{octet} of {_shown(octets)} is not UTF-8"
        ) from error


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        surrogate = f"U+{ord(text[error.start]):04X} at {error.start}"
        raise InvalidName(
            NameFault.NOT_UTF8, f"{surrogate} of {_shown(text)} is a surrogate"
        ) from error


def _bad_label(parts: list[str], part: str, text: str) -> InvalidName:
    place = f"label {parts.index(part) + 1} of {_shown(text)}"
    if not part:
        return InvalidName(NameFault.EMPTY_LABEL, f"{place} is empty")
    return InvalidName(NameFault.LABEL_TOO_LONG, f"{place} is longer than {MAX_LABEL} octets")


def _too_long(value: str | bytes) -> InvalidName:
    return InvalidName(NameFault.TOO_LONG, f"{_shown(value)} is longer than {MAX_NAME} octets")


def _shown(value: str | bytes) -> str:
    """Give a value's start in escaped ASCII."""
    return ascii(value if len(value) <= 80 else value[:77]) + ("" if len(value) <= 80 else "...")
