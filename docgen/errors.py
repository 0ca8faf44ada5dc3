"""The errors of docgen: one tree, each leaf mapped once to an exit code (or an HTTP status) at the edge.

::

    DocgenError                 cannot go on; carries findings            exit 3
    ├── Refused                 a person must mend something first         exit 1
    │   ├── NotFound            the named deal, paper or item is not there
    │   ├── StaleRevision       somebody else changed the record meanwhile
    │   ├── TemplateRefused     a template breaks the rules or a value is missing
    │   └── ProofFailed         a rendered paper does not say what it should
    ├── WrongUsage              the command's words are off                exit 2
    ├── Damage                  verification found damage                  exit 4
    ├── UnreadableFile          a foreign file cannot be opened            exit 1
    ├── LimitExceeded           contained work ran out of time, memory or size   exit 1
    ├── EngineMissing           a needed library or program is not installed     exit 1
    └── StorageProblem          disk full, no rights, lock not to be had   exit 1

An error's words come from its findings' codes (docgen/messages); nobody matches on text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from docgen.findings import Finding, Severity


class DocgenError(Exception):
    """Cannot go on; `findings` say what, where and what next."""

    exit_code: ClassVar[int] = 3

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__("; ".join(f"{f.code} {f.where}".strip() for f in self.findings))

    @classmethod
    def of(cls, code: str, where: str = "", **params: object) -> Self:
        """Make the error from a single finding."""
        return cls([Finding(code, where, Severity.ERROR, params)])

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Finding, ...]]]:
        """Travel between processes with findings intact."""
        return (type(self), (self.findings,))


class Refused(DocgenError):
    """Refused, with findings: a person must mend something first."""

    exit_code = 1


class NotFound(Refused):
    """The named deal, paper, item or file is not there."""


class StaleRevision(Refused):
    """The record was changed by somebody else since it was read."""


class TemplateRefused(Refused):
    """A template breaks the rules, names an unknown field, or a value it needs is missing."""


class ProofFailed(Refused):
    """A rendered paper, re-opened, does not say exactly what it should."""


class WrongUsage(DocgenError):
    """The command's words are off."""

    exit_code = 2


class Damage(DocgenError):
    """Verification found damage."""

    exit_code = 4


class UnreadableFile(DocgenError):
    """A foreign file cannot be opened: encrypted, corrupt, unknown, hostile."""

    exit_code = 1


class LimitExceeded(DocgenError):
    """Contained work ran out of its time, memory or size."""

    exit_code = 1


class EngineMissing(DocgenError):
    """A needed library or program is not installed."""

    exit_code = 1


class StorageProblem(DocgenError):
    """The disk is full, rights are missing, or a lock is not to be had."""

    exit_code = 1
