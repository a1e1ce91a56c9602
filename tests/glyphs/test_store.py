"""The store: whole or not there, the same bytes every time, and nothing damaged is opened."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glyphs.errors import BadStore, BrokenFont, NotWritten
from glyphs.fonts import FoundFamily
from glyphs.render import FamilyRenderer
from glyphs.store import ABOUT, FORMAT, IMAGES, INDEX, GlyphStore, render_store
from tests.glyphs.small_fonts import LETTERS, family, write_font

DRAWN = sorted(set(map(ord, LETTERS)) - {ord(" ")})


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> tuple[FoundFamily, ...]:
    fonts = tmp_path_factory.mktemp("fonts")
    bold = {**LETTERS, "o": ((0, 0, 540, 450),), "w": ((0, 0, 720, 450),)}
    return (
        family(write_font(fonts / "regular.ttf"), name="Regular"),
        family(write_font(fonts / "bold.ttf", bold), name="Bold", group=7),
    )


@pytest.fixture
def folder(tmp_path: Path, families: tuple[FoundFamily, ...]) -> Path:
    render_store(families, tmp_path / "store", jobs=1)
    return tmp_path / "store"


def test_a_store_holds_what_was_drawn(folder: Path, families: tuple[FoundFamily, ...]) -> None:
    store = GlyphStore.open(folder)
    assert store.family_names == ("Regular", "Bold")
    assert store.kinds == ("sans", "sans")
    assert store.clone_groups == (0, 7)
    assert store.unicode == "18.0.0"
    assert len(store) == len(DRAWN) + len(DRAWN) + 1
    assert store.code_points[: len(DRAWN)].tolist() == DRAWN
    assert store.families.tolist() == [0] * len(DRAWN) + [1] * (len(DRAWN) + 1)
    for array, kind in ((store.images, np.uint8), (store.code_points, np.int32)):
        assert array.dtype == kind
        assert not array.flags.writeable


@settings(max_examples=20, deadline=None)
@given(wanted=st.sets(st.sampled_from(DRAWN), min_size=1))
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    families: tuple[FoundFamily, ...],
    wanted: set[int],
) -> None:
    folder = tmp_path_factory.mktemp("stores") / "store"
    made = render_store(families, folder, code_points=wanted, jobs=1)
    store = GlyphStore.open(folder)
    assert store.digest == made.digest
    rows = zip(store.families.tolist(), store.code_points.tolist(), store.images, strict=True)
    renderers = [FamilyRenderer(found) for found in families]
    expected = [(number, code) for number in range(2) for code in sorted(wanted)]
    for (number, code, image), row in zip(rows, expected, strict=True):
        assert (number, code) == row
        picture = renderers[number].draw(code)
        assert picture is not None
        assert (image == picture).all()


def test_the_same_bytes_with_any_number_of_jobs(
    folder: Path, tmp_path: Path, families: tuple[FoundFamily, ...]
) -> None:
    told: list[tuple[int, int]] = []
    render_store(families, tmp_path / "again", jobs=2, progress=lambda *now: told.append(now))
    for name in (IMAGES, INDEX, ABOUT):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    assert told == [(1, 2), (2, 2)]


def test_files_are_what_their_formats_say(folder: Path) -> None:
    images = (folder / IMAGES).read_bytes()
    assert images[:4].hex() == "00000803"  # octets, three dimensions
    count, rows, columns = (int.from_bytes(images[at : at + 4]) for at in (4, 8, 12))
    assert (rows, columns, len(images)) == (28, 28, 16 + count * 28 * 28)
    table = pq.read_table(folder / INDEX)
    assert [(each.name, each.type) for each in table.schema] == [
        ("code_point", pa.int32()),
        ("family", pa.int16()),
    ]
    assert len(table) == count
    about = json.loads((folder / ABOUT).read_text())
    assert about["format"] == FORMAT == 1
    assert about["sha256"][IMAGES] == hashlib.sha256(images).hexdigest()
    assert set(about["drawn_by"]) == {"freetype", "harfbuzz"}
    assert about["families"][1]["files"][0]["file"] == "bold.ttf"


def test_other_contents_have_another_digest(
    folder: Path, tmp_path: Path, families: tuple[FoundFamily, ...]
) -> None:
    digests = {GlyphStore.open(folder).digest}
    for number, choice in enumerate((families[:1], families[::-1])):
        digests.add(render_store(choice, tmp_path / f"{number}", jobs=1).digest)
    digests.add(render_store(families, tmp_path / "few", code_points=[ord("o")], jobs=1).digest)
    assert len(digests) == 4


def change(name: str, edit: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def harm(folder: Path) -> None:
        (folder / name).write_bytes(edit((folder / name).read_bytes()))

    return harm


def tell(**said: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        about = json.loads((folder / ABOUT).read_text()) | said
        (folder / ABOUT).write_text(json.dumps(about))

    return edit


def lose(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def shuffle(folder: Path) -> None:
    """Swap two rows of the index, and make the file's own digest right."""
    table = pq.read_table(folder / INDEX)
    pq.write_table(table.take([1, 0, *range(2, len(table))]), folder / INDEX)
    about = json.loads((folder / ABOUT).read_text())
    about["sha256"][INDEX] = hashlib.sha256((folder / INDEX).read_bytes()).hexdigest()
    (folder / ABOUT).write_text(json.dumps(about))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lose(ABOUT), "has no store.json"),
        (lose(IMAGES), "has no images"),
        (lose(INDEX), "has no index"),
        (change(ABOUT, lambda whole: whole[:-40]), "damaged"),
        (change(ABOUT, lambda _: b"[]"), "format None"),
        (change(ABOUT, lambda _: b"[" * 100_000), "damaged"),
        (change(ABOUT, lambda _: b"\xff\xfe"), "damaged"),
        (change(IMAGES, lambda whole: whole[:-1]), "digest is off"),
        (change(IMAGES, lambda whole: whole + b"\0"), "digest is off"),
        (change(IMAGES, lambda whole: whole[:99] + b"\7" + whole[100:]), "digest is off"),
        (change(INDEX, lambda whole: whole[:50]), "digest is off"),
        (shuffle, "digest is off"),
        (tell(format=2), "is of format 2, and 1 is the one"),
        (tell(frame={"side": 32}), "made otherwise"),
        (tell(images=3), "holds"),
        (tell(families=[]), "digest is off"),
        (tell(sha256=None), "damaged"),
        (tell(digest="0" * 64), "digest is off"),
    ],
)
def test_a_damaged_store_is_not_opened(
    folder: Path, harm: Callable[[Path], None], said: str
) -> None:
    harm(folder)
    with pytest.raises(BadStore, match=said):
        GlyphStore.open(folder)


def test_what_is_no_store_is_not_opened(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none", Path(__file__)):
        with pytest.raises(BadStore, match="no glyph store"):
            GlyphStore.open(path)


def test_a_store_is_replaced_and_nothing_else_is(
    folder: Path, families: tuple[FoundFamily, ...]
) -> None:
    held = GlyphStore.open(folder)
    before = held.images[0].copy()
    render_store(families[1:], folder, jobs=1)
    assert GlyphStore.open(folder).family_names == ("Bold",)
    assert (held.images[0] == before).all()  # a reader keeps what it has opened
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(NotWritten, match="is there already"):
        render_store(families, folder, jobs=1)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["store"]


def test_nothing_drawn_is_nothing_written(
    tmp_path: Path, families: tuple[FoundFamily, ...]
) -> None:
    with pytest.raises(NotWritten, match="none of the characters"):
        render_store(families, tmp_path / "store", code_points=[0x4E00], jobs=1)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_font_leaves_nothing_behind(
    tmp_path: Path, families: tuple[FoundFamily, ...]
) -> None:
    broken = tmp_path / "fonts" / "broken.ttf"
    broken.parent.mkdir()
    broken.write_bytes(b"\0\1\0\0 and no more")
    for jobs in (1, 2):
        with pytest.raises(BrokenFont, match=r"broken\.ttf"):
            render_store((*families, family(broken)), tmp_path / "store", jobs=jobs)
    assert [path.name for path in tmp_path.iterdir()] == ["fonts"]


FULL_DISK = """
import pathlib, resource, sys
from glyphs.errors import NotWritten
from glyphs.store import render_store
from tests.glyphs.small_fonts import family
font, folder = map(pathlib.Path, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    render_store([family(font)], folder, jobs=1)
except NotWritten as error:
    print(error)
"""


def test_a_full_disk_leaves_what_was_there(folder: Path, families: tuple[FoundFamily, ...]) -> None:
    arguments = [sys.executable, "-c", FULL_DISK, str(families[0].paths[0]), str(folder)]
    root = Path(__file__).parents[2]
    done = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=True)
    assert "store: cannot be written: File too large" in done.stdout
    assert GlyphStore.open(folder).family_names == ("Regular", "Bold")
    assert [path.name for path in folder.parent.iterdir()] == ["store"]
