"""Labels: RELIABILITY.md 4.2, cases 1 to 46, and what must hold for any text or bytes.

Payloads come from the standard library's Punycode codec, so that nothing here is our own echo.
"""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detector.errors import InvalidName
from detector.labels import Kind, Label, Name, NameFault, parse_name


def fake(text: str) -> str:
    """The ``xn--`` label that decodes to any text, valid or not."""
    return "xn--" + text.encode("punycode").decode()


def only(value: str | bytes) -> Label:
    """The first label of a name."""
    return parse_name(value).labels[0]


def read(value: str | bytes) -> Name | InvalidName:
    try:
        return parse_name(value)
    except InvalidName as error:
        return error


def refused(value: str | bytes) -> str:
    with pytest.raises(InvalidName) as caught:
        parse_name(value)
    return caught.value.reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("", "empty_name", id="1"),
        pytest.param("  \t\r\n", "empty_name", id="1 blanks"),
        pytest.param("\u00ad", "empty_name", id="1 ignorable"),
        pytest.param(".", "root", id="2"),
        pytest.param("。", "root", id="2 ideographic"),
        pytest.param("a..b", "empty_label", id="4"),
        pytest.param("..", "empty_label", id="4 dots"),
        pytest.param("a..", "empty_label", id="4 at the end"),
        pytest.param("ä.\u00ad.com", "empty_label", id="4 ignorable"),
        pytest.param(r"\.\...", "empty_label", id="4 escaped"),
        pytest.param(".a.com", "empty_label", id="5"),
        pytest.param("a" * 64 + ".com", "label_too_long", id="7"),
        pytest.param("ä" * 60 + ".com", "label_too_long", id="7 as sent: 65"),
        pytest.param(r"\097" * 64, "label_too_long", id="7 escaped"),
        pytest.param(".".join(["a" * 62] * 4) + ".aa", "too_long", id="9: 254"),
        pytest.param("a." * 100_000, "too_long", id="9"),
        pytest.param("\u00ad" * 100_000 + "a", "too_long", id="9 ignorable"),
        pytest.param(b"\xc2\xad" * 100_000 + b"a", "too_long", id="9 octets"),
        pytest.param("аррӏе." + "a." * 125, "too_long", id="9 as sent"),
        pytest.param(b"caf\xe9.fr", "not_utf8", id="36"),
        pytest.param(r"caf\233.fr", "not_utf8", id="36 escaped"),
        pytest.param(r"caf\xe9.fr", "not_utf8", id="36 hexadecimal"),
        pytest.param(b"\xed\xa0\x80.com", "not_utf8", id="36 surrogate octets"),
        pytest.param("a\udce9.com", "not_utf8", id="36 surrogate"),
        pytest.param("ﷺ" * 20 + ".com", "label_too_long", id="43"),
    ],
)
def test_no_names(value: str | bytes, reason: str) -> None:
    assert refused(value) == reason


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("com", "com", id="3"),
        pytest.param("a.com.", "a.com", id="6"),
        pytest.param(" a.com\n", "a.com", id="6 blanks"),
        pytest.param("a" * 63 + ".com", "a" * 63 + ".com", id="8"),
        pytest.param(
            ".".join(["a" * 62] * 4) + ".a.", ".".join(["a" * 62] * 4) + ".a", id="9: 253"
        ),
        pytest.param("_dmarc.Apple.com", "_dmarc.apple.com", id="32"),
        pytest.param("*.apple.com", "*.apple.com", id="32 wildcard"),
        pytest.param("r3---sn-x.googlevideo.com", "r3---sn-x.googlevideo.com", id="32 hyphens"),
        pytest.param("a_b.example", "a_b.example", id="32 underscore"),
        pytest.param("g00gle.com", "g00gle.com", id="33"),
        pytest.param("rnicrosoft.com", "rnicrosoft.com", id="34"),
        pytest.param(r"a\.b.com", r"a\046b.com", id="37 dot"),
        pytest.param(r"a\032b.com", r"a\032b.com", id="37 space"),
        pytest.param("a b.com", r"a\032b.com", id="37 raw space"),
        pytest.param(r"a\000.com", r"a\000.com", id="37 NUL"),
        pytest.param(r"a\\b.com", r"a\092b.com", id="37 backslash"),
        pytest.param(r"\065\x50\p\"le.com", 'app"le.com', id="37 capitals, letters"),
        pytest.param(r"a\999.com", "a999.com", id="37 no octet"),
        pytest.param("a.com\\", r"a.com\092", id="37 at the end"),
        pytest.param(r"a.b\..", r"a.b\046", id="37 an escaped and a final dot"),
        pytest.param("a\x00.com", r"a\000.com", id="39"),
        pytest.param(b"a\x00\x7f\x1b.com", r"a\000\127\027.com", id="39 octets"),
        pytest.param("ａ。b．c｡com", "a.b.c.com", id="40"),
        pytest.param("localhost", "localhost", id="41"),
        pytest.param("1.2.3.4", "1.2.3.4", id="41 IPv4"),
        pytest.param("[::1]", "[::1]", id="41 IPv6"),
        pytest.param("1.0.0.127.in-addr.arpa", "1.0.0.127.in-addr.arpa", id="41 reverse"),
        pytest.param(".".join("a" * 127), ".".join("a" * 127), id="42"),
    ],
)
def test_names(value: str | bytes, text: str) -> None:
    name = parse_name(value)
    assert name.text == text
    assert name.unicode == text
    assert {label.kind for label in name.labels} == {Kind.ASCII}
    assert not any(label.reason for label in name.labels)
    assert name.raw_unicode == (name.text == "a.b.c.com")


@pytest.mark.parametrize(
    "value", ["XN--80AK6AA92E.COM", "xN--80aK6aA92e.CoM", "xn--80ak6aa92e.com."]
)
def test_10_11_28_a_labels_in_any_case(value: str) -> None:
    name = parse_name(value)
    assert name.text == "xn--80ak6aa92e.com"
    assert name.unicode == "аррӏе.com"
    assert name.labels[0] == Label("xn--80ak6aa92e", "аррӏе", Kind.A_LABEL)
    assert not name.raw_unicode


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("xn--", id="12"),
        pytest.param("xn---", id="12 hyphen"),
        pytest.param("xn---bbk", id="12 a hyphen that separates nothing"),
        pytest.param("xn--99999999", id="14"),
        pytest.param("xn--0", id="15"),
        pytest.param(fake("a\ud800"), id="19"),
        pytest.param("xn--a-9999999b", id="20"),
        pytest.param(r"xn--a\032b", id="37"),
    ],
)
def test_undecodable_labels_are_kept_as_text(label: str) -> None:
    assert only(f"{label}.com") == Label(label, label, Kind.UNDECODABLE, "bad_punycode")


@pytest.mark.parametrize(
    ("decoded", "reason"),
    [
        pytest.param("\x80", "disallowed", id="13"),
        pytest.param("abc", "not_roundtrip", id="16"),
        pytest.param("google", "not_roundtrip", id="17"),
        pytest.param("Аpple", "disallowed", id="18"),
        pytest.param("mu\u0308nchen", "not_nfc", id="21"),
        pytest.param("\u0301apple", "leading_mark", id="22"),
        pytest.param("pay\u200dpal", "contextj", id="23"),
        pytest.param("pay\u200cpal", "contextj", id="23 ZWNJ"),
        pytest.param("a\u202epple", "disallowed", id="24"),
        pytest.param("goo\u00adgle", "disallowed", id="25"),
        pytest.param("💩", "disallowed", id="26"),
        pytest.param("ﷺ" * 20, "disallowed", id="43"),
        pytest.param("a\u0378", "unassigned", id="44"),
        pytest.param("a\U000e0067", "disallowed", id="45"),
        pytest.param("אpple", "bidi", id="46"),
        pytest.param("l·a", "contexto", id="19 in DETECTION.md"),
        pytest.param("ä-", "hyphens", id="hyphen at the end"),
    ],
)
def test_fake_a_labels_are_decoded_and_say_why(decoded: str, reason: str) -> None:
    label = only(f"{fake(decoded)}.com")
    assert label == Label(fake(decoded), decoded, Kind.FAKE_A_LABEL, reason)


def test_a_readable_payload_may_decode_to_anything() -> None:
    assert only("xn--kindle.com") == Label("xn--kindle", "㿝㿞㿙㿗", Kind.A_LABEL)


def test_26_an_emoji_off_the_wire() -> None:
    assert only("xn--ls8h.la") == Label("xn--ls8h", "💩", Kind.FAKE_A_LABEL, "disallowed")


def test_27_deviation_characters_make_other_names() -> None:
    assert only("xn--zca.com") == Label("xn--zca", "ß", Kind.A_LABEL)
    assert parse_name("faß.de").text == parse_name("FAẞ.de").text == "xn--fa-hia.de"
    assert parse_name("fass.de").text == "fass.de"
    assert only("xn--strae-oqa.de").unicode == "straße"


def test_29_30_each_label_is_read_by_itself() -> None:
    name = parse_name("xn--pple-43d.com.xn--.evil.example")
    assert [label.unicode for label in name.labels] == ["аpple", "com", "xn--", "evil", "example"]
    kinds = [label.kind for label in name.labels]
    assert kinds == [Kind.A_LABEL, Kind.ASCII, Kind.UNDECODABLE, Kind.ASCII, Kind.ASCII]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("аpple.com", id="35"),
        pytest.param("аpple.com".encode(), id="35 octets"),
        pytest.param(r"\xd0\xb0pple.com", id="38"),
        pytest.param(r"\208\176pple.com", id="38 decimal"),
        pytest.param(rb"\xd0\xb0pple.com", id="38 octets"),
        pytest.param("АPPLE.com", id="35 capital"),
    ],
)
def test_raw_unicode(value: str | bytes) -> None:
    name = parse_name(value)
    assert name.raw_unicode
    assert name.text == "xn--pple-43d.com"
    assert name.labels[0] == Label("xn--pple-43d", "аpple", Kind.U_LABEL)


@pytest.mark.parametrize(
    "value", ["ｇoogle.com", "ⓖoogle.com", "goo\u00adgle.com", "ＧＯＯＧＬＥ．com"]
)
def test_compatibility_forms_are_the_name_itself(value: str) -> None:
    name = parse_name(value)
    assert name.text == name.unicode == "google.com"
    assert name.raw_unicode
    assert name.labels[0].kind is Kind.ASCII


def test_raw_unicode_that_is_not_valid_says_why() -> None:
    label = only("a\u202eb.com")
    assert (label.kind, label.reason, label.unicode) == (Kind.U_LABEL, "disallowed", "a\u202eb")
    assert only("♥.com").reason == "disallowed"


def test_23_in_detection_md_no_locale_folds_the_turkish_i() -> None:
    assert only("nıssan.com").unicode == "nıssan"
    assert only("İstanbul.com").unicode == "i\u0307stanbul"


def test_40_wide_full_stops_split_text_but_not_a_name_off_the_wire() -> None:
    assert len(parse_name("a。ä").labels) == 2
    wire = parse_name(r"a\227\128\130ä")  # U+3002, escaped
    assert [label.unicode for label in wire.labels] == [r"a\046ä"]


def test_21_in_detection_md_the_length_that_counts_is_the_one_sent() -> None:
    assert len(only("а" * 40 + ".com").text) <= 63
    assert refused("абвгдежзийклмнопрстуфхцчшщъыьэюя" + "абвгдежзийклмнопрстуфхц" + ".com") == (
        "label_too_long"
    )


def test_details_say_where_and_are_printable() -> None:
    with pytest.raises(InvalidName, match=r"label 2 of 'a\.\.\\x1b\[31m' is empty") as caught:
        parse_name("a..\x1b[31m")
    assert caught.value.detail == str(caught.value)
    with pytest.raises(InvalidName, match=r"octet 0xe9 at 3 of b'caf\\xe9'"):
        parse_name(b"caf\xe9")


# Pieces that meet every branch; joined at random they make names good and bad.
CHARS = "aB1-_*. 。．\\\x00\x7fäßİıſＡא💩ﷺ\xad\u0308\u0338\u0378\u037e\u200d\u202e\u212a\ud800"
WORDS = ["xn--", "\\.", "\\032", "\\195", "\\164", "\\xe3", "\\x80", "4ca", "mnchen-3ya"]
pieces = st.sampled_from([*CHARS, *WORDS])
texts = st.text() | st.lists(pieces, max_size=40).map("".join)


@given(texts | st.binary() | texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example("xn--" + "9" * 59)
@example("\\")
@example(b"\\")
def test_any_value_is_a_name_or_an_invalid_name(value: str | bytes) -> None:
    name = read(value)
    if isinstance(name, InvalidName):
        assert name.reason in list(NameFault)
        assert name.detail.isascii()
        assert name.detail.isprintable()
        return
    allowed = set(string.ascii_lowercase + string.digits + string.punctuation)
    assert name.labels
    for label in name.labels:
        assert label.text
        assert set(label.text) <= allowed - {"."}
        assert (label.reason == "") == (label.kind in (Kind.ASCII, Kind.A_LABEL)) or (
            label.kind is Kind.U_LABEL
        )
        assert label.unicode.isascii() == (
            label.kind in (Kind.ASCII, Kind.UNDECODABLE) or label.reason == "not_roundtrip"
        )
    assert name.text == ".".join(label.text for label in name.labels)


@given(texts)
def test_a_names_text_is_the_same_name(value: str) -> None:
    name = read(value)
    if isinstance(name, InvalidName):
        return
    again = parse_name(name.text)
    assert again.text == name.text
    assert again.unicode == name.unicode
    assert not again.raw_unicode
    for label, same in zip(name.labels, again.labels, strict=True):
        if label.kind is Kind.U_LABEL:
            assert same.kind is (Kind.FAKE_A_LABEL if label.reason else Kind.A_LABEL)
            assert same.reason == label.reason
        else:
            assert same == label


@given(texts)
def test_octets_are_read_as_the_text_they_encode(value: str) -> None:
    try:
        octets = value.encode()
        expected = parse_name(value)
    except (InvalidName, UnicodeEncodeError):
        return
    assert parse_name(octets) == expected


@given(st.text(string.ascii_letters + string.digits + "-._", min_size=1))
def test_ascii_case_makes_no_difference(value: str) -> None:
    name = read(value)
    if isinstance(name, InvalidName):
        return
    assert parse_name(value.upper()) == parse_name(value.swapcase()) == name


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-äßçαβжяאבا漢字ाक्", min_size=1, max_size=20))
def test_a_valid_label_goes_to_its_a_label_and_back(value: str) -> None:
    label = only(value)
    if label.kind is Kind.U_LABEL and not label.reason:
        assert only(label.text) == Label(label.text, label.unicode, Kind.A_LABEL)
