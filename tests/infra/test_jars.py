"""Jars: only what was pinned is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.stack import jars
from infra.stack.errors import StackError

# NIST's published example: SHA-256 of "abc".
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.jar").write_bytes(b"abc")
    return tmp_path


def test_a_folder_with_the_pinned_digests_matches(folder: Path) -> None:
    assert jars.matches(folder, {"a.jar": ABC})


@pytest.mark.parametrize(
    "pinned",
    [{}, {"a.jar": ABC[::-1]}, {"b.jar": ABC}, {"a.jar": ABC, "b.jar": ABC}],
    ids=["nothing pinned", "another digest", "another name", "one missing"],
)
def test_any_other_folder_does_not(folder: Path, pinned: dict[str, str]) -> None:
    assert not jars.matches(folder, pinned)


def test_a_jar_too_many_does_not_match(folder: Path) -> None:
    (folder / "b.jar").write_bytes(b"")
    assert not jars.matches(folder, {"a.jar": ABC})


def test_jars_that_differ_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tampered(_name: str, target: Path) -> Path:
        target.mkdir(parents=True)
        (target / "kafka_2.13-4.4.0.jar").write_bytes(b"abc")
        return target

    monkeypatch.setattr(jars, "copied", tampered)
    monkeypatch.setenv("GLYPHWATCH_STACK_JARS", str(tmp_path / "jars"))
    with pytest.raises(StackError, match=r"not as pinned in jars\.sha256.*kafka_2\.13"):
        jars.fetch("kafka")
    assert list((tmp_path / "jars").iterdir()) == []


def test_every_set_is_pinned() -> None:
    pinned = jars.pins()
    assert all(pinned[name] for name in jars.SETS)
    assert all(len(digest) == 64 for files in pinned.values() for digest in files.values())
