"""The 46 names of the reliability catalogue, each by its number, with what becomes of it.

They are what resolvers, sensors and attackers really send. A case is clean, or a lookalike of one
target, or no name for a stated reason; nothing ever raises anything else. Two of the catalogue's
expectations are older than the design of the detector, which we follow: ASCII lookalikes (33) and
two letters as one (34) are reported without being asked for.
"""

from __future__ import annotations

import time

import pytest

from detector.errors import InvalidName
from detector.explanation import explain, render
from detector.judge import Judge
from detector.labels import Kind
from tests.detector.judging import a_label, assert_clean, assert_lookalike, make_judge


@pytest.fixture(scope="module")
def judge() -> Judge:
    return make_judge(["apple.com", "google.com", "microsoft.com", "strasse.de", "ss.com"])


def raw(number: int) -> str:
    """The A-label of one code point, coded by hand: the standard library refuses some."""
    digits, delta, bias, k = "", (number - 128), 72, 36
    while True:
        t = min(max(k - bias, 1), 26)
        if delta < t:
            break
        digit = t + (delta - t) % (36 - t)
        digits += "abcdefghijklmnopqrstuvwxyz0123456789"[digit]
        delta = (delta - t) // (36 - t)
        k += 36
    return f"xn--{digits}{'abcdefghijklmnopqrstuvwxyz0123456789'[delta]}"


REJECTED: list[tuple[int, str | bytes, str]] = [
    (1, "", "empty_name"),
    (2, ".", "root"),
    (4, "a..b", "empty_label"),
    (5, ".a.com", "empty_label"),
    (7, "a" * 64 + ".com", "label_too_long"),
    (9, "a." * 125 + "toolong", "too_long"),
    (36, b"caf\xe9.com", "not_utf8"),
    (43, "\ufdfa" * 20 + ".com", "label_too_long"),  # 360 characters, once mapped
]


@pytest.mark.parametrize(("case", "name", "reason"), REJECTED, ids=[f"{n}" for n, *_ in REJECTED])
def test_no_name(judge: Judge, case: int, name: str | bytes, reason: str) -> None:
    with pytest.raises(InvalidName) as caught:
        judge.judge(name)
    assert caught.value.reason == reason


CLEAN: list[tuple[int, str]] = [
    (3, "com"),
    (6, "a.com."),
    (8, "a" * 63 + ".com"),
    (9, ".".join(["a" * 61] * 4) + ".a.com"),
    (12, "xn--"),
    (12, "xn--.com"),
    (13, "xn--a.com"),
    (14, "xn--99999999.com"),
    (15, "xn--0.pt"),
    (16, "xn--abc-.com"),
    (26, "xn--ls8h.la"),
    (32, "_dmarc.apple.com"),
    (32, "*.apple.com"),
    (32, "r3---sn-x.googlevideo.com"),
    (37, r"a\\.b.com"),
    (37, r"a\032b.com"),
    (37, r"app\.le.com"),
    (39, r"a\000.com"),
    (40, "www。apple．com"),
    (41, "localhost"),
    (41, "1.2.3.4"),
    (41, "[::1]"),
    (41, "1.0.0.127.in-addr.arpa"),
    (42, ".".join(["a"] * 127)),
    (43, a_label("\ufdfa" * 15) + ".com"),
]


@pytest.mark.parametrize(
    ("case", "name"), CLEAN, ids=[f"{n}-{i}" for i, (n, _) in enumerate(CLEAN)]
)
def test_clean(judge: Judge, case: int, name: str) -> None:
    assert_clean(judge, name)


LOOKALIKES: list[tuple[int, str | bytes, str, str]] = [
    # case, name, techniques, state under IDNA
    (10, "XN--80AK6AA92E.COM", "idn", "valid"),
    (11, "xn--80aK6aA92e.CoM", "idn", "valid"),
    (18, a_label("Аpple") + ".com", "idn", "invalid:disallowed"),
    (21, a_label("a\u0301pple") + ".com", "idn", "invalid:not_nfc"),
    (22, a_label("\u0323apple") + ".com", "idn", "invalid:leading_mark"),
    (23, a_label("ap\u200dple") + ".com", "idn", "invalid:contextj"),
    (23, a_label("ap\u200cple") + ".com", "idn", "invalid:contextj"),
    (24, a_label("ap\u202eple") + ".com", "idn", "invalid:disallowed"),
    (25, a_label("ap\u00adple") + ".com", "idn", "invalid:disallowed"),
    (28, "xn--80ak6aa92e.com", "idn", "valid"),
    (29, "xn--pple-43d.com", "idn", "valid"),
    (30, "xn--pple-43d.com.evil.example", "idn", "valid"),
    (35, "аpple.com".encode(), "idn", "valid"),
    (38, r"\xd0\xb0pple.com", "idn", "valid"),
    (45, a_label("apple\U000e0067") + ".com", "idn", "invalid:disallowed"),
]


@pytest.mark.parametrize(
    ("case", "name", "techniques", "idna"),
    LOOKALIKES,
    ids=[f"{n}-{i}" for i, (n, *_) in enumerate(LOOKALIKES)],
)
def test_lookalikes_of_apple(
    judge: Judge, case: int, name: str | bytes, techniques: str, idna: str
) -> None:
    found = assert_lookalike(judge, name, of="apple.com", by=techniques)
    assert found.idna == idna


def test_6_the_final_dot_changes_nothing(judge: Judge) -> None:
    assert judge.judge("a.com.") == judge.judge("a.com")


def test_10_and_11_case_changes_neither_record_nor_identity(judge: Judge) -> None:
    (lower,) = judge.judge("xn--80ak6aa92e.com").detections
    for name in ("XN--80AK6AA92E.COM", "xn--80aK6aA92e.CoM"):
        (found,) = judge.judge(name).detections
        assert found == lower
        assert found.id == lower.id


@pytest.mark.parametrize(
    ("case", "label", "kind", "reason"),
    [
        (13, "xn--a", Kind.FAKE_A_LABEL, "disallowed"),  # a control, U+0080
        (14, "xn--99999999", Kind.UNDECODABLE, "bad_punycode"),
        (15, "xn--0", Kind.UNDECODABLE, "bad_punycode"),
        (16, "xn--abc-", Kind.FAKE_A_LABEL, "not_roundtrip"),
        (17, "xn--google-", Kind.FAKE_A_LABEL, "not_roundtrip"),
        (19, raw(0xD800), Kind.UNDECODABLE, "bad_punycode"),
        (20, raw(0x110000), Kind.UNDECODABLE, "bad_punycode"),
        (26, "xn--ls8h", Kind.FAKE_A_LABEL, "disallowed"),
        (44, a_label("apple\u0378"), Kind.FAKE_A_LABEL, "unassigned"),
        (46, a_label("אpple"), Kind.FAKE_A_LABEL, "bidi"),
    ],
)
def test_labels_are_kept_with_what_is_wrong(
    judge: Judge, case: int, label: str, kind: Kind, reason: str
) -> None:
    found = judge.judge(f"{label}.com").name.labels[0]
    assert (found.kind, found.reason) == (kind, reason)


def test_16_and_17_a_fake_a_label_of_ascii_is_the_brand_in_another_coat(judge: Judge) -> None:
    # `xn--google-` decodes to google itself, and is another name all the same.
    found = assert_lookalike(judge, "xn--google-.com", of="google.com", by="punycode_text")
    assert found.idna == "invalid:not_roundtrip"
    assert_lookalike(judge, "xn--goog1e-.com", of="google.com", by="ascii punycode_text")


def test_27_sharp_s_is_a_letter_of_its_own(judge: Judge) -> None:
    # straße.de and strasse.de are two domains (IDNA2008): the one is no compatibility form of the
    # other, as it was in 2003, but a name that reads like it.
    assert judge.judge("straße.de").name.text == "xn--strae-oqa.de"
    assert_lookalike(judge, "straße.de", of="strasse.de", by="idn")
    assert_clean(judge, "xn--zca.com", brakes=("short_target",))  # ß is not ss.com


def test_30_a_subdomain_is_said_to_be_one(judge: Judge) -> None:
    (found,) = judge.judge("xn--pple-43d.com.evil.example").detections
    assert found.position == "subdomain"


def test_31_a_brand_s_own_idn_is_clean() -> None:
    assert_clean(make_judge(["apple.com"], allow={"xn--pple-43d.com"}), "xn--pple-43d.com")
    assert_clean(make_judge(["citroën.fr", "citroen.fr"]), "xn--citron-6ya.fr")


def test_33_and_34_ascii_lookalikes(judge: Judge) -> None:
    assert_lookalike(judge, "g00gle.com", of="google.com", by="ascii")
    assert_lookalike(judge, "rnicrosoft.com", of="microsoft.com", by="multi_letter")


def test_35_raw_unicode_is_flagged(judge: Judge) -> None:
    assert judge.judge("аpple.com".encode()).name.raw_unicode
    assert not judge.judge("xn--pple-43d.com").name.raw_unicode


def test_37_an_escaped_dot_does_not_split(judge: Judge) -> None:
    assert len(judge.judge(r"www\.apple.com").name.labels) == 2


def test_39_nul_stays_escaped(judge: Judge) -> None:
    name = judge.judge(b"xn--pple-43d\\000.com").name
    assert "\0" not in name.text + name.unicode


def test_42_and_43_work_is_bounded(judge: Judge) -> None:
    for name in (".".join(["a"] * 127), a_label("\ufdfa" * 15) + ".com"):
        judge.judge(name)
        began = time.perf_counter()
        judge.judge(name)
        assert time.perf_counter() - began < 0.02


def test_44_an_unassigned_code_point_stays_as_it_is(judge: Judge) -> None:
    assert_clean(judge, a_label("apple\u0378") + ".com")


def test_24_and_45_hostile_characters_are_escaped(judge: Judge) -> None:
    for label in ("ap\u202eple", "apple\U000e0067"):
        assert render(explain(judge, a_label(label) + ".com")).isascii()


def test_46_mixed_directions_are_flagged(judge: Judge) -> None:
    found = judge.judge(a_label("אpple") + ".com").name.labels[0]
    assert found.reason == "bidi"
