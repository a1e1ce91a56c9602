"""What can go wrong with fonts and glyph images.

GlyphError
+-- BadManifest    a table of fonts, clones or bad glyphs breaks its format
+-- FontError      font files that cannot be used; `problems` names each of them
|   +-- MissingFonts   at least one is not there
|   +-- WrongDigest    all are there, at least one is not the build that the manifest names
|   +-- BrokenFont     all are there, at least one is no font, or has no ASCII letters
+-- BadStore       a folder of glyph images that is not complete, or not ours
+-- BadIdx         a file that is not in IDX format
+-- NotWritten     a store, export or sheet that could not be written; nothing of it is left
+-- InstallFailed  packages that could not be installed
"""

from __future__ import annotations

from collections.abc import Iterable


class GlyphError(Exception):
    """Root of everything that `glyphs` raises on purpose; its text can be printed."""


class BadManifest(GlyphError):
    """A table of ours that breaks its format; says the file and the line."""


class FontError(GlyphError):
    """Font files that cannot be used.

    Attributes:
        problems: one line for each file: its name, its package and what is wrong.
    """

    def __init__(self, summary: str, problems: Iterable[str] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join((summary, *self.problems)))


class MissingFonts(FontError):
    """Font files that are not in the folders that were searched."""


class WrongDigest(FontError):
    """Font files that are not the builds that the manifest names."""


class BrokenFont(FontError):
    """Files that are no fonts, or fonts without ASCII letters."""


class BadStore(GlyphError):
    """A folder of glyph images that is not complete, damaged, or not ours."""


class BadIdx(GlyphError):
    """A file that is not in IDX format, or whose size is not what its head says."""


class NotWritten(GlyphError):
    """Something could not be written, e.g. since the disk is full; nothing of it is left."""


class InstallFailed(GlyphError):
    """Packages that could not be installed; says what to run."""
