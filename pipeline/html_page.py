"""HTML pages: elements in, one page out that loads nothing and runs nothing.

Everything is put into a tree and written by the standard library's serializer, so that no text of
ours, or of a hostile name, is ever taken for markup. The page's policy allows its own style sheet,
by digest, and nothing else: no script, no request.
"""

from __future__ import annotations

import base64
import hashlib
import xml.etree.ElementTree as ET  # which writes here, and never reads
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def element(tag: str, *children: ET.Element | str, **attributes: str) -> ET.Element:
    """Make an element; ``class_`` stands for ``class``.

    >>> ET.tostring(element("p", "a<b ", element("i", "c"), "d", class_="x"), encoding="unicode")
    '<p class="x">a&lt;b <i>c</i>d</p>'
    """
    made = ET.Element(tag, {name.rstrip("_"): value for name, value in attributes.items()})
    last: ET.Element | None = None
    for child in children:
        if not isinstance(child, str):
            made.append(child)
            last = child
        elif last is None:
            made.text = (made.text or "") + child
        else:
            last.tail = (last.tail or "") + child
    return made


def table(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[ET.Element | str]],
    *,
    numbers: Sequence[str] = (),
    kind: str = "",
) -> ET.Element:
    """Make a table that scrolls by itself where it is wider than the page.

    Args:
        title: what stands above it; empty for nothing.
        header: the columns' names, which are different ones.
        rows: the cells; the first one of each is its row's header.
        numbers: the columns that stand on the right.
        kind: its class.
    """
    classes = dict.fromkeys(numbers, "number")
    made = element("table", class_=kind) if kind else element("table")
    if title:
        made.append(element("caption", title))
    heads = [_cell("th", name, classes.get(name), scope="col") for name in header]
    made.append(element("thead", element("tr", *heads)))
    body = element("tbody")
    for row in rows:
        line = element("tr")
        for place, (name, cell) in enumerate(zip(header, row, strict=True)):
            cell_made = _cell("td" if place else "th", cell, classes.get(name))
            cell_made.set(*(("data-label", name) if place else ("scope", "row")))
            line.append(cell_made)
        body.append(line)
    made.append(body)
    return element("div", made, class_="scroll")


def _cell(tag: str, content: ET.Element | str, kind: str | None, **attributes: str) -> ET.Element:
    if kind is not None:
        attributes["class_"] = kind
    elif not isinstance(content, str) and content.tag == "svg":
        attributes["class_"] = "bar"
    return element(tag, content, **attributes)


def page(title: str, style: str, body: Iterable[ET.Element]) -> str:
    """Write a page.

    Args:
        title: its title.
        style: its style sheet.
        body: what is in it.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        _http("Content-Security-Policy", policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", style),
    )
    html = element("html", head, element("body", *body), lang="en")
    text = ET.tostring(html, encoding="unicode", method="html")
    return f"<!doctype html>\n{text}\n"


def _http(name: str, content: str) -> ET.Element:
    meta = element("meta", content=content)
    meta.set("http-equiv", name)
    return meta
