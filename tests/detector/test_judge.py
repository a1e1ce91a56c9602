"""What is reported and what never is, as DETECTION.md has it."""

from __future__ import annotations

import pytest

from detector.judge import Judge, Options
from detector.verdict import Severity
from tests.detector.judging import (
    THIRTEEN,
    a_label,
    assert_clean,
    assert_lookalike,
    make_judge,
    target,
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
    assert judge.judge("amäzon.de").held == ("allow xn--amzon-hra.de",)
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
