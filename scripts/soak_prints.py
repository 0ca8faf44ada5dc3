"""Print a paper of every kind, maltreat it, scan it, and file it as `docgen file` does: is any filed under a wrong key?

    python scripts/soak_prints.py [--minutes M] [--seed N] [--turn N] [--share I/N] [--print K] [--read-minutes M]
                                  [--dpis DPI...] [--backwards] [--office FOLDER] [--record FILE]
    python scripts/soak_prints.py --table FILE... [--out RESULT.txt]

Both faces of every kind in the catalogue (Word through LibreOffice) meet every damage of DAMAGES in turn, at one of
DPIS each; rounds follow until the minutes are over, so that a shorter run is an even sample of a longer one. Each scan
is filed without reading print first. Up to K of those that wait are filed again with print read (extra ocr, slow):
print is asked only where codes do not decide, so whatever filed without it would file with it. A waiting scan is
rejected after it was counted, so that no half of a paper finds its other half in another scan. Before all that,
papers are forged and mixed. With `--share` several processes take turns, each in a workspace of its own; `--turn`
begins at a later round; `--table` puts their records together, also those of runs that were cut short; `--office` keeps
the office with its issued papers for further runs. 1 where a scan was filed wrong or the archive does not verify.
"""

from __future__ import annotations

import argparse
import io
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from PIL import Image
from soak_damages import DAMAGES, Damage
from soak_papers import Face, faces, issue_every_kind, new_office

from docgen.codes.draw import matrix
from docgen.codes.payload import Keyring, Payload, encode
from docgen.contained.run import Worker
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.findings import Severity
from docgen.papers.limits import READING
from docgen.papers.ocr import Recogniser, missing_modules
from docgen.papers.pdf import facts, rasterise
from docgen.services.archive_care import verify_archive
from docgen.services.file_scan import Readers, file_scan
from docgen.services.inbox import reject, show_waiting
from docgen.services.office import Office, open_office
from docgen.services.placing import Fate
from docgen.store import database, ledger

DPIS = (150, 200, 300, 100, 72)
LEAST_DPI = 150
REQUIRED = 99.0
PRINT_DPI = 200
SEALS = {"customer": "XX科技有限公司", "seller": "山海云图科技（示例）有限公司"}
OTHER_OFFICE = Keyring(0, {0: b"the key of quite another office!"})


@dataclass(frozen=True)
class Tried:
    """What became of one scan; `reading` tells whether print was read, `first` whether the first candidate is right."""

    kind: str
    face: str
    damage: str
    dpi: int
    pages: int
    seed: int
    reading: bool
    fate: str
    reasons: tuple[str, ...]
    first: bool
    seconds: float
    destroys: bool


def jobs(
    made: Sequence[Face], seed: int, *, start: int = 0, dpis: Sequence[int] = DPIS
) -> Iterator[tuple[Face, Damage, int, int]]:
    """Yield face, damage, dpi and seed, each round every face once, each face every damage at every dpi in the end."""
    pages = {id(one): facts(one.pdf).pages for one in made}
    for turn in range(start, len(DAMAGES) * len(dpis)):
        for place, face in enumerate(made):
            damage = DAMAGES[(turn + 7 * place) % len(DAMAGES)]
            if pages[id(face)] >= damage.least_pages:
                dpi = damage.fixed_dpi or dpis[(turn + turn // len(DAMAGES) + 3 * place) % len(dpis)]
                yield face, damage, dpi, seed * 100_000 + turn * 1000 + place


def scan_of(office: Office, face: Face, damage: Damage, *, dpi: int, seed: int) -> bytes:
    """Return the scan of one maltreated paper."""
    spec = ScanSpec(
        office.shared_templates / "fonts", zones=face.zones, seals=SEALS,
        signed=dict.fromkeys(SEALS, date(2024, 7, 1)), dpi=max(dpi, 200) if damage.fixed_dpi else dpi,
    )  # fmt: skip
    return damage.make(face, spec, seed)


def file_one(office: Office, path: Path, number: str, readers: Readers) -> tuple[str, tuple[str, ...], bool]:
    """File a scan and tell its fate (right, WRONG or waits), why it waits, and whether the first candidate is right."""
    done = file_scan(office, path, readers=readers)
    reasons = tuple(dict.fromkeys(one.code for one in done.findings if one.severity is Severity.ERROR))
    if done.fate is Fate.WAITING and done.review_id:
        candidates = show_waiting(office, done.review_id).candidates
        reject(office, done.review_id, reason="soak")
        return "waits", reasons, bool(candidates) and candidates[0].paper.number == number
    if done.fate is Fate.FILED and done.number == number:
        return "right", reasons, True
    return f"WRONG ({done.fate.value} {done.number} for {number})", reasons, False


def run(office: Office, made: Sequence[Face], scratch: Path, given: argparse.Namespace) -> list[Tried]:
    """Try scan after scan until the time is over, then some of the waiting ones with print read."""
    share, shares = map(int, given.share.split("/"))
    order = made[::-1] if given.backwards else made
    planned = jobs(order, given.seed, start=given.turn, dpis=given.dpis or DPIS)
    tried: list[Tried] = []
    waiting: list[tuple[Path, Tried, str]] = []
    end = time.monotonic() + given.minutes * 60
    with Worker(READING) as worker:
        for number, (face, damage, dpi, seed) in enumerate(planned):
            if time.monotonic() > end:
                break
            if number % shares != share - 1:
                continue
            path = scratch / f"SCAN{number:05}.bin"
            path.write_bytes(scan_of(office, face, damage, dpi=dpi, seed=seed))
            begun = time.perf_counter()
            fate, reasons, first = file_one(office, path, face.number, Readers(worker, reads_print=False))
            took, sheets = round(time.perf_counter() - begun, 2), facts(face.pdf).pages
            one = Tried(face.kind, face.face, damage.name, dpi, sheets, seed, False, fate, reasons, first, took,
                        damage.destroys)  # fmt: skip
            tried.append(one)
            noted(given.record, one)
            if fate == "waits":
                waiting.append((path, one, face.number))
            else:
                path.unlink()
            if fate != "right":
                print(f"{one.kind} {one.face} {one.damage} {one.dpi} dpi: {fate} {' '.join(reasons)}", flush=True)
    return tried + list(read_again(office, waiting, given))


def read_again(
    office: Office, waiting: Sequence[tuple[Path, Tried, str]], given: argparse.Namespace
) -> Iterator[Tried]:
    """File a sample of the waiting scans with print read: those whose code should have been read first."""
    if missing_modules() or not given.read:
        return
    order = np.random.default_rng(given.seed).permutation(len(waiting))
    end = time.monotonic() + given.read_minutes * 60
    chosen = sorted((waiting[n] for n in order), key=lambda one: (one[1].destroys, one[1].dpi < LEAST_DPI))
    with Worker(READING) as worker, Recogniser() as recogniser:
        for path, one, number in chosen[: given.read]:
            begun = time.perf_counter()
            fate, reasons, first = file_one(office, path, number, Readers(worker, recogniser))
            took = round(time.perf_counter() - begun, 2)
            again = replace(one, reading=True, fate=fate, reasons=reasons, first=first, seconds=took)
            noted(given.record, again)
            yield again
            if time.monotonic() > end:
                break


def noted(record: Path | None, one: object) -> None:
    """Write a line of the record at once, so that a run that is cut short still tells what it saw."""
    if record is not None:
        with record.open("a", encoding="utf-8") as file:
            told_of = asdict(one) if isinstance(one, Tried) else one
            file.write(json.dumps(told_of, ensure_ascii=False) + "\n")


def photocopied(face: Face, code: Image.Image, page: int = 0) -> list[Image.Image]:
    """Return a paper's sheets as pictures, another code laid over the code of one of them."""
    sheets = [Image.fromarray(one) for one in rasterise(face.pdf, PRINT_DPI)]
    zone = next(one for one in face.zones if one.role == "code" and one.page == page + 1)
    x, y, side = (round(value / 72 * PRINT_DPI) for value in (zone.x, zone.y, zone.width))
    sheets[page].paste(code.resize((side, side), Image.Resampling.NEAREST), (x, y))
    return sheets


def code_picture(text: str) -> Image.Image:
    """Return a code as a picture, one pixel a module."""
    return Image.fromarray(np.where(np.array(matrix(text)), 0, 255).astype(np.uint8))


def attacks(office: Office, made: Sequence[Face], scratch: Path) -> Iterator[str]:
    """Yield what becomes of papers that were forged, mixed, voided or replaced: one line each."""
    spec = ScanSpec(office.shared_templates / "fonts", dpi=PRINT_DPI)
    single = [one for one in made if one.face == "pdf" and facts(one.pdf).pages == 1]
    several = [one for one in made if one.face == "pdf" and facts(one.pdf).pages > 1]
    one, other, longer, second = single[0], single[1], several[0], several[1]
    theirs = code_picture(encode(Payload(one.document_id, 1, 1), OTHER_OFFICE))
    copied = code_picture(encode(Payload(other.document_id, 1, 1), office.keyring))
    mine = [Image.fromarray(page) for page in rasterise(longer.pdf, PRINT_DPI)]
    not_mine = [Image.fromarray(page) for page in rasterise(second.pdf, PRINT_DPI)]
    cases = {
        "another office's paper (its own key)": photocopied(one, theirs),
        "another office's page among ours": [*mine, *photocopied(one, theirs)],
        "a page of another paper of ours in between": [mine[0], not_mine[0], *mine[1:]],
        "last page from another paper of ours": [*mine[:-1], not_mine[-1]],
        "our code copied onto another paper, picture only": photocopied(one, copied),
    }
    for name, sheets in cases.items():
        path = scratch / "attack.pdf"
        path.write_bytes(print_and_scan(as_pdf(sheets), spec, seed=1))
        yield f"  {name:<52}{told(office, path)}"
    fallen = [row for row in ledger.papers() if row.item_type == "issued" and row.status != "current"]
    for row in fallen:
        folder = office.archive.find(row.key)
        pdfs = [name for name in row.files if name.endswith(".pdf")]
        if folder is not None and pdfs:
            path = scratch / "attack.pdf"
            path.write_bytes(print_and_scan((folder.path / pdfs[0]).read_bytes(), spec, seed=2))
            yield f"  {f'a {row.status} paper ({row.number})':<52}{told(office, path)}"


def as_pdf(sheets: Sequence[Image.Image]) -> bytes:
    """Return pictures as a PDF without a text layer."""
    out, at = io.BytesIO(), time.gmtime(0)
    first, *rest = sheets
    first.save(
        out, "PDF", save_all=True, append_images=rest, resolution=PRINT_DPI, quality=95, creationDate=at, modDate=at
    )
    return out.getvalue()


def told(office: Office, path: Path) -> str:
    """File a scan and tell in one line what became of it, part by part where it was taken apart."""
    done = file_scan(office, path, readers=Readers(reads_print=False))
    if done.review_id:
        reject(office, done.review_id, reason="soak")
    codes = [one.code for one in done.findings if one.severity is not Severity.NOTE]
    parts = "; ".join(f"{part.fate.value} {part.number or ''}" for part in done.parts)
    return f"{done.fate.value} {done.number or parts} {' '.join(codes)}"


def table(rows: Sequence[Tried], by: str) -> Iterator[str]:
    """Yield the counts of scans filed without reading print, by kind, face, dpi or damage; then those with print."""
    heads = "".join(f"{one:>7}" for one in ("right", "waits", "cand.", "WRONG"))
    yield f"{by:<26}{'scans':>6}{heads}{'right %':>9}  again with print: scans right"
    for name in sorted({getattr(one, by) for one in rows}, key=lambda value: (isinstance(value, str), value)):
        mine = [one for one in rows if getattr(one, by) == name]
        yield f"{name!s:<26}{_counts(mine)}"
    yield f"{'all':<26}{_counts(rows)}"


def _counts(rows: Sequence[Tried]) -> str:
    first = [one for one in rows if not one.reading]
    again = [one for one in rows if one.reading]
    fates = Counter(one.fate.split()[0] for one in first)
    wrong = sum(one.fate.startswith("WRONG") for one in rows)
    guessed = sum(one.first for one in first if one.fate == "waits")
    share = 100 * fates["right"] / len(first) if first else 0.0
    counts = "".join(f"{n:>7}" for n in (fates["right"], fates["waits"], guessed, wrong))
    read = f"{len(again):>25}{sum(one.fate == 'right' for one in again):>6}" if again else ""
    return f"{len(first):>6}{counts}{share:>9.1f}{read}"


def report(rows: Sequence[Tried]) -> Iterator[str]:
    """Yield the whole result."""
    first = [one for one in rows if not one.reading]
    again = {(one.kind, one.face, one.seed): one for one in rows if one.reading}
    held = [one for one in first if one.dpi >= LEAST_DPI and not one.destroys]
    alone = [one for one in held if one.fate == "right"]
    read = [again[key] for one in held if (key := (one.kind, one.face, one.seed)) in again]
    rescued = sum(one.fate == "right" for one in read)
    ruined = [one for one in rows if one.reading and one.destroys and one.dpi >= LEAST_DPI]
    saved = sum(one.fate == "right" for one in ruined)
    yield f"scans {len(first)}, filed under a wrong key: {sum(one.fate.startswith('WRONG') for one in rows)}"
    yield f"from {LEAST_DPI} dpi, code not destroyed, print not read: {_share(len(alone), len(held))} by themselves"
    yield f"  of the {len(held) - len(alone)} that waited, filed again with print read: {rescued} of {len(read)} right"
    yield f"from {LEAST_DPI} dpi, code not destroyed, with print: at least {_share(len(alone) + rescued, len(held))}"
    yield f"from {LEAST_DPI} dpi, code destroyed, with print: {_share(saved, len(ruined))} (sample)"
    for by in ("face", "dpi", "damage", "kind"):
        yield ""
        yield from table(rows, by)
    yield ""
    yield f"waited at {LEAST_DPI} dpi or more, code not destroyed, print not read"
    for one in held:
        if one.fate != "right":
            where = f"{one.kind} {one.face}, {one.damage}, {one.dpi} dpi, {one.pages} pages, seed {one.seed}"
            yield f"  {where}: {' '.join(one.reasons)}"
    for one in rows:
        if one.fate.startswith("WRONG"):
            yield f"  {one}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.2f} %)" if whole else "0 of 0"


def head(command: Sequence[str]) -> Iterator[str]:
    """Yield when, with what and on what this was done."""
    git = shutil.which("git")
    asked = [git or "git", "-C", str(Path(__file__).parent), "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip() if git else "?"
    yield f"written  {datetime.now(UTC).isoformat(timespec='seconds')}"
    yield f"command  python scripts/soak_prints.py {' '.join(command)}"
    yield f"commit   {commit}"
    yield f"machine  {platform.platform()}, Python {platform.python_version()}"
    yield ""


def prepared(root: Path, kept: Path | None) -> Office:
    """Return an office with every kind issued: a copy of the one kept, or a new one, kept if wanted."""
    if kept is not None and kept.exists():
        shutil.copytree(kept, root)
        return open_office(root)
    office = new_office(root)
    issue_every_kind(office)
    if kept is not None:
        shutil.copytree(root, kept)
    return open_office(root)


def one_share(given: argparse.Namespace) -> tuple[list[Tried], list[str], bool]:
    """Make an office, issue, print and file; return what became of the scans, of the attacks, and of the archive."""
    root = Path(tempfile.mkdtemp(prefix="docgen-prints-"))
    try:
        office = prepared(root / "office", given.office)
        (root / "scratch").mkdir()
        made = faces(office, given.office.with_name("printed") if given.office else root / "printed")
        noted(given.record, {"command": sys.argv[1:]})
        print(f"{len(made)} faces of {len({one.kind for one in made})} kinds", flush=True)
        forged = list(attacks(office, made, root / "scratch")) if given.share.startswith("1/") else []
        noted(given.record, {"told": forged})
        rows = run(office, made, root / "scratch", given)
        damage = [f"verify: {one.code} {one.where}" for one in verify_archive(office).findings]
        noted(given.record, {"told": damage or [f"verify: clean (share {given.share})"], "is_clean": not damage})
    finally:
        database.disconnect()
        shutil.rmtree(root, ignore_errors=True)
    return rows, [*forged, *(damage or [f"verify: clean (share {given.share})"])], not damage


def recorded(paths: Sequence[Path]) -> tuple[list[Tried], list[str], bool, list[str]]:
    """Return what several records tell: scans, attacks and proofs, whether an archive was damaged, the commands."""
    lines = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [Tried(**line) for line in lines if "fate" in line]
    attacked = [one for line in lines for one in line.get("told", ())]
    commands = [" ".join(line["command"]) for line in lines if "command" in line]
    is_clean = [line["is_clean"] for line in lines if "is_clean" in line]
    if short := len(paths) - len(is_clean):
        attacked.append(f"cut short before the archive was verified: {short} of {len(paths)} runs")
    return rows, attacked, all(is_clean), commands


def main() -> int:
    """Run one share, or put the records of several together."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=15)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--turn", type=int, default=0)
    asked.add_argument("--dpis", type=int, nargs="+")
    asked.add_argument("--backwards", action="store_true")
    asked.add_argument("--share", default="1/1")
    asked.add_argument("--print", dest="read", type=int, default=20)
    asked.add_argument("--read-minutes", type=float, default=10)
    asked.add_argument("--office", type=Path)
    asked.add_argument("--record", type=Path)
    asked.add_argument("--table", type=Path, nargs="+")
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    if given.table:
        rows, attacked, is_clean, command = recorded(given.table)
    else:
        if given.record:
            given.record.unlink(missing_ok=True)
        rows, attacked, is_clean = one_share(given)
        command = [" ".join(sys.argv[1:])]
    lines = [*head([" ; ".join(command)]), *report(rows), "", "forged, mixed and fallen papers", *attacked]
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(not is_clean or any(one.fate.startswith("WRONG") for one in rows))


if __name__ == "__main__":
    sys.exit(main())
