"""A model's file rebuilds it, and no other file is taken for one; nothing is half written."""

import io
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from classifier.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from classifier.errors import InvalidModel, ModelNotWritten, TrainingFailed
from classifier.network import Network
from classifier.prediction import predict
from classifier.recipe import Recipe
from tests.classifier.letters import letters

RECIPE = Recipe(channels=(4, 8), hidden=16, kernels=(3, 3), seed=3)
DATA = "sha256:" + "0" * 64
ROOT = Path(__file__).resolve().parents[2]


def checkpoint() -> Checkpoint:
    torch.manual_seed(3)
    return Checkpoint(Network(RECIPE.shape).eval(), RECIPE, DATA, RECIPE.steps)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_checkpoint(checkpoint(), path)
    return path


def test_it_rebuilds_itself(path: Path) -> None:
    found, expected = load_checkpoint(path), checkpoint()
    assert (found.recipe, found.data, found.step) == (RECIPE, DATA, RECIPE.steps)
    assert found.torch == torch.__version__
    assert not found.network.training
    ours = expected.network.state_dict()
    assert all(torch.equal(each, ours[key]) for key, each in found.network.state_dict().items())


def test_the_same_model_gives_the_same_bytes(path: Path) -> None:
    before = path.read_bytes()
    save_checkpoint(checkpoint(), path)
    assert path.read_bytes() == before
    save_checkpoint(load_checkpoint(path), path)
    assert path.read_bytes() == before


def test_half_precision_is_half_the_size_and_says_the_same(path: Path) -> None:
    whole = path.stat().st_size
    save_checkpoint(checkpoint(), path, half=True)
    assert path.stat().st_size < 0.6 * whole
    images = letters((19,)).images
    found = predict(load_checkpoint(path).network, images)
    expected = predict(checkpoint().network, images)
    assert np.abs(found - expected).max() < 0.01


def test_loading_leaves_the_random_state_alone(path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    load_checkpoint(path)
    assert torch.equal(torch.rand(3), expected)


class Trap:
    def __reduce__(self) -> tuple[object, ...]:
        return (pytest.fail, ("it was unpickled",))


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_is_never_read(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps(Trap(), protocol))
    with pytest.raises(InvalidModel, match="pickle" if protocol else "not a model"):
        load_checkpoint(path)


def test_a_file_of_torch_save_is_never_read(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    buffer = io.BytesIO()
    torch.save({"trap": Trap()}, buffer)
    path.write_bytes(buffer.getvalue())
    with pytest.raises(InvalidModel, match="pickle"):
        load_checkpoint(path)


@pytest.mark.parametrize("content", [b"", b"x", b"{}", b"\x00" * 100, b"# confusables"])
def test_other_files_are_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model"
    path.write_bytes(content)
    with pytest.raises(InvalidModel, match=str(path)):
        load_checkpoint(path)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidModel, match="No such file"):
        load_checkpoint(tmp_path / "none")
    with pytest.raises(InvalidModel, match="directory"):
        load_checkpoint(tmp_path)


@given(st.floats(0, 1, exclude_max=True))
def test_one_that_was_cut_short_is_none(share: float) -> None:
    whole = WHOLE.read_bytes()
    CUT.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InvalidModel):
        load_checkpoint(CUT)


@given(st.integers(0, 2**30), st.integers(0, 7))
def test_a_changed_bit_is_noticed_or_changes_nothing(place: int, bit: int) -> None:
    content = bytearray(WHOLE.read_bytes())
    content[place % len(content)] ^= 1 << bit
    CUT.write_bytes(content)
    try:
        found = load_checkpoint(CUT)
    except InvalidModel:
        return
    ours = checkpoint().network.state_dict()
    assert all(torch.equal(each, ours[key]) for key, each in found.network.state_dict().items())


@pytest.fixture(scope="module", autouse=True)
def _files(tmp_path_factory: pytest.TempPathFactory) -> None:
    global WHOLE, CUT
    folder = tmp_path_factory.mktemp("model")
    WHOLE, CUT = folder / "whole", folder / "cut"
    save_checkpoint(checkpoint(), WHOLE)


WHOLE = CUT = Path()


def header_of(path: Path) -> dict[str, object]:
    content = path.read_bytes()
    read: dict[str, object] = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return read


def test_its_metadata_are_one_key_of_plain_json(path: Path) -> None:
    metadata = header_of(path)["__metadata__"]
    assert isinstance(metadata, dict)
    about = json.loads(metadata["glyphwatch"])
    assert about["format"] == "model 2"
    assert about["recipe"]["seed"] == 3
    assert about["data"] == DATA


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (None, "not a model of glyphwatch"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"format": "model 3"}', "this release reads"),
        ('{"format": "model 2"}', "lacks"),
        ('{"format": "model 2", "data": "", "torch": "", "sha256": "", "step": true}', "lacks"),
        ('{"format": "model 2", "data": "", "torch": "", "sha256": "", "step": 1}', "damaged"),
    ],
)
def test_other_metadata_are_refused(tmp_path: Path, about: str | None, said: str) -> None:
    path = tmp_path / "m"
    save_file({"x": torch.zeros(1)}, path, None if about is None else {"glyphwatch": about})
    with pytest.raises(InvalidModel, match=said):
        load_checkpoint(path)


def test_arrays_of_another_shape_than_the_recipe_says_are_refused(path: Path) -> None:
    one = checkpoint()
    wrong = Checkpoint(one.network, Recipe(channels=(8, 8), hidden=16), DATA, 1)
    save_checkpoint(wrong, path)
    with pytest.raises(InvalidModel, match="do not fit"):
        load_checkpoint(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_weight_that_is_no_number_is_written(path: Path, value: float) -> None:
    before = path.read_bytes()
    broken = checkpoint()
    with torch.no_grad():
        broken.network.hidden.weight[0, 0] = value
    with pytest.raises(TrainingFailed, match=r"hidden\.weight"):
        save_checkpoint(broken, path)
    assert path.read_bytes() == before


def test_a_weight_too_large_for_half_precision_is_not_written(path: Path) -> None:
    large = checkpoint()
    with torch.no_grad():
        large.network.hidden.weight[0, 0] = 1e6
    with pytest.raises(TrainingFailed):
        save_checkpoint(large, path, half=True)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelNotWritten, match="No such file"):
        save_checkpoint(checkpoint(), tmp_path / "none" / "model")


def test_a_full_disk_leaves_what_was_there(path: Path) -> None:
    """The limit on the size of files stands for the disk: writing fails midway, as it would."""
    before = path.read_bytes()
    code = f"""
import resource, signal
from pathlib import Path
from tests.classifier.test_checkpoint import checkpoint
from classifier.checkpoint import save_checkpoint
from classifier.errors import ModelNotWritten
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    save_checkpoint(checkpoint(), Path({str(path)!r}))
except ModelNotWritten as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert f"{path}: cannot be written: File too large" in done.stdout
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
