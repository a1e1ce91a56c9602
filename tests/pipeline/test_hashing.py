"""Hashing: the digest of a whole file, made in a process, and here if that dies."""

import os
from pathlib import Path

import pytest
import xxhash

from pipeline import hashing, inputs
from pipeline.hashing import PIECE, HashProcess, file_digest
from pipeline.inputs import open_input


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hashing") / "names.txt"
    path.write_bytes(b"www.example.com\n" * (3 * PIECE // 16 + 1))
    return path


@pytest.mark.parametrize("size", [0, 1, PIECE, 3 * PIECE + 16])
def test_digest_is_that_of_the_bytes(path: Path, size: int) -> None:
    with path.open("rb") as file:
        expected = xxhash.xxh3_128(path.read_bytes()[:size]).hexdigest()
        assert file_digest(file.fileno(), size) == expected
        assert file.read(3) == b"www"
        assert HashProcess(file.fileno(), size).result() == expected


def test_file_that_became_shorter_is_hashed_to_its_end(path: Path) -> None:
    with path.open("rb") as file:
        assert file_digest(file.fileno(), 1 << 40) == xxhash.xxh3_128(path.read_bytes()).hexdigest()


def test_digest_does_not_depend_on_who_makes_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "LONG", 1)
    with open_input(str(path)) as here, open_input(str(path)) as aside:
        aside.hash_aside()
        assert (
            aside.digest()
            == here.digest()
            == f"xxh3:{xxhash.xxh3_128_hexdigest(path.read_bytes())}"
        )


def test_process_that_dies_leaves_the_file_to_this_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "LONG", 1)
    monkeypatch.setattr(hashing, "_answer", lambda *_: os._exit(1))
    with open_input(str(path)) as source:
        source.hash_aside()
        assert source.digest() == f"xxh3:{xxhash.xxh3_128_hexdigest(path.read_bytes())}"


def test_abandoned_process_is_gone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "LONG", 1)
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = set(Path("/proc/self/fd").iterdir()), children.read_text()
    source = open_input(str(path))
    source.hash_aside()
    assert children.read_text() != before[1]
    source.close()
    assert (set(Path("/proc/self/fd").iterdir()), children.read_text()) == before
