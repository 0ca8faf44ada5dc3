"""People: users with roles and posts, and proof that whoever names themselves knows the password.

Whoever has the workspace's files is administrator whatever stands here (docs/security.md). Through the program, though,
users are made and changed by an administrator only, once there is one; each change is an event of the company's log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from docgen.errors import Refused
from docgen.findings import Finding, error
from docgen.services import logging as log
from docgen.services import passwords
from docgen.services.office import Office, os_user
from docgen.store import people
from docgen.store.journal import writing
from docgen.store.people import StoredUser

CHANGED = "user.changed"
_NAME = re.compile(r"[\w.-]{1,40}")


class Role(StrEnum):
    """What somebody is to the program. Posts, not roles, decide who approves."""

    SALES = "sales"
    LEGAL = "legal"
    FINANCE = "finance"
    ARCHIVIST = "archivist"
    ADMIN = "admin"
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and the password that proves it."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be: posts are what routes name (销售主管, 法务部); `display` is printed on papers."""

    name: str
    role: str
    posts: Sequence[str] = ()
    display: str = ""


def add_user(office: Office, new: NewUser, password: str, *, by: Identity | None = None) -> StoredUser:
    """Add a user. The first one must be an administrator; every later one is added by an administrator.

    Raises:
        Refused: role, name or password will not do, the name is taken, or `by` is no administrator.
    """
    found = _read(new)
    sponsor = _sponsor(office, by, first=found.role == Role.ADMIN)
    findings = [*_check(new), *passwords.weaknesses(password, name=found.name, display=found.display)]
    if findings:
        raise Refused(findings)
    if people.find(found.name) is not None:
        raise Refused.of("people.name-taken", found.name, name=found.name)
    _note(office, found, "added", sponsor)
    return people.add(found, password=passwords.hashed(password), at=office.now())


def list_users(_office: Office) -> tuple[StoredUser, ...]:
    """Return all users by name, without their passwords."""
    return people.users()


def set_password(office: Office, name: str, password: str, *, by: Identity) -> StoredUser:
    """Give a user a new password: the user with the old one, or an administrator.

    Raises:
        NotFound: no such user.
        Refused: the password will not do, or `by` is somebody else.
    """
    found = people.user(name)
    sponsor = authenticate(office, by)
    if sponsor.name != found.name and sponsor.role != Role.ADMIN:
        raise Refused.of("people.not-admin", sponsor.name, user=sponsor.display)
    findings = passwords.weaknesses(password, name=found.name, display=found.display)
    if findings:
        raise Refused(findings)
    _note(office, found, "password", sponsor)
    people.set_password(name, passwords.hashed(password))
    return people.user(name)


def set_enabled(office: Office, name: str, *, is_enabled: bool, by: Identity) -> StoredUser:
    """Let a user act again, or no longer.

    Raises:
        NotFound: no such user.
        Refused: `by` is no administrator, or would leave nobody to be one.
    """
    found = people.user(name)
    sponsor = require_admin(office, by)
    admins = [each.name for each in people.users() if each.role == Role.ADMIN and each.is_enabled]
    if not is_enabled and admins == [name]:
        raise Refused.of("people.last-admin", name, name=name)
    _note(office, found, "enabled" if is_enabled else "disabled", sponsor)
    people.set_enabled(name, is_enabled=is_enabled)
    return people.user(name)


def authenticate(office: Office, who: Identity) -> StoredUser:
    """Return the user whose password was given.

    Raises:
        Refused: no such name, the wrong password, or too many wrong ones lately.
    """
    now = office.now()
    kept = people.begin_try(who.name, now=now)
    if not passwords.is_right(kept or passwords.of_nobody(), who.password) or kept is None:
        log.record("password-wrong")
        raise Refused.of("people.wrong-password", who.name or "--user", name=who.name or "—")
    people.succeed(who.name)
    return people.user(who.name)


def writer(office: Office, who: Identity) -> StoredUser:
    """Return the authenticated user, who may write.

    Raises:
        Refused: as `authenticate`, or the user may only read.
    """
    found = authenticate(office, who)
    people.require_writer(found.name)
    return found


def require_admin(office: Office, who: Identity) -> StoredUser:
    """Return the authenticated administrator.

    Raises:
        Refused: as `authenticate`, or the user is no administrator.
    """
    found = authenticate(office, who)
    if found.role != Role.ADMIN:
        raise Refused.of("people.not-admin", found.name, user=found.display)
    return found


def _sponsor(office: Office, by: Identity | None, *, first: bool) -> StoredUser | None:
    if people.has_admin():
        if by is None:
            raise Refused.of("people.needs-admin", "--by")
        return require_admin(office, by)
    if not first:
        raise Refused.of("people.first-admin", "--role")
    return None


def _read(new: NewUser) -> StoredUser:
    name = unicodedata.normalize("NFC", new.name).strip()
    display = unicodedata.normalize("NFC", new.display).strip() or name
    posts = tuple(dict.fromkeys(post.strip() for post in new.posts if post.strip()))
    return StoredUser(name, display, new.role, posts, is_enabled=True, failures=0, wait_until=None)


def _check(new: NewUser) -> list[Finding]:
    found = _read(new)
    findings = []
    if not _NAME.fullmatch(found.name):
        findings.append(error("people.bad-name", found.name or "NAME", name=found.name))
    if new.role not in set(Role):
        findings.append(error("people.no-role", new.role, role=new.role, known="、".join(Role)))
    if any(not each.isprintable() or len(each) > 60 for each in (found.display, *found.posts)):  # noqa: PLR2004  # a column
        findings.append(error("people.bad-display", found.name, name=found.name))
    return findings


def _note(office: Office, who: StoredUser, what: str, by: StoredUser | None) -> None:
    payload = {
        "name": who.name,
        "display": who.display,
        "role": who.role,
        "posts": list(who.posts),
        "what": what,
        "by": by.name if by else None,
        "os_user": os_user(),
    }
    actor = by.name if by else office.actor
    with writing(office.archive.company(office.today().year), at=office.now(), actor=actor) as journal:
        journal.append(CHANGED, payload)
    log.record(f"user-{what}")
