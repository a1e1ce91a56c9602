"""Explanations: the whole story of one name, for a person who wonders about a verdict.

`explain` collects it: labels, characters with their readings, keys, suffix boundaries, what matched
and what came near, which rule fired. `render` writes it as text in ASCII: whatever is not printable
ASCII is escaped, so that a hostile name cannot do anything to a terminal.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from detector.brakes import SENTENCES, Brake
from detector.characters import code_point
from detector.characters import name as character_name
from detector.confusables import Reading
from detector.judge import Finding, Judge, Judgement, idna_state
from detector.labels import Kind, Label
from detector.matching import ACE_PREFIX
from detector.nearness import Near, nearest
from detector.position import Boundaries, Place, boundaries
from detector.scripts import script
from detector.skeleton import Keys
from detector.verdict import base, steps

WIDTH = 100


class Character(NamedTuple):
    """One character of a label."""

    char: str
    """The character; hostile, escape it to print it."""

    name: str
    """Its Unicode name, or its kind in angle brackets."""

    script: str
    """Its script."""

    readings: tuple[Reading, ...]
    """What it is read as, best first; itself if nobody can read it."""


class LabelStory(NamedTuple):
    """One label, and how it was read."""

    label: Label
    """The label."""

    place: Place | None
    """Where it stands, if it was judged."""

    characters: tuple[Character, ...]
    """Its characters in Unicode."""

    keys: Keys
    """The keys of its Unicode form."""

    text_key: str
    """The key of an A-label's own text after its prefix; empty for other labels."""

    nearest: tuple[Near, ...]
    """Targets near its first key, if it was judged."""

    is_target: bool
    """Whether it is the label of a target, and so imitates none."""


class Explanation(NamedTuple):
    """The whole story of one name."""

    judgement: Judgement
    """The verdict, as `Judge.judge` gives it."""

    bounds: Boundaries
    """Public suffixes and domains."""

    own: str
    """The name in the target or owned list that makes this one own, or empty."""

    labels: tuple[LabelStory, ...]
    """The labels from left to right."""

    findings: tuple[Finding, ...]
    """Every match, also those that are not reported."""

    suffixes: str
    """Version of the public suffix list."""

    map_version: str
    """Version of the confusable map."""


def explain(judge: Judge, name: str | bytes) -> Explanation:
    """Collect the story of one name.

    Raises:
        InvalidName: it is no DNS name.
    """
    judgement = judge.judge(name)
    parsed = judgement.name
    bounds = boundaries(parsed, judge.suffixes)
    chosen = judge.places(parsed, bounds)
    judged = {place.index: place for place in chosen}
    return Explanation(
        judgement=judgement,
        bounds=bounds,
        own=judge.own_name(parsed, bounds),
        labels=tuple(
            [_label_story(judge, label, judged.get(i)) for i, label in enumerate(parsed.labels)]
        ),
        findings=tuple(judge.findings(parsed, chosen)),
        suffixes=judge.suffixes.version,
        map_version=judge.confusables.version,
    )


def _label_story(judge: Judge, label: Label, place: Place | None) -> LabelStory:
    read = judge.skeletonizer
    keys = read.keys(label.unicode)
    characters = [
        Character(char, character_name(char), script(char), read.readings(char))
        for char in label.unicode
    ]
    text = label.text.removeprefix(ACE_PREFIX)
    own_text = "" if text == label.text else read.expand(text)
    key = own_text if label.kind is Kind.UNDECODABLE else keys.best_first[0]
    near = nearest(judge.targets, judge.skeletonizer, key) if place else ()
    is_target = judge.matcher.is_target_label(label.text)
    return LabelStory(label, place, tuple(characters), keys, own_text, near, is_target)


def escaped(text: str) -> str:
    r"""Write a text in printable ASCII.

    >>> escaped("pаypal" + chr(0x202E) + chr(27))
    'p\\u{0430}ypal\\u{202E}\\u{001B}'
    """
    return "".join(
        char if char.isascii() and char.isprintable() else f"\\u{{{ord(char):04X}}}"
        for char in text
    )


def render(explanation: Explanation) -> str:
    """Write the story as plain ASCII text, each line ended by a line feed."""
    lines = [
        *_heading(explanation),
        *(line for story in explanation.labels for line in _label(story)),
        *_outcome(explanation),
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _heading(story: Explanation) -> Iterator[str]:
    name, bounds = story.judgement.name, story.bounds
    arrived = ", arrived as Unicode" if name.raw_unicode else ""
    yield f"{escaped(name.text)}{arrived}"
    if name.unicode != name.text:
        yield f"  in Unicode         {escaped(name.unicode)}"
    yield f"  public suffix      {escaped(bounds.suffix)}"
    yield f"  registrable domain {escaped(bounds.registrable_domain) or 'none: a public suffix'}"
    if bounds.private_suffix:
        yield f"  private suffix     {escaped(bounds.private_suffix)}"
        yield f"  private domain     {escaped(bounds.private_domain) or 'none: a private suffix'}"
    yield f"  suffix list        {escaped(story.suffixes)}"
    yield f"  confusable map     {escaped(story.map_version)}"


_KINDS = {
    Kind.ASCII: "ASCII",
    Kind.A_LABEL: "A-label",
    Kind.FAKE_A_LABEL: "fake A-label",
    Kind.UNDECODABLE: "not Punycode",
    Kind.U_LABEL: "U-label",
}


def _label(story: LabelStory) -> Iterator[str]:
    label = story.label
    state = idna_state(label)
    kind = _KINDS[label.kind] + ("" if state == "ascii" else f", {state}")
    place = f"judged as {story.place.position}" if story.place else "not judged"
    yield ""
    yield f"label {escaped(label.text)}: {kind}; {place}"
    if label.unicode.isascii() and not story.place:
        return
    for char in story.characters:
        if not char.char.isascii() or char.readings[0].letters != char.char:
            yield f"  {code_point(char.char):<8} {char.name}, {char.script}: {_read_as(char)}"
    more = ", ..." if len(story.keys.best_first) > 3 or story.keys.truncated else ""
    yield f"  key      {', '.join(map(escaped, story.keys.best_first[:3]))}{more}"
    if story.text_key:
        yield f"  key of the text after xn-- {escaped(story.text_key)}"
    if story.is_target:
        yield "  it is the label of a target, so it imitates none"
    for near in story.nearest:
        edits = "edit" if near.edits == 1 else "edits"
        far = f"{near.edits} {edits} away" if near.edits else "the same key"
        yield f"  near     {escaped(near.domain)}, {far}"


def _read_as(char: Character) -> str:
    """Say what a character is read as, how surely, and who says so."""
    said = []
    for reading in char.readings:
        if reading.letters == char.char:
            return "nobody can read it"
        letters = reading.letters or "nothing"
        fonts = "" if reading.fonts == "-" else f", {reading.fonts} fonts"
        said.append(f"{letters} {reading.confidence:.3f} ({'+'.join(reading.sources)}{fonts})")
    return " or ".join(said)


def _outcome(story: Explanation) -> Iterator[str]:
    yield ""
    if story.own:
        yield f"own: {escaped(story.own)} is a target's domain, or owned by one"
    for finding in story.findings:
        yield from _finding(finding)
    if story.judgement.truncated:
        yield "a label has more readings than were tried: the best ones were"
    reported = len(story.judgement.detections)
    held = any(finding.rule for finding in story.findings)
    clean = "clean, by the allow list" if held else "clean"
    yield f"verdict: reads as {reported} of the targets" if reported else f"verdict: {clean}"


def _finding(finding: Finding) -> Iterator[str]:
    found = finding.detection
    yield (
        f"reads as {escaped(found.target)} ({escaped(found.brand)}, {escaped(found.industry)}) "
        f"by {', '.join(found.techniques)}"
    )
    for each in found.substitutions:
        reading = escaped(each.reading) or "nothing"
        text = (
            f"at {each.position}, {each.codepoint} {each.name} is read as {reading}: "
            f"{each.technique}, {each.confidence:.3f} ({', '.join(each.evidence)})"
        )
        yield from textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
    product = " x ".join(f"{each.confidence:.3f}" for each in found.substitutions)
    yield f"  score    {product} = {found.score:.4f}"
    rated = "".join(f", {change:+d} {row}" for row, change in steps(finding.context))
    yield f"  severity {base(found.score)} by score{rated}: {found.severity}"
    for brake in found.brakes:
        yield f"  brake    {brake}: {SENTENCES[Brake(brake)]}; severity is {found.severity}"
    if not finding.suppressed:
        yield "  reported"
    elif finding.rule is not None:
        yield f"  rule     {escaped(finding.rule.key)}; not reported"
    elif finding.suppressed in SENTENCES:
        brake = Brake(finding.suppressed)
        yield f"  brake    {brake}: {SENTENCES[brake]}; not reported"
    else:
        yield f"  below {finding.suppressed}: not reported"
    yield ""
