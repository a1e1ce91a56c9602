"""Messages whose answer is known before anything reads them.

Clean names, planted lookalikes of the tests' targets, and messages that cannot be read; which of
them lies at which offset of which partition follows from a seed. What must come out is written in
the tables here, and not asked of the code under test.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Literal, NamedTuple

TARGETS = """\
domain,brand,industry
apple.com,Apple,consumer-electronics
paypal.com,PayPal,payments
google.com,Google,search
microsoft.com,Microsoft,software
walmart.com,Walmart,retail
"""
"""The targets that every case runs with."""

PLANTED = [
    ("paypa1.com", "paypa1.com", "paypal.com"),
    ("www.paypa1.com.", "paypa1.com", "paypal.com"),
    ("PAYPA1.net", "paypa1.net", "paypal.com"),
    ("xn--pple-43d.com", "xn--pple-43d.com", "apple.com"),
    ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com", "apple.com"),
    ("rnicrosoft.com", "rnicrosoft.com", "microsoft.com"),
    ("login.rnicrosoft.org", "rnicrosoft.org", "microsoft.com"),
    ("micros0ft.com", "micros0ft.com", "microsoft.com"),
    ("g00gle.com", "g00gle.com", "google.com"),
    ("xn--ggle-55da.com", "xn--ggle-55da.com", "google.com"),
    ("wa1mart.com", "wa1mart.com", "walmart.com"),
]
"""A name as it is sent, the lookalike domain that it belongs to, and the target that it imitates.

Look-alikes as people have published them: digits for letters, ``rn`` for ``m``, Cyrillic letters.
"""

POISON: list[tuple[bytes, str]] = [
    ("é".encode("utf-16"), "not_utf8"),
    (b'{"rrname":"caf\xe9.example"}', "not_utf8"),
    (b"not JSON", "bad_json"),
    (b'{"rrname":NaN}', "bad_json"),
    (b'{"rrname":"\\ud800.example"}', "bad_json"),
    (b'{"rrname":"a.example"} {"rrname":"b.example"}', "bad_json"),
    (b"[1, 2]", "not_object"),
    (b'"paypa1.com"', "not_object"),
    (b"{}", "no_qname"),
    (b'{"rrname":null}', "no_qname"),
    (b'{"rrname":123}', "bad_type"),
    (b'{"rrname":["paypa1.com"]}', "bad_type"),
    (b'{"rrname":"a.example","count":' + b"9" * 4000 + b"}", "bad_type"),
    (b"[" * 50_000, "deep_nesting"),
    (b'{"rrname":""}', "empty_name"),
    (b'{"rrname":"a..example"}', "empty_label"),
    (b'{"rrname":"' + b"a" * 64 + b'.example"}', "label_too_long"),
    (b'{"rrname":"' + b"a." * 130 + b'example"}', "too_long"),
]
"""Values that cannot be read, and why (RELIABILITY.md 4.2)."""

SKIPPED: list[bytes | None] = [None, b"", b"null", b'{"rrname":"."}']
"""Values that are no observation."""

ODD_BUT_CLEAN = [
    *("xn--99999999.com", "xn--", "xn--0.pt", "xn--a", "xn--abc-", "_dmarc.apple.com", "localhost"),
    *("1.0.0.127.in-addr.arpa", "a\\.b.example", "xn--ls8h.la", "www.paypal.com", "*.apple.com"),
]
"""Names that have to be read and are nobody's lookalike; malformed Punycode is among them."""

DAY = 1_763_700_000
"""Seconds since the epoch of the first record."""

Kind = Literal["clean", "planted", "poison", "skipped"]


class Sent(NamedTuple):
    """One message, and what has to become of it."""

    value: bytes | None
    kind: Kind
    lookalike: str = ""
    target: str = ""
    resolutions: int = 0
    reason: str = ""


class Mixture(NamedTuple):
    """Shares of messages, from 0 to 1."""

    planted: float = 0.02
    poison: float = 0.01
    skipped: float = 0.005


def messages(seed: int, count: int, mixture: Mixture | None = None) -> Iterator[Sent]:
    """Make so many messages; the same for the same seed."""
    shares = mixture or Mixture()
    dice = random.Random(seed)
    for number in range(count):
        drawn = dice.random()
        if drawn < shares.planted:
            name, lookalike, target = dice.choice(PLANTED)
            resolutions = dice.randint(1, 9)
            value = record(name, number, resolutions)
            yield Sent(value, "planted", lookalike, target, resolutions)
        elif drawn < shares.planted + shares.poison:
            poison, reason = dice.choice(POISON)
            yield Sent(poison, "poison", reason=reason)
        elif drawn < sum(shares):
            yield Sent(dice.choice(SKIPPED), "skipped")
        elif drawn < sum(shares) + 0.01:
            yield Sent(record(dice.choice(ODD_BUT_CLEAN), number, 1), "clean")
        else:
            name = f"host{dice.randrange(10_000)}.example{dice.randrange(100)}.net"
            yield Sent(record(name, number, 1), "clean")


def record(name: str, number: int, resolutions: int) -> bytes:
    """Write a record as passive DNS does (COF)."""
    seen = DAY + number
    value = {
        "rrname": name,
        "rrtype": "A",
        "rdata": f"192.0.2.{number % 256}",
        "count": resolutions,
        "time_first": seen,
        "time_last": seen + 60,
    }
    return json.dumps(value).encode()
