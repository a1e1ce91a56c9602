"""What is reported and what never is, as DETECTION.md has it."""

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


@pytest.fixture(scope="module")
def judge() -> Judge:
    return make_judge()


@pytest.fixture(scope="module")
def eager() -> Judge:
    """A judge that is asked for everything."""
    return make_judge(
        options=Options(
            scope_all=True,
            embedded=True,
            suffix_swap=True,
            min_severity=Severity.INFO,
            min_score=0,
        )
    )


# What counts -------------------------------------------------------------------------------------


def test_idn_lookalikes(judge: Judge) -> None:
    assert_lookalike(judge, "xn--amzon-hra.de", of="amazon.de", by="idn")  # amäzon
    assert_lookalike(judge, "xn--goog-8va3s.com", of="google.com", by="idn")  # googļę
    assert_lookalike(judge, "xn--faebook-35a.com", of="facebook.com", by="idn")  # faċebook
    assert_lookalike(judge, "xn--80ak6aa92e.com", of="apple.com", by="idn")  # аррӏе
    assert_lookalike(judge, "pɑypal.com", of="paypal.com", by="idn")  # U+0251
    assert_lookalike(judge, "раураӏ.com", of="paypal.com", by="idn")
    assert_lookalike(judge, "xn--pypal-4ve.com", of="paypal.com", by="idn")  # pаypal


def test_multi_letter_lookalikes(judge: Judge) -> None:
    assert_lookalike(judge, "rnicrosoft.com", of="microsoft.com", by="multi_letter")
    assert_lookalike(judge, "vvalmart.com", of="walmart.com", by="multi_letter")
    assert_lookalike(judge, "clropbox.com", of="dropbox.com", by="multi_letter")
    assert_lookalike(
        make_judge(["learning.com"]), "leaming.com", of="learning.com", by="multi_letter"
    )


def test_ascii_lookalikes(judge: Judge) -> None:
    assert_lookalike(judge, "paypa1.com", of="paypal.com", by="ascii")
    assert_lookalike(judge, "g00gle.com", of="google.com", by="ascii")
    assert_lookalike(judge, "googie.com", of="google.com", by="ascii")  # shown as googIe


def test_punycode_text_lookalikes(judge: Judge) -> None:
    assert_lookalike(judge, "xn--kindle.com", of="kindle.com", by="punycode_text")
    assert_lookalike(judge, "xn--google.com", of="google.com", by="punycode_text")
    assert_lookalike(judge, "xn--g00gle.com", of="google.com", by="ascii punycode_text")


def test_punycode_text_that_does_not_decode(judge: Judge) -> None:
    citrix = make_judge(["citrix.com"])
    found = assert_lookalike(citrix, "xn--citrix.com", of="citrix.com", by="punycode_text")
    assert found.idna == "invalid:bad_punycode"
    found = assert_lookalike(judge, "xn--paypal.com", of="paypal.com", by="punycode_text")
    assert found.idna == "invalid:disallowed"  # decodes, but to no letters


def test_punycode_text_is_the_whole_text(judge: Judge) -> None:
    assert_clean(judge, "xn--google-abc.com")
    assert_clean(judge, "xn--mygoogle.com")
    assert_clean(make_judge(["ibm.com"]), "xn--ibm.com")  # three letters come by chance


def test_mixtures_list_every_technique(judge: Judge) -> None:
    assert_lookalike(judge, f"{a_label('g00gļe')}.com", of="google.com", by="idn ascii")
    assert_lookalike(judge, "ŕnicrosoft.com", of="microsoft.com", by="idn multi_letter")
    assert_lookalike(judge, "rnicr0soft.com", of="microsoft.com", by="multi_letter ascii")
    assert_lookalike(judge, "ŕnicr0soft.com", of="microsoft.com", by="idn multi_letter ascii")


def test_parts_of_labels_are_looked_at_when_asked_for(judge: Judge) -> None:
    asked = make_judge(options=Options(embedded=True))
    for name in ("pаypal-login.com", "my-pаypal.net", "securepаypal.com", "pаypallogin.org"):
        assert_clean(judge, name)
        assert_lookalike(asked, name, of="paypal.com", by="idn embedded")
    assert_lookalike(asked, "g00gle-accounts.com", of="google.com", by="ascii embedded")
    assert_lookalike(asked, "paypa1.com", of="paypal.com", by="ascii")  # whole, as ever
    assert_clean(asked, "paypal-login.com")  # holds the brand, but looks like nothing else
    assert_clean(make_judge(["ebay.com"], options=Options(embedded=True)), "my-еbay.com")


def test_more_text_around_the_lookalike_never_raises_the_score() -> None:
    asked = make_judge(options=Options(embedded=True))
    names = ("pаypal.com", "pаypal-login.com", "my-pаypal-login.com")
    scores = [asked.judge(name).detections[0].score for name in names]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[2]


def test_another_suffix_is_reported_when_asked_for(judge: Judge) -> None:
    asked = make_judge(options=Options(suffix_swap=True))
    assert_clean(judge, "paypal.co")
    found = assert_lookalike(asked, "paypal.co", of="paypal.com", by="suffix_swap")
    assert not found.same_suffix
    assert_clean(asked, "paypal.com")
    assert_clean(asked, "paypal.evil.com")  # a subdomain costs its owner nothing
    owned = make_judge([target("paypal.com", "paypal.co")], options=Options(suffix_swap=True))
    assert_clean(owned, "paypal.co")


# What never counts ------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", THIRTEEN)
def test_a_target_and_its_subdomains_are_clean(judge: Judge, domain: str) -> None:
    for prefix in ("", "www.", "_dmarc.", "*.", "a.b.c.", "rnicrosoft.", "xn--pple-43d."):
        assert_clean(judge, prefix + domain)


def test_owned_names_and_their_subdomains_are_clean() -> None:
    judge = make_judge([target("google.com", "googie.com", "g00gle.com")])
    assert_clean(judge, "googie.com")
    assert_clean(judge, "mail.g00gle.com")
    assert_lookalike(judge, "g0ogle.com", of="google.com", by="ascii")


def test_the_allow_list_is_clean() -> None:
    judge = make_judge(allow={"xn--amzon-hra.de", "login.paypa1.com"})
    assert_clean(judge, "amäzon.de")
    assert_clean(judge, "www.xn--amzon-hra.de")
    assert_clean(judge, "login.paypa1.com")
    assert_lookalike(judge, "paypa1.com", of="paypal.com", by="ascii")


def test_real_brands_that_look_alike_are_clean() -> None:
    judge = make_judge(["hotels.com", "hoteis.com", "tci.com", "td.com", "deita.com", "delta.com"])
    for name in ("hotels.com", "hoteis.com", "tci.com", "td.com", "deita.com", "delta.com"):
        assert_clean(judge, name)
    assert_clean(judge, "hoteis.net")  # the label of a target imitates none
    assert_lookalike(judge, "hote1s.com", of="hotels.com", by="ascii")
    assert_lookalike(judge, "hote1s.com", of="hoteis.com", by="ascii")


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("spaces.com", "space.com"),
        ("space.com", "spaces.com"),
        ("humble.com", "bumble.com"),
        ("tsa.gov", "usa.gov"),
        ("google.com", "googel.com"),
        ("google.com", "gogle.com"),
        ("paypal.com", "paypall.com"),
        ("paypal.com", "paipal.com"),
    ],
)
def test_misspellings_are_clean(domain: str, name: str) -> None:
    assert_clean(make_judge([domain]), name)


def test_words_of_other_scripts_need_a_target_to_equal(judge: Judge) -> None:
    for word in ("секс", "курс", "парк", "укроп", "музей"):
        assert_clean(judge, f"{word}.com")
        assert_clean(judge, f"{word}.рф")
    assert_lookalike(make_judge(["capek.com"]), "сарек.com", of="capek.com", by="idn")


def test_the_brand_in_compatibility_form_is_the_brand(judge: Judge) -> None:
    for name in ("ｇoogle.com", "GOOGLE.COM", "ⓖoogle.com", "goo\u00adgle.com", "ａｐｐｌｅ。com"):
        assert_clean(judge, name)
    assert_clean(make_judge(["tesla.com"]), "teſla.com")


# Positions --------------------------------------------------------------------------------------


def test_positions(judge: Judge) -> None:
    def position(name: str, of: str) -> str:
        found = [each for each in judge.judge(name).detections if each.target == of]
        return f"{found[0].position} {found[0].label} {found[0].registrable_domain}"

    pypal = "xn--pypal-4ve"
    assert position("xn--pypal-4ve.com", "paypal.com") == f"registrable {pypal} {pypal}.com"
    assert position("www.xn--pypal-4ve.co.uk", "paypal.com") == f"registrable {pypal} {pypal}.co.uk"
    assert position("xn--pple-43d.com.evil.example", "apple.com") == (
        "subdomain xn--pple-43d evil.example"
    )
    assert position("a.paypa1.github.io", "paypal.com") == "private paypa1 paypa1.github.io"
    assert position("xn--pypal-4ve.evil.github.io", "paypal.com") == (
        f"subdomain {pypal} evil.github.io"
    )
    assert position("paypal.xn--om-nmc", "paypal.com") == (
        "suffix paypal.xn--om-nmc paypal.xn--om-nmc"
    )
    assert position("www.paypa1.xn--om-nmc", "paypal.com") == (
        "suffix paypa1.xn--om-nmc paypa1.xn--om-nmc"
    )


def test_ascii_subdomains_are_judged_when_asked_for(judge: Judge) -> None:
    assert_clean(judge, "paypa1.com.evil.example")
    asked = make_judge(options=Options(scope_all=True))
    assert_lookalike(asked, "paypa1.com.evil.example", of="paypal.com", by="ascii")
    assert_clean(asked, "paypal.com.evil.example")


def test_customers_of_an_owned_private_suffix_are_judged() -> None:
    judge = make_judge(["paypal.com", target("github.com", "github.io")])
    assert_clean(judge, "github.io")
    assert_clean(judge, "octocat.github.io")
    assert_lookalike(judge, "paypa1.github.io", of="paypal.com", by="ascii")


def test_both_boundaries_are_judged() -> None:
    every = Options(min_severity=Severity.INFO)
    judge = make_judge(["paypal.com", "netiify.com"], options=every)
    found = judge.judge("paypa1.netlify.app").detections
    assert [(each.target, str(each.position)) for each in found] == [
        ("paypal.com", "private"),
        ("netiify.com", "registrable"),
    ]


def test_a_suffix_that_somebody_runs_is_no_imitation(judge: Judge) -> None:
    assert_clean(judge, "paypal.xn--p1ai")  # рф
    assert_clean(judge, "paypal.com")


def test_a_suffix_of_two_labels_can_be_imitated_as_well() -> None:
    judge = make_judge(["amazon.co.uk"])
    assert_lookalike(judge, "amazon.co.υk", of="amazon.co.uk", by="idn")  # Greek υ
    assert_clean(judge, "amazon.co.υs")


def test_a_label_that_reads_as_a_whole_domain(judge: Judge) -> None:
    # U+06F0 is read as a full stop (UTS #39): the label shows paypal.com.
    found = assert_lookalike(judge, "paypal۰com.evil.org", of="paypal.com", by="idn")
    assert found.label == a_label("paypal۰com")


def test_addresses_and_bare_suffixes_are_clean(judge: Judge) -> None:
    asked = make_judge(["163.com", "58.com"], options=Options(scope_all=True, suffix_swap=True))
    for name in ("1.2.163.4", "58.58.58.58", "com", "co.uk", "github.io", "localhost"):
        assert_clean(asked, name)
        assert_clean(judge, name)


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
