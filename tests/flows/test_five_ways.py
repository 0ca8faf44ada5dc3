"""Thousands of files dropped in five ways, some hostile, while the watcher is stopped and killed: all accounted for.

Every byte string that was dropped lies afterwards in exactly one of archive, waiting room and inbox, hidden folders and
all. A sample of sixty runs each time; `FIVE_WAYS=10000 pytest -n 0 -m slow tests/flows/test_five_ways.py` runs as many
as named. One of the files is empty: whatever a killed watcher leaves begun and not yet written shows as its double.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfWriter

from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import open_office
from docgen.services.prepare_issue import Request
from docgen.store import database, ledger
from docgen.workspace import data_root

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
SETTLE, GIVE_UP = 0.3, 1.0
SAMPLE_SIZE = 60
ROUNDS = 5
LOCKS = {".lock", ".lock-parts"}
"""Our own empty files; the empty file that is dropped has the same hash."""
CHANCE = random.Random(int(os.environ.get("FIVE_WAYS_SEED", "7")))  # noqa: S311  # moments and names, no secrets
WATCHER = f"""
import signal, sys, threading
from dataclasses import replace
from pathlib import Path
from docgen.services.office import open_office
from docgen.services.watch_inboxes import InboxWatch
office = open_office(Path(sys.argv[1]), actor="张三")
office = replace(office, workspace=replace(office.workspace, settle_seconds={SETTLE}))
watch = InboxWatch(office, lambda one: None, give_up_seconds={GIVE_UP})
if sys.argv[2] == "once":
    sys.exit(0 if watch.run_once() else 1)
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
watch.run(stop)
"""


@dataclass
class Drops:
    """What was dropped: each byte string by its hash; those written slowly are kept, for parts of them may be taken."""

    inbox: Path
    elsewhere: Path
    known: dict[str, str] = field(default_factory=dict)
    slow: list[bytes] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, data: bytes, way: str) -> None:
        with self._lock:
            self.known[sha(data)] = way


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain_copy(drops: Drops, name: str, data: bytes) -> None:
    """Write piece by piece under the final name, as a copier or an SMB client does."""
    with (drops.inbox / name).open("wb", buffering=0) as file:
        for start in range(0, max(len(data), 1), 16_384):
            file.write(data[start : start + 16_384])


def renamed(drops: Drops, name: str, data: bytes) -> None:
    """Write under a passing name, then rename."""
    passing = drops.inbox / f"{name[:60]}.{CHANCE.randrange(10**9)}.tmp"
    passing.write_bytes(data)
    passing.rename(drops.inbox / name)


def kept_date(drops: Drops, name: str, data: bytes) -> None:
    """Copy as `cp -p` does: the file is as old as its original."""
    source = drops.elsewhere / sha(data)
    source.write_bytes(data)
    os.utime(source, (946_684_800, 946_684_800))
    shutil.copy2(source, drops.inbox / name)


def slowly(drops: Drops, name: str, data: bytes) -> None:
    """Write over seconds; at times the writer is still for longer than a file must stand still to count as finished."""
    with drops._lock:
        drops.slow.append(data)
    pieces = 6
    with (drops.inbox / name).open("wb", buffering=0) as file:
        for piece in range(pieces):
            file.write(data[len(data) * piece // pieces : len(data) * (piece + 1) // pieces])
            time.sleep(SETTLE * CHANCE.choice((0.3, 0.6, 0.9, 1.6)))


def like_rsync(drops: Drops, name: str, data: bytes) -> None:
    """Write a hidden partial file, give it an old date, rename it."""
    partial = drops.inbox / f".{name[:60]}.{CHANCE.randrange(16**6):06x}"
    with partial.open("wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        time.sleep(0.002)
        file.write(data[len(data) // 2 :])
    os.utime(partial, (1_000_000_000, 1_000_000_000))
    partial.rename(drops.inbox / name)


WAYS: tuple[Callable[[Drops, str, bytes], None], ...] = (plain_copy, renamed, kept_date, like_rsync, slowly)
ODD_NAMES = (
    "换行\n第二行 {}.xml", "\u202efdp.{}.xml", "..{}", "{} ..pdf", " {} ", "CON {}.pdf", "名" * 80 + "{}.pdf", "-rf {}",
    "a\x1b[31m{}.xml", "{}%s%n.xml", "$(touch {}).xml", "{}.PDF",
)  # fmt: skip


def bomb() -> bytes:
    """Return a PNG that claims a hundred thousand pixels each way."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def packed_bomb() -> bytes:
    """Return a Word file of which one part unpacks to two hundred megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"<a/>")
        with package.open("word/media/a.bin", "w", force_zip64=True) as part:
            for _ in range(200):
                part.write(bytes(1 << 20))
    return out.getvalue()


def encrypted() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.encrypt("geheim")
    writer.write(out)
    return out.getvalue()


def blank() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def contents(count: int, scans: list[bytes]) -> Iterator[bytes]:  # noqa: C901  # one line for each kind of file
    """Yield so many different byte strings: signed papers, invoices, blank pages, junk, broken and hostile files."""
    page, locked, large, packed = blank(), encrypted(), bomb(), packed_bomb()
    for number in range(count):
        mark = f"\n%% {number}\n".encode()
        match number % 40:
            case 0 | 20 if number < 8000:
                yield scans[number // 20 % len(scans)] + mark
            case 1:
                yield locked + mark
            case 2 if number < 2000:
                yield packed + mark
            case 3:
                yield large + mark
            case 4 | 5:
                yield page[: len(page) // 2] + mark
            case 6:
                yield scans[0][: 20_000 + number]
            case 7 if number == 7:
                yield b""
            case 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15:
                yield page + mark
            case 16 | 17 | 18:
                yield CHANCE.randbytes(3000)
            case _:
                yield f"<Invoice><No>{number}</No></Invoice>".encode()


def name_of(number: int) -> str:
    odd = ODD_NAMES[number % len(ODD_NAMES)].format(number) if number % 9 == 0 else f"SCAN{number:06}.pdf"
    while len(odd.encode()) > 255:
        odd = odd[1:]
    return odd


def drop_all(drops: Drops, count: int, scans: list[bytes]) -> list[threading.Thread]:
    """Start droppers: each way by itself, all at once; every fortieth file slowly, by eight writers."""
    queues: dict[int, list[tuple[str, bytes]]] = {way: [] for way in range(12)}
    for number, data in enumerate(contents(count, scans)):
        is_slow = number % 40 in {19, 20} and number < 12_000
        queues[4 + number // 40 % 8 if is_slow else number % 4].append((name_of(number), data))

    def work(way: int) -> None:
        for name, data in queues[way]:
            write = WAYS[min(way, 4)]
            drops.note(data, write.__name__)
            write(drops, name, data)
            time.sleep(0.001)

    threads = [threading.Thread(target=work, args=(way,)) for way in queues]
    for thread in threads:
        thread.start()
    return threads


def lay_traps(drops: Drops) -> None:
    """Put into the inbox what is no plain file; a twice-linked file counts as dropped, and stays."""
    secret = drops.elsewhere / "secret"
    secret.write_bytes(b"not yours")
    (drops.inbox / "link.pdf").symlink_to(secret)
    (drops.inbox / "dangling.pdf").symlink_to(drops.elsewhere / "nowhere")
    (drops.inbox / "up.pdf").symlink_to("../../..")
    os.mkfifo(drops.inbox / "pipe.pdf")
    (drops.inbox / "folder.pdf").mkdir()
    twice = b"<Twice/>"
    (drops.elsewhere / "twice").write_bytes(twice)
    (drops.inbox / "twice.xml").hardlink_to(drops.elsewhere / "twice")
    drops.note(twice, "hard link")


def watcher(root: Path, how: str, *, first: str = "") -> subprocess.Popen[bytes]:
    """Start a watcher, undisturbed (`once`) or to be stopped (`watch`); `first` is done before it begins."""
    env = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "TMPDIR"}}
    env |= {"PYTHONPATH": str(CHECKOUT), "DOCGEN_WORKSPACE": str(root)}
    return subprocess.Popen([sys.executable, "-c", first + WATCHER, str(root), how], env=env, cwd=root)


def watch_through_kills(root: Path, threads: list[threading.Thread], *, times: int) -> Counter[str]:
    """Run the watcher, killed and stopped by turns at odd moments, then let it work off the rest undisturbed."""
    told: Counter[str] = Counter()
    for turn in range(times):
        running = watcher(root, "watch")
        time.sleep(CHANCE.uniform(2.5, 4.5) if turn < 3 else CHANCE.uniform(5.0, 25.0))
        killed = turn % 3 != 2
        running.send_signal(signal.SIGKILL if killed else signal.SIGTERM)
        code = running.wait(timeout=240)
        told["killed" if killed else f"stopped with {code}"] += 1
    for thread in threads:
        thread.join()
    while (code := watcher(root, "once").wait(timeout=3600)) != 0 and told["went on"] < ROUNDS:
        told["went on"] += 1
    assert code == 0, "something that may be taken still lies in the inbox"
    return told


def places(root: Path) -> dict[str, dict[str, list[str]]]:
    """Return what lies where, by hash: archive (its own files apart), waiting room, inbox; hidden folders count too."""
    roots = {"archive": root / "archive", "review": root / "review", "inbox": root / "inbox"}
    found: dict[str, dict[str, list[str]]] = {}
    for name, folder in roots.items():
        lying: dict[str, list[str]] = {}
        for one in folder.rglob("*"):
            parts = one.relative_to(folder).parts
            is_ours = {"_docgen", "derived", "_company"} & set(parts) or one.name in LOCKS or one.suffix == ".lock"
            if one.is_file() and not one.is_symlink() and not is_ours:
                lying.setdefault(sha(one.read_bytes()), []).append(str(one.relative_to(root)))
        found[name] = lying
    return found


def account(drops: Drops, root: Path) -> dict[str, list[str]]:
    """Return what is wrong: lost strings, and strings in two places or twice in one, with each place."""
    found = places(root)
    wrong: dict[str, list[str]] = {"lost": [], "twice": []}
    for digest, way in drops.known.items():
        lies = [path for held in found.values() for path in held.get(digest, ())]
        if not lies:
            wrong["lost"].append(f"{way} {digest[:8]}")
        elif len(lies) > 1:
            wrong["twice"].append(f"{way} {digest[:8]}: {lies}")
    return {name: rows for name, rows in wrong.items() if rows}


def strangers(drops: Drops, root: Path) -> list[str]:
    """Return what waits although it was never dropped whole and is no beginning of what was written slowly."""
    unknown = []
    for reason in (root / "review").glob("*/original*"):
        data = reason.read_bytes()
        if sha(data) not in drops.known and not any(one.startswith(data) for one in drops.slow):
            unknown.append(reason.parent.name)
    return unknown


DIES_LAYING_ASIDE = """
import os, signal
from docgen.intake import durable
def begun(source, target):
    target.touch()
    os.kill(os.getpid(), signal.SIGKILL)
durable.copy = begun
"""


def test_what_a_killed_watcher_had_begun_to_lay_aside_is_gone_after_the_next(root: Path, tmp_path: Path) -> None:
    """Another file begun and not written has the hash of an empty one that was dropped: twice in the waiting room."""
    (tmp_path / "elsewhere").mkdir()
    drops = Drops(root / "inbox", tmp_path / "elsewhere")
    for name, data in (("a.pdf", b"no paper at all"), ("b.pdf", b"")):
        drops.note(data, "like_rsync")
        like_rsync(drops, name, data)
    assert watcher(root, "once", first=DIES_LAYING_ASIDE).wait(timeout=120) == -signal.SIGKILL
    (begun,) = (root / "review").glob(".new-*/original*")
    assert begun.stat().st_size == 0
    assert watcher(root, "once").wait(timeout=120) == 0
    assert account(drops, root) == {}
    assert list((root / "review").glob(".*")) == []


@pytest.fixture(scope="session")
def returned(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    root = tmp_path_factory.mktemp("five-ways") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: datetime(2024, 3, 26, 9, 0, tzinfo=UTC), actor="张三")
    issued = issue_document(office, Request(import_deal(office, SAMPLE).contract_no, "acceptance-report"))
    database.disconnect()
    pdf = next(path for path in issued.files if path.suffix == ".pdf").read_bytes()
    return root, [print_and_scan(pdf, ScanSpec(FONTS, dpi=150), seed=seed) for seed in (1,)]


@pytest.mark.parametrize(
    "count",
    [
        SAMPLE_SIZE,
        pytest.param(int(os.environ.get("FIVE_WAYS", "10000")), marks=pytest.mark.slow),
    ],
    ids=["sample", "all"],
)
def test_every_dropped_byte_string_lies_in_exactly_one_place(
    returned: tuple[Path, list[bytes]], tmp_path: Path, count: int
) -> None:
    root = tmp_path / "office"
    shutil.copytree(returned[0], root)
    (tmp_path / "elsewhere").mkdir()
    drops = Drops(root / "inbox", tmp_path / "elsewhere")
    begun = time.monotonic()
    lay_traps(drops)
    told = watch_through_kills(root, drop_all(drops, count, returned[1]), times=2 if count == SAMPLE_SIZE else 12)
    seconds = time.monotonic() - begun
    office = open_office(root, actor="张三")
    try:
        assert account(drops, root) == {}
        assert strangers(drops, root) == []
        assert list((root / "archive" / "_incoming").glob("[!.]*")) == []
        assert verify_archive(office).findings == ()
        assert drops.known[sha(b"<Twice/>")] == "hard link"
        assert (drops.elsewhere / "secret").read_bytes() == b"not yours"
        papers = ledger.papers()
        rebuild_database(office.workspace)
        assert ledger.papers() == papers
    finally:
        database.disconnect()
    summary = {
        "byte strings": len(drops.known),
        "dropped by": dict(Counter(drops.known.values())),
        "watcher": dict(told),
        "lie in": {name: sum(map(len, rows.values())) for name, rows in places(root).items()},
        "seconds": round(seconds),
    }
    if "SOAK_FIGURES" in os.environ:
        Path(os.environ["SOAK_FIGURES"]).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
