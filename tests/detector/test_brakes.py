"""When a label that reads as a target is not reported, or only for the curious."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.brakes import SENTENCES, Brake
from detector.confusables import ConfusableMap, Reading
from detector.judge import Judge, Options
from detector.native import NativeSpelling
from detector.native_builder import render
from detector.targets import TargetList
from detector.verdict import Severity
from tests.detector.judging import assert_clean, assert_lookalike, make_judge, suffixes
from tests.detector.judging import target as target_of

# short_target -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def short() -> Judge:
    return make_judge(["x.com", "vk.com", "ups.com", "ebay.com", "apple.com"])


def test_targets_of_one_or_two_characters_need_an_exact_character(short: Judge) -> None:
    assert_lookalike(short, "х.com", of="x.com", by="idn")  # Cyrillic
    assert_clean(short, "х.net", brakes=("short_target",))
    assert_clean(short, "ẋ.com", brakes=("short_target",))  # an accent is not exact
    assert_clean(short, "vvk.com")
    assert_clean(make_judge(["wk.com"]), "vvk.com", brakes=("short_target",))
    assert_clean(make_judge(["l2.com"]), "12.com", brakes=("digits_only",))


def test_targets_of_three_or_four_need_their_suffix_or_another_script(short: Judge) -> None:
    assert_lookalike(short, "üps.com", of="ups.com", by="idn")
    assert_clean(short, "üps.net", brakes=("short_target",))
    assert_lookalike(short, "upѕ.net", of="ups.com", by="idn")  # Cyrillic ѕ
    assert_lookalike(short, "еbay.org", of="ebay.com", by="idn")  # Cyrillic е
    assert_clean(short, "ébay.org", brakes=("short_target",))


def test_targets_of_five_are_long_enough(short: Judge) -> None:
    assert_lookalike(short, "äpple.net", of="apple.com", by="idn")
    assert_lookalike(short, "app1e.net", of="apple.com", by="ascii")


def test_a_swapped_suffix_is_what_was_asked_for() -> None:
    judge = make_judge(["x.com", "ebay.com"], options=Options(suffix_swap=True))
    assert_clean(judge, "x.co", brakes=("short_target",))
    assert_lookalike(judge, "ebay.co", of="ebay.com", by="suffix_swap")


# digits_only ------------------------------------------------------------------------------------


def test_a_digit_is_read_as_a_letter_only_beside_letters() -> None:
    judge = make_judge(["loool.com", "o11o.com", "lo0o.com"])
    assert_lookalike(judge, "l000l.com", of="loool.com", by="ascii")
    assert_clean(judge, "10001.com", brakes=("digits_only",))
    assert_clean(judge, "1-0.com")


def test_a_letter_is_never_read_as_a_digit() -> None:
    judge = make_judge(["163.com", "360.cn", "10086.cn", "lo11.com"])
    assert_clean(judge, "l63.com", brakes=("digits_only",))
    assert_clean(judge, "36o.cn", brakes=("digits_only",))
    assert_clean(judge, "loo86.cn", brakes=("digits_only",))
    assert_lookalike(judge, "36о.cn", of="360.cn", by="idn")  # Cyrillic о is no accident


def test_digits_after_the_prefix_of_an_a_label() -> None:
    assert_clean(make_judge(["loool.com"]), "xn--10001.com", brakes=("digits_only",))


# popular ----------------------------------------------------------------------------------------


def test_a_well_known_ascii_name_is_no_imitation() -> None:
    known = {"googie.com", "github.io", "xn--pypal-4ve.com"}
    judge = make_judge(known=known)
    assert_clean(judge, "googie.com", brakes=("popular",))
    assert_clean(judge, "www.googie.com", brakes=("popular",))
    assert_lookalike(judge, "g00gle.com", of="google.com", by="ascii")
    # A well-known suffix does not vouch for its customers, nor fame for an IDN.
    assert_lookalike(judge, "paypa1.github.io", of="paypal.com", by="ascii")
    assert_lookalike(judge, "xn--pypal-4ve.com", of="paypal.com", by="idn")


# native_spelling --------------------------------------------------------------------------------


WORDS = {"müller": ["de"], "mär": ["de"], "über": ["de"]}


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> NativeSpelling:
    path: Path = tmp_path_factory.mktemp("words") / "native_words.txt"
    path.write_text(render(WORDS, ["List: a test's"]), encoding="utf-8")
    return NativeSpelling.load(path)


def test_a_word_of_the_suffix_s_own_language_is_lowered(native: NativeSpelling) -> None:
    curious = make_judge(
        ["uber.com", "amazon.de"], native=native, options=Options(min_severity=Severity.INFO)
    )
    found = assert_lookalike(curious, "über.de", of="uber.com", by="idn")
    assert (found.severity, found.brakes) == (Severity.INFO, ("native_spelling",))
    assert_clean(make_judge(["uber.com"], native=native), "über.de", brakes=("native_spelling",))


def test_it_takes_a_word_the_language_and_another_suffix(native: NativeSpelling) -> None:
    judge = make_judge(["muller.com", "mar.de", "amazon.de"], native=native)
    for name, target in (
        ("müller.com", "muller.com"),  # the target's own suffix
        ("müller.fr", "muller.com"),  # no word of French
        ("mullér.de", "muller.com"),  # no word
        ("mär.de", "mar.de"),  # a word, but the target's own suffix
        ("amäzon.de", "amazon.de"),
    ):
        found = assert_lookalike(judge, name, of=target, by="idn")
        assert found.severity > Severity.INFO
        assert found.brakes == ()


def test_a_word_is_not_held_against_the_length_of_the_target(native: NativeSpelling) -> None:
    judge = make_judge(["uber.com"], native=native)
    assert_clean(judge, "über.de", brakes=("native_spelling",))
    assert_clean(judge, "über.fr", brakes=("short_target",))


def test_every_brake_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Brake)


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("deita.ru", ["delta.com"]),
        ("stihl.de", ["stihi.ru"]),
        ("allpay.com.tw", ["alipay.com"]),
        ("daro.so", ["claro.com.ar"]),
        ("uni.edu", ["unl.edu"]),
        ("tom.com", ["torn.com"]),
    ],
)
def test_real_sites_that_differ_in_letters_alone_are_no_news(name: str, targets: list[str]) -> None:
    judged = make_judge(targets).judge(name)
    assert not judged.detections
    assert "plain_letters" in judged.brakes
    asked = make_judge(targets, options=Options(min_severity=Severity.INFO))
    assert [str(each.severity) for each in asked.judge(name).detections] == ["info"]


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("googie.com", ["google.com"]),
        ("rnsn.com", ["msn.com"]),
        ("aclobe.biz", ["adobe.com"]),
        ("g00gle.net", ["google.com"]),
        ("rnicrosoft.net", ["microsoft.com"]),
    ],
)
def test_letters_that_nobody_writes_by_chance_are_reported(name: str, targets: list[str]) -> None:
    assert make_judge(targets).judge(name).detections


def faint_map() -> ConfusableMap:
    faint = {
        char: (Reading(letter, 0.8, ("cnn",), "1/2"),)
        for char, letter in zip("ภมย", "pay", strict=True)
    }
    return ConfusableMap("18.0.0", "test", (), faint, {}, {})


@pytest.mark.parametrize(
    ("name", "found"),
    [("ภaypal.com", 1), ("ภมypal.com", 1), ("ภมyภal.com", 0), ("ภมยภมl.com", 0)],
)
def test_faint_readings_only_support_others(name: str, found: int) -> None:
    judge = Judge(faint_map(), TargetList.of([target_of("paypal.com")]), suffixes())
    judgement = judge.judge(name)
    assert len(judgement.detections) == found
    assert judgement.brakes == (() if found else ("faint",))


@pytest.mark.parametrize(
    ("name", "found"),
    [("ภaypal.com", 1), ("pมypal.com", 1), ("ภมypal.com", 0), ("ภaypaI.com", 0), ("ภaypa1.com", 0)],
)
def test_a_reading_of_tier_c_needs_all_else_to_be_the_targets_own(name: str, found: int) -> None:
    odd = {
        char: (Reading(letter, 0.5, ("cnn",), "1/2"),)
        for char, letter in zip("ภม", "pa", strict=True)
    }
    ours = ConfusableMap.load()
    confusables = ConfusableMap("18.0.0", "test", (), odd, ours.classes, {})
    judge = Judge(confusables, TargetList.of([target_of("paypal.com")]), suffixes())
    judgement = judge.judge(name)
    assert len(judgement.detections) == found
    assert judgement.brakes == (() if found else ("faint",))
