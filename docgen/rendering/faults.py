"""What can be wrong with a laid-out PDF: a picture refused, a character without glyph, text lost, text over the code.

A paper with any of these is never handed out. Characters are checked against the shipped fonts themselves, because an
engine would silently take a system font, and the same paper would look different on the next machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from docgen.findings import Finding, error
from docgen.rendering.laidout import PlacedText, Zone

FONT_FAMILIES = ("Docgen Song", "Docgen Hei")
TEXT_FONT = "fonts/docgen-song-regular.ttf"
_INVISIBLE = "\n\t\r\f"


@dataclass(frozen=True, slots=True)
class Layout:
    """What one layout taught: the source's text, the pieces placed, files refused, the engine's complaints."""

    template: str
    shared: Path
    body: str
    placed: tuple[PlacedText, ...]
    code_zones: tuple[Zone, ...]
    refused: tuple[str, ...]
    complaints: tuple[str, ...]
    has_attachments: bool


def layout_faults(layout: Layout) -> Iterator[Finding]:
    """Yield everything that forbids handing out this layout."""
    where = layout.template
    yield from (error("rendering.asset-refused", where, url=url) for url in layout.refused)
    if not layout.refused:  # a refused file makes the engine complain as well
        yield from (error("rendering.layout-complaint", where, what=words) for words in layout.complaints)
    if layout.has_attachments:
        yield error("rendering.attachment", where)
    missing = missing_glyphs(layout.body + "".join(piece.text for piece in layout.placed), layout.shared)
    if missing:
        yield error("rendering.glyph-missing", where, characters=" ".join(f"{c}(U+{ord(c):04X})" for c in missing))
    yield from _lost_text(layout)
    yield from (error("rendering.code-covered", where, text=text) for text in _covering(layout))


def _lost_text(layout: Layout) -> Iterator[Finding]:
    expected = "".join(layout.body.split())
    found = "".join("".join(piece.text.split()) for piece in layout.placed if piece.in_flow)
    if expected != found:
        pairs = enumerate(zip(expected, found, strict=False))
        at = next((i for i, (a, b) in pairs if a != b), min(len(expected), len(found)))
        near = slice(max(0, at - 8), at + 16)
        yield error("rendering.text-lost", layout.template, what=f"{expected[near]} / {found[near]}")


def _covering(layout: Layout) -> list[str]:
    pieces = (piece for piece in layout.placed if piece.text.strip())
    return [piece.text.strip() for piece in pieces if any(_overlap(piece, zone) for zone in layout.code_zones)]


def _overlap(text: PlacedText, zone: Zone) -> bool:
    across = text.x < zone.x + zone.width and zone.x < text.x + text.width
    down = text.y < zone.y + zone.height and zone.y < text.y + text.height
    return text.page == zone.page and across and down


def missing_glyphs(text: str, shared: Path) -> tuple[str, ...]:
    """Return the characters that the shipped fonts cannot show, each once, in order of appearance."""
    known = font_characters(shared / TEXT_FONT)
    return tuple(char for char in dict.fromkeys(text) if char not in _INVISIBLE and ord(char) not in known)


@lru_cache(maxsize=4)
def font_characters(font: Path) -> frozenset[int]:
    """Return the code points a font can show; the shipped fonts all cover the same set."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  # comes with WeasyPrint, slow to import

    with TTFont(font, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def font_faults(families: Iterable[str], where: str) -> Sequence[Finding]:
    """Return a finding for each font in the file that we do not ship."""
    foreign = {family for family in families if not family.startswith(FONT_FAMILIES)}
    return [error("rendering.foreign-font", where, family=family) for family in sorted(foreign)]
