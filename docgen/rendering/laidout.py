"""What stands where on a laid-out paper: text in order, places for seals and signatures, and text that does not fit.

The proof of a paper compares whole texts, so the text is taken from the layout itself (every line box, page by page),
not from what the template meant to say. WeasyPrint has no public view of its boxes; all knowledge of them is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Box: TypeAlias = Any
"""An engine's box, element or page; the engine has no types."""
Rect: TypeAlias = tuple[float, float, float, float]
PT_PER_PX = 0.75
"""CSS pixels are 1/96 inch, points 1/72."""
_SLACK_PX = 0.75


@dataclass(frozen=True, slots=True)
class Zone:
    """A place on a page, in points from the top left: for a seal, a signature, something to fill in, or our code."""

    page: int
    role: str
    party: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PlacedText:
    """One piece of text on one line, in points from the top left."""

    page: int
    text: str
    x: float
    y: float
    width: float
    height: float
    in_flow: bool
    """False for headers, footers, generated text and table heads repeated on a later page."""
    fits: bool


def placed_texts(pages: list[Box]) -> Iterator[PlacedText]:
    """Yield every piece of text in the order it is drawn: page by page, body first, then margin boxes."""
    heads_seen: set[int] = set()
    for number, page in enumerate(pages, start=1):
        box = page._page_box  # noqa: SLF001  # the only way to the layout
        limits = (0.0, 0.0, page.width, page.height)
        heads_here: set[int] = set()
        for child in box.children:
            margin = type(child).__name__ == "MarginBox"
            for text, frame, generated, head in _texts(child, limits, generated=False, head=None):
                repeated = head is not None and head in heads_seen
                if head is not None:
                    heads_here.add(head)
                yield _place(text, frame, number, in_flow=not (margin or generated or repeated))
        heads_seen |= heads_here


def _texts(
    box: Box, limits: Rect, *, generated: bool, head: int | None
) -> Iterator[tuple[Box, Rect, bool, int | None]]:
    generated = generated or "::" in (box.element_tag or "")
    if getattr(box, "is_header", False) and box.element is not None:
        head = id(box.element)
    if hasattr(box, "text"):
        yield box, limits, generated, head
        return
    if type(box).__name__ == "TableCellBox" or _clips(box):
        limits = _meet(limits, (box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height()))
    for child in box.all_children():
        yield from _texts(getattr(child, "_box", child), limits, generated=generated, head=head)


def _clips(box: Box) -> bool:
    return bool(box.style["overflow"] != "visible" and hasattr(box, "border_width"))


def _meet(a: Rect, b: Rect) -> Rect:
    left, top = max(a[0], b[0]), max(a[1], b[1])
    right, bottom = min(a[0] + a[2], b[0] + b[2]), min(a[1] + a[3], b[1] + b[3])
    return left, top, right - left, bottom - top


def _place(box: Box, frame: Rect, page: int, *, in_flow: bool) -> PlacedText:
    x, y, width, height = box.position_x, box.position_y, box.width, box.height
    left, top, wide, high = frame
    blank = not box.text.strip()
    fits = blank or (
        x >= left - _SLACK_PX
        and y >= top - _SLACK_PX
        and x + width <= left + wide + _SLACK_PX
        and y + height <= top + high + _SLACK_PX
    )
    seen = box.style["visibility"] == "visible"
    return PlacedText(
        page,
        box.text if seen else "",
        x * PT_PER_PX,
        y * PT_PER_PX,
        width * PT_PER_PX,
        height * PT_PER_PX,
        in_flow,
        fits,
    )


def zones(pages: list[Box]) -> Iterator[Zone]:
    """Yield the places marked `data-zone` (and `data-party`) in the template, as laid out."""
    for number, page in enumerate(pages, start=1):
        done: set[int] = set()
        for box in page._page_box.descendants():  # noqa: SLF001  # the only way to the layout
            element = getattr(box, "element", None)
            if element is None or id(element) in done or "::" in (box.element_tag or ""):
                continue
            role = element.get("data-zone")
            if role and hasattr(box, "border_width"):
                done.add(id(element))
                yield _zone(box, number, role, element.get("data-party") or "")


def _zone(box: Box, page: int, role: str, party: str) -> Zone:
    x, y, width, height = box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height()
    return Zone(page, role, party, x * PT_PER_PX, y * PT_PER_PX, width * PT_PER_PX, height * PT_PER_PX)


def source_text(root: Box) -> str:
    """Return the text of the filled template's body, in source order, without styles and scripts."""
    body = root.find(".//body")
    return "".join(_inner(body if body is not None else root))


def _inner(element: Box) -> Iterator[str]:
    if isinstance(element.tag, str) and element.tag not in {"style", "script", "head", "title"}:
        yield element.text or ""
        for child in element:
            yield from _inner(child)
            yield child.tail or ""
