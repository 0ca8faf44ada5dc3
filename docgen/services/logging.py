"""The log an administrator reads when something went wrong: what happened when, in codes, ids and counts only.

A sales office's data is personal (names, phones, accounts), so none of it may lie in a log that is mailed around. What
may be written is a closed list of fields, each with the shape its values must have; anything else, a Chinese name or a
line break meant to forge an entry among it, is replaced by its length. Messages of other libraries and of exceptions
are never written, only where they came from.

One file a day and at most 5 MB each, `log/docgen-2026-11-22.1.log`, the newest thirty kept. Lines are appended in one
write and files are never renamed, so that a watcher and a command may log at the same time.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict, Unpack

from docgen.errors import DocgenError

LARGEST_FILE = 5_000_000
FILES_KEPT = 30
LONGEST_LINE = 4_000
_FRAMES = 25

_EVENT = re.compile(r"[a-z][a-z0-9-]{0,60}")
_CODE = re.compile(r"[a-z]+\.[a-z0-9-]{1,60}")
_FILE_NAME = re.compile(r"docgen-(\d{4}-\d{2}-\d{2})\.(\d+)\.log")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "contract": re.compile(r"HT\d{10,14}|_company/\d{4}"),
    "number": re.compile(r"HT\d{10,14}(-[A-Z]{2}\d*(-\d{2,})?)?"),
    "document": re.compile(r"[0-9A-HJKMNP-TV-Z]{8}"),
    "item": re.compile(r"[0-9a-f]{16}"),
    "waiting": re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}"),
    "sha256": re.compile(r"[0-9a-f]{8,64}"),
    "kind": re.compile(r"[a-z][a-z-]{1,40}"),
    "face": re.compile(r"[a-z]{2,8}"),
    "outcome": re.compile(r"[a-z][a-z-]{1,40}"),
    "command": re.compile(r"[a-z]+( [a-z]+)?"),
    "error": re.compile(r"[A-Za-z_][\w.]{0,80}", re.ASCII),
    "at": re.compile(r"[\w.]+:\d+:[\w<>]+", re.ASCII),
}
_LOGGER = "docgen"
logging.getLogger(_LOGGER).addHandler(logging.NullHandler())  # before a log is set up, nothing goes to the screen


class Fields(TypedDict, total=False):
    """Everything a log line may say beside its event. There is no field for a name, a path or a text."""

    contract: str
    number: str
    document: str
    item: str
    waiting: str
    sha256: str
    kind: str
    face: str
    outcome: str
    command: str
    codes: tuple[str, ...]
    count: int
    pages: int
    bytes: int
    seconds: float
    exit_code: int


class DayFiles(logging.Handler):
    """Appends each line to the file of the day (UTC); begins a new part when one is full, removes the oldest."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.INFO)
        self.folder = folder
        self.path: Path | None = None
        self.setFormatter(_Line())

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line. A full or lost disk never stops the work that is being logged."""
        try:
            path = self._file_for(datetime.fromtimestamp(record.created, UTC))
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            try:
                os.write(handle, (self.format(record)[:LONGEST_LINE] + "\n").encode("ascii", "replace"))
            finally:
                os.close(handle)
        except OSError:
            return

    def _file_for(self, now: datetime) -> Path:
        day = now.date().isoformat()
        part = 1
        while _size(path := self.folder / f"docgen-{day}.{part}.log") >= LARGEST_FILE:
            part += 1
        if path != self.path:
            self.path = path
            self.folder.mkdir(parents=True, exist_ok=True)
            _remove_oldest(self.folder, keep=FILES_KEPT - 1)
        return path


class _Line(logging.Formatter):
    """Time, level, process, event, fields. A message that did not come through `record` is withheld."""

    def format(self, record: logging.LogRecord) -> str:
        fields: Mapping[str, object] | None = getattr(record, "docgen_fields", None)
        event = record.getMessage() if fields is not None and _EVENT.fullmatch(record.getMessage()) else "withheld"
        if fields is None:
            fields = {"at": f"{record.module}:{record.lineno}:{record.funcName}"}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = "".join(f" {name}={_shown(name, value)}" for name, value in fields.items())
        return f"{at} {record.levelname} {record.process} {event}{told}"


def set_up(folder: Path) -> None:
    """Log to a folder from now on, in this process; calling again moves the log there."""
    logger = logging.getLogger(_LOGGER)
    for handler in [handler for handler in logger.handlers if isinstance(handler, DayFiles)]:
        logger.removeHandler(handler)
    logger.addHandler(DayFiles(folder))
    logger.setLevel(logging.INFO)
    logger.propagate = False


def record(event: str, **fields: Unpack[Fields]) -> None:
    """Write one event: a lower-case word with hyphens, and fields of the closed list."""
    logging.getLogger(_LOGGER).info(event, extra={"docgen_fields": dict(fields)})


def refused(problem: DocgenError, **fields: Unpack[Fields]) -> None:
    """Write that something was refused: the codes of its findings, without their values."""
    codes = tuple(dict.fromkeys(finding.code for finding in problem.findings))
    told = {**fields, "error": type(problem).__name__, "codes": codes}
    logging.getLogger(_LOGGER).warning("refused", extra={"docgen_fields": told})


def unexpected(problem: BaseException) -> Path | str:
    """Write where an unexpected error came from, frame by frame, and return the log's path.

    Outside a workspace the log lies in a new folder for temporary files. Where nothing can be written, the frames go to
    standard error and the word `stderr` is returned.
    """
    logger = logging.getLogger(_LOGGER)
    if not _day_files(logger):
        set_up(Path(tempfile.mkdtemp(prefix="docgen-log-")))
    lines = list(_crash_lines(problem))
    for told in lines:
        logger.error("unexpected", extra={"docgen_fields": told})
    path = _day_files(logger)[0].path
    if path is not None and path.is_file():
        return path
    sys.stderr.writelines(f"unexpected {told}\n" for told in lines)
    return "stderr"


def _day_files(logger: logging.Logger) -> list[DayFiles]:
    return [handler for handler in logger.handlers if isinstance(handler, DayFiles)]


def _crash_lines(problem: BaseException) -> Iterator[dict[str, object]]:
    """Yield the error's type and its frames, innermost last; then the same for its cause."""
    told: dict[str, object] = {"error": f"{type(problem).__module__}.{type(problem).__qualname__}"}
    if isinstance(problem, OSError) and problem.errno is not None:
        told["errno"] = problem.errno
    yield told
    for frame in traceback.extract_tb(problem.__traceback__)[-_FRAMES:]:
        yield {"at": f"{_module(frame.filename)}:{frame.lineno}:{frame.name}"}
    cause = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    if cause is not None:
        yield from _crash_lines(cause)


def _module(file_name: str) -> str:
    """Return a module's dotted name without the folders above its package, which may bear a person's name."""
    parts = Path(file_name).with_suffix("").parts
    for anchor in ("site-packages", "docgen"):
        if anchor in parts:
            start = len(parts) - parts[::-1].index(anchor) - (1 if anchor == "docgen" else 0)
            return ".".join(parts[start:])
    return parts[-1]


def _shown(name: str, value: object) -> str:
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, tuple):
        return ",".join(code if _CODE.fullmatch(str(code)) else "withheld" for code in value) or "-"
    text = str(value)
    shape = _SHAPES.get(name)
    return text if shape is not None and shape.fullmatch(text) else f"withheld({len(text)})"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _remove_oldest(folder: Path, *, keep: int) -> None:
    found = [(match[1], int(match[2]), path) for path in folder.iterdir() if (match := _FILE_NAME.fullmatch(path.name))]
    for _, _, path in sorted(found)[: max(0, len(found) - keep)]:
        path.unlink(missing_ok=True)
