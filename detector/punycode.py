"""Punycode: what follows ``xn--`` in a label, to Unicode and back, by RFC 3492 alone.

Nothing here asks whether the result is a good label: that is `detector.idna_validity`. The compiled
screen decodes the same payloads and must agree on each, so every odd case is settled here:

- upper-case ASCII is folded first, in the literal part and in the digits;
- an empty payload is undecodable, and so is one with an octet above 0x7F. One of over 253 octets
  is too, unread; in a label, which has at most 63, a payload has at most 59;
- the literal part is what stands before the *last* hyphen, if at least one octet does (6.2); it may
  hold any ASCII octet, a control or a full stop too. When the last hyphen is the first octet, it
  separates nothing: it is read as a digit, and is none: ``-bbk`` and ``-`` are undecodable;
- nothing after the last hyphen is no error: ``abc-`` decodes to ``abc``;
- digits are ``a`` to ``z`` and ``0`` to ``9``; any other octet behind the literal part, and an
  integer that the end of the payload cuts off, are undecodable;
- a code point above U+10FFFF or a surrogate (U+D800 to U+DFFF) is undecodable. The arithmetic is
  that of unbounded integers. In 64 bits: give up once ``i`` exceeds `DELTA_LIMIT` (any limit from
  0x110000 times the payload's octets upwards answers the same), and let the weight saturate above
  it: a later digit is then 0, which ends the integer, or exceeds the limit.

A generalized variable-length integer has one spelling only (section 3.3), so that every payload
which decodes is what `encode` gives for the result, folded.
"""

from __future__ import annotations

from typing import Final

ACE_PREFIX: Final = "xn--"
"""What an A-label starts with (RFC 5890, 2.3.2.1)."""

MAX_PAYLOAD: Final = 253
"""Octets of a payload that is looked at: those of a whole name."""

DELTA_LIMIT: Final = 0x110000 * MAX_PAYLOAD
"""A running delta above this leads beyond U+10FFFF, however long the output is by then."""

_BASE, _TMIN, _TMAX, _SKEW, _DAMP, _INITIAL_BIAS, _INITIAL_N = 36, 1, 26, 38, 700, 72, 0x80
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_DIGITS: Final = {digit: value for value, digit in enumerate(_ALPHABET)}


def decode(payload: str) -> str | None:
    """Decode what follows ``xn--``, or give None if it is not Punycode (RFC 3492, 6.2).

    >>> decode("mnchen-3ya"), decode("80AK6AA92E"), decode("abc-")
    ('münchen', 'аррӏе', 'abc')
    >>> decode(""), decode("99999999"), decode("0"), decode("-bbk")
    (None, None, None, None)
    """
    if not payload.isascii() or not 0 < len(payload) <= MAX_PAYLOAD:
        return None
    payload = payload.lower()
    literal = max(payload.rfind("-"), 0)
    output = list(payload[:literal])
    position = literal + 1 if literal else 0
    code_point, index, bias = _INITIAL_N, 0, _INITIAL_BIAS
    while position < len(payload):
        grown = _integer(payload, position, index, bias)
        if grown is None:
            return None
        before, (index, position) = index, grown
        count = len(output) + 1
        bias = _adapt(index - before, count, first=before == 0)
        code_point += index // count
        index %= count
        if code_point > 0x10FFFF or 0xD800 <= code_point <= 0xDFFF:
            return None
        output.insert(index, chr(code_point))
        index += 1
    return "".join(output)


def encode(text: str) -> str:
    """Encode a label without surrogates to what follows ``xn--`` (RFC 3492, 6.3).

    The work grows with the square of the length: callers bound it first.

    >>> encode("münchen"), encode("аррӏе"), encode("abc")
    ('mnchen-3ya', '80ak6aa92e', 'abc-')
    """
    literal = [char for char in text if char < "\x80"]
    output = [*literal, "-"] if literal else []
    code_point, delta, bias, handled = _INITIAL_N, 0, _INITIAL_BIAS, len(literal)
    numbers = [ord(char) for char in text]
    for following in sorted({number for number in numbers if number >= _INITIAL_N}):
        delta += (following - code_point) * (handled + 1)
        code_point = following
        for number in numbers:
            if number < code_point:
                delta += 1
            elif number == code_point:
                _append_integer(output, delta, bias)
                bias = _adapt(delta, handled + 1, first=handled == len(literal))
                delta = 0
                handled += 1
        delta += 1
        code_point += 1
    return "".join(output)


def _integer(payload: str, position: int, index: int, bias: int) -> tuple[int, int] | None:
    """Add the integer that starts at `position` to `index`; give the sum and the place after it."""
    weight, k = 1, _BASE
    for place in range(position, len(payload)):
        digit = _DIGITS.get(payload[place])
        if digit is None:
            return None
        index += digit * weight
        if index > DELTA_LIMIT:
            return None
        threshold = _TMIN if k <= bias else _TMAX if k >= bias + _TMAX else k - bias
        if digit < threshold:
            return index, place + 1
        weight *= _BASE - threshold
        k += _BASE
    return None


def _append_integer(output: list[str], delta: int, bias: int) -> None:
    k = _BASE
    while True:
        threshold = _TMIN if k <= bias else _TMAX if k >= bias + _TMAX else k - bias
        if delta < threshold:
            output.append(_ALPHABET[delta])
            return
        delta, digit = divmod(delta - threshold, _BASE - threshold)
        output.append(_ALPHABET[threshold + digit])
        k += _BASE


def _adapt(delta: int, count: int, *, first: bool) -> int:
    """Guess the size of the next delta (RFC 3492, 6.1)."""
    delta = delta // _DAMP if first else delta // 2
    delta += delta // count
    k = 0
    while delta > (_BASE - _TMIN) * _TMAX // 2:
        delta //= _BASE - _TMIN
        k += _BASE
    return k + (_BASE - _TMIN + 1) * delta // (delta + _SKEW)
