"""How the tests of the judge say what they expect."""

from __future__ import annotations

from collections.abc import Container, Iterable
from collections.abc import Set as AbstractSet
from functools import cache

from detector.allow_list import AllowList
from detector.confusables import ConfusableMap
from detector.detection import Detection
from detector.judge import Judge, Options
from detector.labels import parse_name
from detector.native import NativeSpelling
from detector.suffixes import SuffixList
from detector.targets import Target, TargetList

THIRTEEN = (
    "amazon.de",
    "google.com",
    "facebook.com",
    "apple.com",
    "paypal.com",
    "microsoft.com",
    "walmart.com",
    "dropbox.com",
    "netflix.com",
    "binance.com",
    "github.com",
    "kindle.com",
    "twitter.com",
)


@cache
def confusables() -> ConfusableMap:
    return ConfusableMap.load()


@cache
def suffixes() -> SuffixList:
    return SuffixList.load()


def target(domain: str, *owned: str) -> Target:
    """A target of which only the domain matters, which may be in Unicode."""
    return Target(parse_name(domain).text, domain.partition(".")[0].title(), "testing", owned)


def make_judge(
    domains: Iterable[str | Target] = THIRTEEN,
    *,
    options: Options | None = None,
    known: Container[str] = frozenset(),
    allow: AbstractSet[str] | AllowList = frozenset(),
    native: NativeSpelling | None = None,
) -> Judge:
    """A judge of some domains, by the packaged map."""
    return Judge(
        confusables(),
        TargetList.of(each if isinstance(each, Target) else target(each) for each in domains),
        suffixes(),
        options=options,
        known=known,
        allow=allow if isinstance(allow, AllowList) else AllowList(allow),
        native=native,
    )


def a_label(text: str) -> str:
    """The A-label of a text, by the standard library's RFC 3492, without any rule of IDNA."""
    return "xn--" + text.encode("punycode").decode("ascii")


def assert_lookalike(judge: Judge, name: str | bytes, *, of: str, by: str) -> Detection:
    """Check that a name is reported as one target's lookalike, by these techniques exactly."""
    found = [each for each in judge.judge(name).detections if each.target == of]
    assert len(found) == 1, f"{name!a} does not read as {of}"
    assert " ".join(found[0].techniques) == by
    return found[0]


def assert_clean(judge: Judge, name: str | bytes, *, brakes: tuple[str, ...] = ()) -> None:
    """Check that nothing is reported of a name, and that these brakes were the reason."""
    judgement = judge.judge(name)
    assert judgement.detections == ()
    assert judgement.brakes == brakes
