"""What the flow of a plain page asks of every box, a thousand times a letter: answered from the style, or at once.

Whether a box stands in the flow and whether it has a ground of its own follows from its style alone; where nothing
floats, nothing is in a line's way; and elements of a certain name are found by their name, without a selector compiled
for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from docgen.rendering.quick import memory, put

_NAMED = frozenset(("title", "meta", "link", "style"))
"""What the engine looks for in a page's head; it heeds elements of exactly these names, whatever a selector matches."""


def install() -> None:
    """Put our answers in the place of WeasyPrint's."""
    from cssselect2 import ElementWrapper  # noqa: PLC0415  # it comes with the engine
    from weasyprint.formatting_structure.boxes import Box  # noqa: PLC0415  # slow to import
    from weasyprint.layout import background, block, inline  # noqa: PLC0415  # slow to import

    put(Box, "is_in_normal_flow", _flowing)
    put(Box, "descendants", _descending)
    put(background, "layout_box_backgrounds", _grounding)
    put(block, "avoid_collisions", _avoiding)
    put(inline, "avoid_collisions", _avoiding)
    put(ElementWrapper, "query_all", _naming)


def _flowing(theirs: Any) -> Any:  # noqa: ANN401  # the engine's function
    def is_in_normal_flow(self: Any) -> bool:  # noqa: ANN401  # the engine's signature
        try:
            return self.style.docgen_flows  # type: ignore[no-any-return]  # set below
        except AttributeError:
            found: bool = theirs(self)
            if found and memory() is not None:
                self.style.docgen_flows = True
            return found

    return is_in_normal_flow


def _descending(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def descendants(self: Any, placeholders: bool = False) -> Iterator[Any]:  # noqa: ANN401, FBT001, FBT002  # as above
        if memory() is None:
            yield from theirs(self, placeholders)
            return
        yield self
        levels = [iter(self.children)]  # one generator for all levels, where the engine's own asks each above it
        while levels:
            for child in levels[-1]:
                if isinstance(child, Box):
                    yield child
                    levels.append(iter(child.children))
                    break
                if placeholders:
                    yield from child.descendants(placeholders)
                else:
                    yield child
            else:
                levels.pop()

    from weasyprint.formatting_structure.boxes import Box  # noqa: PLC0415  # slow to import

    return descendants


def _grounding(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def layout_box_backgrounds(
        page: Any,  # noqa: ANN401  # as above
        box: Any,  # noqa: ANN401  # as above
        get_image_from_uri: Any,  # noqa: ANN401  # as above
        layout_children: bool = True,  # noqa: FBT001, FBT002  # as above
        style: Any = None,  # noqa: ANN401  # as above
    ) -> None:
        if memory() is None or box is page or style is not None or not layout_children or not _is_bare(box.style):
            theirs(page, box, get_image_from_uri, layout_children, style)
            return
        background.resolve_radii_percentages(box)
        for child in box.all_children():
            layout_box_backgrounds(page, child, get_image_from_uri)
        box.background = None

    from weasyprint.layout import background  # noqa: PLC0415  # slow to import

    return layout_box_backgrounds


def _is_bare(style: Any) -> bool:  # noqa: ANN401  # as above
    """Tell whether a box of this style has neither ground, shadow nor pictures for borders; kept with the style."""
    from weasyprint.draw.color import get_color  # noqa: PLC0415  # slow to import

    try:
        is_bare: bool = style.docgen_bare
    except AttributeError:
        pictured = style["border_image_source"][0] != "none" or style["mask_border_source"][0] != "none"
        pictured = pictured or any(kind != "none" for kind, _ in style["background_image"])
        clear = style["visibility"] == "visible" and get_color(style, "background_color").alpha == 0
        is_bare = style.docgen_bare = clear and not pictured and not style["box_shadow"]
    return is_bare


def _avoiding(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def avoid_collisions(context: Any, box: Any, containing_block: Any, outer: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002  # as above
        if (
            context.excluded_shapes
            or memory() is None
            or box.style["float"] != "none"
            or containing_block.style["direction"] != "ltr"
        ):
            return theirs(context, box, containing_block, outer)
        left = containing_block.content_box_x()
        right = left + containing_block.width
        if outer:
            return left, box.position_y, right - left
        left += box.margin_left
        right -= box.margin_right
        return left - box.margin_left, box.border_box_y() - box.margin_top, right - left

    return avoid_collisions


def _naming(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def query_all(self: Any, *selectors: Any) -> Any:  # noqa: ANN401  # as above
        if memory() is None or not selectors or not _NAMED.issuperset(selectors):
            return theirs(self, *selectors)
        return _named(self.etree_element, selectors)

    return query_all


def _named(root: Any, names: tuple[str, ...]) -> Iterator[Any]:  # noqa: ANN401  # an untyped tree
    """Yield what stands for the wrapped elements of these names, in tree order."""
    return (SimpleNamespace(etree_element=element) for element in root.iter() if element.tag in names)
