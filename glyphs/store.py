"""The store: pictures of all characters in all families, as files in a folder, opened in place.

=====================  ====================================================================
``images.idx3-ubyte``  the pictures, (n, 28, 28) octets, as `glyphs.idx` describes
``index.parquet``      row i tells of picture i: ``code_point`` int32, ``family`` int16
``store.json``         format, versions, families with the digests of their files, and the
                       SHA-256 of the two others
=====================  ====================================================================

Pictures are sorted by family, in the manifest's order, then by code point. A folder is written
whole or not at all, and opened only if every digest is right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from glyphs.batches import Batch, draw_batches, plan
from glyphs.characters import UNICODE
from glyphs.errors import BadIdx, BadStore, NotWritten
from glyphs.freetype_library import freetype_version
from glyphs.idx import encode_head, read_idx
from glyphs.scaling import BASELINE, SIDE, SPAN
from glyphs.shaping import harfbuzz_version
from glyphs.writing import escaped, written_whole

if TYPE_CHECKING:
    import numpy.typing as npt

    from glyphs.fonts import FoundFamily
    from glyphs.manifest import Family

FORMAT = 1
IMAGES, INDEX, ABOUT = "images.idx3-ubyte", "index.parquet", "store.json"
_COLUMNS = pa.schema([("code_point", pa.int32()), ("family", pa.int16())])


class GlyphStore:
    """A store that was found whole; its arrays cannot be written."""

    images: npt.NDArray[np.uint8]
    """(n, 28, 28), mapped into memory: 0 paper, 255 ink."""

    code_points: npt.NDArray[np.int32]
    """(n,) ascending within a family."""

    families: npt.NDArray[np.int16]
    """(n,) ascending: places in the next four."""

    family_names: tuple[str, ...]
    kinds: tuple[str, ...]
    clone_groups: tuple[int, ...]
    """Families that share one must stay in one fold."""

    digest: str
    """The SHA-256 of all of it; other pictures, families or groups have another one."""

    unicode: str
    """The version of Unicode that said which characters are assigned."""

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        """Take a folder that `open` has found whole."""
        self.folder = folder
        self.images = read_idx(folder / IMAGES)
        table = pq.read_table(folder / INDEX)
        self.code_points = table["code_point"].to_numpy()
        self.families = table["family"].to_numpy()
        for array in (self.code_points, self.families):
            array.flags.writeable = False
        families = about["families"]
        self.family_names = tuple(str(each["name"]) for each in families)
        self.kinds = tuple(str(each["kind"]) for each in families)
        self.clone_groups = tuple(int(each["clone_group"]) for each in families)
        self.digest = str(about["digest"])
        self.unicode = str(about["unicode"])

    def __len__(self) -> int:
        return len(self.code_points)

    @classmethod
    def open(cls, folder: Path) -> GlyphStore:
        """Open a store.

        Reads all of it once, to check the digests: less than half a second for 400 MB.

        Raises:
            BadStore: a file is missing, cut, damaged, of another format, or not of this store.
        """
        return cls(folder, _checked(folder))


def render_store(
    families: Sequence[FoundFamily],
    folder: Path,
    *,
    code_points: Collection[int] | None = None,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> GlyphStore:
    """Draw families and write what was drawn.

    The same fonts, FreeType and HarfBuzz give the same pictures, whatever `jobs` is.

    Args:
        families: in the manifest's order.
        folder: is made; one that holds a glyph store already is replaced, and no other.
        code_points: the characters to draw; None for every assigned one that has a shape.
        jobs: processes that draw.
        progress: told after each piece of work how many are done, and of how many.

    Raises:
        BrokenFont: a font cannot be drawn from.
        NotWritten: the folder holds something else, nothing was drawn, or the disk is full. What
            was in the folder before is then still there.
    """
    pieces = plan(families)
    wanted = None if code_points is None else frozenset(code_points)
    with written_whole(folder, is_store) as place:
        batches = draw_batches(pieces, wanted, jobs)
        index = _write_images(place / IMAGES, _told(batches, len(pieces), progress))
        if not len(index):
            msg = f"{escaped(folder)}: not written: the fonts have none of the characters"
            raise NotWritten(msg)
        pq.write_table(index, place / INDEX, compression="zstd")
        about = _describe([found.family for found in families], place, index)
        (place / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="ascii")
    return GlyphStore(folder, about)


def is_store(folder: Path) -> bool:
    """Tell whether a folder holds a glyph store, whole or not, and nothing else."""
    names = {path.name for path in folder.iterdir()}
    return ABOUT in names and names <= {IMAGES, INDEX, ABOUT}


def _told(
    batches: Iterable[Batch], total: int, progress: Callable[[int, int], None] | None
) -> Iterable[Batch]:
    for done, batch in enumerate(batches, start=1):
        yield batch
        if progress is not None:
            progress(done, total)


def _write_images(path: Path, batches: Iterable[Batch]) -> pa.Table:
    """Write pictures as they come; give the index."""
    code_points, families, count = [], [], 0
    with path.open("wb") as file:
        file.write(encode_head(np.dtype(np.uint8), (0, SIDE, SIDE)))
        for batch in batches:
            file.write(batch.pictures.data)
            count += len(batch.code_points)
            code_points.append(batch.code_points)
            families.append(np.full(len(batch.code_points), batch.family, np.int16))
        file.seek(0)
        file.write(encode_head(np.dtype(np.uint8), (count, SIDE, SIDE)))
    columns: list[Any] = [np.concatenate(each) if each else [] for each in (code_points, families)]
    return pa.table(columns, schema=_COLUMNS)


def _describe(families: Sequence[Family], place: Path, index: pa.Table) -> dict[str, Any]:
    """Make what ``store.json`` says."""
    about: dict[str, Any] = {
        "format": FORMAT,
        "images": len(index),
        "unicode": UNICODE,
        "frame": {"side": SIDE, "span": SPAN, "baseline": BASELINE},
        "drawn_by": {"freetype": freetype_version(), "harfbuzz": harfbuzz_version()},
        "sha256": {name: _digest_of(place / name) for name in (IMAGES, INDEX)},
        "families": [
            {
                "name": family.name,
                "kind": family.kind,
                "clone_group": family.clone_group,
                "files": [
                    {"file": file.file, "face": file.face, "sha256": file.sha256}
                    for file in family.files
                ],
            }
            for family in families
        ],
    }
    return about | {"digest": _digest(about, index)}


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(about: dict[str, Any], index: pa.Table) -> str:
    """Give the digest of a store: of what it holds, not of how Parquet and JSON happened to be."""
    told = {key: about[key] for key in ("format", "unicode", "frame", "families")}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    digest.update(about["sha256"][IMAGES].encode())
    for column, kind in (("code_point", "<i4"), ("family", "<i2")):
        digest.update(index[column].to_numpy().astype(kind).tobytes())
    return digest.hexdigest()


def _checked(folder: Path) -> dict[str, Any]:
    """Read what a store says of itself, and hold the rest to it.

    Raises:
        BadStore: see `GlyphStore.open`.
    """
    name = escaped(folder)
    try:
        about = json.loads((folder / ABOUT).read_bytes())
        problem = _problem(folder, about)
    except FileNotFoundError as error:
        problem = f"has no {Path(error.filename or ABOUT).name}"
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
    except (BadIdx, KeyError, TypeError, ValueError, RecursionError) as error:
        msg = f"{name}: is no glyph store, or a damaged one: {error!a}"
        raise BadStore(msg) from error
    if problem:
        msg = f"{name}: is no glyph store that can be used: {problem}"
        raise BadStore(msg)
    result: dict[str, Any] = about
    return result


def _problem(folder: Path, about: Any) -> str:  # noqa: ANN401  (whatever JSON holds)
    """Say what is wrong with a store; nothing if it is whole."""
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        said = about.get("format") if isinstance(about, dict) else None
        return f"it is of format {said!a}, and {FORMAT} is the one that this release reads"
    if about["frame"] != {"side": SIDE, "span": SPAN, "baseline": BASELINE}:
        return f"its pictures are made otherwise: {about['frame']!a}"
    for file in (IMAGES, INDEX):
        if _digest_of(folder / file) != about["sha256"][file]:
            return f"{file} is not the one that {ABOUT} names: its digest is off"
    images = read_idx(folder / IMAGES)
    index = pq.read_table(folder / INDEX)
    count = about["images"]
    if images.shape != (count, SIDE, SIDE) or images.dtype != np.uint8 or not count:
        return f"{IMAGES} holds {images.shape} numbers of type {images.dtype}"
    if not index.schema.equals(_COLUMNS) or len(index) != count or index["family"].null_count:
        return f"{INDEX} does not match {IMAGES}"
    if _digest(about, index) != about["digest"]:
        return f"{ABOUT} was changed: its digest is off"
    order = index["family"].to_numpy().astype(np.int64) << 32 | index["code_point"].to_numpy()
    if (np.diff(order) <= 0).any() or order[0] < 0 or order[-1] >> 32 >= len(about["families"]):
        return f"{INDEX} is out of order"
    return ""
