from collections.abc import Callable

from typing_extensions import Buffer

class Kernel:
    def __init__(
        self,
        expansions: tuple[str, ...],
        fold: bytes,
        swaps: bytes,
        resolve: Callable[[int], tuple[tuple[str, ...], bool]],
        rules: list[tuple[str, int]],
        labels: bytes,
        domains: bytes,
        extra: list[tuple[int, str]],
        own: bytes,
        flags: int,
        classes: list[str],
        rows: bytes,
    ) -> None: ...
    def lines(self, block: Buffer, /) -> tuple[int, int, list[tuple[int, int]]]: ...
    def ndjson(self, block: Buffer, /) -> tuple[int, int, list[tuple[int, int]]]: ...
    def strings(
        self, offsets: Buffer, data: Buffer, first: int, count: int, wide: bool, /
    ) -> tuple[int, int, list[tuple[int, int]]]: ...
    def targets(self, key: str, /) -> list[int]: ...

def punycode(payload: Buffer, /) -> str | None: ...
