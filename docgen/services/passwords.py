"""Passwords: hashed with argon2id, never kept, and refused where the first guess would find them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from docgen.findings import Finding, error

SHORTEST = 10
LONGEST = 200
FEWEST_CHARACTERS = 5
_COMMON = ("password", "123456", "qwerty", "docgen", "admin", "abc123", "111111", "iloveyou", "woaini", "a1b2c3")


@cache
def hasher() -> PasswordHasher:
    """Return the hasher with the library's recommended cost (argon2id, RFC 9106)."""
    return PasswordHasher()


def hashed(password: str) -> str:
    """Return the hash to keep."""
    return hasher().hash(password)


def is_right(kept: str, password: str) -> bool:
    """Tell whether a password belongs to a hash."""
    try:
        return hasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def of_nobody() -> str:
    """Return a hash to check against where no such user is, so that the answer takes as long."""
    return hashed("nobody has this one")


def weaknesses(password: str, *, name: str, display: str) -> list[Finding]:
    """Return why a password is refused: too short, too plain, one's own name, digits only, or known to everybody."""
    return list(_weaknesses(password, name=name, display=display))


def _weaknesses(password: str, *, name: str, display: str) -> Iterator[Finding]:
    plain = password.casefold()
    if len(password) < SHORTEST:
        yield error("people.password-short", "password", shortest=SHORTEST)
    if len(password) > LONGEST:
        yield error("people.password-long", "password", longest=LONGEST)
    if len(set(plain)) < FEWEST_CHARACTERS:
        yield error("people.password-plain", "password", fewest=FEWEST_CHARACTERS)
    if password.isdigit():
        yield error("people.password-digits", "password")
    if any(each.casefold() in plain for each in (name, display) if len(each) > 1):
        yield error("people.password-name", "password")
    if any(each in plain and len(plain) < len(each) + 6 for each in _COMMON):
        yield error("people.password-common", "password")
