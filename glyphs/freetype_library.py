"""FreeType's C functions, with their types: what `glyphs.outlines` draws with.

The library is the one inside the wheel of ``freetype-py``, so that rasters are the same on every
machine. Where a build of the package brings none, it takes the system's; a store says which version
drew it. It is called by ctypes directly, since the wrapper's classes cost more than what they wrap.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

GREY = 2
"""FT_PIXEL_MODE_GRAY."""


class Bitmap(ctypes.Structure):
    """FT_Bitmap, with a buffer that can be set by its address."""

    _fields_ = (
        ("rows", ctypes.c_uint),
        ("width", ctypes.c_uint),
        ("pitch", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("num_grays", ctypes.c_ushort),
        ("pixel_mode", ctypes.c_ubyte),
        ("palette_mode", ctypes.c_ubyte),
        ("palette", ctypes.c_void_p),
    )


class Matrix(ctypes.Structure):
    """FT_Matrix, in 16.16 fixed point."""

    _fields_ = tuple((name, ctypes.c_long) for name in ("xx", "xy", "yx", "yy"))

    @classmethod
    def scaling(cls, across: float, along: float) -> Matrix:
        """Make the matrix that scales by two factors."""
        return cls(xx=round(across * 0x1_0000), yy=round(along * 0x1_0000))


class FreeType:
    """The library: its functions with their types, and one handle for the process."""

    def __init__(self) -> None:
        from freetype import raw

        # PyDLL: no other thread gets its turn during a call that takes a few microseconds. A handle
        # of our own: so the prototypes are ours, and not those of whoever else draws.
        self._library = ctypes.PyDLL(raw.filename)
        pointer, number, integer = ctypes.c_void_p, ctypes.c_long, ctypes.c_int
        self.new_face = self._function("New_Face", pointer, ctypes.c_char_p, number, pointer)
        self.done_face = self._function("Done_Face", pointer)
        self.select_charmap = self._function("Select_Charmap", pointer, integer)
        self.first_char = self._function("Get_First_Char", pointer, pointer)
        self.next_char = self._function("Get_Next_Char", pointer, ctypes.c_ulong, pointer)
        self.first_char.restype = self.next_char.restype = ctypes.c_ulong
        self.set_size = self._function(
            "Set_Char_Size", pointer, number, number, ctypes.c_uint, ctypes.c_uint
        )
        self.load = self._function("Load_Glyph", pointer, ctypes.c_uint, integer)
        self.box = self._function("Outline_Get_BBox", pointer, pointer)
        self.move = self._function("Outline_Translate", pointer, number, number)
        self.transform = self._function("Outline_Transform", pointer, pointer)
        self.move.restype = self.transform.restype = None
        self.raster = self._function("Outline_Get_Bitmap", pointer, pointer, pointer)
        handle = ctypes.c_void_p()
        self._function("Init_FreeType", pointer)(ctypes.byref(handle))
        self.handle = handle.value
        numbers = [ctypes.c_int() for _ in range(3)]
        self._function("Library_Version", pointer, pointer, pointer, pointer).__call__(
            self.handle, *map(ctypes.byref, numbers)
        )
        self.version = ".".join(str(each.value) for each in numbers)

    def _function(self, name: str, *types: Any) -> Any:  # noqa: ANN401  (ctypes has no better)
        function = self._library[f"FT_{name}"]
        function.argtypes = types
        return function


@cache
def library() -> FreeType:
    """Give the process's FreeType, loaded when it is first asked for."""
    return FreeType()


def freetype_version() -> str:
    """Give the version of the FreeType that draws."""
    return library().version
