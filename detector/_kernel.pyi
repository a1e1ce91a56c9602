from collections.abc import Callable

from typing_extensions import Buffer

from detector.row_store import RowStore

class Kernel:
    def __init__(
        self,
        expansions: tuple[str, ...],
        fold: bytes,
        swaps: bytes,
        resolve: Callable[[int], tuple[tuple[str, ...], bool]],
        rules: list[tuple[str, int]],
        targets: RowStore,
        extra: list[tuple[int, str]],
        own: bytes,
        flags: int,
        classes: list[str],
        rows: bytes,
    ) -> None: ...
    def lines(self, block: Buffer, /) -> tuple[int, int, list[tuple[int, int]]]: ...
    def ndjson(
        self,
        block: Buffer,
        several: bool,
        nodes: tuple[tuple[int, int], ...],
        entries: tuple[tuple[int, bytes, bytes, bool, int], ...],
        /,
    ) -> tuple[int, int, list[tuple[int, int]]]: ...
    def columns(
        self,
        block: Buffer,
        mark: bytes,
        marked: bool,
        own: int,
        count: int,
        rdata: int,
        between: int,
        unset: bytes,
        number: int,
        /,
    ) -> tuple[int, int, list[tuple[int, int]]]: ...
    def strings(
        self, offsets: Buffer, data: Buffer, first: int, count: int, wide: bool, /
    ) -> tuple[int, int, list[tuple[int, int]]]: ...
    def targets(self, key: str, /) -> list[int]: ...

class Rows:
    def __init__(self, rules: list[tuple[str, int]]) -> None: ...
    def read(
        self, data: bytes, start: int, line: int, width: int, columns: tuple[int, int, int, int], /
    ) -> None: ...
    def odd(self) -> tuple[int, bytes] | None: ...
    def append(self, domain: str, brand: str, industry: str, line: int, /) -> None: ...
    def place(self, domain: str, /) -> int: ...
    def is_label(self, label: str, /) -> bool: ...
    def row(self, place: int, /) -> tuple[str, str, str]: ...
    def line(self, place: int, /) -> int: ...
    def domains(self) -> list[str]: ...
    def idns(self) -> list[int]: ...
    def __len__(self) -> int: ...

def punycode(payload: Buffer, /) -> str | None: ...
def keep_memory() -> None: ...
