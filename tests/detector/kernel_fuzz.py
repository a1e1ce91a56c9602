"""Feed hostile blocks to a kernel built with sanitizers; run by test_kernel_memory in a process.

Usage: python kernel_fuzz.py KERNEL_FILE ROUNDS
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import random
import struct
import sys
from collections.abc import Callable
from types import ModuleType

from detector.shapes import COF, COUNT, OWN, RDATA, TIME, LineShape, RowShape
from pipeline.formats.certstream import Certstream
from pipeline.formats.dnscollector import DnsCollector
from pipeline.formats.passivedns import PassiveDns
from pipeline.formats.querylog import Bind, Unbound
from pipeline.formats.suricata import Suricata
from tests.pipeline.formats.test_dns_wire import MESSAGE
from tests.pipeline.formats.test_dnstap import ASKED, RESPONSE, START, STOP, tap
from tests.pipeline.formats.test_dnstap import text as field

JSON_SHAPES = (COF, Suricata.shape, DnsCollector.shape, Certstream.shape)
LINE_SHAPES = (
    PassiveDns.shape,
    Bind.shape,
    Unbound.shape,
    LineShape(b"\t", marked=False, own=1, width=3, rdata=2, between=ord(","), unset=b"-"),
    LineShape(b".", marked=False, own=0, width=2, unset=b"", number=1),
)
ROW_SHAPES = (
    RowShape(b",", 1, bytes([COUNT, OWN, RDATA, TIME])),
    RowShape(b"\t", 0, bytes([OWN, RDATA | TIME, COUNT | TIME])),
    RowShape(b".", 0, bytes([OWN])),
)
FRAMES = (START, STOP, RESPONSE, ASKED, *(tap(field(14, MESSAGE * n)) for n in (1, 9, 900)))
ALPHABET = (
    *(b"abcdefghijklmnopqrstuvwxyz0123456789-_*"),
    *(b"..........\n\n\n\r\\ \t\"'{}[]:,\x00ABCXYZ"),
)
PIECES = (
    b"xn--",
    b"xn--80ak6aa92e.com\n",
    b"xn--99999999",
    b"xn---",
    b".co.uk\n",
    b".github.io\n",
    "пример".encode(),
    "ﷺ".encode(),
    b"\xf4\x8f\xbf\xbf",
    b"\xed\xa0\x80",
    b"\xff",
    b'{"rrname":"',
    b'{"obj":{"rrname":"a.com"}}\n',
    b'"}\n',
    b'{"a":[[[[[[1e5]]]]]],"rrname":"x.de."}\n',
    b"rnicrosoft.com\n",
    b'{"dns":{"rrname":"a.com","queries":[{"rrname":"b.de","rrtype":"A"}],"grouped":{"NS":["c.de"]}}}\n',
    b'"answers":[{"rdata":"10 rnicrosoft.com"},{"srv":{"name":"a.b"}}]',
    b'"dns.resource-records.an.0.rdata":"a.com",',
    b'"data":{"leaf_cert":{"all_domains":["*.a.com","b.com"]}}',
    b'"count":"12","time_first":"2026-11-22T17:00:00.5Z","time_last":17.5',
    b"client 192.0.2.1#5 (a.com): query: a.com IN A +\n",
    b"] unbound[1:0] info: 192.0.2.1 a.com. A IN\n",
    b"1.5||192.0.2.1||192.0.2.2||IN||a.com.||CNAME||b.com.||43200||8\n",
    b"||",
    b"x\ta.com\tb.com,192.0.2.1\n",
    b'12,"a.com","10 rnicrosoft.com",1.5\n',
    b'"a\nb",a.com\n',
    b"a.com.\t300\tin\tmx\t10 rnicrosoft.com.\nb.com. 1 IN A 1\n",
    b"'\xc3\xa9\xe2\x82\xac',",
    b"a" * 63,
    b"a" * 64,
    b"a." * 130,
)


def load(path: str) -> ModuleType:
    """Import the kernel from a file of any name."""
    loader = importlib.machinery.ExtensionFileLoader("_kernel", path)
    spec = importlib.util.spec_from_loader("_kernel", loader)
    if spec is None:
        sys.exit("the kernel cannot be imported")
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def resolve(number: int) -> tuple[tuple[str, ...], bool]:
    """Answer as a skeletonizer may: one to three key parts, of up to four letters, or none."""
    parts = (chr(number), "rl", "", "cl", "llvv")
    return tuple(dict.fromkeys(parts[(number + i) % 5] for i in range(1 + number % 3))), True


def make(module: ModuleType, flags: int) -> object:
    """Make a kernel with a few targets and rules."""
    expansions = {"m": "rrl", "w": "vv", "d": "cl", "0": "o", "1": "l", "i": "l"}
    fold = {"0": "o", "1": "l", "i": "l"}
    chars = [chr(n).lower() for n in range(128)]
    labels = ["microsoft", "apple", "", "m" * 63, "a", "unun"]
    rows = module.Rows([("com", 1)])
    data = b"domain,brand,industry\n" + b"".join(
        f"{label}.com,{label},x\n".encode() for label in labels
    )
    rows.read(data, data.index(b"\n") + 1, 2, 3, (0, 1, 2, -1))
    while odd := rows.odd():
        rows.append(odd[1].decode().partition(",")[0], "odd", "x", odd[0])
    return module.Kernel(
        expansions=tuple(expansions.get(c, c) for c in chars),
        fold="".join(fold.get(c, c) for c in chars).encode(),
        swaps=b"nlmnnmuuw",
        resolve=resolve,
        rules=[("com", 1), ("co.uk", 1), ("uk", 1), ("io", 1), ("github.io", 2), ("ck", 5),
               ("www.ck", 16), ("xn--p1ai", 1), ("nom.br", 4)],
        targets=rows,
        extra=[(2, "citroen"), (2, "я" * 200)],
        own=b"apple.com\nmicrosoft.com\n\n" + b"x" * 300 + b"\n",
        flags=flags,
        classes=["o0", "l1i"],
        rows=b"rnmvvwcldlihrinnnmnimuuwlck",
    )  # fmt: skip


def block(draw: random.Random) -> bytes:
    """Make one hostile block."""
    parts = []
    for _ in range(draw.randrange(60)):
        if draw.random() < 0.4:
            parts.append(draw.choice(PIECES))
        else:
            size = draw.choice((1, 3, 10, 64, 300))
            parts.append(bytes(draw.choices(ALPHABET, k=size)))
    whole = b"".join(parts) * draw.choice((1, 1, 1, 40))
    return bytes(memoryview(whole)[draw.randrange(4) :])


def frames(draw: random.Random, text: bytes) -> bytes:
    """Make frames of dnstap, some of their octets changed."""
    made = []
    for _ in range(draw.randrange(40)):
        frame = bytearray(draw.choice(FRAMES))
        for _ in range(draw.randrange(3)):
            frame[draw.randrange(len(frame))] = draw.choice((0, 1, 12, 0x3F, 0xC0, 0xFF))
        made.append(bytes(frame))
    return b"".join(made) + text[:20]


def spans_are_sound(
    screen: Callable[..., tuple[int, int, list[tuple[int, int]]]], text: bytes, *shape: object
) -> None:
    """Check that spans are within the block, in order, and disjoint."""
    records, blank, spans = screen(text, *shape)
    end = 0
    for start, stop in spans:
        if not end <= start <= stop <= len(text):
            sys.exit(f"bad span {start}, {stop} of {len(text)}")
        end = stop
    if len(spans) > records or records + blank > text.count(b"\n") + 1:
        sys.exit("bad counts")


def rows_are_sound(module: ModuleType, draw: random.Random, text: bytes) -> None:
    """Check that every line is taken or given back, and that what was taken is found."""
    rules = [("com", 1), ("co.uk", 1), ("uk", 1), ("io", 1), ("github.io", 2), ("ck", 5)]
    rows = module.Rows(rules)
    text = text.replace(b".", draw.choice((b".", b".com,", b"a.com,b,c\n")))
    rows.read(text, draw.randrange(3), 1, 3, (0, 1, 2, draw.choice((-1, 2))))
    odd = 0
    while rows.odd():
        odd += 1
    if len(rows) + odd > text.count(b"\n") + 1:
        sys.exit("more rows than lines")
    if [rows.place(domain) for domain in rows.domains()] != list(range(len(rows))):
        sys.exit("a row is not found")
    if not all(rows.is_label(domain.partition(".")[0]) for domain in rows.domains()):
        sys.exit("a label is not found")


def main() -> None:
    """Run the rounds."""
    module = load(sys.argv[1])
    draw = random.Random(26)
    kernels = [make(module, flags) for flags in range(8)]
    for _ in range(int(sys.argv[2])):
        kernel = draw.choice(kernels)
        text = block(draw)
        spans_are_sound(kernel.lines, text)  # type: ignore[attr-defined]
        spans_are_sound(kernel.ndjson, text, *draw.choice(JSON_SHAPES))  # type: ignore[attr-defined]
        spans_are_sound(kernel.columns, text, *draw.choice(LINE_SHAPES))  # type: ignore[attr-defined]
        spans_are_sound(kernel.rows, text, *draw.choice(ROW_SHAPES))  # type: ignore[attr-defined]
        if not 0 <= module.unfinished(text, draw.random() < 0.5) <= len(text):
            sys.exit("a row begins outside of the block")
        spans_are_sound(kernel.entries, text)  # type: ignore[attr-defined]
        if any(not 0 <= a < b <= len(text) for a, b in module.odd_entries(text)):
            sys.exit("lines outside of the block")
        taps = frames(draw, text)
        whole, _ = module.whole_frames(taps)
        if whole > len(taps):
            sys.exit("frames end outside of the block")
        kernel.frames(taps)  # type: ignore[attr-defined]
        kernel.frames(taps[:whole])  # type: ignore[attr-defined]
        module.punycode(text[:70])
        rows_are_sound(module, draw, text)
        cuts = sorted(draw.randrange(len(text) + 1) for _ in range(20))
        offsets = struct.pack("20i", *cuts)
        kernel.strings(offsets, text, 0, 19, False)  # type: ignore[attr-defined]
        wild = struct.pack("4q", *(draw.randrange(-(2**62), 2**62) for _ in range(4)))
        try:
            kernel.strings(wild, text, 0, 3, True)  # type: ignore[attr-defined]
        except ValueError:
            continue
    print("sound")


if __name__ == "__main__":
    main()
