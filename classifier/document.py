"""Document: headings, paragraphs, tables and pictures in, Markdown or one file of HTML out.

The HTML needs nothing else: pictures are inside it, and there is no script. Everything that is
written is escaped, and no character that a report is about stands in it as itself: it is named by
its code point and drawn.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STYLE = """\
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:1rem 0}
th,td{border:1px solid #ccc;padding:.2rem .5rem;text-align:right;font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:left}
table.matrix{font-size:10px}table.matrix td,table.matrix th{padding:1px 3px;text-align:center}
td.pictures{text-align:left}img{image-rendering:pixelated;vertical-align:middle}
"""
_ZOOM = 2
_GAP = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; the first column names them."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts of pairs; its diagonal is what is right."""

    names: tuple[str, ...]
    counts: NDArray[np.int64]
    """(n, n): rows are true, columns are said."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Rows of text as in a table, and pictures beside each."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    pictures: tuple[NDArray[np.uint8], ...]
    """Of each row: (count, rows, columns), 255 is ink."""


Block = Heading | Paragraph | Table | Matrix | Gallery


def to_markdown(title: str, blocks: Sequence[Block]) -> str:
    """Write Markdown; galleries lose their pictures, matrices all but what is wrong."""
    parts = [f"# {_plain(title)}"]
    for block in blocks:
        if isinstance(block, Heading):
            parts.append(f"## {_plain(block.text)}")
        elif isinstance(block, Paragraph):
            parts.append(_plain(block.text))
        elif isinstance(block, Matrix):
            parts.append(_markdown_table(("true", "said", "count"), _mistakes(block)))
        else:
            parts.append(_markdown_table(block.header, block.rows))
    return "\n\n".join(parts) + "\n"


def _mistakes(matrix: Matrix, most: int = 40) -> tuple[tuple[str, ...], ...]:
    """List the commonest pairs off the diagonal."""
    wrong = matrix.counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = [divmod(int(place), len(matrix.names)) for place in order]
    return tuple(
        (matrix.names[true], matrix.names[said], f"{wrong[true, said]:,}")
        for true, said in pairs
        if wrong[true, said]
    )


def _markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(header) - 1)]
    lines = [header, rule, *rows]
    return "\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines)


def _plain(text: str) -> str:
    r"""Escape what Markdown and the HTML in it would take for more than text.

    >>> print(_plain("a | <b> *c*"))
    a \| &lt;b&gt; \*c\*
    """
    safe = html.escape(text, quote=False).replace("\\", "\\\\").replace("\n", " ")
    for char in "|*_`[]":
        safe = safe.replace(char, f"\\{char}")
    return safe


def to_html(title: str, blocks: Sequence[Block]) -> str:
    """Write one page of HTML that needs no other file."""
    body = "\n".join(_html(block) for block in blocks)
    name = html.escape(title)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
        f"<title>{name}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{name}</h1>\n{body}\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h2>{html.escape(block.text)}</h2>"
    if isinstance(block, Paragraph):
        return f"<p>{html.escape(block.text)}</p>"
    if isinstance(block, Table):
        return _html_table(block.header, [[_cell(each) for each in row] for row in block.rows])
    if isinstance(block, Matrix):
        return _html_matrix(block)
    rows = [
        [*map(_cell, row), f'<td class="pictures">{_image(pictures)}</td>']
        for row, pictures in zip(block.rows, block.pictures, strict=True)
    ]
    return _html_table([*block.header, "drawn"], rows)


def _cell(text: str) -> str:
    return f"<td>{html.escape(text)}</td>"


def _html_table(header: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    top = "".join(f"<th>{html.escape(each)}</th>" for each in header)
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table{kind}>\n<tr>{top}</tr>\n{body}\n</table>"


def _html_matrix(matrix: Matrix) -> str:
    totals = np.maximum(matrix.counts.sum(axis=1, keepdims=True), 1)
    shares = matrix.counts / totals
    rows = []
    for true, name in enumerate(matrix.names):
        cells = [f"<th>{html.escape(name)}</th>"]
        for said, count in enumerate(matrix.counts[true].tolist()):
            hue = "#22aa77" if true == said else "#dd3333"
            depth = round(255 * shares[true, said] ** 0.5)
            style = f' style="background:{hue}{depth:02x}"' if count else ""
            cells.append(f"<td{style}>{count or ''}</td>")
        rows.append(cells)
    return _html_table(["", *matrix.names], rows, ' class="matrix"')


def _image(pictures: NDArray[np.uint8]) -> str:
    """Give pictures side by side as an element that holds them."""
    spaced = [np.pad(each, ((0, 0), (0, _GAP))) for each in pictures]
    if not spaced:
        return ""
    strip = 255 - np.hstack(spaced)
    file = BytesIO()
    Image.fromarray(strip).save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    height, width = (side * _ZOOM for side in strip.shape)
    return f'<img alt="" width="{width}" height="{height}" src="data:image/png;base64,{data}">'
