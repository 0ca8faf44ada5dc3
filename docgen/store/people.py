"""Users: who may act under which name, with which role and posts. The only table no log stands behind.

Passwords have no business in an archive that is copied and handed out, so users live in the database alone; a rebuild
carries them over from the database it replaces.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from docgen.errors import NotFound, Refused
from docgen.store import (
    database,  # noqa: F401  # sets Django up before the models
    direct,
)
from docgen.store.models import User

READ_ONLY = "read-only"
ADMIN = "admin"
FREE_TRIES = 2
LONGEST_WAIT = timedelta(hours=24)
LOCKED_FROM = 10
"""From this many wrong passwords in a row on, the longest wait applies at once."""
_COLUMNS = ("name", "display", "role", "posts", "password", "is_enabled", "failures", "wait_until", "created_at")


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user without the password; `wait_until` is set while wrong passwords make them wait."""

    name: str
    display: str
    role: str
    posts: tuple[str, ...]
    is_enabled: bool
    failures: int
    wait_until: str | None

    @property
    def may_write(self) -> bool:
        """Tell whether the user may do anything that writes."""
        return self.is_enabled and self.role != READ_ONLY


def users() -> tuple[StoredUser, ...]:
    """Return all users by name."""
    return tuple(_stored(row) for row in User.objects.order_by("name"))


def find(name: str) -> StoredUser | None:
    """Return a user, or None."""
    row = User.objects.filter(name=name).first()
    return _stored(row) if row else None


def user(name: str) -> StoredUser:
    """Return a user.

    Raises:
        NotFound: there is none of that name.
    """
    found = find(name)
    if found is None:
        raise NotFound.of("people.no-user", name, name=name, known="、".join(each.name for each in users()) or "—")
    return found


def has_admin() -> bool:
    """Tell whether an administrator who may act exists."""
    return User.objects.filter(role=ADMIN, is_enabled=True).exists()


def add(who: StoredUser, *, password: str, at: datetime) -> StoredUser:
    """Add a user; `password` is the hash.

    Raises:
        Refused: the name is taken.
    """
    with transaction.atomic():
        if User.objects.filter(name__iexact=who.name).exists():
            raise Refused.of("people.name-taken", who.name, name=who.name)
        User.objects.create(
            name=who.name,
            display=who.display,
            role=who.role,
            posts=list(who.posts),
            password=password,
            is_enabled=who.is_enabled,
            created_at=at.isoformat(),
        )
    return user(who.name)


def set_password(name: str, password: str) -> None:
    """Keep a new hash and forget wrong tries."""
    User.objects.filter(name=name).update(password=password, failures=0, wait_until="")


def set_enabled(name: str, *, is_enabled: bool) -> None:
    """Let a user act, or no longer; enabling also forgets wrong tries."""
    User.objects.filter(name=name).update(is_enabled=is_enabled, failures=0, wait_until="")


def begin_try(name: str, *, now: datetime) -> str | None:
    """Count a try before the password is looked at, and return its hash; None where no such user may act.

    Counting first makes guesses at the same moment count, too. `succeed` takes the count back.

    Raises:
        Refused: wrong passwords make the user wait.
    """
    with transaction.atomic():
        row = User.objects.filter(name=name).first()
        if row is None:
            return None
        if row.wait_until and now < datetime.fromisoformat(row.wait_until):
            seconds = int((datetime.fromisoformat(row.wait_until) - now).total_seconds()) + 1
            raise Refused.of("people.wait", name, name=name, seconds=seconds, failures=row.failures)
        row.failures += 1
        row.wait_until = (now + wait_after(row.failures)).isoformat() if row.failures > FREE_TRIES else ""
        row.save(update_fields=["failures", "wait_until"])
        return row.password if row.is_enabled else None


def succeed(name: str) -> None:
    """Forget wrong tries: the right password was given."""
    User.objects.filter(name=name).update(failures=0, wait_until="")


def wait_after(failures: int) -> timedelta:
    """Return how long to wait after so many wrong passwords in a row: 5 s doubling, a day from the tenth."""
    if failures >= LOCKED_FROM:
        return LONGEST_WAIT
    return timedelta(seconds=5 * 2 ** max(0, failures - FREE_TRIES - 1))


def require_writer(actor: str) -> None:
    """Refuse where the actor is a user who may only read, or may not act at all.

    Raises:
        Refused: people.read-only, people.disabled.
    """
    row = direct.one("SELECT role, is_enabled FROM store_user WHERE name = %s", actor)
    if row is None or (row[1] and row[0] != READ_ONLY):
        return
    found = user(actor)
    if not found.is_enabled:
        raise Refused.of("people.disabled", actor, user=found.display)
    raise Refused.of("people.read-only", actor, user=found.display)


def rows_in(path: Path) -> list[dict[str, Any]] | None:
    """Return the users of a database file as plain rows, whatever its version; None where it cannot be read."""
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(path)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'store_user'").fetchone()
            if known is None:
                return []
            found = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM store_user").fetchall()  # noqa: S608  # our own names
    except sqlite3.Error:
        return None
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in found]
    return [{**row, "posts": json.loads(row["posts"]), "is_enabled": bool(row["is_enabled"])} for row in rows]


def carry(rows: list[dict[str, Any]]) -> None:
    """Put users carried over from another database into this one."""
    User.objects.bulk_create(User(**row) for row in rows)


def _stored(row: User) -> StoredUser:
    wait = row.wait_until or None
    return StoredUser(row.name, row.display, row.role, tuple(row.posts), row.is_enabled, row.failures, wait)
