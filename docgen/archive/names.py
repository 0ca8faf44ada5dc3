r"""Names on disk: what people call a customer, a contract or a paper, made safe for every system that may open it.

The archive is served to Windows machines, copied to USB sticks and burnt to discs. A name must therefore be legal on
Windows (no `<>:"/\|?*`, no CON or NUL, no trailing dot), fit 255 bytes on Linux, and not hide what it is (no
right-to-left override that shows `fdp.exe` as `exe.pdf`). The true name always stands in the records; the name on disk
is for the eye. Source: Microsoft, "Naming Files, Paths, and Namespaces".
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

NAME_LIMIT = 80
"""Longest paper name, in UTF-16 units as Windows counts, ending included."""
CUSTOMER_LIMIT = 80
CONTRACT_LIMIT = 50
PATH_LIMIT = 240
"""Longest path inside the archive: customer + contract + `_docgen/derived/` + name stays below it."""
BYTES_LIMIT = 255
UNNAMED = "未命名"

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_SPACES = re.compile(r"\s+")
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])", re.IGNORECASE)
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_PERCENT = str.maketrans({"%": "％"})
_FRONT = " ._~"
_MARK = 8


def safe_name(text: str, *, limit: int = NAME_LIMIT) -> str:
    """Return a name for one file or folder that is legal on Windows, Linux and macOS; never empty, never a path.

    NFC; characters Windows forbids become `_`; invisible and direction-changing characters go; `%` becomes `％`
    (BagIt, RFC 8493 §2.1.3, and web links would have to escape it); no leading `.`, `_` or `~` (`_docgen` is ours,
    `~$` is Word's). A name longer than `limit` UTF-16 units or 255 bytes is cut and marked with eight hex digits of
    its hash, its ending kept, so two long names stay two. Applying it twice changes nothing.

    Args:
        text: any text.
        limit: longest result in UTF-16 units, at least 24.
    """
    name = _clean(text)
    if _fits(name, limit):
        return name
    mark = "~" + hashlib.sha256(unicodedata.normalize("NFC", text).encode(errors="replace")).hexdigest()[:_MARK]
    stem, ending = split_ending(name)
    return _shorten(stem, mark + ending, limit)


def marked_name(text: str, salt: str, *, limit: int) -> str:
    """Return the safe name with eight hex digits of `salt`'s hash: the second choice where the plain name is taken."""
    mark = "~" + hashlib.sha256(salt.encode(errors="replace")).hexdigest()[:_MARK]
    return _shorten(_clean(text), mark, limit)


def numbered_name(name: str, number: int, *, limit: int = NAME_LIMIT) -> str:
    """Return `name (2).pdf` for `name.pdf` and 2, shortened so that it fits."""
    stem, ending = split_ending(name)
    return _shorten(stem, f" ({number}){ending}", limit)


def free_name(name: str, is_taken: Callable[[str], bool], *, limit: int = NAME_LIMIT) -> str:
    """Return the safe name, or the first ` (2)`, ` (3)` … of it that is not taken; `is_taken` is asked for `fold`."""
    wanted = safe_name(name, limit=limit)
    candidate, number = wanted, 1
    while is_taken(fold(candidate)):
        number += 1
        candidate = numbered_name(wanted, number, limit=limit)
    return candidate


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """Return what two names share when a person or Windows cannot tell them apart (case, width, NFC/NFD)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def units(name: str) -> int:
    """Return the length as Windows counts it: UTF-16 units (an emoji counts two)."""
    return len(name.encode("utf-16-le", errors="surrogatepass")) // 2


def split_ending(name: str) -> tuple[str, str]:
    """Return stem and ending (`.pdf`), the ending empty where there is none."""
    found = _ENDING.search(name)
    if found is None or found.start() == 0:
        return name, ""
    return name[: found.start()], found.group()


def _clean(text: str) -> str:
    visible = "".join(char for char in text if char.isspace() or not _is_hidden(char))
    name = unicodedata.normalize("NFC", visible)
    name = _SPACES.sub(" ", _FORBIDDEN.sub("_", name).translate(_PERCENT))
    name = name.lstrip(_FRONT).rstrip(" .")
    stem = name.split(".")[0].rstrip()
    if _RESERVED.fullmatch(unicodedata.normalize("NFKC", stem)) or _RESERVED.fullmatch(stem):
        name = f"{stem}_{name[len(name.split('.')[0]) :]}"
    return name or UNNAMED


def _is_hidden(char: str) -> bool:
    """Tell whether a character shows nothing or turns the text around; characters newer than Python's tables stay."""
    is_noncharacter = ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF  # noqa: PLR2004  # Unicode 23.7
    return is_noncharacter or unicodedata.category(char) in _HIDDEN_CATEGORIES


def _fits(name: str, limit: int) -> bool:
    return units(name) <= limit and len(name.encode()) <= BYTES_LIMIT


def _shorten(stem: str, tail: str, limit: int) -> str:
    kept = stem
    while kept and not _fits(kept + tail, limit):
        kept = kept[:-1]
    kept = kept.rstrip(" .") or UNNAMED
    return unicodedata.normalize("NFC", kept + tail)
