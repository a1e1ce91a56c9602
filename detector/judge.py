"""The judge: one name in, the targets that it reads as out, scored and explained.

The order of business, for one name:

1. read it (`detector.labels`) and find its domains by the public suffix list;
2. stop if it is own: the innermost domain, or any name from there up to the whole name, belongs to
   a target. A domain under ICANN's suffix that is own, but has private customers (``github.io``),
   is left out by itself, and its customers are judged;
3. find what each place reads as (`detector.matching`), best match first;
4. apply the brakes, then rate: score from looks, severity from score and context;
5. leave out what a rule of the allow list is for, and say which one.

Nothing but `InvalidName` is raised for any name, and the work is bounded whatever the name.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from detector.allow_list import AllowList, Rule
from detector.brakes import LOWERING, Brake, fired
from detector.confusables import ConfusableMap
from detector.detection import Detection
from detector.key_index import DictIndex, KeyIndex
from detector.labels import Kind, Label, Name, parse_name
from detector.match import Match
from detector.matching import Matcher
from detector.native import NativeSpelling
from detector.position import Boundaries, Place, Position, boundaries, places
from detector.skeleton import Skeletonizer
from detector.suffixes import SuffixList
from detector.targets import TargetList
from detector.verdict import Context, Severity, severity

MIN_SCORE = 0.2
"""Score below which two names are not said to look alike: six accents and a pair still are."""


class Options(NamedTuple):
    """What is asked of a judge."""

    scope_all: bool = False
    """Judge every label, and not only domains and IDN labels."""

    embedded: bool = False
    """Look for targets in parts of labels as well."""

    suffix_swap: bool = False
    """Report a target's own label under another suffix as well."""

    min_severity: Severity = Severity.LOW
    """Report from here on."""

    min_score: float = MIN_SCORE
    """Report from here on."""


class Finding(NamedTuple):
    """A match, and what became of it."""

    match: Match
    """The label and the target."""

    detection: Detection
    """What it is, or would have been, reported as."""

    context: Context
    """What its severity was rated by."""

    suppressed: str
    """Why it is not reported: a `Brake`, ``min_score``, ``min_severity``, or the `Verb` of a rule;
    empty if it is."""

    rule: Rule | None = None
    """The rule of the allow list that keeps it back; None if nothing or something else does."""


class Judgement(NamedTuple):
    """What there is to say about one name."""

    name: Name
    """The name as it was read."""

    detections: tuple[Detection, ...]
    """One for each target that it reads as: the same suffix first, then by score."""

    brakes: tuple[str, ...]
    """Brakes that kept something from being reported, each once."""

    truncated: bool
    """Whether a judged label has more readings than were tried."""

    held: tuple[str, ...] = ()
    """`Rule.key` of what the allow list kept from being reported, once for each target."""


class Judge:
    """Judges names by one map and one list of targets. Immutable; threads may share it."""

    def __init__(  # noqa: PLR0913 - what a judge goes by
        self,
        confusables: ConfusableMap,
        targets: TargetList,
        suffixes: SuffixList,
        *,
        options: Options | None = None,
        known: Container[str] = frozenset(),
        allow: AllowList | None = None,
        native: NativeSpelling | None = None,
        index: KeyIndex | None = None,
    ) -> None:
        """Take what the judge goes by.

        Args:
            confusables: the map.
            targets: what is protected.
            suffixes: the public suffix list.
            options: what is asked for; the defaults if None.
            known: domains (A-labels) that are well known, for the brake `popular`.
            allow: says what is not reported, whatever it reads as; None for nothing.
            native: what tells native words, for the brake `native_spelling`; None: nothing is one.
            index: finds targets by key; made from `targets` if None, which takes some 30
                microseconds a target.
        """
        self.options = options or Options()
        self.suffixes = suffixes
        self.targets = targets
        self.confusables = confusables
        self.skeletonizer = Skeletonizer(confusables)
        self.known = known
        self.native = native
        self.matcher = Matcher(
            self.skeletonizer,
            targets,
            index or DictIndex(targets, self.skeletonizer),
            suffixes,
            embedded=self.options.embedded,
            suffix_swap=self.options.suffix_swap,
        )
        self._own = targets.own
        self._allow = allow or None

    def judge(self, name: str | bytes, *, count: int | None = None) -> Judgement:
        """Judge one name in presentation form.

        Args:
            name: the name; bytes are UTF-8.
            count: how many resolutions the record stands for, which severity takes into account.

        Raises:
            InvalidName: it is no DNS name; nothing else is raised, whatever the value.
        """
        parsed = parse_name(name)
        chosen = self.places(parsed, boundaries(parsed, self.suffixes))
        findings = self.findings(parsed, chosen, count=count)
        return Judgement(
            parsed,
            tuple([finding.detection for finding in findings if not finding.suppressed]),
            _held(findings) if findings else (),
            any(self.matcher.is_truncated(place) for place in chosen),
            tuple([finding.rule.key for finding in findings if finding.rule]),
        )

    def own_name(self, name: Name, bounds: Boundaries) -> str:
        """Give the name that makes this one own, or an empty text."""
        text = name.text
        start = len(text) - len(bounds.domain or text)
        while True:
            if text[start:] in self._own:
                return text[start:]
            if not start:
                return ""
            start = text.rfind(".", 0, start - 1) + 1

    def places(self, name: Name, bounds: Boundaries) -> list[Place]:
        """Give the labels to judge; none if the name is own."""
        if self.own_name(name, bounds):
            return []
        found = list(places(name, bounds, scope_all=self.options.scope_all))
        if found and bounds.private_suffix and bounds.registrable_domain in self._own:
            del found[0]
        return found

    def findings(
        self, name: Name, chosen: list[Place], *, count: int | None = None
    ) -> list[Finding]:
        """Give every match of the chosen places, the best one for each target, best first."""
        best: dict[str, Finding] = {}
        for match in self._matches(name, chosen):
            finding = self._finding(name, match, count)
            known = best.get(match.target.domain)
            if known is None or _rank(finding) < _rank(known):
                best[match.target.domain] = finding
        return sorted(best.values(), key=_order) if best else []

    def _matches(self, name: Name, chosen: list[Place]) -> Iterator[Match]:
        for place in chosen:
            yield from self.matcher.matches(place)
        if chosen:
            yield from self.matcher.spoofed(name)

    def _finding(self, name: Name, match: Match, count: int | None) -> Finding:
        """Apply brakes and options to a match, and write its record."""
        label = match.place.label
        value = match.score
        context = Context(
            same_suffix=match.same_suffix,
            position=match.place.position,
            target_length=len(match.target.unicode_label),
            idna_valid=not label.reason,
            count=count,
        )
        brake = fired(match, name, self.known, self.native)
        lowered = brake in LOWERING
        level = Severity.INFO if lowered else severity(value, context)
        suppressed = "" if brake is None or lowered else str(brake)
        if not suppressed and value < self.options.min_score:
            suppressed = "min_score"
        if not suppressed and level < self.options.min_severity:
            suppressed = "min_severity"
        rule = None
        if self._allow is not None and not suppressed:
            rule = self._allow.rule_for(name.text, match.place.domain, match.target.domain)
            suppressed = "" if rule is None else str(rule.verb)
        detection = Detection(
            name=name.text,
            unicode_name=name.unicode,
            registrable_domain=match.place.domain,
            label=label.text,
            position=match.place.position,
            target=match.target.domain,
            brand=match.target.brand,
            industry=match.target.industry,
            techniques=match.techniques,
            score=value,
            severity=level,
            same_suffix=match.same_suffix,
            idna=idna_state(label),
            brakes=(str(brake),) if lowered else (),
            substitutions=match.substitutions,
            map_version=self.confusables.version,
        )
        return Finding(match, detection, context, suppressed, rule)


def _held(findings: list[Finding]) -> tuple[str, ...]:
    """Name the brakes that kept something from being reported, each once."""
    held = {finding.suppressed for finding in findings if finding.suppressed}
    for finding in findings:  # a brake that lowered what was then too low to be reported
        if finding.suppressed == "min_severity":
            held.update(finding.detection.brakes)
    return tuple([brake for brake in Brake if brake in held]) if held else ()


def idna_state(label: Label) -> str:
    """Say in a word whether a label could have been registered.

    >>> [idna_state(label) for label in parse_name("xn--80ak6aa92e.xn--0.com").labels]
    ['valid', 'invalid:bad_punycode', 'ascii']
    """
    if label.reason:
        return f"invalid:{label.reason}"
    return "ascii" if label.kind is Kind.ASCII else "valid"


def _order(finding: Finding) -> tuple[bool, float, str]:
    """Sort key of a name's detections: the target's own suffix first, then by score, by target."""
    found = finding.detection
    return not found.same_suffix, -found.score, found.target


def _rank(finding: Finding) -> tuple[bool, bool, bool, int, float]:
    """Sort key of several matches of one target in one name, of which one is reported.

    First what is reported at all; then a name that is alike to its very suffix, the target's own
    suffix, severity and score.
    """
    found = finding.detection
    whole = found.position is Position.SUFFIX
    return bool(finding.suppressed), not whole, not found.same_suffix, -found.severity, -found.score
