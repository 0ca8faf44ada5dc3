"""A workspace's premises: are its folders, fonts, key and database where and as they must be?"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from docgen.errors import DocgenError
from docgen.findings import Finding, error, note, warning
from docgen.intake.inbox import WatchedFolder, apartness
from docgen.mounts import mount_info, share_type
from docgen.services import keyring_file
from docgen.services.machine import Machine, standing
from docgen.services.office import Office
from docgen.workspace import Inbox, Workspace

RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time than this program's making."""
TOLERANCE = timedelta(minutes=5)
"""Files on a share bear the server's time, which may differ a little from ours."""

_TRUETYPE = b"\x00\x01\x00\x00"
_FONT_URL = re.compile(r"""url\(\s*["']?([^"')]+\.(?:ttf|otf|woff2?))["']?\s*\)""")
_HAS_MODES = os.name == "posix"


def folder_findings(workspace: Workspace) -> Iterator[Finding]:
    """Check that each folder stands and that this account may do its work there."""
    read_only = {workspace.templates, workspace.companies}
    faults = [
        fault
        for folder in (*workspace.folders(), workspace.database.parent)
        for fault in _folder_faults(folder, must_write=folder not in read_only)
    ]
    yield from faults or [note("doctor.folders-ok", str(workspace.root))]


def _folder_faults(folder: Path, *, must_write: bool) -> Iterator[Finding]:
    if not folder.is_dir():
        yield error("doctor.folder-missing", str(folder))
        return
    if not os.access(folder, os.R_OK | os.X_OK | (os.W_OK if must_write else 0)):
        yield error("doctor.folder-no-rights", str(folder))
    mode = folder.stat().st_mode
    if _HAS_MODES and mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        yield warning("doctor.folder-open", str(folder))


def kept_places(workspace: Workspace) -> dict[str, Path]:
    """Return the folders an inbox may neither lie in nor hold, by the names docgen.toml gives them."""
    names = ("archive", "review", "backup", "log", "templates", "companies")
    return {name: getattr(workspace, name) for name in names}


def watched(inbox: Inbox) -> WatchedFolder:
    """Return an inbox of docgen.toml as the watcher has it."""
    return WatchedFolder(
        inbox.path, inbox.name, inbox.use_polling, inbox.department, inbox.owner, as_named=inbox.as_named
    )


def inbox_findings(workspace: Workspace) -> Iterator[Finding]:
    """Tell beforehand what the watcher would refuse: an inbox that is a link, or overlaps with another place."""
    folders = [watched(one) for one in workspace.inboxes if one.path.is_dir()]  # a missing one is told by its folder
    yield from apartness(folders, kept=kept_places(workspace), mounts=mount_info())


def font_findings(workspace: Workspace) -> Iterator[Finding]:
    """Check that every font the shared style sheets name is there and is TrueType (CFF outlines break PDF/A)."""
    shared = Office(workspace).shared_templates
    named = sorted(
        {
            (sheet.parent / url).resolve()
            for sheet in shared.glob("*.css")
            for url in _FONT_URL.findall(sheet.read_text(encoding="utf-8"))
        }
    )
    faults = [fault for font in named for fault in _font_faults(font)]
    if not named:
        faults = [error("doctor.font-missing", str(shared / "fonts"))]
    yield from faults or [note("doctor.fonts-ok", count=len(named))]


def _font_faults(font: Path) -> Iterator[Finding]:
    try:
        with font.open("rb") as file:
            start = file.read(len(_TRUETYPE))
    except OSError:
        yield error("doctor.font-missing", str(font))
        return
    if start != _TRUETYPE:
        yield error("doctor.font-not-truetype", str(font))


def key_findings(workspace: Workspace) -> Iterator[Finding]:
    """Check that the key file can be read, by its owner only."""
    path = workspace.key_file
    try:
        keyring_file.read(path)
    except DocgenError as problem:
        yield from problem.findings
        return
    except OSError:
        yield error("doctor.key-no-rights", str(path))
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if _HAS_MODES and mode & 0o077:
        yield error("doctor.key-open", str(path), mode=f"{mode:o}")
    else:
        yield note("doctor.key-ok", str(path))


def database_findings(workspace: Workspace, machine: Machine) -> Iterator[Finding]:
    """Check that the database lies on a disk of this machine: on a share its locks cannot be relied on."""
    kind = share_type(workspace.database, mounts=machine.mounts)
    if kind is not None:
        yield error("doctor.database-on-share", str(workspace.database), kind=kind)
    elif not workspace.database.is_file():
        yield error("store.no-database", str(workspace.database))
    else:
        yield note("doctor.database-ok", str(workspace.database))


def git_findings(workspace: Workspace) -> Iterator[Finding]:
    """Warn where the archive lies inside a git work tree: `git clean -fdx` there would delete it."""
    for folder in (workspace.archive, *workspace.archive.parents):
        if (folder / ".git").exists():
            yield warning("doctor.archive-in-git", str(workspace.archive), tree=str(folder))
            return


def clock_findings(workspace: Workspace | None, *, now: datetime) -> Iterator[Finding]:
    """Check the clock against this program's making and against what this workspace wrote last."""
    latest = max(RELEASED, *_last_written(workspace)) if workspace else RELEASED
    if now + TOLERANCE < latest:
        yield error("doctor.clock-behind", now=now.isoformat(timespec="minutes"), seen=_minutes(latest))
    else:
        yield note("doctor.clock-ok", now=now.astimezone(workspace.timezone if workspace else UTC).strftime("%F %R %Z"))


def _minutes(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _last_written(workspace: Workspace) -> Iterator[datetime]:
    yield RELEASED
    for path in (workspace.config, workspace.database, workspace.key_file, *_files(workspace.log)):
        with suppress(OSError):
            yield datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def disks_used(workspace: Workspace) -> tuple[Path, ...]:
    """Return the folders whose disks fill up."""
    places = (workspace.archive, workspace.review, workspace.database.parent, workspace.backup, workspace.log)
    return tuple(standing(place) for place in places)
