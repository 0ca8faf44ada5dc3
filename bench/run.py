"""How fast docgen is on this machine, and how much memory it takes: each step of the loop, many times over.

Measured in a workspace of its own with the sample deal. Medians, because a busy machine has a long tail. Numbers belong
to the machine they were measured on; compare two commits on one machine, never two machines.

    python bench/run.py            20 rounds
    python bench/run.py 100        100 rounds
"""

from __future__ import annotations

import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.demo.drops import drops
from docgen.demo.people import agreed
from docgen.demo.story import request_for
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.file_scan import file_scan
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.issue_document import Issued, draft_document, issue_document
from docgen.services.office import Office, open_office, read_companies
from docgen.workspace import data_root

PAPERS = (("预付款通知单", "2024-03-12"), ("补充协议", "2024-03-15"), ("验收报告", "2024-03-26"))
ROUNDS = 20
WARM_UP = 1
MEGABYTE_IN_KIB = 1024


@dataclass(frozen=True)
class Measured:
    """One row: what was done, seconds of each round."""

    what: str
    seconds: tuple[float, ...]

    def row(self) -> str:
        """Return the row as text: median, slowest, how many a minute."""
        median = statistics.median(self.seconds)
        return f"{self.what:<44}{median * 1000:>10.0f} ms{max(self.seconds) * 1000:>10.0f} ms{60 / median:>10.0f}"


def timed(what: str, work: Callable[[int], object], rounds: int) -> Measured:
    """Do the work some times over; the first round only warms up."""
    seconds = []
    for number in range(rounds + WARM_UP):
        began = time.perf_counter()
        work(number)
        seconds.append(time.perf_counter() - began)
    return Measured(what, tuple(seconds[WARM_UP:]))


def measurements(root: Path, rounds: int) -> Iterator[Measured]:
    """Yield one row after the other, each on what the one before has left."""
    call = [sys.executable, "-m", "docgen.cli.main", "--help"]
    yield timed("start of the command line", lambda _: subprocess.run(call, check=True, capture_output=True), 3)
    initialise(root / "office", read_companies(data_root() / "samples" / "companies")["shanhai"])
    office = open_office(root / "office")
    deal = data_root() / "samples" / "deals" / "xx-tech.yaml"
    contract_no = import_deal(office, deal).contract_no
    for title, day in PAPERS:
        for face in ("pdf", "docx"):
            asked = replace(request_for(contract_no, title, day), faces=(face,))
            draft = timed(f"draft {title} {face}", lambda _, asked=asked: draft_document(office, asked, root), rounds)
            yield draft
    issued: list[Issued] = []
    for title, day in PAPERS:
        asked = replace(request_for(contract_no, title, day), again=True)
        if office.catalogue.get(title).spec.routes:  # one approval, one paper: it cannot be issued over and over
            agreed(office, contract_no, title, as_of=asked.as_of)
            issued.append(issue_document(office, asked))
            continue
        issue = timed(
            f"issue {title}, both faces, proved and filed",
            lambda _, asked=asked: issued.append(issue_document(office, asked)),
            rounds,
        )
        yield issue
    yield from care(office, issued, root)


def care(office: Office, issued: list[Issued], root: Path) -> Iterator[Measured]:
    """Yield the rows of filing, verifying and rebuilding."""
    last = {paper.kind: paper for paper in issued}
    scans = [drop.data for drop in drops(office, tuple(last.values()))[:3]]

    def file(number: int) -> None:
        source = root / f"SCAN{number:04d}.pdf"
        source.write_bytes(scans[number])
        file_scan(office, source)

    yield timed("file a scan (one notice, then others)", file, len(scans) - WARM_UP)
    yield timed("verify the archive", lambda _: verify_archive(office), 3)
    yield timed("rebuild the database", lambda _: rebuild_database(office.workspace), 3)


def main() -> int:
    """Measure, and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(f"{platform.platform()}, Python {platform.python_version()}, {rounds} rounds\n")
    print(f"{'':<44}{'median':>13}{'slowest':>13}{'a minute':>10}")
    with tempfile.TemporaryDirectory(prefix="docgen-bench-") as folder:
        for measured in measurements(Path(folder), rounds):
            print(measured.row(), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE_IN_KIB
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE_IN_KIB
    print(f"\npeak memory: this process {peak:.0f} MB, largest child {children:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
