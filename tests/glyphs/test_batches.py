"""Work is cut into pieces that give, one after the other, what one would have given."""

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

from glyphs import batches
from glyphs.batches import Batch, Work, draw_batches, plan
from glyphs.errors import BrokenFont
from glyphs.fonts import FoundFamily
from glyphs.render import FamilyRenderer
from tests.glyphs.small_fonts import family, write_font


@pytest.fixture
def found(tmp_path: Path) -> FoundFamily:
    return family(write_font(tmp_path / "small.ttf"))


def test_large_families_are_cut(found: FoundFamily, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(work.part, work.parts) for work in plan([found])] == [(0, 1)]
    monkeypatch.setattr(batches, "PART", found.paths[0].stat().st_size // 2)
    work = plan([found, found])
    assert [each.family for each in work] == [0, 0, 0, 1, 1, 1]
    assert [(each.part, each.parts) for each in work[:3]] == [(0, 3), (1, 3), (2, 3)]


@pytest.mark.parametrize("parts", [1, 2, 3, 50])
def test_parts_make_the_whole(found: FoundFamily, parts: int) -> None:
    renderer = FamilyRenderer(found)
    code_points, pictures = renderer.draw_all(sorted(renderer.code_points()))
    drawn = list(draw_batches([Work(found, 3, part, parts) for part in range(parts)]))
    assert {batch.family for batch in drawn} == {3}
    assert (np.concatenate([batch.code_points for batch in drawn]) == code_points).all()
    assert (np.concatenate([batch.pictures for batch in drawn]) == pictures).all()


def test_only_what_is_wanted_is_drawn(found: FoundFamily) -> None:
    (batch,) = draw_batches(plan([found]), frozenset(map(ord, "oxO")))
    assert batch.code_points.tolist() == [ord("O"), ord("o")]


def test_a_process_that_dies_is_a_font_s_fault(found: FoundFamily) -> None:
    future: Future[Batch] = Future()
    future.set_exception(BrokenProcessPool("died"))
    with pytest.raises(BrokenFont, match="Small"):
        batches._result(Work(found, 0, 0, 1), future)
