"""The machine docgen runs on, as far as docgen depends on it: Python, SQLite, Pango, OCR, child processes, disks.

A `Machine` holds the ways to ask; `this_machine()` asks the real one, tests describe another.
"""

from __future__ import annotations

import ctypes
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from docgen.contained.run import Limits, run
from docgen.errors import DocgenError, LimitExceeded
from docgen.findings import Finding, error, note, warning
from docgen.mounts import mount_table

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 31, 0)
"""What Django 5.2 asks for."""
DISK_FULL = 200_000_000
DISK_LOW = 2_000_000_000
_GIGABYTE = 1_000_000_000

_LIBRARIES = {
    "Pango": ("libpango-1.0.so.0", "libpango-1.0.0.dylib", "libpango-1.0-0.dll"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.0.dylib", "libpangoft2-1.0-0.dll"),
    "HarfBuzz-Subset": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll"),
    "Fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll"),
}
_OCR_MODULES = ("rapidocr", "onnxruntime")


@dataclass(frozen=True, slots=True)
class Machine:
    """The answers of one machine; each field is a fact or a way to ask for one."""

    python: tuple[int, ...]
    sqlite: tuple[int, ...]
    can_load: Callable[[str], bool]
    has_module: Callable[[str], bool]
    free_bytes: Callable[[Path], int]
    can_contain: Callable[[], bool]
    mounts: str


def this_machine() -> Machine:
    """Return the machine this process runs on."""
    return Machine(
        python=sys.version_info[:3],
        sqlite=sqlite3.sqlite_version_info,
        can_load=_can_load,
        has_module=lambda name: find_spec(name) is not None,
        free_bytes=lambda path: shutil.disk_usage(path).free,
        can_contain=_can_contain,
        mounts=mount_table(),
    )


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _can_contain() -> bool:
    """Tell whether work that takes too much memory is stopped, by trying it."""
    try:
        run("docgen.contained.drills:hoard", 600, limits=Limits(seconds=20, memory_mb=400))
    except LimitExceeded:
        return True
    except DocgenError:
        return False
    return False


def python_findings(machine: Machine) -> Iterator[Finding]:
    """Check Python's version."""
    make = note if machine.python >= OLDEST_PYTHON else error
    code = "doctor.python-ok" if machine.python >= OLDEST_PYTHON else "doctor.python-old"
    yield make(code, version=_dotted(machine.python), oldest=_dotted(OLDEST_PYTHON))


def sqlite_findings(machine: Machine) -> Iterator[Finding]:
    """Check SQLite's version."""
    make = note if machine.sqlite >= OLDEST_SQLITE else error
    code = "doctor.sqlite-ok" if machine.sqlite >= OLDEST_SQLITE else "doctor.sqlite-old"
    yield make(code, version=_dotted(machine.sqlite), oldest=_dotted(OLDEST_SQLITE))


def _dotted(version: Sequence[int]) -> str:
    return ".".join(str(part) for part in version)


def layout_findings(machine: Machine) -> Iterator[Finding]:
    """Check that the libraries which lay out PDF papers can be loaded."""
    missing = [name for name, files in _LIBRARIES.items() if not any(machine.can_load(file) for file in files)]
    if missing:
        yield error("doctor.pango-missing", names="、".join(missing))
    else:
        yield note("doctor.pango-ok")


def ocr_findings(machine: Machine) -> Iterator[Finding]:
    """Tell whether OCR is installed; nothing stops without it, fewer scans find their place by themselves."""
    missing = [name for name in _OCR_MODULES if not machine.has_module(name)]
    yield note("doctor.ocr-missing", names="、".join(missing)) if missing else note("doctor.ocr-ok")


def containment_findings(machine: Machine) -> Iterator[Finding]:
    """Check that foreign files can be read behind a limit: one hostile scan must not take the machine along."""
    yield note("doctor.contained-ok") if machine.can_contain() else error("doctor.not-contained")


def disk_findings(machine: Machine, folders: Sequence[Path]) -> Iterator[Finding]:
    """Check the room on each disk that the folders lie on, each disk once."""
    disks = {place.stat().st_dev: place for place in map(standing, reversed(folders))}
    for place in reversed(disks.values()):
        free = machine.free_bytes(place)
        told = f"{free / _GIGABYTE:.1f} GB"
        if free < DISK_FULL:
            yield error("doctor.disk-full", str(place), free=told)
        elif free < DISK_LOW:
            yield warning("doctor.disk-low", str(place), free=told)
        else:
            yield note("doctor.disk-ok", str(place), free=told)


def standing(path: Path) -> Path:
    """Return the path itself or the nearest folder above it that exists, symbolic links resolved."""
    real = path.resolve()
    return next(place for place in (real, *real.parents) if place.exists())
