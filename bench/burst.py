"""Filing a burst of scans: how much sharing the syncs saves, how many scans and pages a second, end to end.

Coded two-page 200-dpi scans, each of other bytes, of several contracts. Three ways in one run, by turns: one at a time
through docgen (every step of every scan synced by itself), as one burst (the same steps, synced together), and the
plainest thing that survives a power cut: copy, fsync, rename, fsync the folder, one SQLite transaction a file. The last
knows no hash chain, no manifest, no sidecar and reads nothing; it is there to show what safety costs at the least.

Where syncs cost next to nothing, all this compares is computing. `--sync-ms` makes every fsync, fdatasync and syncfs of
this process take so many milliseconds longer (strace holds the call back), as on a disk that has to write before it
answers; then the same is measured there. Nothing else of a slower disk is in it, nor does a syncfs that has much to
write take longer than an fsync.

    python bench/burst.py                 24 scans a burst, 5 rounds
    python bench/burst.py 48 3            scans, rounds
    python bench/burst.py 24 3 --sync-ms 5
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.db import connections

from docgen.archive import disk
from docgen.archive.burst import keep_together
from docgen.archive.keep import keep
from docgen.contained.run import Worker
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.demo.story import request_for
from docgen.papers.limits import READING
from docgen.services.deposit_scan import deposit_scan, deposit_scans
from docgen.services.file_burst import Drop, file_burst
from docgen.services.file_scan import Fate, Filed, Readers, Ready, decided
from docgen.services.import_deal import Allow, import_deal
from docgen.services.initialise import initialise
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office, read_companies
from docgen.workspace import data_root

BURST, ROUNDS, CONTRACTS, PAGES = 24, 5, 6, 2
SLOWER = "--sync-ms"
UNDER = "DOCGEN_BENCH_SYNC_MS"
"""Set in the process that strace runs, to what each sync takes longer."""


def scans(office: Office) -> list[bytes]:
    """Issue a two-page report in several contracts and return a scan of each."""
    sample = data_root() / "samples" / "deals" / "xx-tech.yaml"
    fonts = data_root() / "templates" / "_shared" / "fonts"
    found = []
    for number in range(CONTRACTS):
        path = office.workspace.root / f"deal{number}.yaml"
        text = sample.read_text(encoding="utf-8")
        for given in ("SO2024031001", "XXKJ-CG-2024-017", "BK20240315001"):
            text = text.replace(given, f"{given}{number}")
        path.write_text(text, encoding="utf-8")
        contract_no = import_deal(office, path, allow=frozenset(Allow)).contract_no
        issued = issue_document(office, request_for(contract_no, "验收报告", "2024-03-26"))
        paper = next(file for file in issued.files if file.suffix == ".pdf").read_bytes()
        found.append(print_and_scan(paper, ScanSpec(fonts=fonts), seed=number))
    return found


class Counted:
    """Stands in for `os` under the archive: counts the syncs, and does them."""

    def __init__(self) -> None:
        self.syncs = 0

    def __getattr__(self, name: str) -> object:
        """Return the system's own call; a sync is counted first."""
        if name == "fsync":
            self.syncs += 1
        return getattr(os, name)

    def syncfs(self, handle: int) -> None:
        """Sync a whole disk as docgen.archive.disk does, and count it."""
        self.syncs += 1
        if ctypes.CDLL(None, use_errno=True).syncfs(handle) != 0:
            raise OSError(ctypes.get_errno(), "syncfs")


def commits(path: Path) -> int:
    """Return how many transactions a database's write-ahead log holds: frames that end one (SQLite file format)."""
    wal = path.with_name(path.name + "-wal")
    data = wal.read_bytes() if wal.exists() else b""
    page = int.from_bytes(data[8:12], "big")
    salt, frame = data[16:24], page + 24
    found = 0
    for start in range(32, len(data) - frame + 1, frame):
        if data[start + 8 : start + 16] != salt:
            break
        found += int.from_bytes(data[start + 4 : start + 8], "big") > 0
    return found


def checkpointed() -> None:
    """Empty the write-ahead log, so that what is in it afterwards is of the work that is timed."""
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA wal_autocheckpoint=0")


def plainly(folder: Path, sources: list[Path]) -> None:
    """Keep each file with the fewest syncs that survive a power cut, one transaction each."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "rows.db", isolation_level=None)) as rows:
        rows.execute("PRAGMA journal_mode=WAL")
        rows.execute("PRAGMA synchronous=FULL")
        rows.execute("CREATE TABLE filed (name TEXT)")
        for source in sources:
            part = folder / f"{source.name}.part"
            shutil.copyfile(source, part)
            for path, flags in ((part, os.O_RDONLY), (folder, os.O_DIRECTORY)):
                handle = os.open(path, flags)
                os.fsync(handle)
                os.close(handle)
                if path == part:
                    part.rename(folder / source.name)
            rows.execute("INSERT INTO filed VALUES (?)", (source.name,))


def durably_one_by_one(office: Office, sources: list[Path], ready: list[Ready]) -> None:
    """Keep and deposit scans whose reading is done, each by itself."""
    for source, one in zip(sources, ready, strict=True):
        keep(office.archive, source)
        deposit_scan(office, one.arrival, one.placement)


def durably_together(office: Office, sources: list[Path], ready: list[Ready]) -> None:
    """Keep and deposit scans whose reading is done, as one burst."""
    keep_together(office.archive, sources)
    deposit_scans(office, [(one.arrival, one.placement) for one in ready])


def main() -> int:
    """Measure, and print."""
    words = sys.argv[1:]
    if SLOWER in words:
        at = words.index(SLOWER)
        return slower(float(words[at + 1]), words[:at] + words[at + 2 :])
    burst, rounds = (int(word) for word in (words[:2] + [str(BURST), str(ROUNDS)][len(words) :]))
    with tempfile.TemporaryDirectory(prefix="docgen-burst-") as folder, Worker(READING) as worker:
        root = Path(folder)
        initialise(root / "office", read_companies(data_root() / "samples" / "companies")["shanhai"])
        office = open_office(root / "office", actor="bench")
        compare(office, root, scans(office), Readers(worker), (burst, rounds))
    return 0


def slower(milliseconds: float, words: list[str]) -> int:
    """Run this again where each sync takes so much longer."""
    calls = "fsync,fdatasync,syncfs"
    held = f"inject={calls}:delay_exit={round(milliseconds * 1000)}"
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "-e", f"trace={calls}", "-e", held]
    again = [sys.executable, __file__, *words]
    return subprocess.run([*strace, *again], env={**os.environ, UNDER: str(milliseconds)}, check=False).returncode


def compare(office: Office, root: Path, papers: list[bytes], readers: Readers, size: tuple[int, int]) -> None:
    """File bursts in each way and print seconds, syncs and ratios."""
    burst, rounds = size
    seconds: dict[str, list[float]] = {}
    syncs: dict[str, int] = {}
    made = iter(range(10**9))

    def fresh() -> list[Path]:
        place = root / f"drop{next(made)}"
        place.mkdir()
        for number in range(burst):
            data = papers[number % len(papers)] + f"\n% {next(made)}\n".encode()
            (place / f"SCAN{number:03}.pdf").write_bytes(data)
        os.sync()
        return sorted(place.iterdir())

    def read(sources: list[Path]) -> list[Ready]:
        found = [decided(office, keep(office.archive, source), source.name, readers=readers) for source in sources]
        ready = [one for one in found if isinstance(one, Ready)]
        for one in ready:
            one.arrival.kept.path.unlink()  # it is kept anew, within the time taken
        return ready

    def timed(what: str, work: Callable[[], object]) -> None:
        counted = Counted()
        checkpointed()
        disk.os = counted  # type: ignore[assignment]  # counts, and does the same
        began = time.perf_counter()
        try:
            work()
        finally:
            disk.os = os
        seconds.setdefault(what, []).append((time.perf_counter() - began) / burst)
        syncs[what] = 3 * burst if what.startswith("plainest") else counted.syncs + commits(office.workspace.database)

    def whole(sources: list[Path]) -> None:
        for _, found in file_burst(office, [Drop(source) for source in sources], readers=readers):
            assert isinstance(found, Filed) and found.fate is Fate.FILED, found  # noqa: PT018  # a bench

    for number in range(rounds):
        sources = fresh()
        timed("plainest: one fsync'd transaction a file", lambda s=sources, n=number: plainly(root / f"plain{n}", s))  # type: ignore[misc]  # bound now
        sources = fresh()
        ready = read(sources)
        timed("docgen, durable part, one at a time", lambda s=sources, r=ready: durably_one_by_one(office, s, r))  # type: ignore[misc]  # bound now
        sources = fresh()
        ready = read(sources)
        timed("docgen, durable part, as one burst", lambda s=sources, r=ready: durably_together(office, s, r))  # type: ignore[misc]  # bound now
        sources = fresh()
        timed("docgen file, end to end, as one burst", lambda s=sources: whole(s))  # type: ignore[misc]  # bound now
    show({what: statistics.median(taken) for what, taken in seconds.items()}, syncs, burst)


def show(medians: dict[str, float], syncs: dict[str, int], burst: int) -> None:
    """Print what was measured."""
    held = os.environ.get(UNDER)
    print(f"each sync held back by {held} ms" if held else "syncs as this disk does them")
    for what, taken in medians.items():
        print(f"{what:<44}{taken * 1000:>8.1f} ms a scan{syncs[what] / burst:>8.1f} syncs a scan, SQLite's included")
    one, together = (medians[f"docgen, durable part, {how}"] for how in ("one at a time", "as one burst"))
    print(f"\nburst against one at a time × {one / together:.2f}")
    print(f"burst against the plainest  × {next(iter(medians.values())) / together:.2f}")
    end = medians["docgen file, end to end, as one burst"]
    print(f"end to end {1 / end:.1f} scans/s, {PAGES / end:.1f} pages/s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
