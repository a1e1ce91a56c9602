"""Evidence: what is compared, what is marked, and what a picture says of it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detector.detection import Detection
from detector.judge import Judge, Options
from glyphs.errors import MissingFonts
from glyphs.typefaces import Typefaces
from pipeline.errors import Exit
from pipeline.evidence import Comparison, draw
from tests.detector.judging import a_label, make_judge
from tests.pipeline.conftest import Run


@pytest.fixture(scope="module")
def typefaces() -> Typefaces:
    try:
        return Typefaces.find()
    except MissingFonts:
        pytest.skip("glyphwatch glyphs fonts install")


@pytest.fixture(scope="module")
def judge() -> Judge:
    options = Options(embedded=True, suffix_swap=True)
    return make_judge(options=options)


def record(judge: Judge, name: str, target: str) -> dict[str, Any]:
    found: list[Detection] = [*judge.judge(name).detections]
    return next(each for each in found if each.target == target).to_json()


@pytest.mark.parametrize(
    ("name", "target", "seen", "meant", "marked"),
    [
        ("www.xn--80ak6aa92e.com", "apple.com", "аррӏе.com", "apple.com", "аa рp рp ӏl еe"),
        ("rnicrosoft.com", "microsoft.com", "rnicrosoft.com", "microsoft.com", "rnm"),
        ("xn--pple-43d.com.evil.example", "apple.com", "аpple", "apple", "аa"),
        ("xn--g00gle.com", "google.com", "xn--g00gle.com", "google.com", "xn-- 0o 0o"),
        ("paypal.shop", "paypal.com", "paypal.shop", "paypal.com", ".shop.com"),
        ("secure-paypa1-login.com", "paypal.com", "secure-paypa1-login.com", "paypal.com", None),
        ("xn--amzon-hra.de", "amazon.de", "amäzon.de", "amazon.de", "äa"),
        ("walmart.xn--om-nmc", "walmart.com", "walmart.сom", "walmart.com", "сc"),
        ("paypa1.github.io", "paypal.com", "paypa1.github.io", "paypal.com", "1l"),
    ],
)
def test_what_is_compared(
    judge: Judge, name: str, target: str, seen: str, meant: str, marked: str | None
) -> None:
    found = Comparison.of(record(judge, name, target))
    assert (found.seen, found.meant) == (seen, meant)
    for each in found.differences:
        assert seen[slice(*each.seen)] == each.source
        assert meant[slice(*each.meant)] == each.reading
    pairs = [each.source + each.reading for each in found.differences]
    if marked is not None:
        assert " ".join(pairs) == marked
    else:
        assert pairs == ["secure-", "1l", "-login"]


def test_a_picture_says_who_says_so(judge: Judge, typefaces: Typefaces) -> None:
    comparison = Comparison.of(record(judge, "xn--80ak6aa92e.com", "apple.com"))
    figure = draw(comparison, typefaces)
    assert figure.title == "xn--80ak6aa92e.com above apple.com"
    assert "U+04CF CYRILLIC SMALL LETTER PALOCHKA, read as l" in figure.description
    root = figure.svg()
    fills = [each.get("fill") for each in root.iter("use")]
    # Five letters in four typefaces, and once more in the list of differences.
    assert fills.count("#c4161c") == 5 * 4 + 5
    assert ET.tostring(root).isascii()


@pytest.mark.parametrize("hidden", ["\u202e", "\u200d", "\u0338", "\U000e0041", "\ufe0f"])
def test_no_character_of_a_hostile_name_is_in_the_file(
    judge: Judge, typefaces: Typefaces, tmp_path: Path, hidden: str
) -> None:
    name = a_label("p\u0430y" + hidden + "pal") + ".com"
    comparison = Comparison.of(record(judge, name, "paypal.com"))
    assert hidden in comparison.seen
    figure = draw(comparison, typefaces)
    figure.save_svg(tmp_path / "one.svg", 24)
    figure.save_png(tmp_path / "one.png", 24)
    root = ET.fromstring((tmp_path / "one.svg").read_text(encoding="ascii"))
    bars = [each.get("fill") for each in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert bars.count("#c4161c") == 2 * 4  # what is not to be seen is marked all the same
    assert "&#" not in (tmp_path / "one.svg").read_text(encoding="ascii")


def test_a_record_that_does_not_fit_together_is_none(judge: Judge) -> None:
    made = record(judge, "paypa1.com", "paypal.com")
    made["substitutions"][0]["reading"] = "<svg onload=x>"
    with pytest.raises(ValueError, match=r"paypa1\.com: has no U\+0031 at 5"):
        Comparison.of(made)


@pytest.mark.parametrize("length", [1, 20, 56])
def test_names_of_any_length_fit(judge: Judge, typefaces: Typefaces, length: int) -> None:
    name = f"paypa1-{'w' * (length - 1)}x.com"
    figure = draw(Comparison.of(record(judge, name, "paypal.com")), typefaces)
    assert 300 < figure.width < 1300


def test_explain_draws(run: Run, tmp_path: Path, typefaces: Typefaces) -> None:
    plain = run("explain", "xn--80ak6aa92e.com")
    for name in ("a.png", "b.SVG"):
        done = run("explain", "xn--80ak6aa92e.com", "--image", name)
        assert (done.returncode, done.stderr) == (Exit.DONE, "")
        assert done.stdout == plain.stdout
    picture = np.asarray(Image.open(tmp_path / "a.png"))
    red = (picture == (0xC4, 0x16, 0x1C)).all(axis=2)
    assert red.any(axis=1).sum() > 100  # rows that have marked letters
    root = ET.fromstring((tmp_path / "b.SVG").read_text(encoding="ascii"))
    assert root.get("width") == str(picture.shape[1] // 2)


def test_explain_draws_also_what_is_not_reported(
    run: Run, tmp_path: Path, typefaces: Typefaces
) -> None:
    (tmp_path / "list").write_text("paypa1.com\n", encoding="ascii")
    done = run("explain", "paypa1.com", "--allow", "list", "--image", "a.svg")
    assert done.returncode == Exit.DONE
    assert (tmp_path / "a.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["paypa1.com", "--image", "a.gif"], Exit.USAGE, "is to end with .png or .svg"),
        (["example.org", "--image", "a.png"], Exit.INPUT, "reads as no target"),
        (["paypa1.com", "--image", "file/a.png"], Exit.SINK, "cannot be written"),
        (["paypa1.com", "--allow", "a.svg", "--image", "a.svg"], Exit.USAGE, "is the same file"),
    ],
)
def test_what_cannot_be_drawn(
    arguments: list[str], code: Exit, said: str, run: Run, tmp_path: Path, typefaces: Typefaces
) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    (tmp_path / "a.svg").write_text("", encoding="ascii")
    done = run("explain", *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.svg", "file"]
    assert (tmp_path / "a.svg").read_bytes() == b""


def test_a_missing_extra_is_answered_with_its_line(tmp_path: Path) -> None:
    """Run where uharfbuzz cannot be imported, as in the base installation."""
    import subprocess
    import sys

    code = (
        "import sys; sys.modules['uharfbuzz'] = None;"
        "from pipeline.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "explain", "paypa1.com", "--image", f"{tmp_path}/a.png"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == Exit.USAGE
    assert "pip install 'glyphwatch[train]'" in done.stderr


def test_a_record_as_it_is_written_gives_the_same(judge: Judge) -> None:
    made = record(judge, "xn--80ak6aa92e.com", "apple.com")
    assert Comparison.of(json.loads(json.dumps(made))) == Comparison.of(made)
