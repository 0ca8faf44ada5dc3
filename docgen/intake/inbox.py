"""The inbox: a folder into which scanners, copiers and colleagues drop files, at any moment and in any state.

A scanner opens a file, closes it, appends the next page, reserves the final size beforehand, or gives the file an old
date; an SMB client writes under a passing name. So a file is taken only when it looks like a file (`listing`), has
stood still while we watched and can be read to its end (`docgen.intake.settling`), and is then claimed by a rename
inside the inbox: of two processes that reach for the same file exactly one gets it. What was claimed by a process that
died is found again at the next start (`reclaim`). The file itself is the last thing to go (`discard`).
"""

from __future__ import annotations

import stat
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from docgen.errors import Refused, StorageProblem
from docgen.findings import Finding, error, warning
from docgen.intake.inlet import Inlet
from docgen.mounts import mount_info, overlaps

CLAIMED = ".docgen-claimed"
"""The folder inside an inbox that holds what has been claimed; same file system, so the rename is atomic."""

_PASSING_SUFFIXES = frozenset(
    {".crdownload", ".download", ".filepart", ".lck", ".lock", ".part", ".partial", ".swp", ".temp", ".tmp", ".writing"}
)
_PASSING_PREFIXES = (".", "~")
_SYSTEM_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """One inbox: its path, the name people know it by, and whether the file system sends no events (network shares).

    `department` and `owner` say whose the scans are; `as_named` is the path as it was written, links and all.
    """

    path: Path
    name: str
    use_polling: bool = False
    department: str = ""
    owner: str = ""
    as_named: Path | None = None

    @property
    def inlet(self) -> Inlet:
        """Return what is kept of the inbox with each file that came through it."""
        return Inlet(self.name, self.department, self.owner)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a file from its later self: size in bytes, last change in ns; no inode, which shares make up anew."""

    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Read the stamp without following a link.

        Raises:
            OSError: the file is gone or may not be looked at.
        """
        seen = path.stat(follow_symlinks=False)
        return cls(seen.st_size, seen.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in an inbox: files to take, and whatever is passed over although somebody may wait for it."""

    candidates: tuple[Path, ...]
    passed_over: tuple[Finding, ...]


def listing(folder: WatchedFolder) -> Listing:
    """List an inbox, oldest name first; subfolders, links, pipes and twice-linked files are passed over with a reason.

    Raises:
        StorageProblem: the inbox is gone or may not be read (a share that dropped, say).
    """
    found: list[Path] = []
    passed: list[Finding] = []
    for path in _entries(folder):
        reason = _reason_to_pass(path)
        if reason == "":
            found.append(path)
        elif reason is not None:
            passed.append(warning(reason, shown_name(path), inbox=folder.name))
    return Listing(tuple(found), tuple(passed))


def candidates(folder: WatchedFolder) -> list[Path]:
    """Return the plain files of an inbox that may be taken once they have settled."""
    return list(listing(folder).candidates)


def shown_name(path: PurePath | str) -> str:
    """Return a file's name fit for people, logs and JSON: GB18030 names read as such, control characters shown as □."""
    name = path if isinstance(path, str) else path.name
    raw = name.encode("utf-8", "surrogateescape") if _is_encodable(name) else name.encode("utf-8", "replace")
    text = unicodedata.normalize("NFC", _decoded(raw))
    return "".join("□" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char for char in text)


def ensure_apart(folders: Iterable[WatchedFolder], *, kept: Mapping[str, Path]) -> None:
    """Refuse to start where an inbox and a place of our own (archive, review …) lie inside one another.

    Otherwise our own output would come in again as a new scan, or a person's drop would land in the archive. An inbox
    that is itself a link is refused too: whoever turns the link sends the scans of the day elsewhere.

    Raises:
        Refused: an inbox is missing or a link, or overlaps with a kept place or with another inbox.
    """
    problems = apartness(folders, kept=kept, mounts=mount_info())
    if problems:
        raise Refused(problems)


def out_of_place(folders: Iterable[WatchedFolder], *, kept: Mapping[str, Path]) -> dict[str, list[Finding]]:
    """Return by inbox why nothing may be taken from it any more: it has become a link, or lies inside another place.

    Whoever may write beside an inbox could put a link in its place while the watcher runs, to the archive itself even.
    """
    found: dict[str, list[Finding]] = {}
    for each in apartness(folders, kept=kept, mounts=mount_info()):
        if each.code != "intake.inbox-missing":
            found.setdefault(str(each.params["inbox"]), []).append(each)
    return found


def apartness(folders: Iterable[WatchedFolder], *, kept: Mapping[str, Path], mounts: str) -> list[Finding]:
    """Return what keeps the watcher from starting; `mounts` is the text of /proc/self/mountinfo.

    Neither `..`, links, bind mounts nor another spelling on a disk that knows no case hide that two places are one.
    """
    inboxes = list(folders)
    problems = [error("intake.inbox-missing", str(each.path), inbox=each.name) for each in inboxes if not _stands(each)]
    problems += [
        error("intake.inbox-is-link", str(named), inbox=each.name, path=str(each.path))
        for each in inboxes
        if (named := each.as_named or each.path).is_symlink()
    ]
    problems += [
        error("intake.inbox-overlaps", str(inbox.path), inbox=inbox.name, other=name, path=str(path))
        for inbox in inboxes
        for name, path in kept.items()
        if overlaps(inbox.path, path, mounts=mounts)
    ]
    problems += [
        error("intake.inbox-overlaps", str(one.path), inbox=one.name, other=two.name, path=str(two.path))
        for place, one in enumerate(inboxes)
        for two in inboxes[place + 1 :]
        if overlaps(one.path, two.path, mounts=mounts)
    ]
    return problems


def _entries(folder: WatchedFolder) -> list[Path]:
    try:
        return sorted(folder.path.iterdir())
    except OSError as problem:
        raise StorageProblem.of(
            "intake.inbox-unreadable", str(folder.path), inbox=folder.name, reason=problem.strerror or ""
        ) from problem


def _reason_to_pass(path: Path) -> str | None:
    """Return "" for a file to take, a code for what a person should know of, None for passing names."""
    if _is_passing(path.name):
        return None
    try:
        seen = path.stat(follow_symlinks=False)
    except OSError:
        return None  # gone between listing and looking: another process took it
    if stat.S_ISDIR(seen.st_mode):
        return "intake.passed-folder"
    if not stat.S_ISREG(seen.st_mode):
        return "intake.passed-special"
    return "intake.passed-hard-link" if seen.st_nlink > 1 else ""


def _is_passing(name: str) -> bool:
    lowered = name.lower()
    return (
        lowered.startswith(_PASSING_PREFIXES)
        or lowered in _SYSTEM_NAMES
        or PurePath(lowered).suffix in _PASSING_SUFFIXES
    )


def _is_encodable(name: str) -> bool:
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _stands(folder: WatchedFolder) -> bool:
    return folder.path.is_dir()
