"""A report is complete in one file, and nothing in it is more than text."""

import base64
import re
from io import BytesIO

import numpy as np
from PIL import Image

from classifier.document import Gallery, Heading, Matrix, Paragraph, Table, to_html, to_markdown

BAD = "<script>alert(1)</script> | *x* `y` \u202e"
DOT = np.zeros((1, 28, 28), np.uint8)
DOT[0, 3, 4] = 255


def test_html_has_no_scripts_and_nothing_from_elsewhere() -> None:
    page = to_html(
        BAD,
        [
            Heading(BAD),
            Paragraph(BAD),
            Table((BAD, "n"), ((BAD, "1"),)),
            Gallery((BAD,), ((BAD,),), (DOT,)),
        ],
    )
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 8  # the title twice
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=\"(?!data:image/png)", page)


def test_pictures_are_dark_on_light() -> None:
    page = to_html("t", [Gallery(("c",), (("x",),), (DOT,))])
    found = re.search(r"data:image/png;base64,([^\"]+)", page)
    assert found
    image = np.asarray(Image.open(BytesIO(base64.b64decode(found[1]))))
    assert image.shape == (28, 30)
    assert image[3, 4] == 0
    assert (image == 0).sum() == 1


def test_markdown_is_escaped() -> None:
    text = to_markdown("t", [Table(("a|b", "n"), (("<i>", "*"),))])
    assert text.splitlines()[2] == "| a\\|b | n |"
    assert text.splitlines()[4] == "| &lt;i&gt; | \\* |"


def test_of_a_matrix_markdown_lists_what_is_wrong() -> None:
    counts = np.array([[5, 2, 0], [0, 4, 0], [7, 0, 1]])
    text = to_markdown("t", [Matrix(("a", "b", "c"), counts)])
    assert [line.split(" | ") for line in text.splitlines()[4:]] == [
        ["| c", "a", "7 |"],
        ["| a", "b", "2 |"],
    ]
    assert (
        "#22aa77ff" not in to_html("t", [Matrix(("a", "b", "c"), counts * [[1], [0], [1]])])[-80:]
    )
