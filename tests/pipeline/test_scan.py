"""The scan: the file cases of RELIABILITY 4.2, and every record accounted for."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.engine import Engine
from pipeline.errors import Exit, UsageError
from pipeline.inputs import expand, open_input
from pipeline.scan import Request, Scan
from pipeline.sinks import MemorySink
from tests.pipeline.samples import COF, FOUND, NAMES, accounted, one

if TYPE_CHECKING:
    from tests.pipeline.conftest import ScanFiles

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def test_case_66_an_empty_file_has_no_records(scan: ScanFiles) -> None:
    for empty in (b"", gzip.compress(b""), zstd.compress(b"")):
        result = scan(empty)
        assert result.outcome.counts.records == 0
        assert not result.outcome.errors
        assert not result.reasons


def test_case_67_a_last_line_without_line_feed_is_read(scan: ScanFiles) -> None:
    assert scan(NAMES.rstrip(b"\n")).names == FOUND
    assert scan(COF.rstrip(b"\n")).names == ["paypa1.com"]


def test_case_68_lines_end_with_a_line_feed_only(scan: ScanFiles) -> None:
    assert scan(NAMES.replace(b"\n", b"\r\n")).names == FOUND
    assert scan(COF.replace(b"\n", b"\r\n")).names == ["paypa1.com"]
    assert scan(b"example.com\rpaypa1.com\n").outcome.counts.records == 1
    one = '{"rrname":"paypa1.com","rdata":"a\u2028b\x85c"}\n'.encode()
    result = scan(one)
    assert result.names == ["paypa1.com"]
    assert result.outcome.counts.records == 1


def test_case_69_a_line_without_end_is_rejected_and_the_rest_read(scan: ScanFiles) -> None:
    line = b"x" * (3 << 20)
    result = scan(b"paypa1.com\n" + line + b"\nxn--pple-43d.com\n")
    assert result.names == FOUND
    assert result.reasons == {"oversize_line": 1}
    (reject,) = result.rejects
    assert reject["length"] == len(line)
    assert reject["sha256"] == hashlib.sha256(line).hexdigest()
    assert base64.b64decode(reject["original"]) == line[:1024]
    assert accounted(result)


@pytest.mark.slow
def test_case_69_one_gigabyte_in_one_line_takes_no_memory(targets_file: Path) -> None:
    # VmHWM and not getrusage: there a child begins with its parent's peak.
    code = (
        "import re, sys; from pathlib import Path; from pipeline.cli import main;"
        "code = main(['scan', '-', '--format', 'names', '--output', '-'] + sys.argv[1:]);"
        "status = Path('/proc/self/status').read_text();"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1], file=sys.stderr);"
        "sys.exit(code)"
    )
    command = [sys.executable, "-c", code, "--targets", str(targets_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for _ in range(1 << 10):
            process.stdin.write(bytes(1 << 20))
        process.stdin.close()
        said = process.stderr.read().decode()
    assert process.returncode == Exit.INPUT
    assert "oversize_line 1" in said
    assert int(said.split()[-1]) < 200 << 10


@pytest.mark.parametrize("line", [b"x" * 70_000, b"a." * 40_000, b'{"rrname":"' + b"a" * 70_000])
def test_lines_above_64_kib_are_not_looked_at(scan: ScanFiles, line: bytes) -> None:
    result = scan(line + b"\n" + line)
    assert result.reasons == {"oversize_line": 2}
    assert accounted(result)


def test_case_70_compression_is_told_by_content(scan: ScanFiles, tmp_path: Path) -> None:
    named_gz, named_txt = tmp_path / "plain.gz", tmp_path / "packed.txt"
    named_gz.write_bytes(NAMES)
    named_txt.write_bytes(gzip.compress(NAMES))
    assert scan(named_gz).names == scan(named_txt).names == FOUND


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["71-gz", "72-zst"])
def test_truncated_streams_give_their_whole_lines(
    scan: ScanFiles, pack: Callable[[bytes], bytes]
) -> None:
    lines = b"".join(b"host%05d.example.com\n" % number for number in range(50_000))
    packed = pack(b"paypa1.com\n" + lines)
    result = scan(packed[: len(packed) * 3 // 4])
    assert result.names == ["paypa1.com"]
    assert result.reasons == {"truncated_stream": 1}
    assert result.outcome.counts.records > 10_000
    assert result.outcome.counts.records == result.outcome.counts.clean + 1
    assert accounted(result)
    assert "ends inside" in "".join(result.said)


def test_case_73_a_wrong_crc(scan: ScanFiles) -> None:
    packed = bytearray(gzip.compress(NAMES))
    packed[-6] ^= 1
    result = scan(bytes(packed))
    assert result.names == FOUND
    assert result.reasons == {"corrupt_stream": 1}


def test_case_74_a_bomb_is_one_long_line_and_can_be_given_up(scan: ScanFiles) -> None:
    bomb = zstd.compress(bytes(1 << 27))
    assert scan(bomb).reasons == {"oversize_line": 1}
    assert scan(bomb, request=Request(max_ratio=100)).reasons == {"ratio_exceeded": 1}


def test_case_75_one_layer_is_taken_off(scan: ScanFiles) -> None:
    lines = b"".join(b"host%05d.example.com\n" % number for number in range(50_000))
    result = scan(gzip.compress(gzip.compress(NAMES + lines)))
    assert not result.names
    assert result.reasons["not_utf8"]
    assert not result.outcome.counts.clean
    assert "gzip inside gzip" in result.said[0]


def test_case_76_inputs_that_cannot_be_read_do_not_stop_the_others(
    scan: ScanFiles, tmp_path: Path
) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    result = scan(tmp_path / "missing", tmp_path, loop, NAMES)
    assert result.names == FOUND
    assert [error.exit_code for error in result.outcome.errors] == [Exit.INPUT] * 3
    said = [str(error) for error in result.outcome.errors]
    assert said[0] == f"{tmp_path / 'missing'}: no such file or directory"
    assert said[1] == f"{tmp_path}: is a directory"
    assert "symbolic links" in said[2]


def test_case_76_no_permission(scan: ScanFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(Exception, match="permission denied"):
        open_input("some.txt")


def test_case_76_a_fifo_is_read_like_standard_input(scan: ScanFiles, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(NAMES,))
    writer.start()
    result = scan(fifo)
    writer.join()
    assert result.names == FOUND


def test_case_77_a_growing_file_is_read_to_the_end_it_had(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"paypa1.com\nxn--pple")
    said: list[str] = []
    memory = MemorySink()
    opened = open_input

    def grow(label: str) -> object:
        source = opened(label)
        with path.open("ab") as file:
            file.write(b"-43d.com\nrnicrosoft.com\n")
        return source

    monkeypatch.setattr("pipeline.opening.open_input", grow)
    outcome = Scan(engine, [memory], Request(), say=said.append).run(one(path))
    assert [each.name for each in memory.detections.values()] == ["paypa1.com"]
    assert outcome.counts.records == 1
    assert said == [f"{path}: grew by 24 bytes while it was read; they are left"]


def test_case_77_a_file_that_became_shorter(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(NAMES)
    opened = open_input

    def cut(label: str) -> object:
        source = opened(label)
        os.truncate(path, NAMES.index(b"www"))
        return source

    monkeypatch.setattr("pipeline.opening.open_input", cut)
    memory = MemorySink()
    outcome = Scan(engine, [memory], Request(), say=lambda _: None).run(one(path))
    assert [each.name for each in memory.detections.values()] == ["paypa1.com"]
    assert dict(outcome.counts.damage) == {"truncated_stream": 1}


def test_case_78_a_pattern_that_matches_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file matches"):
        expand([str(tmp_path / "*.gz")])
    (tmp_path / "b.gz").touch()
    (tmp_path / "a.gz").touch()
    assert expand([str(tmp_path / "*.gz")]) == [str(tmp_path / "a.gz"), str(tmp_path / "b.gz")]
    with pytest.raises(UsageError, match="once only"):
        expand(["-", "-"])
