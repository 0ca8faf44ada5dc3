"""Is a customer named where none may be? A reference case tells what was done, never for whom (R-2.2-05)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LEGAL_FORM = re.compile(r"(集团)?(股份|有限责任|有限)*公司(.{0,12}分公司)?\Z|集团\Z")
_BRACKETED = re.compile(r"\(.*?\)")
_SHORTEST = 4
"""Characters: a shorter stem (XX, 恒泰) would be found in words that name nobody."""


def names_in(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the customer names that a text contains, in full or without their legal form, however they are typed."""
    plain = _folded(text)
    return tuple(dict.fromkeys(name for name in names if any(form in plain for form in _forms(name))))


def _forms(name: str) -> Iterable[str]:
    full = _folded(name)
    stem = _LEGAL_FORM.sub("", _BRACKETED.sub("", full))
    return {full} | ({stem} if len(stem) >= _SHORTEST else set()) if full else ()


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
