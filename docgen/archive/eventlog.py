"""The event log: every fact of a contract in the order it became known, each line sealed to the one before.

The log is the truth, the database a copy made for searching. A line states who recorded what and when; its hash covers
the line and the hash of the line before, so a line cannot be changed, dropped or moved without breaking the chain. What
the chain alone cannot show is a log cut off at the end, or rewritten whole: for that, heads are anchored elsewhere
(docs/archive-format.md, "What cannot be detected").
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

from docgen.archive import disk, lock, plain
from docgen.archive.layout import Folder
from docgen.archive.moved import require_here
from docgen.errors import Damage, Refused
from docgen.findings import Finding, error

GENESIS = "docgen-archive:1:"
_FIELDS = frozenset({"seq", "at", "type", "actor", "payload", "prev", "hash"})
TORN = "archive.log-torn"
_TAIL = 64 * 1024


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line: running number from 1, instant (UTC), type, who, the facts, hash of the line before, own hash."""

    seq: int
    at: datetime
    type: str
    actor: str
    payload: Mapping[str, JsonValue]
    prev: str
    hash: str


@contextmanager
def locked(folder: Folder, *, seconds: float = lock.WAIT) -> Iterator[None]:
    """Hold the folder as its only writer for the length of a `with` block; may be nested within a thread.

    Raises:
        StorageProblem: archive.locked, when another writer keeps it longer than `seconds`; archive.moving, .moved.
    """
    with lock.exclusive(folder.lock, folder.key, seconds=seconds):
        require_here(folder.path.parent.parent)
        yield


def append(folder: Folder, event_type: str, payload: Mapping[str, object], *, at: datetime, actor: str) -> LogEntry:
    """Add one fact to the log and return its entry once it is durable; the caller holds `locked(folder)`.

    Args:
        folder: whose log.
        event_type: `kebab-case` name of the fact.
        payload: text, whole numbers, yes/no, nothing, lists and tables; amounts and dates as text.
        at: the instant, with its offset.
        actor: who recorded it.

    Raises:
        Refused: archive.not-plain, archive.instant-without-offset.
        Damage: the log's last line is broken; nothing is added to a broken chain.
        StorageProblem: disk full and the like; the line may or may not stand, `read` tells.
    """
    return parse_line(append_all(folder, [(event_type, payload)], at=at, actor=actor)[0])


def append_all(
    folder: Folder, events: Sequence[tuple[str, Mapping[str, object]]], *, at: datetime, actor: str
) -> list[bytes]:
    """Add several facts, (type, payload) each, in one write, as `append` adds one; return the lines.

    A crash may leave the first few of them: each line stands by itself.
    """
    if not lock.is_held(folder.lock):
        raise RuntimeError("append needs the folder's lock: use `with locked(folder)`")
    if at.tzinfo is None:
        raise Refused.of("archive.instant-without-offset", folder.key)
    with disk.storage(folder.key):
        mend_tail(folder)
        last = head(folder)
        before, prev = (last.seq, last.hash) if last else (0, genesis(folder.key))
        lines = []
        for seq, (event_type, payload) in enumerate(events, start=before + 1):
            body = {
                "seq": seq,
                "at": at.astimezone(UTC).isoformat(),
                "type": event_type,
                "actor": actor,
                "payload": payload,
                "prev": prev,
            }
            sealed = plain.canonical(body)
            prev = hashlib.sha256(sealed).hexdigest()
            lines.append(_with_hash(sealed, prev))
        disk.append(folder.events, b"".join(line + b"\n" for line in lines))
    return lines


def read(folder: Folder, *, offset: int = 0) -> tuple[list[LogEntry], int]:
    """Return the complete entries from a byte offset on, and the offset reached, to go on from the next time.

    Raises:
        Damage: a line does not bear out its hash, the chain is broken, or the log is shorter than `offset`.
    """
    with disk.storage(folder.key):
        data = _read_from(folder, offset)
    entries: list[LogEntry] = []
    end = _complete(data)
    for line in data[:end].split(b"\n")[:-1]:
        entry = _checked(folder, line, entries[-1] if entries else None, first=offset == 0)
        entries.append(entry)
    return entries, offset + end


def head(folder: Folder) -> LogEntry | None:
    """Return the last complete entry, None for an empty log.

    Raises:
        Damage: the last line does not bear out its hash, or the log is gone.
    """
    with disk.storage(folder.key):
        line = _last_line(folder)
    if line is None:
        return None
    try:
        return parse_line(line)
    except ValueError as problem:
        raise Damage.of("archive.log-line-broken", folder.key, contract=folder.key, line="-1") from problem


def mend_tail(folder: Folder) -> list[Finding]:
    """Set the beginning of a line that a crash left at the end of the log aside; the caller holds the lock.

    A line counts when its line break stands and no part of it was left as zero bytes by a power cut.
    """
    total = _log_size(folder)
    torn = _torn_at(folder, total)
    if torn == total:
        return []
    rest = disk.read(folder.events, offset=torn)
    aside = folder.unfinished / f"torn-{disk.digest_of(rest).sha256[:16]}.txt"
    disk.make_folder(folder.unfinished)
    if not disk.exists(aside) or disk.read(aside) != rest:
        disk.replace(aside, rest)
    disk.cut(folder.events, torn)
    where = f"{folder.key}/{aside.relative_to(folder.path).as_posix()}"
    return [Finding("archive.torn-line-set-aside", where, params={"contract": folder.key, "file": aside.name})]


def needs_mending(folder: Folder) -> bool:
    """Tell whether the log ends in the beginning of a line; takes no lock, so a writer may be in the middle of one."""
    if not disk.is_plain_file(folder.events):
        return False
    total = disk.size(folder.events)
    return _torn_at(folder, total) != total


def genesis(key: str) -> str:
    """Return what stands as `prev` in a folder's first line, so that a log cannot be moved to another contract."""
    return hashlib.sha256((GENESIS + key).encode()).hexdigest()


def seal(body: Mapping[str, object]) -> str:
    """Return the hash of an entry's other six fields in canonical writing."""
    return hashlib.sha256(plain.canonical(body)).hexdigest()


def parse_line(line: bytes) -> LogEntry:
    """Return the entry of one line without its line break.

    Raises:
        ValueError: the line is not exactly what docgen wrote.
    """
    raw = plain.parse_exact(line)
    if set(raw) != _FIELDS:
        raise ValueError("not the seven fields")
    seq, payload = raw["seq"], raw["payload"]
    if not isinstance(seq, int) or isinstance(seq, bool) or not isinstance(payload, dict):
        raise ValueError("seq or payload is of the wrong kind")  # noqa: TRY004  # one error for all broken lines
    if not all(isinstance(raw[name], str) for name in ("actor", "at", "hash", "prev", "type")):
        raise ValueError("not text")
    at = datetime.fromisoformat(str(raw["at"]))
    told = str(raw["hash"])
    if (
        plain.rewritten(raw) != line
        or at.tzinfo is None
        or hashlib.sha256(_without_hash(line, told)).hexdigest() != told
    ):
        raise ValueError("hash does not match")
    return LogEntry(seq, at, str(raw["type"]), str(raw["actor"]), payload, str(raw["prev"]), told)


def _with_hash(sealed: bytes, told: str) -> bytes:
    """Return the line of a sealed body: sorted keys put the hash between `at` and `payload`.

    No text value can hold these signs, for a quotation mark inside one is written with a backslash before it.
    """
    return sealed.replace(b',"payload":', b',"hash":"' + told.encode() + b'","payload":', 1)


def _without_hash(line: bytes, told: str) -> bytes:
    return line.replace(b',"hash":"' + told.encode() + b'"', b"", 1)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a log holds for verification: entries that bear out their hash, and what is wrong, line by line."""

    entries: list[LogEntry]
    findings: list[Finding]


def scan(folder: Folder) -> Scan:
    """Read the whole log without stopping at damage and tell everything that is wrong with it."""
    entries: list[LogEntry] = []
    findings: list[Finding] = []
    try:
        data = _read_from(folder, 0)
    except Damage as damage:
        return Scan([], list(damage.findings))
    before: LogEntry | None = None
    for number, line in enumerate(data[: _complete(data)].split(b"\n")[:-1], start=1):
        try:
            entry = parse_line(line)
        except ValueError:
            findings.append(_at_line(folder, "archive.log-line-broken", number))
            before = None
            continue
        if (before or number == 1) and not _follows(folder, entry, before):
            findings.append(_at_line(folder, "archive.log-chain-broken", number))
        entries.append(entry)
        before = entry
    if _complete(data) != len(data):
        findings.append(_at_line(folder, TORN, len(entries) + 1))
    return Scan(entries, findings)


def _checked(folder: Folder, line: bytes, before: LogEntry | None, *, first: bool) -> LogEntry:
    number = before.seq + 1 if before else 1
    try:
        entry = parse_line(line)
    except ValueError as problem:
        raise Damage([_at_line(folder, "archive.log-line-broken", number)]) from problem
    if (before or first) and not _follows(folder, entry, before):
        raise Damage([_at_line(folder, "archive.log-chain-broken", number)])
    return entry


def _follows(folder: Folder, entry: LogEntry, before: LogEntry | None) -> bool:
    if before is None:
        return entry.seq == 1 and entry.prev == genesis(folder.key)
    return entry.seq == before.seq + 1 and entry.prev == before.hash


def _at_line(folder: Folder, code: str, number: int) -> Finding:
    where = f"{folder.key}/{folder.events.relative_to(folder.path).as_posix()}"
    return error(code, where, contract=folder.key, line=number)


def _log_size(folder: Folder) -> int:
    if not disk.is_plain_file(folder.events):
        where = f"{folder.key}/{folder.events.relative_to(folder.path).as_posix()}"
        raise Damage.of("archive.log-missing", where, contract=folder.key)
    return disk.size(folder.events)


def _read_from(folder: Folder, offset: int) -> bytes:
    total = _log_size(folder)
    if offset > total:
        raise Damage.of("archive.log-shorter", folder.key, contract=folder.key, offset=offset, size=total)
    return disk.read(folder.events, offset=offset)


def _complete(data: bytes) -> int:
    """Return how many bytes are whole lines: up to the last line break, less a last line with zero bytes in it."""
    end = data.rfind(b"\n") + 1
    while end and b"\0" in data[(start := data.rfind(b"\n", 0, end - 1) + 1) : end]:
        end = start
    return end


def _tail(folder: Folder, total: int) -> tuple[int, bytes]:
    """Return the offset and bytes of the log's end, long enough to hold its last whole line."""
    length = _TAIL
    while True:
        start = max(0, total - length)
        data = disk.read(folder.events, offset=start)
        if start == 0 or data[: _complete(data)].count(b"\n") >= 2:  # noqa: PLR2004  # the last line and the one before
            return start, data
        length *= 4


def _torn_at(folder: Folder, total: int) -> int:
    start, data = _tail(folder, total)
    return start + _complete(data)


def _last_line(folder: Folder) -> bytes | None:
    _, data = _tail(folder, _log_size(folder))
    whole = data[: _complete(data)]
    if not whole:
        return None
    return whole[whole.rfind(b"\n", 0, len(whole) - 1) + 1 : -1]
