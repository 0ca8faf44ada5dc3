"""Boxes whose sizes are plain numbers: no percentages asked for, no round corners reckoned.

A letter has three hundred boxes; for each the engine looks at eighteen properties through four functions. Where a style
says pixels throughout, the answer is a row of numbers that stands with the style. Corners of no radius are a rectangle.
"""

from __future__ import annotations

from typing import Any

from docgen.rendering.quick import memory, put

_ACROSS = (
    *("margin_left", "margin_right", "margin_top", "margin_bottom"),
    *("padding_left", "padding_right", "padding_top", "padding_bottom"),
    *("width", "min_width", "max_width", "height", "min_height", "max_height"),
)
_BORDERS = ("border_top_width", "border_right_width", "border_bottom_width", "border_left_width")
_CORNERS = (
    *("border_top_left_radius", "border_top_right_radius"),
    *("border_bottom_right_radius", "border_bottom_left_radius"),
)
_SHARP = (0, 0)
_SIDES = ("top", "right", "bottom", "left")
_DRAWN = (2, 3, 1, 0)
"""The order the engine draws sides in."""


def install() -> None:
    """Put our ways of sizing boxes in the place of WeasyPrint's."""
    from weasyprint import draw  # noqa: PLC0415  # slow to import
    from weasyprint.formatting_structure.boxes import Box  # noqa: PLC0415  # slow to import
    from weasyprint.layout import absolute, background, block, float, inline, page, table  # noqa: A004, PLC0415

    for module in (absolute, block, float, inline, page, table):
        put(module, "resolve_percentages", _sizing)
    put(background, "resolve_radii_percentages", _rounding)
    put(Box, "rounded_box", _framing)
    put(draw, "draw_border", _bordering)


def _sizes(style: Any) -> dict[str, Any] | None:  # noqa: ANN401  # the engine's style
    """Return what a box of this style gets whatever stands around it; None if that matters. Kept with the style."""
    try:
        found: dict[str, Any] | None = style.docgen_sizes
    except AttributeError:
        found = style.docgen_sizes = _reckoned(style)
    return found


def _reckoned(style: Any) -> dict[str, Any] | None:  # noqa: ANN401  # as above
    if style["box_sizing"] != "content-box" or style["border_collapse"] == "collapse":
        return None
    sizes: dict[str, Any] = {}
    for name in _ACROSS:
        value = style[name]
        if value == "auto":
            sizes[name] = 0 if name in ("min_width", "min_height") else value
        elif getattr(value, "unit", None) == "px":
            sizes[name] = value.value
        else:
            return None
    sizes.update((name, style[name]) for name in _BORDERS)
    return sizes


def _sizing(theirs: Any) -> Any:  # noqa: ANN401  # the engine's function
    def resolve_percentages(box: Any, containing_block: Any) -> None:  # noqa: ANN401  # the engine's signature
        sizes = _sizes(box.style) if memory() is not None else None
        if sizes is None:
            theirs(box, containing_block)
        else:
            box.__dict__.update(sizes)

    return resolve_percentages


def _rounding(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def resolve_radii_percentages(box: Any) -> None:  # noqa: ANN401  # as above
        if memory() is None:
            theirs(box)
            return
        style = box.style
        try:
            is_sharp = style.docgen_sharp
        except AttributeError:
            is_sharp = style.docgen_sharp = all((0, "px") in style[name] for name in _CORNERS)
        if is_sharp:
            for name in _CORNERS:
                box.__dict__[name] = _SHARP
        else:
            theirs(box)

    return resolve_radii_percentages


def _framing(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def rounded_box(self: Any, bt: float, br: float, bb: float, bl: float) -> Any:  # noqa: ANN401  # as above
        if memory() is None or any(getattr(self, name) != _SHARP for name in _CORNERS):
            return theirs(self, bt, br, bb, bl)
        x, y = self.border_box_x() + bl, self.border_box_y() + bt
        wide, high = self.border_width() - bl - br, self.border_height() - bt - bb
        return (x, y, wide, high, *_corners(bt, br, bb, bl))

    return rounded_box


def _corners(bt: float, br: float, bb: float, bl: float) -> Any:  # noqa: ANN401  # pairs, all nought
    """Return corners of no radius as the engine reckons them from borders that are not negative."""
    if min(bt, br, bb, bl) < 0:
        raise ValueError("a border's width is never negative")
    return _SHARP, _SHARP, _SHARP, _SHARP


def _bordering(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def draw_border(stream: Any, box: Any) -> None:  # noqa: ANN401  # as above
        style = box.style
        if memory() is None or not _is_plainly_bordered(style):
            theirs(stream, box)
            return
        if style["visibility"] != "visible":
            return
        widths = (box.border_top_width, box.border_right_width, box.border_bottom_width, box.border_left_width)
        if widths == (0, 0, 0, 0):
            return
        lines = _lines(style)
        is_sharp = all(getattr(box, name) == _SHARP for name in _CORNERS)
        drawn = [side for side in _DRAWN if widths[side]]
        if 0 not in widths or not is_sharp or any(lines[side] is None for side in drawn):
            theirs(stream, box)
        else:
            _draw_sides(stream, box, widths, [(side, lines[side]) for side in drawn])

    return draw_border


def _is_plainly_bordered(style: Any) -> bool:  # noqa: ANN401  # as above
    """Tell whether a style has neither rules between columns nor pictures for borders; kept with the style."""
    try:
        is_plain: bool = style.docgen_plain_border
    except AttributeError:
        columns = style["column_width"] != "auto" or style["column_count"] != "auto"
        is_plain = style.docgen_plain_border = not columns and style["border_image_source"][0] == "none"
    return is_plain


def _lines(style: Any) -> tuple[Any, ...]:  # noqa: ANN401  # as above
    """Return the colour of each side that is a visible solid line, None for others; kept with the style."""
    from weasyprint.draw.color import get_color  # noqa: PLC0415  # slow to import

    try:
        lines: tuple[Any, ...] = style.docgen_lines
    except AttributeError:
        colors = [get_color(style, f"border_{side}_color") for side in _SIDES]
        solid = [style[f"border_{side}_style"] == "solid" for side in _SIDES]
        lines = tuple(each if is_solid and each.alpha else None for each, is_solid in zip(colors, solid, strict=True))
        style.docgen_lines = lines
    return lines


def _draw_sides(stream: Any, box: Any, widths: tuple[float, ...], sides: list[tuple[int, Any]]) -> None:  # noqa: ANN401  # as above
    """Draw solid lines on some sides as the engine's general way does, each clipped to its place."""
    top, right, bottom, left = widths
    x, y, wide, high = box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height()
    inner = (x + left, y + top, wide - left - right, high - top - bottom)
    across, down = x + wide, y + high
    clips = (
        ((across, y), (x, y), (x + left, y + top), (x + wide + -right, y + top)),
        ((across, down), (across, y), (across + -right, y + top), (across + -right, y + high + -bottom)),
        ((across, down), (x, down), (x + left, down + -bottom), (x + wide + -right, down + -bottom)),
        ((x, down), (x, y), (x + left, y + top), (x + left, y + high + -bottom)),
    )
    for side, color in sides:
        with stream.artifact(), stream.stacked():
            first, *others = clips[side]
            stream.move_to(*first)
            for other in others:
                stream.line_to(*other)
            stream.clip(even_odd=True)
            stream.end()
            stream.set_color(color)
            stream.rectangle(*inner)
            stream.rectangle(x, y, wide, high)
            stream.fill(even_odd=True)
