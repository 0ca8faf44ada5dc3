"""Verify beside the two limits it cannot pass: reading the same files and nothing else, and hashing bytes in memory.

An archive of 700-KB files is verified (its logs, sidecars, manifest and every file), by turns with a plain read of the
same files and a plain SHA-256 of as many bytes, both in one thread; all files lie in the page cache, so "read" is the
memory's limit here and not a disk's. Speeds are by the clock, as somebody waits for it (after its first second
verification works in two processes), and by processor time, of all processes together. Peak memory is that of the
largest process, at a quarter of the files and at all of them.

    python bench/verify.py          6,400 files (4.5 GB), 3 rounds
    python bench/verify.py 640 5
"""

from __future__ import annotations

import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from docgen.archive.burst import deposit_together
from docgen.archive.deposit import Content, Parcel
from docgen.archive.eventlog import locked
from docgen.archive.layout import Archive
from docgen.archive.record import Item
from docgen.archive.verify import verify

FILES, ROUNDS, PER_CONTRACT, SIZE = 6_400, 3, 8, 700_000
AT = datetime(2024, 3, 26, 9, 0, tzinfo=UTC)
MEGABYTE = 1_000_000
CHUNK = 1024 * 1024


def filled(root: Path, files: int) -> Archive:
    """Deposit so many files of random bytes, eight to a contract."""
    root.mkdir()
    archive = Archive(root)
    for first in range(0, files, PER_CONTRACT):
        number = f"SO2024{first:06}"
        folder = archive.contract(
            customer_id=f"C{first:06}", customer_name=f"样例{first}号（示例）", contract_no=number
        )
        parcels = []
        for each in range(first, min(first + PER_CONTRACT, files)):
            item = Item(id=f"item{each}", item_type="filed", kind="other", title="来函", contract_no=number)
            content = Content(f"来函 {each}.pdf", "scan", os.urandom(SIZE), "application/pdf", 1)
            parcels.append((folder, Parcel(item, [content], (), (), "paper.filed", {}, AT, "bench")))
        with locked(folder):
            deposit_together(archive, parcels)
    return archive


def read_all(root: Path) -> None:
    """Read every paper and do nothing with it."""
    for path in root.rglob("*.pdf"):
        with path.open("rb", buffering=0) as file:
            while file.read(CHUNK):
                pass


def hash_all(files: int) -> None:
    """Hash as many bytes in memory."""
    data = bytes(SIZE)
    for _ in range(files):
        hashlib.sha256(data).hexdigest()


def megabytes(seconds: float, files: int) -> float:
    """Return megabytes a second."""
    return files * SIZE / MEGABYTE / seconds


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds some work takes by the clock, and those of the processor, of all processes together."""
    began, worked = time.perf_counter(), sum(os.times()[:4])
    work()
    return time.perf_counter() - began, sum(os.times()[:4]) - worked


def peak_of_child(root: Path) -> float:
    """Verify in a fresh process and return its peak memory in MB."""
    done = subprocess.run([sys.executable, __file__, "--child", str(root)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def child(root: Path) -> int:
    """Verify, and print the peak memory."""
    report = verify(Archive(root))
    assert report.findings == (), report.findings  # a bench
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    print(max(resource.getrusage(one).ru_maxrss for one in whose) / 1024)
    return 0


def main() -> int:
    """Build, measure, print."""
    if sys.argv[1:2] == ["--child"]:
        return child(Path(sys.argv[2]))
    files, rounds = (int(word) for word in (sys.argv[1:3] + [str(FILES), str(ROUNDS)][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="docgen-verify-") as folder:
        small, archive = filled(Path(folder) / "small", files // 4), filled(Path(folder) / "archive", files)
        ways: dict[str, Callable[[], object]] = {
            "reading alone": lambda: read_all(archive.root),
            "SHA-256 alone, one thread": lambda: hash_all(files),
            "verify": lambda: verify(archive),
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, work in ways.items():
                taken[name].append(timed(work))
        for number, what in enumerate(("by the clock", "of processor time")):
            speeds = {
                name: megabytes(statistics.median(pair[number] for pair in pairs), files)
                for name, pairs in taken.items()
            }
            for name, speed in speeds.items():
                print(f"{name:<28}{speed:>8.0f} MB/s {what}")
            limit = min(speed for name, speed in speeds.items() if name != "verify")
            print(f"verify at {speeds['verify'] / limit:.0%} of the smaller limit {what}")
        print(f"{files} files of {SIZE // 1000} KB, {rounds} rounds")
        for one, number in ((small, files // 4), (archive, files)):
            print(f"peak memory {peak_of_child(one.root):.0f} MB at {number} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
