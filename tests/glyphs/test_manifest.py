"""The packaged manifest keeps its promises, and a broken one is refused with its line."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphs.clones import KIN, SAME, load_pairs
from glyphs.errors import BadManifest
from glyphs.manifest import CLASSES, COLUMNS, Family, FontFile, load_manifest, render_manifest

DIGEST = "0" * 64
LINE = f"Test Sans,sans,fonts-test,1.0-1,Test.ttf,0,{DIGEST},OFL-1.1"
HEADER = ",".join(COLUMNS)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    return path


def test_there_are_enough_families_of_each_class() -> None:
    families = load_manifest()
    assert len(families) >= 65
    assert len({family.name for family in families}) == len(families)
    kinds = Counter(family.kind for family in families)
    assert kinds["sans"] >= 20
    assert kinds["serif"] >= 20
    assert kinds["mono"] >= 12
    assert set(kinds) == set(CLASSES)


def test_every_file_is_of_a_package_of_its_own_digest_and_licence() -> None:
    files = [file for family in load_manifest() for file in family.files]
    assert all(file.package.startswith("fonts-") and file.version != "-" for file in files)
    assert all(file.licence for file in files)
    places = Counter((file.file, file.face) for file in files)
    assert places.most_common(1)[0][1] == 1
    digests = {file.file: file.sha256 for file in files}
    assert len(set(digests.values())) == len(digests)


def test_superfamilies_are_joined() -> None:
    sizes = {family.name: len(family.files) for family in load_manifest()}
    joined = {name: size for name, size in sizes.items() if size > 1}
    assert set(joined) == {"HanaMin", "Noto Sans", "Noto Serif"}
    assert joined["Noto Sans"] > 100
    noto = next(family for family in load_manifest() if family.name == "Noto Serif")
    assert noto.files[0].file == "NotoSerif-Regular.ttf"
    assert "NotoSerifTangut-Regular.ttf" in {file.file for file in noto.files}


def test_no_two_families_are_one_design_and_kin_share_a_group() -> None:
    groups = {family.name: family.clone_group for family in load_manifest()}
    pairs = load_pairs()
    assert all(pair.family in groups and pair.other in groups for pair in pairs)
    assert min(pair.distance for pair in pairs) >= SAME
    for pair in pairs:
        if pair.distance < KIN:
            assert groups[pair.family] == groups[pair.other]
    assert len(set(groups.values())) >= 65


NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda name: name[0] != "#"
)
FILES = st.builds(
    FontFile,
    package=NAMES,
    file=NAMES.filter(lambda name: Path(name).name == name),
    face=st.integers(0, 999),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    licence=NAMES,
    version=NAMES,
)


@given(
    families=st.lists(
        st.builds(
            Family,
            name=NAMES,
            kind=st.sampled_from(CLASSES),
            files=st.lists(
                FILES, min_size=1, max_size=3, unique_by=lambda file: (file.file, file.face)
            ).map(tuple),
            clone_group=st.just(0),
        ),
        max_size=4,
        unique_by=lambda family: family.name,
    )
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, families: list[Family]
) -> None:
    folder = tmp_path_factory.mktemp("manifest")
    path, clones = folder / "fonts.csv", folder / "clones.csv"
    path.write_text(render_manifest(families), encoding="utf-8", newline="\n")
    clones.write_text("family,other,distance\n")
    expected = tuple(replace(each, clone_group=place) for place, each in enumerate(families))
    assert load_manifest(path, clones) == expected


def test_a_family_on_several_lines_has_companions(tmp_path: Path) -> None:
    path = write(tmp_path / "fonts.csv", LINE, LINE.replace("Test.ttf", "TestGreek.ttf"))
    (family,) = load_manifest(path)
    assert [file.file for file in family.files] == ["Test.ttf", "TestGreek.ttf"]
    assert str(family.files[0]) == "Test.ttf (package fonts-test 1.0-1)"


def test_near_pairs_of_the_users_own(tmp_path: Path) -> None:
    path = write(tmp_path / "fonts.csv", LINE, LINE.replace("Test", "Other"))
    clones = tmp_path / "clones.csv"
    clones.write_text("family,other,distance\nTest Sans,Other Sans,3.5\n")
    assert [family.clone_group for family in load_manifest(path, clones)] == [0, 0]
    assert [family.clone_group for family in load_manifest(path)] == [0, 1]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (LINE.replace("sans", "script"), "class 'script' is none of sans, serif, mono"),
        (LINE.replace(DIGEST, "0" * 63), "is not 64 small hexadecimal digits"),
        (LINE.replace(DIGEST, "A" * 64), "is not 64 small hexadecimal digits"),
        (LINE.replace("Test.ttf", "../Test.ttf"), "is to be a name without folders"),
        (LINE.replace(",0,", ",-1,", 1), "face '-1' is no number of a face"),
        (LINE.replace(",0,", ",٣,", 1), "is no number of a face"),
        (LINE.replace("Test Sans", "Test\x1b[2J"), "cannot be printed"),
        (LINE, "Test Sans has Test.ttf on an earlier line"),
        (LINE.replace(",sans", ",mono"), "Test Sans is sans on an earlier line"),
        ("Test Sans,sans", "8 fields are needed"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path / "fonts.csv", LINE, line)
    with pytest.raises(BadManifest) as raised:
        load_manifest(path)
    assert str(raised.value).startswith(f"{path}: line 3: ")
    assert message in str(raised.value)
    assert str(raised.value).isprintable()
