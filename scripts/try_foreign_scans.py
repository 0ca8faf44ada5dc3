"""File a folder of foreign files in a throw-away workspace and account for each: no crash, no silent loss.

    python scripts/try_foreign_scans.py FOLDER [--print] [--out RESULT.txt]

FOLDER holds one folder for each collection (test sets of other programs, say). Every file below it is filed as
`docgen file` files it, into a workspace made for this run, by itself. Afterwards each file's bytes must lie in exactly
one of archive and waiting room, and the archive must verify. `--print` has print read, too (extra ocr, slow).
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import statistics
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from docgen.contained.run import Worker
from docgen.errors import DocgenError
from docgen.findings import Severity
from docgen.papers.limits import READING
from docgen.papers.ocr import Recogniser
from docgen.services.archive_care import verify_archive
from docgen.services.file_scan import Readers, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.office import Office, open_office, read_companies
from docgen.store import database
from docgen.workspace import data_root

SLOWEST = 8


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its collection, fate, reasons, seconds, and where its bytes lie afterwards."""

    path: Path
    collection: str
    sha256: str
    fate: str
    reasons: tuple[str, ...]
    seconds: float


def files_below(folder: Path) -> list[Path]:
    """Return every file below a folder, by name."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def try_one(office: Office, path: Path, collection: str, readers: Readers) -> Outcome:
    """File one file; whatever escapes that is not one of our errors is a crash."""
    begun = time.perf_counter()
    reasons: tuple[str, ...] = ()
    try:
        done = file_scan(office, path, readers=readers)
        fate = done.fate.value
        told = [*done.findings, *(finding for part in done.parts for finding in part.findings)]
        reasons = tuple(dict.fromkeys(one.code for one in told if one.severity is Severity.ERROR))
    except DocgenError as problem:
        fate, reasons = "error", tuple(one.code for one in problem.findings)
    except Exception:  # noqa: BLE001  # a crash is what this script looks for
        traceback.print_exc()
        fate = "CRASH"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Outcome(path, collection, sha256, fate, reasons, time.perf_counter() - begun)


def places(root: Path) -> Counter[str]:
    """Return how often each byte string lies in the archive or the waiting room; derived copies do not count."""
    found: Counter[str] = Counter()
    for place in ("archive", "review"):
        for path in files_below(root / place):
            if "_docgen" not in path.parts and "derived" not in path.parts:
                found[hashlib.sha256(path.read_bytes()).hexdigest()] += 1
    return found


def report(outcomes: Sequence[Outcome], held: Counter[str], damage: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield the table: one line a collection, then the reasons, the slowest files, and what went wrong."""
    heads = ("files", "filed", "waits", "again", "error", "crash", "lost")
    yield f"{'collection':<16}{''.join(f'{one:>7}' for one in heads)}  median s"
    for name in [*sorted({one.collection for one in outcomes}), "all"]:
        rows = [one for one in outcomes if name in {one.collection, "all"}]
        fates = Counter(one.fate for one in rows)
        lost = sum(held[one.sha256] != 1 for one in rows)
        counts = (fates["filed"] + fates["taken-apart"], fates["waiting"], fates["seen-again"], fates["error"])
        numbers = "".join(f"{count:>7}" for count in (len(rows), *counts, fates["CRASH"], lost))
        yield f"{name:<16}{numbers}  {statistics.median(one.seconds for one in rows):8.2f}"
    yield ""
    yield "reasons"
    for reason, count in Counter(code for one in outcomes for code in one.reasons).most_common():
        yield f"{count:>7}  {reason}"
    yield ""
    yield "slowest"
    for one in sorted(outcomes, key=lambda row: -row.seconds)[:SLOWEST]:
        yield f"{one.seconds:7.1f}  {one.path.relative_to(folder)}"
    for one in outcomes:
        if one.fate in {"CRASH", "error"} or held[one.sha256] != 1:
            where = f"{one.path.relative_to(folder)} {' '.join(one.reasons)}"
            yield f"{one.fate}, lies in {held[one.sha256]} places: {where}"
    yield f"verify: {', '.join(damage) or 'clean'}"


def head(folder: Path, begun: datetime, *, reads_print: bool) -> Iterator[str]:
    """Yield when and with what this was done."""
    yield f"began    {begun.isoformat(timespec='seconds')}"
    yield f"what     {Path(__file__).name} {folder.name}, print read: {'yes' if reads_print else 'no'}"
    yield f"machine  {platform.platform()}, Python {platform.python_version()}"
    yield ""


def main() -> int:
    """File everything, print the table; 1 where a file crashed, was lost or the archive does not verify."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--print", dest="reads_print", action="store_true")
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    folder, begun = given.folder.resolve(), datetime.now(UTC)
    root = Path(tempfile.mkdtemp(prefix="docgen-foreign-")) / "office"
    try:
        initialise(root, read_companies(data_root() / "samples" / "companies")["shanhai"])
        office = open_office(root, actor="trial")
        import_deal(office, data_root() / "samples" / "deals" / "xx-tech.yaml")
        with Worker(READING) as worker, Recogniser() as recogniser:
            readers = Readers(worker, recogniser, reads_print=given.reads_print)
            outcomes = [
                try_one(office, path, path.relative_to(folder).parts[0], readers) for path in files_below(folder)
            ]
        damage = [f"{one.code} {one.where}" for one in verify_archive(office).findings]
        held = places(root)
    finally:
        database.disconnect()
        shutil.rmtree(root.parent, ignore_errors=True)
    lines = [*head(folder, begun, reads_print=given.reads_print), *report(outcomes, held, damage, folder)]
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(bool(damage) or any(one.fate == "CRASH" or held[one.sha256] != 1 for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
