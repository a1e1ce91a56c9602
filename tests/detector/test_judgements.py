"""Several targets at once, limits, options, order, and the algebra of judging."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import InvalidName
from detector.judge import Judge, Options
from detector.key_index import DictIndex
from detector.skeleton import Skeletonizer
from detector.targets import TargetList
from detector.verdict import Severity
from tests.detector.judging import (
    THIRTEEN,
    a_label,
    assert_clean,
    assert_lookalike,
    confusables,
    make_judge,
    suffixes,
    target,
)

# Several at once --------------------------------------------------------------------------------


def test_every_target_is_reported_best_first() -> None:
    judge = make_judge(["paypal.net", "paypal.com", "paypal.de", "paypai.org"])
    found = judge.judge("paypa1.de").detections
    assert [each.target for each in found] == [
        "paypal.de",
        "paypal.com",
        "paypal.net",
        "paypai.org",
    ]
    assert found[0].same_suffix
    assert found[1].score == found[2].score > found[3].score


def test_a_target_is_reported_once(judge: Judge) -> None:
    # Both labels read as apple, and the left one is the same in the text of its A-label.
    judgement = judge.judge("xn--pple-43d.xn--pple-43d.com")
    assert [each.position for each in judgement.detections] == ["registrable"]


def test_text_and_meaning_of_an_a_label_are_both_read() -> None:
    text = a_label("gооgle").removeprefix("xn--")  # gogle-jye..., with two Cyrillic o
    judge = make_judge(["google.com", f"{text}.com"])
    found = {
        each.target: " ".join(each.techniques) for each in judge.judge(f"xn--{text}.com").detections
    }
    assert found == {"google.com": "idn", f"{text}.com": "punycode_text"}


def test_every_row_of_the_map_is_reported() -> None:
    """Each reading of each row, between letters that nothing else reads as."""
    rows = confusables().characters
    parts = {reading.letters for readings in rows.values() for reading in readings}
    judge = make_judge([f"qzq{part}qzq.com" for part in sorted(parts) if "." not in part])
    for char, readings in rows.items():
        found = judge.judge(f"{a_label(f'qzq{char}qzq')}.com").detections
        named = {each.target for each in found}
        own = {r.letters for r in readings if "." not in r.letters and r.confidence >= 0.2}
        assert {f"qzq{letters}qzq.com" for letters in own} <= named, f"{char!a}"


# Limits, options, order -------------------------------------------------------------------------


def test_least_score_and_severity() -> None:
    name = "amäzon.de"
    assert_clean(make_judge(options=Options(min_score=0.95)), name)
    assert_clean(make_judge(options=Options(min_severity=Severity.CRITICAL)), name)
    assert_lookalike(
        make_judge(options=Options(min_severity=Severity.HIGH)), name, of="amazon.de", by="idn"
    )


def test_many_resolutions_raise_severity(judge: Judge) -> None:
    (rare,) = judge.judge("googie.com").detections
    (busy,) = judge.judge("googie.com", count=1_000_000).detections
    assert busy.severity == rare.severity + 1
    assert (busy.id, busy.score) == (rare.id, rare.score)


def test_another_index_may_name_too_many_targets() -> None:
    targets = TargetList.of([target(domain) for domain in THIRTEEN])

    class Everything:
        def targets(self, key: str) -> range:
            return range(len(targets))

    all_of_them = Judge(confusables(), targets, suffixes(), index=Everything())
    some = Judge(confusables(), targets, suffixes())
    for name in ("rnicrosoft.com", "xn--pypal-4ve.com", "example.com", "xn--google.com"):
        assert all_of_them.judge(name) == some.judge(name)


def test_the_default_index_knows_labels_and_domains() -> None:
    reader = Skeletonizer(confusables())
    index = DictIndex(TargetList.of([target("paypal.com"), target("citroën.fr")]), reader)
    assert list(index.targets(reader.expand("paypa1"))) == [0]
    assert list(index.targets(reader.expand("paypal.com"))) == [0]
    assert list(index.targets(reader.expand("citroen"))) == [1]
    assert list(index.targets("nothing")) == []


# Algebra ----------------------------------------------------------------------------------------

LABELS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=20)
LOOKALIKES = st.sampled_from(
    [
        "xn--amzon-hra.de",
        "xn--goog-8va3s.com",
        "xn--80ak6aa92e.com",
        "xn--google.com",
        "rnicrosoft.com",
        "paypa1.github.io",
        "xn--pple-43d.com.evil.example",
        "paypal.xn--om-nmc",
        "example.com",
    ]
)


@given(st.lists(LABELS, max_size=5), st.sampled_from(THIRTEEN))
def test_a_target_never_detects_itself_nor_its_subdomains(
    eager: Judge, prefix: list[str], domain: str
) -> None:
    assert_clean(eager, ".".join([*prefix, domain]))


@given(LOOKALIKES, st.data())
def test_case_is_of_no_account(judge: Judge, name: str, data: st.DataObject) -> None:
    flips = data.draw(st.lists(st.booleans(), min_size=len(name), max_size=len(name)))
    mixed = "".join(c.upper() if flip else c for c, flip in zip(name, flips, strict=True))
    assert judge.judge(mixed) == judge.judge(name)


@given(LOOKALIKES)
def test_the_final_dot_is_of_no_account(judge: Judge, name: str) -> None:
    assert judge.judge(name + ".") == judge.judge(name)
    assert judge.judge(f"{name}.".encode()) == judge.judge(name)


@given(st.sampled_from(["pаypal.com", "googļę.com", "аррӏе.com"]))
def test_unicode_and_a_labels_are_judged_alike(judge: Judge, name: str) -> None:
    first, second = judge.judge(name), judge.judge(judge.judge(name).name.text)
    assert first.detections == second.detections
    assert (first.name.raw_unicode, second.name.raw_unicode) == (True, False)


@st.composite
def substituted(draw: st.DrawFn) -> tuple[str, str]:
    """The label google, with some characters substituted; and with one more of them."""
    lookalikes = {
        "g": "ɡģġ",
        "o": "οоöọ0",
        "l": "ļӏl1i",
        "e": "еęé",
    }
    chosen = [draw(st.sampled_from([c, *lookalikes[c]])) for c in "google"]
    fewer = list(chosen)
    changed = [i for i, c in enumerate("google") if chosen[i] != c]
    if changed:
        back = draw(st.sampled_from(changed))
        fewer[back] = "google"[back]
    return "".join(fewer), "".join(chosen)


@given(substituted())
def test_one_more_substitution_never_scores_higher(judge: Judge, labels: tuple[str, str]) -> None:
    fewer, more = (
        next(
            (d.score for d in judge.judge(f"{label}.com").detections if d.target == "google.com"),
            0.0,
        )
        for label in labels
    )
    assert more <= fewer or labels[0] == "google"


ANYTHING = (
    st.text(max_size=80)
    | st.binary(max_size=80)
    | st.text(alphabet="xn-.a0оӏ\u0323\u200d\\۰аœß漢\u202e", max_size=80)
)


@given(ANYTHING)
@settings(max_examples=300)
def test_nothing_but_invalid_name_is_raised(judge: Judge, eager: Judge, value: str | bytes) -> None:
    with contextlib.suppress(InvalidName):
        judge.judge(value)
    with contextlib.suppress(InvalidName):
        eager.judge(value)


@pytest.mark.parametrize(
    "name",
    [
        ".".join(["a"] * 127),
        ".".join([a_label("ł" * 40), a_label("œ" * 30), "com"]),  # two readings everywhere
        ".".join([a_label("łœþßı" * 6)] * 3 + ["com"]),
        ".".join(["xn--a"] * 40),
        ".".join(["xn--" + "9" * 59] * 3),
        "r" * 63 + ".com",
        ("rn" * 31) + ".com",
        "a" + "\u0323" * 30 + ".com",
        "\ufdfa" * 20 + ".com",
    ],
    ids=range(9),
)
def test_hostile_names_take_milliseconds(judge: Judge, name: str) -> None:
    began = time.perf_counter()
    with contextlib.suppress(InvalidName):
        judge.judge(name)
    assert time.perf_counter() - began < 0.25  # some 3 ms, on a machine that does nothing else


def test_a_label_with_too_many_readings_is_counted(judge: Judge) -> None:
    assert judge.judge(f"{a_label('ßε' * 8)}.com").truncated
    assert not judge.judge(f"{a_label('łidł')}.com").truncated


def test_the_bundled_data_judge() -> None:
    bundled = Judge(confusables(), TargetList.load(), suffixes())
    assert_lookalike(bundled, "xn--pypal-4ve.com", of="paypal.com", by="idn")
    assert_clean(bundled, "www.paypal.com")


def test_a_target_without_its_accents_is_its_plain_spelling() -> None:
    judge = make_judge(["nestlé.com", "citroën.fr"])
    assert_clean(judge, "nestle.com")
    assert_clean(judge, "citroen.fr")
    assert_lookalike(judge, "nest1e.com", of="xn--nestl-fsa.com", by="idn ascii")


def test_tokens_of_a_label_s_text_are_looked_at_when_asked_for() -> None:
    name = "xn--google-login.com"
    assert_clean(make_judge(), name)
    found = make_judge(options=Options(embedded=True)).judge(name).detections
    assert [each.target for each in found] == ["google.com"]
    assert set(map(str, found[0].techniques)) == {"punycode_text", "embedded"}


def test_a_suffix_is_no_swapped_suffix() -> None:
    judge = make_judge(["github.com", "paypal.com"], options=Options(suffix_swap=True))
    assert_clean(judge, "github.io")
    found = judge.judge("paypa1.github.io").detections
    assert [each.target for each in found] == ["paypal.com"]
