"""What still waits to be mirrored: a quick look at names, sizes and times; no file is read and nobody is kept out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from docgen.archive import disk
from docgen.archive.layout import Archive, Folder
from docgen.services.mirror_notes import Notes
from docgen.services.mirror_take import LOG, MANIFEST, names_in

ROOT = ""
"""The name under which files beside the folders are noted."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many files the archive has that the store has not, or has older, and their bytes; and all there are."""

    files: int = 0
    bytes: int = 0
    all_files: int = 0
    all_bytes: int = 0


def waiting(archive: Archive, notes: Notes) -> Waiting:
    """Return how much there is to send; a file that is sent again counts with all its bytes."""
    files = size = all_files = all_bytes = 0
    for folder in archive.folders():
        name = archive.relative(folder.path)
        known = {each.path: each for each in notes.folder(name) if each.is_current}
        for path, found_size, mtime_ns in _present(folder, name):
            all_files, all_bytes = all_files + 1, all_bytes + found_size
            if path not in known or not known[path].is_like(found_size, mtime_ns):
                files, size = files + 1, size + found_size
    return Waiting(files, size, all_files, all_bytes)


def _present(folder: Folder, name: str) -> Iterable[tuple[str, int, int]]:
    for inside in (*(inside for inside, _ in names_in(folder)), MANIFEST, LOG):
        file = folder.path / inside
        if disk.is_plain_file(file):
            seen = file.lstat()
            yield f"{name}/{inside}", seen.st_size, seen.st_mtime_ns
