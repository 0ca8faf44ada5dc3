"""What a backup is: one file that names every other by hash, and a store of contents that all backups share.

    backup/objects/ab/abcdef…      each content once, named by its SHA-256
    backup/<instant>/files.jsonl   every file and folder of the workspace: section, path, hash, size, mode, time
    backup/<instant>/backup.json   written last: counts, program, and the hash of files.jsonl; without it, no backup

Nothing here needs the program: `sha256sum` proves each object, and a person can copy each file back to its path.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from docgen.archive import disk
from docgen.archive.objects import Objects
from docgen.archive.snapshot import Entry
from docgen.errors import Damage, DocgenError, NotFound, Refused
from docgen.findings import Finding, Severity

SCHEMA = 1
OBJECTS = "objects"
HEAD, FILES = "backup.json", "files.jsonl"
TABLES = ("retention.toml", "bank-mappings.toml", "mirror.toml")
"""Files of the office's own choices that lie beside docgen.toml, where there are any."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One finished backup: where it lies, when it was begun, by which program, and how much it names."""

    path: Path
    name: str
    began: str
    ended: str
    program: str
    files: int
    bytes: int
    new_bytes: int
    list_sha256: str

    @property
    def objects(self) -> Objects:
        """Return the store the backup's contents lie in."""
        return Objects(self.path.parent / OBJECTS)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of files.jsonl."""

    section: str
    entry: Entry

    @property
    def key(self) -> str:
        """Return section and path as one name."""
        return f"{self.section}/{self.entry.path}"


def backups(root: Path) -> tuple[Backup, ...]:
    """Return the finished backups in a folder, oldest first; those cut off, and those that cannot be read, left out."""
    return _looked_through(root)[0]


def unreadable_backups(root: Path) -> tuple[Finding, ...]:
    """Return a warning for each backup in a folder whose head cannot be read, or was written by a newer program."""
    return _looked_through(root)[1]


def _looked_through(root: Path) -> tuple[tuple[Backup, ...], tuple[Finding, ...]]:
    sound, odd = [], []
    for name in _finished(root):
        try:
            sound.append(_head(root / name))
        except DocgenError as problem:
            odd += [replace(each, severity=Severity.WARNING) for each in problem.findings]
    return tuple(sound), tuple(odd)


def _finished(root: Path) -> list[str]:
    return [name for name in disk.names(root) if name != OBJECTS and disk.is_plain_file(root / name / HEAD)]


def backup_named(root: Path, name: str | None) -> Backup:
    """Return a backup by its name, the newest without one; `root` may also be the folder of one backup itself.

    Raises:
        NotFound: there is none.
        Damage: its head cannot be read; another one is not taken in its place unless it is named.
        Refused: a newer program wrote it.
    """
    if name is None and disk.is_plain_file(root / HEAD):
        return _head(root)
    known = _finished(root)
    wanted = [each for each in known if name in {None, each}]
    if not wanted:
        raise NotFound.of("services.no-backup", str(root), name=name or "—", known="、".join(known) or "—")
    return _head(root / wanted[-1])


def _head(path: Path) -> Backup:
    try:
        head = json.loads(disk.read(path / HEAD))
        if head["schema"] > SCHEMA:
            raise Refused.of("services.backup-newer", str(path), found=head["schema"], known=SCHEMA)
        counted = {name: int(head[name]) for name in ("files", "bytes", "new_bytes")}
        words = {name: str(head[name]) for name in ("began", "ended", "program", "list_sha256")}
        return Backup(path=path, name=path.name, **counted, **words)  # type: ignore[arg-type]
    except (ValueError, KeyError, TypeError) as problem:
        raise Damage.of("services.backup-unreadable", str(path), what=str(problem)) from problem


def lines_of(backup: Backup) -> Iterator[Line]:
    """Yield what a backup names.

    Raises:
        Damage: the list is not the one the backup was finished with.
    """
    data = disk.read(backup.path / FILES)
    if hashlib.sha256(data).hexdigest() != backup.list_sha256:
        raise Damage.of("services.backup-list-changed", str(backup.path), path=str(backup.path / FILES))
    for text in data.decode().splitlines():
        row = json.loads(text)
        section = row.pop("section")
        yield Line(section, Entry(**row))


def known_entries(backup: Backup | None, section: str) -> Mapping[str, Entry]:
    """Return what the last backup took of a section, by path, so that unchanged files need not be read again."""
    if backup is None:
        return {}
    return {line.entry.path: line.entry for line in lines_of(backup) if line.section == section}


def write_list(folder: Path, lines: Iterable[Line]) -> tuple[int, int, str]:
    """Write files.jsonl and return how many files it names, their bytes, and its own hash."""
    files = size = 0
    texts = []
    for line in lines:
        files += line.entry.sha256 is not None
        size += line.entry.size
        texts.append(json.dumps({"section": line.section, **asdict(line.entry)}, ensure_ascii=False) + "\n")
    data = "".join(texts).encode()
    disk.write_new(folder / FILES, data)
    return files, size, hashlib.sha256(data).hexdigest()
