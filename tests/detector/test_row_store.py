"""The compiled row store takes plain rows exactly as Python takes them one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import _kernel
from detector.confusables import ConfusableMap
from detector.row_store import ListRows, RowStore, make_rows
from detector.screen import Screen
from detector.skeleton import Skeletonizer
from detector.suffixes import SuffixList
from detector.target_rows import Rows, read_rows
from detector.target_table import parse_table
from detector.targets import Target, TargetList

SUFFIXES = SuffixList.load()


class AnyIndustry(set[str]):
    """A vocabulary that has every word: with one, all rows are looked at in Python."""

    def __contains__(self, _slug: object) -> bool:
        return True


DOMAINS = st.builds(
    ".".join,
    st.lists(
        st.sampled_from(
            ["paypal", "bbc", "a", "x" * 63, "x" * 64, "xn--citron-tva", "xn--p1ai", "co", "uk",
             "com", "github", "io", "ck", "www", "kobe", "jp", "city", "za", "arpa", "nosuch", "-a",
             "a-", "ä", "A", "_", "", "127"]
        ),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
FIELDS = st.sampled_from(
    ["Brand", " Brand ", "", "é", "\t", '"', "a,b", '"a,b"', "\x7f", "unknown"]
)
LINES = st.one_of(
    st.builds(lambda *fields: ",".join(fields), DOMAINS, FIELDS, FIELDS, st.just("")),
    st.builds(lambda *fields: ",".join(fields), DOMAINS, FIELDS, FIELDS, DOMAINS),
    st.builds(lambda domain: f"{domain},Brand,retail,", DOMAINS),
    st.sampled_from(["", "# note", ",,,", "bbc.com,BBC,news"]),
)


def content(found: Rows) -> tuple[object, ...]:
    store = found.store
    rows = [(*store.row(place), store.line(place)) for place in range(len(store))]
    return rows, store.domains(), store.idns(), found.owned, found.problems


@given(lines=st.lists(LINES), end=st.sampled_from(["\n", "\r\n", "\r"]), last=st.booleans())
def test_both_stores_hold_the_same(lines: list[str], end: str, *, last: bool) -> None:
    data = end.join(["domain,brand,industry,owned", *lines] + [""] * last).encode()
    compiled = read_rows(parse_table(data, "any"), SUFFIXES)
    listed = read_rows(parse_table(data, "any"), SUFFIXES, AnyIndustry())
    assert isinstance(compiled.store, _kernel.Rows)
    assert isinstance(listed.store, ListRows)
    assert content(compiled) == content(listed)


@pytest.mark.parametrize("store", [make_rows(SUFFIXES), ListRows()], ids=["compiled", "listed"])
def test_what_a_store_answers(store: RowStore) -> None:
    store.append("paypal.com", "PayPal", "payments", 2)
    store.append("xn--citron-tva.fr", "Citro\u00ebn", "cars", 3)
    assert (len(store), store.place("paypal.com"), store.place("paypal.de")) == (2, 0, -1)
    assert (store.is_label("paypal"), store.is_label("paypal.com")) == (True, False)
    assert (store.place("\ud800.com"), store.is_label("\ud800")) == (-1, False)
    assert store.row(1) == ("xn--citron-tva.fr", "Citro\u00ebn", "cars")
    assert (store.line(1), store.idns(), list(store.domains())[:1]) == (3, [1], ["paypal.com"])
    for place in (2, -1):
        with pytest.raises(IndexError):
            store.row(place)


def test_many_rows_keep_their_places() -> None:
    store = make_rows(SUFFIXES)
    lines = b"".join(b"brand%d.com,Brand,x\n" % number for number in range(100_000))
    store.read(lines, 0, 1, 3, (0, 1, 2, -1))
    assert store.odd() is None
    assert len(store) == 100_000
    assert all(store.place(f"brand{place}.com") == place for place in range(0, 100_000, 997))
    assert store.is_label("brand99999")
    assert not store.is_label("brand100000")


def test_rows_that_a_screen_reads_cannot_change() -> None:
    targets = TargetList.of([Target("paypal.com", "PayPal")])
    Screen(Skeletonizer(ConfusableMap.load()), SUFFIXES, targets)
    with pytest.raises(ValueError, match="cannot change"):
        targets.store.append("apple.com", "Apple", "computers", 2)
