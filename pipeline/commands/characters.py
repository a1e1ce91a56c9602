"""Characters, as people name them on a command line."""

from __future__ import annotations

from pipeline.errors import UsageError


def read_characters(text: str) -> str:
    """Read a character, ``U+0430``, or several of either.

    >>> read_characters("U+0430"), read_characters("u+72u+6E"), read_characters("а")
    ('а', 'rn', 'а')

    Raises:
        UsageError: it is no code point.
    """
    if not text.upper().startswith("U+"):
        return text
    try:
        return "".join(chr(int(part, 16)) for part in text.upper().removeprefix("U+").split("U+"))
    except (ValueError, OverflowError) as error:
        msg = f"{text!a} is no code point"
        raise UsageError(msg) from error
