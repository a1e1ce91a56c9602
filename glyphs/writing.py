"""Writing: a folder or file that is written whole, or not at all.

What is written goes to a place of its own beside the target, on the same file system, and takes the
target's name when it is complete. If the disk is full, or the run is interrupted, it is removed.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from glyphs.errors import NotWritten


@contextmanager
def written_whole(
    folder: Path, may_replace: Callable[[Path], bool] = lambda _: False
) -> Iterator[Path]:
    """Give an empty folder to write into; it becomes `folder` when the block ends well.

    Args:
        folder: what to write; its parent is made if it is not there.
        may_replace: whether a folder that is there, and not empty, may be replaced; never by rule.

    Raises:
        NotWritten: the target may not be replaced, or writing failed.
    """
    name = escaped(folder)
    try:
        if folder.is_symlink() or not _is_free(folder, may_replace):
            msg = f"{name}: is there already, and not what would be written; take another place"
            raise NotWritten(msg)
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = _beside(folder)
        place.mkdir()
    except OSError as error:
        raise _not_written(name, error) from error
    try:
        yield place
        _exchange(place, folder)
    except OSError as error:
        raise _not_written(name, error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def written_file(path: Path) -> Iterator[Path]:
    """Give a place to write a file to; it becomes `path` when the block ends well.

    Raises:
        NotWritten: writing failed; what was at `path` before is still there.
    """
    place = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield place
        place.replace(path)
    except OSError as error:
        raise _not_written(escaped(path), error) from error
    finally:
        with suppress(OSError):  # its folder may be none
            place.unlink(missing_ok=True)


def escaped(path: Path) -> str:
    """Give a path in a form that can be printed."""
    return ascii(str(path))[1:-1]


def _is_free(folder: Path, may_replace: Callable[[Path], bool]) -> bool:
    if not folder.exists():
        return True
    return folder.is_dir() and (not any(folder.iterdir()) or may_replace(folder))


def _exchange(place: Path, folder: Path) -> None:
    """Let the written folder take the target's name; the target stays if that fails."""
    if not folder.exists() or not any(folder.iterdir()):
        place.rename(folder)
        return
    old = _beside(folder)
    folder.rename(old)
    try:
        place.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")


def _not_written(name: str, error: OSError) -> NotWritten:
    return NotWritten(f"{name}: cannot be written: {error.strerror or error}")
