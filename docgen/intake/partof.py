"""Part of a file: which file, which of its sheets. A part is a derived copy; the file it was cut from is the original.

The id of a part, and of its original, follows from what it is: whoever takes the same file apart a second time, after a
crash or in another process, comes to the same ids and finds what stands already.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartOf:
    """Where a part was cut from: the original's hash and name, the contract it lies under, its sheets from 1."""

    sha256: str
    name: str
    contract_no: str
    pages: tuple[int, ...]

    @property
    def item_id(self) -> str:
        """Return the part's id in the archive."""
        return _id(f"part:{self.sha256}:{','.join(str(page) for page in self.pages)}")

    @property
    def original_id(self) -> str:
        """Return the original's id in the archive."""
        return original_id(self.sha256)


def original_id(sha256: str) -> str:
    """Return the id under which a file that was taken apart is archived."""
    return _id(f"original:{sha256}")


def _id(text: str) -> str:
    return hashlib.sha256(f"docgen-split:1:{text}".encode()).hexdigest()[:16]
