"""What lies beside a store: nothing, after a scan or a report; a report needs no write access."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from detector.detection import Detection
from pipeline.engine import Engine
from pipeline.errors import Exit
from pipeline.sinks import Batch
from pipeline.store import Store
from tests.pipeline.conftest import Run

READ = """
import os, sys
from pathlib import Path
from pipeline.store import Store
if not os.geteuid():
    os.setuid(65534)  # root may write everywhere
store = Store(Path(sys.argv[1]), read_only=True)
print([each.lookalike for each in store.summaries()])
store.close()
"""


@pytest.fixture
def apple(engine: Engine) -> Detection:
    (found,) = engine.judge("xn--pple-43d.com").detections
    return found.with_record(source="x:0", coordinates="sha256:00:0")


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that others may look into, as pytest's own may not."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    path.chmod(0o755)
    shutil.rmtree(path)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_scan_and_report_leave_one_file(run: Run, tmp_path: Path) -> None:
    assert run("scan", "-", stdin="paypa1.com\n").returncode == Exit.DONE
    assert files(tmp_path) == ["glyphwatch.sqlite"]
    store = tmp_path / "glyphwatch.sqlite"
    before = (store.read_bytes(), store.stat().st_mtime_ns)
    assert '"lookalike": "paypa1.com"' in run("report").stdout
    assert files(tmp_path) == ["glyphwatch.sqlite"]
    assert (store.read_bytes(), store.stat().st_mtime_ns) == before


def read_without_rights(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )


@pytest.mark.parametrize("mode", [0o555, 0o777])
def test_a_report_needs_no_write_access(mode: int, shelf: Path, apple: Detection) -> None:
    path = shelf / "x.sqlite"
    store = Store(path)
    store.write(Batch([apple], None))
    store.close()
    path.chmod(0o444)
    shelf.chmod(mode)
    done = read_without_rights(path)
    assert done.stdout == "['xn--pple-43d.com']\n", done.stderr
    assert files(shelf) == ["x.sqlite"]


def test_a_report_beside_a_scan_sees_what_is_stored(tmp_path: Path, apple: Detection) -> None:
    writer = Store(tmp_path / "x.sqlite")
    early = Store(tmp_path / "x.sqlite", read_only=True)
    writer.write(Batch([apple], None))
    late = Store(tmp_path / "x.sqlite", read_only=True)
    for reader in (early, late):
        assert [each.target for each in reader.summaries()] == ["apple.com"]
        reader.close()
    writer.close()
    assert files(tmp_path) == ["x.sqlite"]
