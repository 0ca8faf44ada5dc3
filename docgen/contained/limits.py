"""How much a contained piece of work may use before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The allowance of one contained call.

    seconds: wall-clock time, and as much processor time. memory_mb: address space, the interpreter included (about
    200 MB before any work). output_mb: size of the answer. file_mb: size of any file the work writes.
    """

    seconds: float = 30
    memory_mb: int = 1024
    output_mb: int = 64
    file_mb: int = 64


DEFAULT = Limits()
