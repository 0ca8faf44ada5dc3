"""Where things are: one folder with docgen.toml holds a sales office's whole life with docgen.

A workspace holds `companies/ templates/ archive/ inbox/ review/ backup/ log/ docgen.db docgen.key`. The archive may lie
on a share, the database may not. A checkout of the project is a trial workspace.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from docgen.errors import NotFound, Refused

CONFIG_NAME = "docgen.toml"
CONFIG_SCHEMA = 1
DEFAULT_ZONE = "Asia/Shanghai"
_FORMS: dict[str, type] = {
    "schema": int,
    "company": str,
    "timezone": str,
    "paths": dict,
    "inbox": list,
    "finance": dict,
    "defaults": dict,
}
_PLACES = {"archive", "review", "templates", "companies", "database", "key_file", "log", "backup"}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new deal takes over where its record says nothing (P18), under [defaults]; known deals keep their own."""

    rolls_due_dates: bool = True
    rolls_fixed_dates: bool = True
    remind_days: int = 7
    payment_order: str = "principal_first"
    grade_year: str = "calendar"


ALLOWED_DEFAULTS: Mapping[str, Collection[object]] = MappingProxyType(
    {
        "rolls_due_dates": (True, False),
        "rolls_fixed_dates": (True, False),
        "remind_days": range(91),
        "payment_order": ("principal_first", "penalty_first"),
        "grade_year": ("calendar", "trailing"),
    }
)
"""The values each setting of [defaults] may have; the record's own types allow the same."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """A watched folder: where scans are dropped, and whose they are; `as_named` is its path with links left in."""

    path: Path
    name: str
    use_polling: bool = False
    department: str = ""
    owner: str = ""
    as_named: Path | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths and settings of one workspace, read once."""

    root: Path
    archive: Path
    review: Path
    inboxes: tuple[Inbox, ...]
    templates: Path
    companies: Path
    database: Path
    key_file: Path
    log: Path
    backup: Path
    timezone: ZoneInfo
    company: str | None
    settle_seconds: float
    payments_max_age: int = 3
    defaults: Defaults = Defaults()

    @property
    def config(self) -> Path:
        """Return where docgen.toml lies."""
        return self.root / CONFIG_NAME

    def folders(self) -> tuple[Path, ...]:
        """Return the folders a workspace must have."""
        inboxes = tuple(inbox.path for inbox in self.inboxes)
        return (self.archive, self.review, self.templates, self.companies, self.log, self.backup, *inboxes)


def data_root() -> Path:
    """Return where the shipped templates and samples lie: inside the installed package, or the checkout itself."""
    package = Path(__file__).resolve().parent
    packaged = package / "_data"
    return packaged if packaged.is_dir() else package.parent


def find_root(start: Path | None = None) -> Path:
    """Return the workspace a command means: DOCGEN_WORKSPACE, else the nearest folder upwards with a docgen.toml.

    Raises:
        NotFound: there is none.
    """
    named = os.environ.get("DOCGEN_WORKSPACE")
    if named:
        return Path(named).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    if is_checkout(here):
        return here
    raise NotFound.of("workspace.not-found", str(here))


def is_checkout(folder: Path) -> bool:
    """Tell whether a folder is a checkout of the project, which serves as a trial workspace."""
    return (folder / "docgen" / "workspace.py").is_file() and (folder / "pyproject.toml").is_file()


def open_workspace(root: Path) -> Workspace:
    """Read a workspace's settings.

    Raises:
        NotFound: there is no docgen.toml.
        Refused: docgen.toml cannot be read, is newer than this program, or names impossible values.
    """
    path = root / CONFIG_NAME
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as problem:
        raise NotFound.of("workspace.not-found", str(root)) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Refused.of("workspace.config-unreadable", str(path), what=str(problem)) from problem
    return from_settings(root.resolve(), settings)


def from_settings(root: Path, settings: dict[str, Any]) -> Workspace:
    """Build a workspace from the settings of docgen.toml; unknown keys are refused, so a typing slip is not ignored.

    Raises:
        Refused: an unknown key, a newer schema, or a value that cannot be.
    """
    where = str(root / CONFIG_NAME)
    _require_known(settings, where)
    if settings.get("schema", CONFIG_SCHEMA) != CONFIG_SCHEMA:
        raise Refused.of("workspace.newer-schema", where, found=settings.get("schema"), known=CONFIG_SCHEMA)
    paths = settings.get("paths", {})
    return Workspace(
        root=root,
        archive=_place(root, paths, "archive", "archive"),
        review=_place(root, paths, "review", "review"),
        inboxes=_inboxes(root, settings.get("inbox", [{"path": "inbox", "name": "inbox"}]), where),
        templates=_place(root, paths, "templates", "templates"),
        companies=_place(root, paths, "companies", "companies"),
        database=_place(root, paths, "database", "docgen.db"),
        key_file=_place(root, paths, "key_file", "docgen.key"),
        log=_place(root, paths, "log", "log"),
        backup=_place(root, paths, "backup", "backup"),
        timezone=_zone(settings.get("timezone", DEFAULT_ZONE), where),
        company=settings.get("company"),
        settle_seconds=_seconds(settings.get("settle_seconds", 2), where),
        payments_max_age=_max_age(settings.get("finance", {}), where),
        defaults=_defaults(settings.get("defaults", {}), where),
    )


def _require_known(settings: dict[str, Any], where: str) -> None:
    unknown = settings.keys() - {*_FORMS, "settle_seconds"}
    if isinstance(settings.get("paths"), dict):
        unknown |= {f"paths.{name}" for name in settings["paths"].keys() - _PLACES}
    if unknown:
        raise Refused.of("workspace.unknown-setting", where, names=", ".join(sorted(unknown)))
    given = {name: settings[name] for name in _FORMS if name in settings}
    wrong = {name: value for name, value in given.items() if not isinstance(value, _FORMS[name])}
    if "paths" not in wrong:
        places = settings.get("paths", {})
        wrong |= {f"paths.{name}": value for name, value in places.items() if not isinstance(value, str)}
    for name, value in wrong.items():
        raise Refused.of("workspace.bad-value", where, name=name, value=value)


def _place(root: Path, paths: dict[str, str], key: str, default: str) -> Path:
    return (root / (paths.get(key) or default)).resolve()


def _inboxes(root: Path, rows: list[dict[str, Any]], where: str) -> tuple[Inbox, ...]:
    for row in rows:
        is_table = isinstance(row, dict) and isinstance(row.get("path"), str) and row["path"].strip()
        if not is_table or row.keys() - {"path", "name", "use_polling", "department", "owner"}:
            raise Refused.of("workspace.bad-inbox", where)
        for key in ("department", "owner"):
            if not isinstance(row.get(key, ""), str):
                raise Refused.of("workspace.bad-value", where, name=f"inbox.{key}", value=row[key])
    return tuple(_inbox(root, row) for row in rows)


def _inbox(root: Path, row: dict[str, Any]) -> Inbox:
    named = root / row["path"]
    return Inbox(
        named.resolve(),
        str(row.get("name") or row["path"]),
        bool(row.get("use_polling", False)),
        row.get("department", "").strip(),
        row.get("owner", "").strip(),
        named,
    )


def _zone(name: str, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise Refused.of("workspace.unknown-timezone", where, name=name) from problem


def _max_age(finance: dict[str, Any], where: str) -> int:
    """Read [finance] max_age_days: how many working days old payment data may be when a letter asks for money."""
    unknown = finance.keys() - {"max_age_days"}
    if unknown:
        raise Refused.of("workspace.unknown-setting", where, names=", ".join(f"finance.{name}" for name in unknown))
    value = finance.get("max_age_days", 3)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 60:  # noqa: PLR2004  # two months
        return value
    raise Refused.of("workspace.bad-value", where, name="finance.max_age_days", value=value)


def _defaults(given: dict[str, Any], where: str) -> Defaults:
    unknown = sorted(given.keys() - ALLOWED_DEFAULTS.keys())
    if unknown:
        raise Refused.of("workspace.unknown-setting", where, names=", ".join(f"defaults.{name}" for name in unknown))
    for name, value in given.items():
        allowed = ALLOWED_DEFAULTS[name]
        if not any(type(value) is type(one) and value == one for one in allowed):
            known = "0–90" if isinstance(allowed, range) else ", ".join(_toml(one) for one in allowed)
            raise Refused.of("workspace.bad-default", where, name=name, value=_toml(value), known=known)
    return Defaults(**given)


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


def _seconds(value: object, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 3600:  # noqa: PLR2004  # an hour
        return float(value)
    raise Refused.of("workspace.bad-settle-seconds", where, value=value)
