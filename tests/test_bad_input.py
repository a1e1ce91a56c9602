"""Every bad input that the documentation lists has the test that the documentation names."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs" / "bad-input.md"
ROWS = re.findall(
    r"^\| (\d+) \| .+ \| .+ \| ([\w/]+\.py)::(test_\w+) \|$", PAGE.read_text("utf-8"), re.MULTILINE
)


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_bytes())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_the_list_is_whole() -> None:
    # RELIABILITY 4.2 has 92 cases.
    assert [int(number) for number, *_ in ROWS] == list(range(1, 93))


@pytest.mark.parametrize(("path", "name"), sorted({(path, name) for _, path, name in ROWS}))
def test_it_is_shown(path: str, name: str) -> None:
    assert name in functions_of(TESTS / path)
