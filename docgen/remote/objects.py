"""What a store keeps: objects under keys, each in versions, each version locked until an instant or held without end.

Object Lock knows two things. A retention forbids deleting a version until an instant; in mode compliance nobody can
lift it, in mode governance who holds a special right can. A legal hold forbids the same without an end, until it is
lifted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KEY_BYTES = 1024
"""Longest key of S3, in bytes of UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects")."""


class Mode(StrEnum):
    """Who may lift a retention before its end: nobody, or those with a right of their own."""

    COMPLIANCE = "COMPLIANCE"
    GOVERNANCE = "GOVERNANCE"


@dataclass(frozen=True, slots=True)
class Lock:
    """How one version is locked: until when (UTC, whole seconds; None: no retention), in which mode, held or not."""

    until: datetime | None
    is_held: bool
    mode: Mode = Mode.GOVERNANCE

    def covers(self, wanted: Lock) -> bool:
        """Tell whether this lock keeps a version at least as long as the wanted one, and holds it alike."""
        is_long_enough = wanted.until is None or (self.until is not None and self.until >= wanted.until)
        return is_long_enough and self.is_held == wanted.is_held


@dataclass(frozen=True, slots=True)
class Stored:
    """One version as the store tells of it.

    `sha256` is what we wrote beside it (hex); `checksum` what the store itself reckoned on receipt (base64: of the
    whole, or for an object sent in parts of the parts' hashes), None where it reckons none; `part` the bytes of a part.
    """

    key: str
    version: str
    size: int
    sha256: str
    checksum: str | None
    part: int
    lock: Lock


@dataclass(frozen=True, slots=True)
class Version:
    """One line of a listing: a version of a key, or a delete marker that hides those before it."""

    key: str
    version: str
    size: int
    at: datetime
    is_latest: bool
    is_marker: bool
