"""IDX, held to the description of MNIST's files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from glyphs.errors import BadIdx, NotWritten
from glyphs.idx import KINDS, encode_head, export_idx, read_idx, write_idx
from glyphs.store import render_store
from tests.glyphs.small_fonts import family, write_font


def test_heads_are_mnist_s() -> None:
    # As the site lists them: 0x00000803 and 0x00000801 (2051, 2049), then lengths.
    octets = np.dtype(np.uint8)
    assert encode_head(octets, (60000, 28, 28)).hex() == "000008030000ea600000001c0000001c"
    assert encode_head(octets, (10000,)).hex() == "0000080100002710"
    assert encode_head(np.dtype("<i4"), (1,)).hex() == "00000c0100000001"


def test_numbers_are_big_endian(tmp_path: Path) -> None:
    write_idx(tmp_path / "numbers", np.array([0x0430, -2], np.int32))
    assert (tmp_path / "numbers").read_bytes().hex() == "00000c010000000200000430fffffffe"


@settings(max_examples=60, deadline=None)
@given(
    array=arrays.arrays(
        st.sampled_from([kind.replace(">", order) for kind in KINDS.values() for order in "<>"]),
        arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5),
    )
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray
) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    write_idx(path, array)
    found = read_idx(path)
    assert found.shape == array.shape
    assert found.tobytes() == array.astype(found.dtype).tobytes()
    assert found.dtype.newbyteorder("=") == array.dtype.newbyteorder("=")


@pytest.mark.parametrize("kind", [np.int64, np.uint16, np.bool_, np.complex64])
def test_numbers_that_the_format_has_not_are_refused(kind: type[np.generic]) -> None:
    with pytest.raises(ValueError, match="IDX holds no"):
        encode_head(np.dtype(kind), (1,))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", b"\x1f\x8b\x08\x03", b"\0\0\x0a\x01\0\0\0\0", b"\0\0\x08\x03\0\0\0\1",
     b"\0\0\x08\x01\0\0\0\2\0", b"\0\0\x08\x01\0\0\0\2\0\0\0", b"\0\0\x08\x02" + b"\xff" * 8],
)  # fmt: skip
def test_what_is_cut_or_no_idx_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad\n.idx"
    path.write_bytes(content)
    with pytest.raises(BadIdx, match=r"bad\\n\.idx"):
        read_idx(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadIdx, match="none: cannot be read"):
        read_idx(tmp_path / "none")


def test_an_export_is_parallel_files(tmp_path: Path) -> None:
    found = family(write_font(tmp_path / "small.ttf"), name="Small Font")
    store = render_store([found], tmp_path / "store", jobs=1)
    paths = export_idx(store, tmp_path / "mnist")
    assert [path.name for path in paths] == [
        "glyphs-code-points-idx1-int",
        "glyphs-families-idx1-short",
        "glyphs-families.txt",
        "glyphs-images-idx3-ubyte",
    ]
    code_points, families, names, images = paths
    assert (read_idx(code_points) == store.code_points).all()
    assert (read_idx(families) == 0).all()
    assert names.read_text() == "Small Font\n"
    assert images.read_bytes() == (tmp_path / "store" / "images.idx3-ubyte").read_bytes()
    with pytest.raises(NotWritten, match="is there already"):
        export_idx(store, tmp_path / "mnist")
