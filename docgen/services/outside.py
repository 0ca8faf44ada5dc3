"""What a user has written to a file of their choice never lands in the archive: no archived byte is written over."""

from __future__ import annotations

from pathlib import Path

from docgen.errors import Refused
from docgen.services.office import Office


def require_outside(office: Office, out: Path) -> Path:
    """Return a place a user chose to write to, which must not lie in the archive.

    Raises:
        Refused: services.inside-archive.
    """
    if out.resolve().is_relative_to(office.workspace.archive.resolve()):
        raise Refused.of("services.inside-archive", str(out), path=str(out))
    return out
