"""Hunspell dictionaries, by the examples of hunspell(5) and the habits of real dictionaries."""

from __future__ import annotations

from pathlib import Path

from detector.hunspell import read_words


def words_of(tmp_path: Path, aff: bytes, dic: bytes, beginnings: str = "") -> set[str]:
    (tmp_path / "x.aff").write_bytes(aff)
    (tmp_path / "x.dic").write_bytes(dic)
    found = read_words(tmp_path / "x.dic", lambda part: part[:1] in beginnings or not beginnings)
    return {word for word, _ in found}


def test_suffixes_and_their_conditions(tmp_path: Path) -> None:
    aff = b"""SET UTF-8
SFX S Y 2
SFX S y ies [^aeiou]y
SFX S 0 s [aeiou]y
"""
    assert words_of(tmp_path, aff, b"2\ntry/S\nday/S po:noun\n") == {"try", "tries", "day", "days"}


def test_a_hyphen_in_a_condition_is_a_letter(tmp_path: Path) -> None:
    aff = b"SET UTF-8\nSFX A Y 1\nSFX A 0 x [a-z]\n"
    assert words_of(tmp_path, aff, b"3\nba/A\nbb/A\nb-/A\n") == {"ba", "bax", "bb", "b-", "b-x"}


def test_stems_that_do_not_stand_alone(tmp_path: Path) -> None:
    aff = b"SET UTF-8\nNEEDAFFIX N\nONLYINCOMPOUND O\nSFX S Y 1\nSFX S 0 s .\n"
    assert words_of(tmp_path, aff, b"2\nbar/NS\nmid/O\n") == {"bars"}


def test_forms_that_do_not_stand_alone(tmp_path: Path) -> None:
    aff = b"SET UTF-8\nFLAG num\nNEEDAFFIX 9\nSFX 1 Y 2\nSFX 1 0 e/9,2 .\nSFX 1 0 en .\n"
    assert words_of(tmp_path, aff, b"1\nfoo/1,2\n") == {"foo", "fooen"}


def test_long_flags_and_numbered_sets_of_flags(tmp_path: Path) -> None:
    aff = b"SET UTF-8\nFLAG long\nAF 2\nAF AaBb\nAF Bb\nSFX Aa Y 1\nSFX Aa 0 a .\n"
    aff += b"SFX Bb Y 1\nSFX Bb 0 b .\n"
    assert words_of(tmp_path, aff, b"2\nx/1\ny/2\n") == {"x", "xa", "xb", "y", "yb"}


def test_a_flag_is_one_byte_even_among_utf_8(tmp_path: Path) -> None:
    aff = b"SET UTF-8\nSFX \xe1 Y 1\nSFX \xe1 0 on .\nSFX \xe9 Y 1\nSFX \xe9 0 \xc3\xb6n .\n"
    assert words_of(tmp_path, aff, b"1\namaz/\xe1\n") == {"amaz", "amazon"}


def test_other_encodings(tmp_path: Path) -> None:
    aff = b"SET ISO8859-9\nSFX A Y 1\nSFX A 0 ler .\n"
    assert words_of(tmp_path, aff, b"1\n\xfei\xfee/A\n") == {"şişe", "şişeler"}


def test_entries_with_blanks_slashes_and_fields(tmp_path: Path) -> None:
    dic = b"4\nad hoc\nkm\\/h\nword\tpo:noun\nlast st:x\n"
    assert words_of(tmp_path, b"SET UTF-8\n", dic) == {"ad hoc", "km/h", "word", "last"}


def test_only_what_is_reached_is_made(tmp_path: Path) -> None:
    aff = b"SET UTF-8\nSFX S Y 1\nSFX S 0 s .\n"
    assert words_of(tmp_path, aff, b"2\ncar/S\nbus/S\n", beginnings="c") == {"car", "cars"}
