"""The report as a page: self-contained, escaped, and looked at in a real browser."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import Exit
from pipeline.html_page import element, page, table
from pipeline.html_report import STYLE
from tests.pipeline.chromium import Chromium
from tests.pipeline.conftest import TARGETS, Run

HOSTILE = '<img src=x onerror="document.title=1">'
ROOT = str(Path(__file__).parents[2])
WIDTHS = (320, 390, 768, 1280)

RECORDS = [
    {"rrname": "xn--pple-43d.com", "rrtype": "A", "count": 5, "time_first": 1763700000},
    {"rrname": "www.paypa1.com", "rrtype": "A", "count": 2, "time_last": 1763872800},
    {"rrname": "rnicrosoft.com", "rrtype": "A", "count": 12000, "time_first": 1763786400},
    {"rrname": f"secure-{'w' * 40}-paypa1.com", "rrtype": "A", "time_first": 1763786400},
    {"rrname": "xn--pypal-4ve.com.evil.example", "rrtype": "A"},
    {"rrname": "g00gle.com", "rrtype": "A", "time_first": 1763786400},
]


@pytest.fixture
def written(run: Run, tmp_path: Path) -> Path:
    """A report on six lookalikes, with hostile words wherever people may write some."""
    targets = TARGETS.replace("PayPal,payments", f'"{HOSTILE.replace(chr(34), chr(34) * 2)}",pay')
    (tmp_path / "t.csv").write_text(targets, encoding="utf-8")
    (tmp_path / "list").write_text(f"silence ; g00gle.com ; * ; - ; - ; {HOSTILE}\n")
    lines = "".join(f"{json.dumps(record)}\n" for record in RECORDS)
    (tmp_path / "pdns").write_text(lines, encoding="ascii")
    done = run("scan", "pdns", "--embedded", "--allow", "list", GLYPHWATCH_TARGETS="t.csv")
    assert done.returncode == Exit.DONE, done.stderr
    done = run("report", "--html", "report.html", "--allow", "list")
    assert (done.returncode, done.stdout) == (Exit.DONE, ""), done.stderr
    return tmp_path / "report.html"


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Chromium:
    program = Chromium.find()
    if program is None:
        pytest.skip("apt-get install chromium")
    return Chromium(program, tmp_path_factory.mktemp("chromium"))


class Reader(HTMLParser):
    """Collects what could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.references: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src", "action", "data", "xlink:href"):
                self.references.add(value or "")


def test_the_page_loads_and_runs_nothing(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    assert not reader.tags & {"script", "link", "a", "img", "iframe", "form", "object", "base"}
    assert not [name for name in reader.attributes if name.startswith("on") or name == "style"]
    assert all(each.startswith("#") for each in reader.references)
    assert "url(" not in text
    assert "@import" not in text


def test_it_says_what_is_in_the_store(written: Path) -> None:
    text = html.unescape(re.sub(r"<[^>]*>", " ", written.read_text(encoding="utf-8")))
    said = " ".join(text.split())
    assert "resolutions of lookalikes 12,009" in said
    assert "unique lookalikes 5" in said
    # The A-label first; what it looks like beside it.
    assert "xn--pple-43d.com (аpple.com) critical looks like apple.com" in said
    assert "U+0430 CYRILLIC SMALL LETTER A a 0.998 uts39, cnn, fonts:59/59" in said
    assert f"silence g00gle.com 1 0 0 {HOSTILE}" in said
    assert said.index("rnicrosoft.com critical") < said.index("xn--pple-43d.com (")


def test_the_same_store_gives_the_same_bytes(written: Path, run: Run, tmp_path: Path) -> None:
    first = written.read_bytes()
    assert run("report", "--html", "-", "--allow", "list").stdout.encode() == first


def test_a_browser_shows_it_and_complains_of_nothing(written: Path, chromium: Chromium) -> None:
    shown = chromium.show(written)
    assert shown.console == ()
    assert "<title>Lookalike domains</title>" in shown.dom  # nobody's script has changed it
    assert shown.dom.count("<article>") == 5
    assert html.escape(HOSTILE, quote=False) in shown.dom


def test_the_policy_is_what_holds_a_script_back(written: Path, chromium: Chromium) -> None:
    text = written.read_text(encoding="utf-8")
    broken = written.with_name("broken.html")
    script = "<script>document.title = 'ran'</script></body>"
    broken.write_text(text.replace("</body>", script), encoding="utf-8")
    shown = chromium.show(broken)
    assert "<title>ran</title>" not in shown.dom
    assert any("Content Security Policy" in line for line in shown.console)


def framed(path: Path, folder: Path) -> Path:
    """A page with the report in frames of several widths, which say how wide they became.

    The policy is taken out of the copy, or the question could not be asked.
    """
    text = path.read_text(encoding="utf-8")
    asked = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", text)
    script = (
        "<script>parent.postMessage([innerWidth, document.documentElement.scrollWidth,"
        " document.querySelector('.evidence').getBoundingClientRect().width,"
        " document.querySelector('h1').getBoundingClientRect().height], '*')</script></body>"
    )
    assert asked != text
    (folder / "asked.html").write_text(asked.replace("</body>", script), encoding="utf-8")
    frames = "".join(f'<iframe src="asked.html" width="{w}" height="900"></iframe>' for w in WIDTHS)
    listen = (
        "<script>let said = []; addEventListener('message', event => {"
        " said.push(event.data.map(Math.round)); document.title = JSON.stringify(said) })</script>"
    )
    (folder / "frames.html").write_text(f"<!doctype html>{listen}{frames}", encoding="utf-8")
    return folder / "frames.html"


def test_it_fits_from_a_phone_to_a_desk(written: Path, chromium: Chromium, tmp_path: Path) -> None:
    shown = chromium.show(framed(written, tmp_path))
    title = re.search(r"<title>(.*?)</title>", shown.dom)
    assert title is not None
    answers = sorted(json.loads(html.unescape(title[1])))
    assert [width for width, *_ in answers] == list(WIDTHS)
    for width, scroll, evidence, heading in answers:
        assert scroll == width  # nothing sticks out to the right
        assert 200 < evidence < width
        assert heading < 100


def test_what_is_drawn_is_to_be_seen(written: Path, chromium: Chromium, tmp_path: Path) -> None:
    chromium.picture(written, tmp_path / "shot.png", 1000, 3000)
    pixels = np.asarray(Image.open(tmp_path / "shot.png").convert("RGB"))
    marked = (pixels == (0xC4, 0x16, 0x1C)).all(axis=2)
    bars = (pixels == (0x2F, 0x6D, 0xB3)).all(axis=2)
    assert marked.sum() > 500
    assert bars.sum() > 5000


def test_without_fonts_it_says_so_and_goes_on(written: Path, run: Run, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['uharfbuzz'] = None;"
        "from pipeline.cli import main; sys.exit(main(['report', '--html', 'plain.html']))"
    )
    environment = os.environ | {"PYTHONPATH": ROOT}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == Exit.DONE, done.stderr
    assert "without drawn evidence: this needs uharfbuzz" in done.stderr
    text = (tmp_path / "plain.html").read_text(encoding="utf-8")
    assert 'class="evidence"' not in text
    assert "CYRILLIC SMALL LETTER A" in text


def test_a_broken_font_is_no_reason_to_have_no_page(written: Path, run: Run) -> None:
    fonts = written.parent / "fonts"
    fonts.mkdir()
    for name in ("NotoSans-Regular.ttf", "DejaVuSans.ttf"):
        (fonts / name).write_bytes(b"\0\1\0\0 and nothing else")
    code = "import glyphs.fonts as f, sys, pathlib; f._SYSTEM = (sys.argv.pop(),)\n"
    code += "import pipeline.cli; sys.exit(pipeline.cli.main(sys.argv[1:]))"
    arguments = ["report", "--html", "broken.html", str(fonts)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=written.parent,
        env=os.environ | {"PYTHONPATH": ROOT, "XDG_DATA_HOME": str(written.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == Exit.DONE, done.stderr
    assert done.stderr.startswith("glyphwatch: without drawn evidence: ")
    assert "CYRILLIC SMALL LETTER A" in (written.parent / "broken.html").read_text("utf-8")


def test_an_empty_store_has_a_page_too(run: Run, tmp_path: Path) -> None:
    run("scan", "-", "--store", "s", stdin="example.com\n")
    done = run("report", "--store", "s", "--html", "r.html")
    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    assert "There is no lookalike in the store." in (tmp_path / "r.html").read_text()


@pytest.mark.parametrize("path", ["s", "t.csv", "no/such/folder.html"])
def test_it_writes_over_nothing_that_it_reads(path: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TARGETS, encoding="utf-8")
    run("scan", "-", "--store", "s", stdin="paypa1.com\n")
    before = (tmp_path / "s").read_bytes()
    done = run("report", "--store", "s", "--html", path, GLYPHWATCH_TARGETS="t.csv")
    assert done.returncode in (Exit.USAGE, Exit.SINK)
    assert (tmp_path / "s").read_bytes() == before


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]))


def _texts(parts: list[str]) -> Iterator[str]:
    class Words(HTMLParser):
        def __init__(self) -> None:
            super().__init__(convert_charrefs=True)
            self.found: list[str] = []
            self.inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag in PAGE_TAGS
            self.inside = tag in ("th", "td")
            if self.inside:
                self.found.append("")

        def handle_endtag(self, tag: str) -> None:
            self.inside = self.inside and tag not in ("th", "td")

        def handle_data(self, data: str) -> None:
            if self.inside:
                self.found[-1] += data

    reader = Words()
    reader.feed(page("x", "", [table("", ["a", "b"], [parts])]))
    reader.close()
    yield from reader.found[2:]


PAGE_TAGS = {
    *("html", "head", "body", "meta", "title", "style", "div"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


@given(TEXTS, TEXTS)
def test_no_text_is_ever_markup(one: str, two: str) -> None:
    assert list(_texts([one, two])) == [one, two]


def test_elements_keep_the_order_of_their_children() -> None:
    made = element("p", "a", element("i", "b"), "c", "d", element("b"))
    assert "".join(made.itertext()) == "abcd"


def test_the_style_sheet_needs_no_attribute_of_style() -> None:
    assert "</" not in STYLE.read_text(encoding="utf-8")
