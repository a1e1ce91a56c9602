"""What tests of glyphs share: the packaged manifest's fonts, if they are installed."""

from collections.abc import Mapping

import pytest

from glyphs.errors import FontError
from glyphs.fonts import FoundFamily, find_fonts
from glyphs.manifest import load_manifest


@pytest.fixture(scope="session")
def installed() -> tuple[FoundFamily, ...]:
    """Find all families of the packaged manifest."""
    try:
        return find_fonts(load_manifest())
    except FontError as error:
        pytest.skip(f"glyphwatch glyphs fonts install: {str(error).splitlines()[0]}")


@pytest.fixture(scope="session")
def by_name(installed: tuple[FoundFamily, ...]) -> Mapping[str, FoundFamily]:
    return {found.family.name: found for found in installed}
