"""Inputs: a path or ``-`` in, raw bytes out, with the coordinates that make a scan repeatable.

A regular file is read to the end that it had when it was opened, and is known by the XXH3 digest of
those bytes, so its name does not matter. A pipe is known by that of its beginning: it can
be read once only, and the same pipe again gives the same detections again.
"""

from __future__ import annotations

import glob
import io
import os
import stat
import sys
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import xxhash

from pipeline.errors import DamagedStream, InputError, UsageError
from pipeline.hashing import HashProcess, file_digest
from pipeline.records import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import TracebackType

    from pipeline.s3 import S3Object

STDIN = "-"

S3 = "s3://"
"""What the path of an object begins with."""

PIPE_HEAD = 1 << 20
"""Bytes at the beginning of a pipe by which it is known."""

_JOURNALS = ("-wal", "-shm", "-journal")  # what SQLite writes beside a store

LONG = 1 << 22
"""Bytes from which on a file is hashed by a process of its own: a millisecond of hashing."""


class Input(AbstractContextManager["Input"]):
    """An opened input. Not thread-safe."""

    def __init__(self, label: str, size: int | None, file: BinaryIO) -> None:
        """Args: see the attributes; `file` is at its beginning."""
        self.label = label
        """The path as it was given, or ``-``."""
        self.size = size
        """Raw bytes up to the end seen when it was opened; None for a pipe."""
        self._file = file
        self._head = b""
        self._place = 0
        self._digest = ""
        self._hashing: HashProcess | None = None

    @property
    def name(self) -> str:
        """The label as text that can be stored: a path that is not UTF-8 has escapes."""
        return os.fsencode(self.label).decode("utf-8", "backslashreplace")

    @property
    def place(self) -> int:
        """Raw bytes read so far."""
        return self._place

    @property
    def is_file(self) -> bool:
        """True if it can be read again, and so resumed."""
        return self.size is not None

    def read(self, count: int) -> bytes:
        """Read up to `count` bytes; nothing at the end that was seen when it was opened.

        Raises:
            DamagedStream: the file became shorter, or the device failed.
        """
        if self._head:
            data, self._head = self._head[:count], self._head[count:]
            self._place += len(data)
            return data
        if self.size is not None:
            count = min(count, self.size - self._place)
        try:
            data = self._file.read(count) if count else b""
        except OSError as error:
            msg = f"cannot be read further: {error.strerror or error}"
            raise DamagedStream(Reason.TRUNCATED_STREAM, msg) from error
        self._place += len(data)
        if count and not data and self.size is not None:
            msg = "became shorter while it was read"
            raise DamagedStream(Reason.TRUNCATED_STREAM, msg)
        return data

    def digest(self) -> str:
        """Give the source's coordinate, ``xxh3:...``; call it before anything is read.

        All of a file takes part, so that any change makes it another source. The digest (XXH3, 128
        bits) is ten times quicker than a cryptographic one and tells contents apart as surely,
        unless somebody may choose two whole files; who may do that can as well leave names out.

        Raises:
            InputError: it cannot be read.
        """
        if not self._digest:
            if self._hashing is not None:
                hashing, self._hashing = self._hashing, None
                self._digest = _coordinate(hashing.result())
            self._digest = self._digest or _coordinate(self._hash())
        return self._digest

    def hash_aside(self) -> None:
        """Begin to hash a file that takes long in a process of its own, which `digest` waits for.

        Elsewhere than on Linux a fork is not safe, whatever Python offers.
        """
        if sys.platform != "linux" or self.size is None or self.size < LONG:
            return
        with suppress(OSError):  # no more processes: `digest` will do it
            self._hashing = HashProcess(self._file.fileno(), self.size)

    def _hash(self) -> str:
        if self.size is None:
            self._head = self._read_pipe(PIPE_HEAD)
            return xxhash.xxh3_128(self._head).hexdigest()
        try:
            return file_digest(self._file.fileno(), self.size)
        except OSError as error:
            msg = f"{self.label}: cannot be read: {error.strerror or error}"
            raise InputError(msg) from error

    def _read_pipe(self, count: int) -> bytes:
        try:
            return self._file.read(count)
        except OSError as error:
            msg = f"{self.label}: cannot be read: {error.strerror or error}"
            raise InputError(msg) from error

    def seek(self, offset: int) -> None:
        """Go to a raw byte offset of a regular file."""
        self._file.seek(offset)
        self._place = offset
        self._head = b""

    def whole(self) -> BinaryIO:
        """Open the same file again, for who reads it in an order of its own."""
        return Path(self.label).open("rb")

    def grown(self) -> int:
        """Bytes that were added since it was opened, and were not read."""
        if self.size is None:
            return 0
        return max(0, os.fstat(self._file.fileno()).st_size - self.size)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close it, unless it is standard input."""
        if self._hashing is not None:
            self._hashing.abandon()
            self._hashing = None
        if self.label != STDIN:
            self._file.close()


class S3Input(Input):
    """An object of S3. It is known by its ETag and size, so what was read before costs no request.

    That is its content's MD5, or that of its parts: the same content may be known under two.
    """

    def __init__(self, wanted: S3Object) -> None:
        """Be ready; nothing is asked for yet."""
        from pipeline.s3 import reader

        self._reader = reader(wanted)
        super().__init__(wanted.label, wanted.size, cast("BinaryIO", self._reader))
        self._object = wanted
        self._digest = f"etag:{wanted.etag.strip(chr(34))}:{wanted.size}"

    def read(self, count: int) -> bytes:
        """See `Input.read`."""
        data = self._reader.take(count)
        self._place += len(data)
        return data

    def hash_aside(self) -> None:
        """There is nothing to hash."""

    def whole(self) -> BinaryIO:
        """See `Input.whole`."""
        from pipeline.s3 import reader

        return io.BufferedReader(reader(self._object), 1 << 20)

    def grown(self) -> int:
        """See `Input.grown`: an object never grows; another takes its place."""
        return 0


def _coordinate(digest: str | None) -> str:
    return f"xxh3:{digest}" if digest else ""


def open_input(label: str | S3Object) -> Input:
    """Open a path, standard input for ``-``, or an object.

    Raises:
        InputError: it is missing, a directory, a symbolic link to itself, or may not be read.
    """
    if not isinstance(label, str):
        return S3Input(label)
    if label == STDIN:
        if sys.stdin is None:
            msg = "standard input is closed"
            raise InputError(msg)
        return Input(label, None, sys.stdin.buffer)
    try:
        file = Path(label).open("rb")  # noqa: SIM115 - the Input closes it
    except OSError as error:
        msg = f"{label}: {(error.strerror or str(error)).lower()}"
        raise InputError(msg) from error
    status = os.fstat(file.fileno())
    return Input(label, status.st_size if stat.S_ISREG(status.st_mode) else None, file)


def expand(patterns: Iterable[str], outputs: Collection[str] = ()) -> list[str | S3Object]:
    """Expand folders, the patterns that the shell left alone, and places in S3.

    Args:
        patterns: what was asked for.
        outputs: files that are written, which are left out where a folder has them.

    Raises:
        UsageError: a pattern or folder has no file, or standard input is named twice.
        InputError: a bucket cannot be listed.
    """
    labels: list[str | S3Object] = []
    written = {os.path.realpath(f"{each}{end}") for each in outputs for end in ("", *_JOURNALS)}
    for pattern in patterns:
        if pattern.startswith(S3):
            labels.extend(each for each in _listed(pattern) if each.label not in outputs)
            continue
        is_path = pattern == STDIN or not glob.has_magic(pattern) or Path(pattern).exists()
        if is_path and (pattern == STDIN or not Path(pattern).is_dir()):
            labels.append(pattern)
            continue
        paths = [pattern] if is_path else glob.glob(pattern, recursive=True)  # noqa: PTH207 - absolute patterns too
        found = {file for path in paths for file in _files(path)}
        if is_path:
            found = {each for each in found if os.path.realpath(each) not in written}
        if not found:
            msg = f"{pattern}: no file " + ("in this folder" if is_path else "matches")
            raise UsageError(msg)
        labels.extend(sorted(found))
    if labels.count(STDIN) > 1:
        msg = "standard input (-) can be read once only"
        raise UsageError(msg)
    return labels


def _listed(url: str) -> list[S3Object]:
    from pipeline.s3 import listed

    return listed(url)


def _files(path: str) -> list[str]:
    """Give the path, or for a folder the files in it and below it, without hidden ones.

    Links to folders are not followed, since they may lead round in a circle; pipes are left out,
    since nobody may ever write to them. What may not be read is given, so that opening says why.
    """
    if not Path(path).is_dir():
        return [path]
    labels: list[str] = []

    def refuse(error: OSError) -> None:
        labels.append(os.fsdecode(error.filename))

    for parent, folders, files in os.walk(path, onerror=refuse):
        folders[:] = [each for each in folders if not each.startswith(".")]
        for name in files:
            label = os.path.join(parent, name)  # noqa: PTH118 - as a pattern gives it: ./a
            if not name.startswith(".") and (os.path.isfile(label) or not os.path.exists(label)):  # noqa: PTH110, PTH113 - these never raise
                labels.append(label)
    return labels
