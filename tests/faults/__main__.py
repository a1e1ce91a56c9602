"""The long fault matrix: ``python -m tests.faults [--only F1,F5] [--seeds N] [--output FILE]``.

Starts its own servers, runs every case as often as it asks for, and writes the table that
``docs/faults.md`` has. Fails if any run did.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from tests.faults.arena import Servers
from tests.faults.matrix import CASES
from tests.faults.outcome import HEADER, Case, Outcome, row

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- make faults: begin -->\n", "<!-- make faults: end -->\n"


def outcomes_of(case: Case, servers: Servers, folder: Path, seeds: int) -> list[Outcome]:
    """Run a case from every seed."""

    def once(seed: int) -> Outcome:
        try:
            outcome = case.run(servers, folder / f"{case.fault}-{id(case)}-{seed}", seed)
        except Exception as error:  # noqa: BLE001 - the other runs go on, and this one failed
            outcome = Outcome([f"{type(error).__name__}: {error}"])
        for problem in outcome.problems:
            print(f"  {case.fault} {case.what}, seed {seed}: {problem}", flush=True)
        return outcome

    with ThreadPoolExecutor(case.side_by_side) as pool:
        return list(pool.map(once, range(1, seeds + 1)))


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", metavar="F1,...", default="", help="these faults alone")
    parser.add_argument("--seeds", type=int, default=0, help="at most so many runs of each case")
    parser.add_argument("--output", type=Path, help="put the lines into the table of this file")
    options = parser.parse_args()
    only = {each.strip().upper() for each in options.only.split(",") if each.strip()}
    chosen = [case for case in CASES if not only or case.fault in only]
    lines: list[str] = []
    failed = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        KafkaServer() as kafka,
        DynamoServer() as dynamo,
        PostgresServer() as postgres,
    ):
        servers = Servers(kafka, dynamo, postgres)
        for case in chosen:
            began = time.monotonic()
            seeds = min(case.seeds, options.seeds or case.seeds)
            outcomes = outcomes_of(case, servers, Path(folder), seeds)
            failed += sum(bool(each.problems) for each in outcomes)
            lines.append(row(case, outcomes))
            print(f"{lines[-1].strip()} {time.monotonic() - began:.0f} s", flush=True)
    if options.output is not None:
        put(options.output, lines)
    return 1 if failed else 0


def put(path: Path, lines: Sequence[str]) -> None:
    """Put lines of the table between the marks of a file; those of other faults there stay."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    new = {_fault(line) for line in lines}
    kept = [line for line in old.splitlines(keepends=True) if _fault(line) not in {0, *new}]
    table = HEADER + "".join(sorted([*kept, *lines], key=_fault))
    path.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def _fault(line: str) -> int:
    """Give the number of the fault that a line of the table is of; 0 if it is none."""
    found = re.match(r"\| F(\d+) \|", line)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
