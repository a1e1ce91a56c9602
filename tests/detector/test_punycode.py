"""Punycode: RFC 3492's own samples, the odd cases that the docstring settles, and two oracles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.punycode import decode, encode

# RFC 3492, section 7.1, (A) to (S); those of over 59 octets cannot stand in a label. In lower case,
# because a payload is folded before it is decoded.
SAMPLES = [
    ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
    ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
    ("他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"),
    ("pročprostěnemluvíčesky", "proprostnemluvesky-uyb24dma41a"),
    ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
    ("यहलोगहिन्दीक्योंनहींबोलसकतेहैं", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd"),
    ("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
    ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
    ("porquénopuedensimplementehablarenespañol", "porqunopuedensimplementehablarenespaol-fmd56a"),
    ("tạisaohọkhôngthểchỉnóitiếngviệt", "tisaohkhngthchnitingvit-kjcr8268qyxafd2f1b9g"),
    ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
    ("安室奈美恵-with-super-monkeys", "-with-super-monkeys-pc58ag80a8qai00g7n9n"),
    ("hello-another-way-それぞれの場所", "hello-another-way--fc4qua05auwb3674vfr0b"),
    ("ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"),
    ("majiでkoiする5秒前", "majikoi5-783gue6qz075azm5e"),
    ("パフィーdeルンバ", "de-jg4avhby1noc0d"),
    ("そのスピードで", "d9juau41awczczp"),
    ("-> $1.00 <-", "-> $1.00 <--"),
]

# Digits mostly, so that many payloads decode and the rest fail late.
payloads = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=59)
labels = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=59)


@pytest.mark.parametrize(("text", "payload"), SAMPLES)
def test_samples_of_the_rfc(text: str, payload: str) -> None:
    assert decode(payload) == text
    assert decode(payload.upper()) == text
    assert encode(text) == payload


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ("", "empty"),
        ("-", "a hyphen at the start separates nothing, and is no digit"),
        ("-bbk", "the same"),
        ("0", "cut off: the digit 26 asks for another"),
        ("99999999", "beyond U+10FFFF"),
        ("a-9999999", "cut off"),
        ("mnchen-3y*", "no digit"),
        ("mnchen-3y ", "no digit"),
        ("mnchen_3ya", "no digit"),
        ("münchen-3ya", "above ASCII"),
        ("a" * 254, "longer than a name"),
    ],
)
def test_undecodable(payload: str, why: str) -> None:
    assert decode(payload) is None, why


def test_ascii_only_payloads_decode_to_their_literal_part() -> None:
    assert decode("abc-") == "abc"
    assert decode("google-") == "google"
    assert decode("a-b--") == "a-b-"
    assert decode("--") == "-"


def test_any_ascii_octet_may_be_literal() -> None:
    payload = "a.\x00 bä".encode("punycode").decode()
    assert payload.startswith("a.\x00 b-")
    assert decode(payload) == "a.\x00 bä"


@pytest.mark.parametrize("code_point", [0xD800, 0xDABC, 0xDFFF])
def test_surrogates_are_undecodable(code_point: int) -> None:
    payload = f"a{chr(code_point)}".encode("punycode").decode()  # the codec lets them pass
    assert decode(payload) is None


@pytest.mark.parametrize("code_point", [0x80, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF])
def test_the_ends_of_the_code_space_decode(code_point: int) -> None:
    assert decode(encode(chr(code_point))) == chr(code_point)


@given(labels)
def test_encoding_agrees_with_the_codec_of_the_standard_library(label: str) -> None:
    assert encode(label) == label.encode("punycode").decode()


@given(labels)
def test_what_is_encoded_decodes_to_itself_but_for_ascii_case(label: str) -> None:
    if len(payload := encode(label)) <= 253:
        folded = "".join(char.lower() if char.isascii() else char for char in label)
        assert decode(payload) == folded


@given(payloads)
def test_every_payload_that_decodes_is_its_results_only_spelling(payload: str) -> None:
    decoded = decode(payload)
    if decoded is not None:
        assert encode(decoded) == payload


@given(payloads)
def test_decoding_agrees_with_the_codec_of_the_standard_library(payload: str) -> None:
    """It differs in two things: a leading hyphen separates, and surrogates pass."""
    decoded = decode(payload)
    if payload.rfind("-") == 0:
        assert decoded is None
        return
    try:
        expected = payload.encode().decode("punycode")
        expected.encode()
    except UnicodeError:
        assert decoded is None
    else:
        assert decoded == expected


@given(st.text(max_size=300))
def test_never_raises(payload: str) -> None:
    decode(payload)
