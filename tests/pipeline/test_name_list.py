"""Lists of names: taken as they come from others, refused if they are something else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipeline.errors import Exit, UsageError
from pipeline.name_list import NameList
from tests.pipeline.conftest import Run


def read(path: Path, data: bytes) -> frozenset[str]:
    path.write_bytes(data)
    return NameList.read([path]).names


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", set()),
        (b"# nothing yet\n\n", set()),
        (b"# caf\xe9, in Latin-1\nexample.com\n", {"example.com"}),
        (b"1,google.com\r\n2,Example.COM.\r\n", {"google.com", "example.com"}),
        ("bücher.de\n_dmarc.example.com\n".encode(), {"xn--bcher-kva.de", "_dmarc.example.com"}),
        (gzip.compress(b"example.com\n"), {"example.com"}),
        (b"example.com\n*.example.org\na..b\n\nexample.net\nexample.org\n", None),
    ],
)
def test_lists_as_they_come(data: bytes, names: set[str] | None, tmp_path: Path) -> None:
    few = {"example.com", "example.net", "example.org"}
    found = read(tmp_path / "list", data)
    assert found - {"a..b"} == (few if names is None else names)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "line 1 is not UTF-8"),
        (b"example.com\n" * 9 + b"caf\xe9.com\n", "line 10 is not UTF-8"),
        ("google.com\nexample.com\n".encode("utf-16-le"), "lines are none, first line 1"),
        (b"example.com\n\n<html>\n<p>no list</p>\n", "2 of 3 lines are none, first line 3"),
        (b"0.0.0.0 a.com\n0.0.0.0 b.com\n", "2 of 2 lines are none, first line 1"),
    ],
)
def test_what_is_no_list(data: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path / "list", data)


@pytest.mark.parametrize("flag", ["--allow", "--known"])
def test_commands_refuse_what_is_no_list(flag: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(bytes(range(256)) * 9)
    for done in (
        run("check", "paypa1.com", flag, "list"),
        run("scan", "-", flag, "list", "--output", "-", stdin="paypa1.com\n"),
    ):
        assert (done.returncode, done.stdout) == (Exit.USAGE, "")
        assert done.stderr.startswith("glyphwatch: list: is no list of names: ")
        assert len(done.stderr.splitlines()) == 1
