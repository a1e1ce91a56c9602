"""Output: what writes a file in, the file out: whole, or not there (see `pipeline.json_lines`)."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipeline.errors import SinkUnavailable
from pipeline.export.selection import is_host
from pipeline.json_lines import STDOUT, partial_of
from pipeline.name_list import NameList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@contextmanager
def whole_file(path: str) -> Iterator[BinaryIO]:
    """Open a file that takes its name when the block ends well; ``-`` is standard output.

    Raises:
        SinkUnavailable: it cannot be written.
        BrokenPipeError: nobody reads any more, which is no fault.
    """
    if path == STDOUT:
        sys.stdout.write("")  # fails here if it is closed
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = partial_of(path)
    try:
        with (partial or Path(path)).open("wb") as file:
            yield file
            file.flush()
            if partial is not None:
                os.fsync(file.fileno())
        if partial is not None:
            partial.replace(path)
    except BrokenPipeError:
        raise
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror or error}"
        raise SinkUnavailable(msg) from error


def write_whole(path: str, texts: Iterable[str]) -> None:
    """Write a text file in UTF-8, as `whole_file` does."""
    with whole_file(path) as file:
        file.writelines(text.encode("utf-8", "replace") for text in texts)


def add_names(path: str, names: set[str]) -> None:
    """Add names to a list of names, which is made if it is not there.

    What no host can be called stays out, so that the list can be read whatever a table holds.

    Raises:
        UsageError: what is there is no list of names.
        SinkUnavailable: it cannot be written.
    """
    known = NameList.read([Path(path)]).names if Path(path).exists() else frozenset[str]()
    write_whole(path, (f"{name}\n" for name in sorted(known.union(filter(is_host, names)))))
