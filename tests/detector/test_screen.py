"""The screen lets through all that the judge would report, and hardly anything else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
import unicodedata2
from hypothesis import given
from hypothesis import strategies as st

from detector import _kernel, punycode, screen
from detector.confusables import ConfusableMap
from detector.errors import InvalidName
from detector.judge import Judge, Options
from detector.screen import Screen, every_line, is_stable
from detector.skeleton import Skeletonizer
from detector.suffixes import SuffixList
from detector.targets import TargetList
from detector.verdict import Severity

ROWS = """domain,brand,industry,owned
amazon.de,Amazon,retail,amazon.com
google.com,Google,search,
facebook.com,Facebook,social,
apple.com,Apple,computers,
paypal.com,PayPal,payments,paypal.me
microsoft.com,Microsoft,software,
walmart.com,Walmart,retail,
github.io,GitHub,software,github.com
citroën.fr,Citroën,cars,citroen.fr
яндекс.рф,Yandex,search,
corner.bank,Corner,bank,
ebay.co.uk,eBay,retail,
td.com,TD,bank,
hill.com,Hill,law,
"""


@cache
def confusables() -> ConfusableMap:
    return ConfusableMap.load()


@cache
def suffixes() -> SuffixList:
    return SuffixList.load()


def pair_up(targets: TargetList, options: Options) -> tuple[Judge, Screen]:
    """Make a judge and a screen of the same options; the judge reports whatever it can."""
    judge = Judge(confusables(), targets, suffixes(), options=options)
    compiled = Screen(
        Skeletonizer(confusables()),
        suffixes(),
        targets,
        scope_all=options.scope_all,
        embedded=options.embedded,
        suffix_swap=options.suffix_swap,
        hold_plain_letters=options.min_severity > Severity.INFO,
    )
    return judge, compiled


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> TargetList:
    path = tmp_path_factory.mktemp("targets") / "targets.csv"
    path.write_text(ROWS, encoding="utf-8")
    return TargetList.load(path)


@pytest.fixture(
    scope="module",
    params=[(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (1, 1, 1, 1)],
    ids=["default", "scope_all", "embedded", "suffix_swap", "hold_plain", "all"],
)
def pair(request: pytest.FixtureRequest, targets: TargetList) -> tuple[Judge, Screen]:
    scope_all, embedded, suffix_swap, hold_plain = map(bool, request.param)
    return pair_up(
        targets,
        Options(
            scope_all=scope_all,
            embedded=embedded,
            suffix_swap=suffix_swap,
            min_severity=Severity.LOW if hold_plain else Severity.INFO,
            min_score=0.0,
        ),
    )


def needs_judge(judge: Judge, name: bytes) -> bool:
    """Say whether the judge has anything to tell of a name: a detection, a reject."""
    try:
        return bool(judge.judge(name).detections)
    except InvalidName:
        return True


AMONG = b"example.org\n" * 2


def passes(compiled: Screen, name: bytes) -> bool:
    """Say whether a name is handed over, both where memory ends and among others."""
    start, alone = len(AMONG), [(0, len(name))]
    among = [(start, start + len(name))]
    return (
        compiled.lines(name + b"\n").spans == alone
        and compiled.lines(AMONG + name + b"\n" + AMONG).spans == among
    )


def imitations() -> st.SearchStrategy[str]:
    """Give labels that are, or nearly are, a target's, read through the map."""
    by_letters: dict[str, list[str]] = {}
    for char, readings in confusables().characters.items():
        for reading in readings:
            by_letters.setdefault(reading.letters, []).append(char)
    for pair, readings in confusables().pairs.items():
        for reading in readings:
            by_letters.setdefault(reading.letters, []).append(pair)
            by_letters.setdefault(pair, []).append(reading.letters)
    for char, reading in confusables().classes.items():
        for other in (reading.letters, *confusables().classes):
            by_letters.setdefault(other, []).extend((char, reading.letters))
    marks = st.sampled_from(["", "", "", "\u0323", "\u0301", "\u200d", "\u00ad", "-"])

    def rewrite(label: str) -> st.SearchStrategy[str]:
        parts = []
        for at, char in enumerate(label):
            choices = [char, char, *by_letters.get(char, [])[:40]]
            choices += by_letters.get(label[at : at + 2], [])[:20]
            parts.append(st.tuples(st.sampled_from(choices), marks).map("".join))
        return st.tuples(*parts).map("".join)

    labels = [row.partition(".")[0] for row in ROWS.splitlines()[1:]]
    return st.sampled_from(labels).flatmap(rewrite)


def as_sent(label: str) -> st.SearchStrategy[str]:
    """Give the ways in which a label may arrive: as it is, encoded, as text after ``xn--``."""
    ways = [label, label.upper(), f"{label}-login", f"my{label}"]
    if not label.isascii() and len(label) < 60:
        ways += [punycode.ACE_PREFIX + punycode.encode(label)] * 3
    elif label.isascii():
        ways.append(punycode.ACE_PREFIX + label)
    return st.sampled_from(ways)


SUFFIXES = st.sampled_from(
    ["com", "de", "co.uk", "github.io", "fr", "bank", "рф", "xn--p1ai", "сom", "xn--om-nmc", "ck",
     "www.ck", "evil.example", "blogspot.com", "com.evil.example", "kobe.jp", "amazon.de", "", "1"]
)  # fmt: skip
PLAIN = st.text("abcilmnoprw01-_.xé", max_size=12)
NAMES = st.builds(
    lambda left, label, suffix, dot: ".".join(part for part in (left, label, suffix) if part) + dot,
    st.one_of(st.just(""), st.just("www"), PLAIN, imitations().flatmap(as_sent)),
    st.one_of(imitations().flatmap(as_sent), PLAIN),
    SUFFIXES,
    st.sampled_from(["", "."]),
)


@given(name=NAMES)
def test_never_drops_what_the_judge_reports(pair: tuple[Judge, Screen], name: str) -> None:
    judge, compiled = pair
    sent = name.encode("utf-8", "surrogatepass").replace(b"\n", b"")
    if sent and needs_judge(judge, sent):
        assert passes(compiled, sent)


@given(name=st.binary(min_size=1, max_size=300))
def test_never_drops_an_odd_name(pair: tuple[Judge, Screen], name: bytes) -> None:
    judge, compiled = pair
    sent = name.replace(b"\n", b"").removesuffix(b"\r")
    if sent and needs_judge(judge, sent):
        assert passes(compiled, sent)


def test_every_row_of_the_map(tmp_path: Path) -> None:
    """For every reading, a target that has it and a name with the character in its place."""
    confused = confusables()
    rows: list[tuple[str, str]] = [
        (source, reading.letters)
        for kind in (confused.characters, confused.pairs)
        for source, readings in kind.items()
        for reading in readings
    ]
    rows += [(source, reading.letters) for source, reading in confused.classes.items()]
    rows += [(letters, source) for source, letters in rows if source.isascii() and source.isalpha()]
    wanted = sorted({letters.replace(".", "") for _, letters in rows})
    path = tmp_path / "targets.csv"
    lines = [f"so{letters}ex{at}.com,B{at},x" for at, letters in enumerate(wanted) if letters]
    path.write_text("domain,brand,industry\n" + "\n".join(lines) + "\n", encoding="utf-8")
    places = {letters: at for at, letters in enumerate(wanted)}
    judge, compiled = pair_up(
        TargetList.load(path), Options(min_severity=Severity.INFO, min_score=0.0)
    )
    seen = 0
    for source, letters in rows:
        if "." in letters:
            continue
        label = f"so{source}ex{places[letters]}"
        ways = {label} if all(map(is_stable, source)) else set()  # else it arrives as another
        ways |= {label if label.isascii() else "xn--" + punycode.encode(label)}
        for sent in ways:
            name = f"{sent}.com".encode()
            judged = judge.judge(name)
            targets = {detection.target for detection in judged.detections}
            assert f"so{letters}ex{places[letters]}.com" in targets, (source, letters)
            assert passes(compiled, name), (source, letters)
            seen += 1
    assert seen > len(confused.characters)


def test_every_public_suffix(targets: TargetList) -> None:
    """Boundaries are found as the judge finds them, for every rule of the list."""
    judge, compiled = pair_up(targets, Options(min_severity=Severity.INFO, min_score=0.0))
    reported = 0
    for suffix, _ in suffixes().rules():
        for name in (f"rnicrosoft.{suffix}", f"rnicrosoft.a.{suffix}", f"www.rnicrosoft.{suffix}"):
            if judge.judge(name).detections:
                reported += 1
                assert passes(compiled, name.encode()), name
    assert reported > 10_000


@pytest.mark.parametrize(
    "name",
    [
        "amazon.de", "www.amazon.de", "a.b.c.amazon.com.", "WWW.PayPal.Com", "paypal.me",
        "google.de", "www.google.co.uk", "github.io", "github.com", "_dmarc.apple.com",
        "*.apple.com", "xn--citron-9ta.fr", "www.citroen.fr", "r3---sn-x.googlevideo.com",
        "example.org", "xn--mnchen-3ya.de", "1.0.0.127.in-addr.arpa", "localhost",
    ],
)  # fmt: skip
def test_ordinary_names_never_reach_python(targets: TargetList, name: str) -> None:
    _, compiled = pair_up(targets, Options())
    assert compiled.lines(name.encode() + b"\n") == screen.Hits(1, 0, [])


@given(names=st.lists(NAMES.map(lambda name: name.encode("utf-8", "surrogatepass")), max_size=300))
def test_a_block_is_screened_as_its_lines_are(
    pair: tuple[Judge, Screen], names: list[bytes]
) -> None:
    _, compiled = pair
    lines = [line for name in names for line in name.split(b"\n")]
    place, spans, counted = 0, [], [0, 0]
    for line in lines:
        hits = compiled.lines(line + b"\n")
        spans += [(place + start, place + stop) for start, stop in hits.spans]
        counted[0] += hits.records
        counted[1] += hits.blank
        place += len(line) + 1
    hits = compiled.lines(b"".join([line + b"\n" for line in lines]))
    assert (hits.spans, [hits.records, hits.blank]) == (spans, counted)


def test_lines_of_all_kinds(targets: TargetList) -> None:
    _, compiled = pair_up(targets, Options())
    block = b"a.com\r\n\n\r\nrnicrosoft.com\r\nb.com\n# note\n"
    block += b"x" * 70_000 + b"\nrnicrosoft.com"
    hits = compiled.lines(block)
    assert (hits.records, hits.blank) == (6, 2)
    assert [block[start:stop][:14] for start, stop in hits.spans] == [
        b"rnicrosoft.com", b"# note", b"x" * 14, b"rnicrosoft.com",
    ]  # fmt: skip


def test_arrow_strings(targets: TargetList) -> None:
    _, compiled = pair_up(targets, Options())
    names = ["a.com", "rnicrosoft.com", None, "", "b.com", "a\nb.com", "xn--80ak6aa92e.com"]
    for kind in (pa.string(), pa.large_string()):
        array = pa.array(names, kind)
        assert compiled.strings(array).spans == [(1, 2), (2, 3), (3, 4), (5, 6), (6, 7)]
        assert compiled.strings(array[1:5]).spans == [(1, 2), (2, 3), (3, 4)]
    assert compiled.strings(pa.array([], pa.string())).records == 0


@given(block=st.lists(st.sampled_from([b"a.com", b"", b"\r", b"rnicrosoft.com", b"x", b"\xff"])))
def test_without_the_kernel_every_line_is_handed_over(block: list[bytes]) -> None:
    text = b"\n".join(block)
    lines = [line.removesuffix(b"\r") for line in (text + b"\n").split(b"\n")]
    assert every_line(text).records == sum(1 for line in lines if line)


@given(payload=st.text("abcdefghijklmnopqrstuvwxyz0123456789-_*", max_size=64))
def test_punycode_is_decoded_alike(payload: str) -> None:
    assert _kernel.punycode(payload.encode()) == punycode.decode(payload)


@given(label=st.text(max_size=20))
def test_punycode_of_any_label_is_decoded_alike(label: str) -> None:
    encoded = punycode.encode(label.encode("utf-8", "ignore").decode().lower())
    if encoded.isascii() and all(char.isalnum() or char == "-" for char in encoded):
        assert _kernel.punycode(encoded.encode()) == punycode.decode(encoded)


def test_stable_characters_join_nothing_before_them() -> None:
    """Of every canonical composition (UnicodeData, field 5) the second part must not be stable."""
    seconds = set()
    for number in range(0x110000):
        parts = unicodedata2.decomposition(chr(number)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(chr(int(parts[1], 16)))
    assert len(seconds) > 50
    assert not [hex(ord(char)) for char in seconds if is_stable(char)]
