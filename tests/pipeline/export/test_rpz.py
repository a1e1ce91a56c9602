"""Response policy zones: BIND's checker reads them, and they do what is asked, by RFC 4592."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.verdict import Severity
from pipeline.errors import UsageError
from pipeline.export.rpz import POLICIES, Rules, Zone, make_rules, next_serial, write_zone
from pipeline.export.zone_file import replace_zone
from pipeline.summary import Summary

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHECKER = shutil.which("named-checkzone") or "/usr/sbin/named-checkzone"
checked = pytest.mark.skipif(not Path(CHECKER).exists(), reason="needs named-checkzone")
Make = Callable[..., Summary]


def rules_of(zone: Zone, *findings: Summary) -> Rules:
    return make_rules({each.lookalike: [each] for each in findings}, zone)


def text_of(rules: Rules, zone: Zone, serial: int = 1) -> str:
    return "".join(write_zone(rules, zone, serial))


def bind_reads(path: Path, zone: str = "rpz") -> str:
    """Let BIND read a zone; gives it as BIND writes it."""
    done = subprocess.run(
        [CHECKER, "-D", "-o", "-", zone, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_zone(finding: Make) -> None:
    zone = Zone({})
    assert text_of(rules_of(zone, finding("xn--80ak6aa92e.com")), zone, 2026112201) == (
        "$TTL 300\n"
        "@ SOA localhost. root.localhost. ( 2026112201 3600 600 86400 300 )\n"
        "@ NS localhost.\n"
        "xn--80ak6aa92e.com CNAME .\n"
        "*.xn--80ak6aa92e.com CNAME .\n"
    )


@checked
def test_bind_reads_every_policy(tmp_path: Path, finding: Make) -> None:
    severities = dict(zip(Severity, POLICIES, strict=True))
    zone = Zone(severities, passthru=["good.example"], ttl=60)
    found = [finding(f"{each}.com", best_severity=each) for each in Severity]
    path = tmp_path / "zone"
    path.write_text(text_of(rules_of(zone, *found), zone))
    read = [line.split() for line in bind_reads(path).splitlines()]
    triggers = {line[0]: line[4] for line in read if line[3] == "CNAME"}
    assert triggers == {
        f"{star}{name}.rpz.": policy
        for star in ("", "*.")
        for name, policy in {
            "info.com": "rpz-drop.",
            "low.com": ".",
            "medium.com": "*.",
            "high.com": "rpz-tcp-only.",
            "critical.com": "rpz-passthru.",
            "good.example": "rpz-passthru.",
        }.items()
    }
    assert {line[1] for line in read} == {"60"}


@checked
def test_bind_reads_an_empty_zone(tmp_path: Path) -> None:
    path = tmp_path / "zone"
    path.write_text(text_of(rules_of(Zone({})), Zone({})))
    assert "SOA" in bind_reads(path)


@checked
@pytest.mark.parametrize("octets", range(240, 254))
def test_what_does_not_fit_is_left_out(tmp_path: Path, finding: Make, octets: int) -> None:
    labels = ["a" * 60] * 3
    name = ".".join([*labels, "b" * (octets - 183 - 4), "com"])
    assert len(name) == octets
    zone = Zone({}, name="rpz.local")
    rules = rules_of(zone, finding(name))
    path = tmp_path / "zone"
    path.write_text(text_of(rules, zone))
    bind_reads(path, "rpz.local")
    # 255 octets on the wire: two more than are seen, and the zone's name and its dot
    assert rules.too_long == (octets + 1 + len("rpz.local") + 2 > 255)


@pytest.mark.parametrize("name", ["24.0.2.0.192.rpz-ip", "ns.evil.rpz-nsdname"])
def test_a_name_is_no_trigger_of_another_kind(finding: Make, name: str) -> None:
    rules = rules_of(Zone({}), finding(name))
    assert (rules.policy, rules.too_long) == ({}, 1)


def test_children_are_collapsed(finding: Make) -> None:
    names = ("evil.com", "a.evil.com", "b.a.evil.com", "notevil.com")
    rules = rules_of(Zone({}), *map(finding, names))
    assert list(rules.policy) == ["evil.com", "notevil.com"]
    assert rules.collapsed == 2


def test_a_stricter_child_is_kept(finding: Make) -> None:
    zone = Zone({Severity.LOW: "nodata", Severity.INFO: "passthru"})
    low = finding("evil.com", best_severity=Severity.LOW)
    info = finding("b.evil.com", best_severity=Severity.INFO)
    rules = rules_of(zone, low, finding("a.evil.com"), info)
    assert rules.policy == {"evil.com": "nodata", "a.evil.com": "nxdomain"}


def test_what_is_protected_is_let_through_under_a_blocked_name(finding: Make) -> None:
    zone = Zone({}, guarded=["good.host.evil.com", "apple.com"])
    rules = rules_of(zone, finding("evil.com"))
    assert rules.policy == {
        "evil.com": "nxdomain",
        "good.host.evil.com": "passthru",
        "host.evil.com": "nxdomain",  # or else *.evil.com would no longer cover x.host.evil.com
    }


@checked
def test_what_is_no_name_on_an_allow_list_does_not_break_the_zone(tmp_path: Path) -> None:
    odd = ["a..b", ".", "", "-", "a" * 70, ".".join(["a"] * 140), "8.0.0.0.10.rpz-ip", "10.0.0.1"]
    zone = Zone({}, passthru=[*odd, "good.example"])
    path = tmp_path / "zone"
    path.write_text(text_of(rules_of(zone), zone))
    read = bind_reads(path)
    assert read.count("CNAME") == 2
    assert "good.example.rpz." in read


LABELS = st.sampled_from("abc")
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(lambda labels: ".".join([*labels, "com"]))


def looked_up(zone: str, name: str) -> str | None:
    """What a zone answers to a name (RFC 4592, 3.3): itself, or ``*`` at its closest encloser."""
    answers = dict(line.split(" CNAME ") for line in zone.splitlines()[3:] if " CNAME " in line)
    nodes = {
        ".".join(owner.split(".")[start:])
        for owner in answers
        for start in range(owner.count(".") + 1)
    }
    if name in nodes:
        return answers.get(name)
    labels = name.split(".")
    above = (".".join(labels[start:]) for start in range(1, len(labels)))
    encloser = next((each for each in above if each in nodes), None)
    return answers.get(f"*.{encloser}")


@given(
    st.dictionaries(NAMES, st.sampled_from(list(Severity)), max_size=6),
    st.sets(NAMES, max_size=3),
    NAMES,
)
def test_a_zone_does_what_is_asked(
    blocked: dict[str, Severity], allowed: set[str], asked: str
) -> None:
    from tests.pipeline.export.samples import finding

    zone = Zone(dict(zip(Severity, POLICIES, strict=True)), passthru=allowed)
    above = [".".join(asked.split(".")[start:]) for start in range(asked.count(".") + 1)]
    blocked = {  # what is under an allowed name was refused before
        name: level
        for name, level in blocked.items()
        if not any(f".{name}".endswith(f".{each}") for each in allowed)
    }
    text = text_of(rules_of(zone, *(finding(n, best_severity=s) for n, s in blocked.items())), zone)
    if any(each in allowed for each in above):
        expected: str | None = "rpz-passthru."
    else:  # the strictest of what covers it, in the order of POLICIES, which is that of severities
        levels = [blocked[each] for each in above if each in blocked]
        expected = list(POLICIES.values())[min(levels)] if levels else None
    assert looked_up(text, asked) == expected


# Serials


@given(st.integers(0, (1 << 32) - 1), st.integers(946684800, 2272060800))
def test_a_serial_grows(previous: int, now: int) -> None:
    serial = next_serial(previous, datetime.fromtimestamp(now, UTC))
    assert 0 < serial < 1 << 32
    assert 0 < (serial - previous) % (1 << 32) < 1 << 31  # RFC 1982, 3.2


def test_the_serial_grows_only_with_a_change(tmp_path: Path, finding: Make) -> None:
    path = str(tmp_path / "zone")
    zone = Zone({})
    rules = rules_of(zone, finding("evil.com"))
    assert replace_zone(path, rules, zone, NOW, None) == 2026112250
    before = Path(path).read_bytes()
    assert replace_zone(path, rules, zone, datetime(2026, 12, 1, tzinfo=UTC), None) == 2026112250
    assert Path(path).read_bytes() == before
    more = rules_of(zone, finding("evil.com"), finding("evil.org"))
    assert replace_zone(path, more, zone, NOW, None) == 2026112251
    assert replace_zone(path, rules, zone, NOW, 7) == 7
    assert [each.name for each in tmp_path.iterdir()] == ["zone"]


def test_what_is_no_zone_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_text("{}\n")
    with pytest.raises(UsageError, match="no zone of ours"):
        replace_zone(str(path), rules_of(Zone({})), Zone({}), NOW, None)
    assert path.read_text() == "{}\n"
