"""A training learns, gives the same bits each time, goes on where it was, says what is wrong."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from classifier.augmentation import RandomAffines, Ranges
from classifier.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from classifier.errors import InvalidModel, InvalidRecipe, TrainingFailed
from classifier.examples import Examples
from classifier.network import SHAPES, Network
from classifier.prediction import predict
from classifier.recipe import Recipe
from classifier.shards import one_thread_each
from classifier.training import Journal, Progress, train
from tests.classifier.letters import letters

STILL = Recipe(move=0.0, scale=0.0, shear=0.0)
SMALL = dataclasses.replace(
    STILL, steps=30, batch=32, channels=(4, 8), hidden=16, kernels=(3, 3), warm_up=0.2
)


@pytest.fixture(scope="module")
def examples() -> Examples:
    return letters()


class Interrupted(Exception):
    pass


def same(one: Network, other: Network) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return all(torch.equal(ours[key], theirs[key]) for key in ours | theirs)


def noise(pictures: Tensor) -> Tensor:
    """Draws from the global generator, as an augmentation does."""
    return (pictures + 0.1 * torch.rand(pictures.shape)).clamp(0, 1)


def test_it_learns_letters_in_a_size_that_it_never_saw(examples: Examples) -> None:
    recipe = dataclasses.replace(STILL, steps=120, batch=64, channels=(8, 16), hidden=64)
    seen: list[Progress] = []
    network = train(recipe, examples, progress=seen.append)
    unseen = letters((18, 20))
    right = predict(network, unseen.images).argmax(1) == unseen.letters
    assert right.mean() > 0.9
    assert [each.step for each in seen] == [25, 50, 75, 100, 120]
    assert seen[0].loss > seen[-1].loss
    assert seen[0].accuracy < 0.5 < seen[-1].accuracy <= 1
    assert all(each.pictures_per_second > 0 for each in seen)


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_both_optimizers_learn(examples: Examples, optimizer: str) -> None:
    rate = 3e-3 if optimizer == "adamw" else 0.1
    recipe = dataclasses.replace(SMALL, steps=75, optimizer=optimizer, learning_rate=rate)
    seen: list[Progress] = []
    train(recipe, examples, progress=seen.append)
    assert seen[-1].loss < seen[0].loss - 0.3


def test_bfloat16_learns(examples: Examples) -> None:
    seen: list[Progress] = []
    train(dataclasses.replace(SMALL, steps=75, bf16=True), examples, progress=seen.append)
    assert seen[-1].loss < seen[0].loss - 0.3


def test_an_even_share_of_letters_is_learned_from_as_well(examples: Examples) -> None:
    shares = functional.one_hot(torch.from_numpy(examples.letters), SHAPES).float().numpy()
    hard = train(SMALL, examples)
    soft = train(SMALL, dataclasses.replace(examples, letters=shares))
    for one, other in zip(hard.parameters(), soft.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_bits_do_not_depend_on_the_number_of_threads(
    examples: Examples, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = dataclasses.replace(SMALL, shards=4)
    expected = train(recipe, examples, augment=noise)
    monkeypatch.setattr("classifier.shards.cores", lambda: threads)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert same(train(recipe, examples, augment=noise), expected)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_two_shards_are_one_batch_but_for_normalisation(examples: Examples) -> None:
    """Gradients of a whole batch, by the book, beside those of the shards."""
    from classifier.examples import Supply
    from classifier.shards import Shards

    device = torch.device("cpu")
    torch.manual_seed(1)
    network = Network(SMALL.shape)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.0
    batch = Supply(SMALL, examples, None, device).batch(0)
    with one_thread_each():
        shards = Shards(network, SMALL, device)
        for each in shards._copies:
            each.eval()
        outcome = shards.finish(shards.start(batch))
        shards.close()
    found = [each.grad for each in network.parameters()]
    network.eval().zero_grad()
    loss = functional.cross_entropy(
        network(batch.pictures, batch.keep), batch.letters, label_smoothing=SMALL.smoothing
    )
    loss.backward()  # type: ignore[no-untyped-call]
    assert outcome.loss.item() == pytest.approx(loss.item(), rel=1e-5)
    for mine, parameter in zip(found, network.parameters(), strict=True):
        assert mine is not None
        assert parameter.grad is not None
        assert torch.allclose(mine, parameter.grad, atol=1e-6)


def test_the_callers_random_state_is_left_alone(examples: Examples) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train(dataclasses.replace(SMALL, steps=2), examples)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_going_on_gives_the_weights_of_an_uninterrupted_run(
    examples: Examples, tmp_path: Path, optimizer: str
) -> None:
    recipe = dataclasses.replace(SMALL, steps=60, optimizer=optimizer)
    expected = train(recipe, examples, augment=noise)
    journal = Journal(path=tmp_path / "under-way.safetensors", every=10)

    def stop(progress: Progress) -> None:
        if progress.step >= 40:
            raise Interrupted

    with pytest.raises(Interrupted):
        train(recipe, examples, augment=noise, journal=journal, progress=stop)
    assert load_checkpoint(journal.path).step == 30
    assert same(train(recipe, examples, augment=noise, journal=journal), expected)
    assert same(train(recipe, examples, augment=noise, journal=journal), expected)  # complete


def test_a_journal_of_another_training_is_refused(examples: Examples, tmp_path: Path) -> None:
    journal = Journal(path=tmp_path / "j", every=10)
    train(SMALL, examples, journal=journal)
    with pytest.raises(InvalidModel, match="another recipe"):
        train(dataclasses.replace(SMALL, seed=1), examples, journal=journal)
    with pytest.raises(InvalidModel, match="another examples"):
        train(SMALL, letters((17,)), journal=journal)


def test_a_shipped_model_is_no_journal(examples: Examples, tmp_path: Path) -> None:
    path = tmp_path / "model"
    network = train(SMALL, examples)
    save_checkpoint(Checkpoint(network, SMALL, examples.digest(), 10), path)
    with pytest.raises(InvalidModel, match="not a training that was interrupted"):
        train(SMALL, examples, journal=Journal(path=path))


def test_a_loss_that_is_no_number_ends_it_and_writes_nothing(
    examples: Examples, tmp_path: Path
) -> None:
    def poison(pictures: Tensor) -> Tensor:
        return pictures * torch.nan

    recipe = SMALL
    path = tmp_path / "j"
    with pytest.raises(TrainingFailed, match="loss is nan within the 5 steps before step 5 of 30"):
        train(recipe, examples, augment=poison, journal=Journal(path=path, every=5))
    assert list(tmp_path.iterdir()) == []


def test_the_last_step_may_not_break_the_weights_either(examples: Examples, tmp_path: Path) -> None:
    recipe = dataclasses.replace(SMALL, steps=1, optimizer="sgd", learning_rate=1e3, warm_up=1.0)
    images = np.full_like(examples.images, 255)
    weights = dataclasses.replace(examples, images=images)

    def blow(pictures: Tensor) -> Tensor:
        return pictures * 1e37

    with pytest.raises(TrainingFailed):
        train(
            recipe,
            weights,
            augment=blow,
            journal=Journal(path=tmp_path / "j"),
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("device", ["tpu-what", "meta", "cuda:99"])
def test_a_device_that_is_not_there_is_named(examples: Examples, device: str) -> None:
    with pytest.raises(InvalidRecipe, match=device):
        train(SMALL, examples, device=device)


def test_pictures_are_changed_as_the_recipe_says(examples: Examples) -> None:
    recipe = dataclasses.replace(SMALL, move=2.0, scale=0.1, shear=5.0)
    expected = train(SMALL, examples, augment=RandomAffines(Ranges(2.0, 0.1, 5.0)))
    assert same(train(recipe, examples), expected)
    assert not same(train(SMALL, examples), expected)


@pytest.mark.parametrize("device", ["cpu", *["cuda"][: torch.cuda.device_count()]])
def test_every_device_learns(examples: Examples, device: str) -> None:
    seen: list[Progress] = []
    recipe = dataclasses.replace(SMALL, steps=75)
    network = train(recipe, examples, device=device, progress=seen.append)
    assert seen[-1].loss < seen[0].loss - 0.3
    on_device = predict(network, examples.images, device=device)
    assert np.abs(on_device - predict(network, examples.images)).max() < 0.01
