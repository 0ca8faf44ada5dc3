"""Boxes whose sizes are plain numbers: no percentages asked for, no round corners reckoned.

A letter has three hundred boxes; for each the engine looks at eighteen properties through four functions. Where a style
says pixels throughout, the answer is a row of numbers that stands with the style. Corners of no radius are a rectangle.
"""

from __future__ import annotations

from typing import Any

import pydyf

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
    from weasyprint.pdf.stream import Stream  # noqa: PLC0415  # slow to import

    for module in (absolute, block, float, inline, page, table):
        put(module, "resolve_percentages", _sizing)
    put(background, "resolve_radii_percentages", _rounding)
    put(Box, "rounded_box", _framing)
    put(draw, "draw_border", _bordering)
    put(Stream, "set_color", _colouring)


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


def _colouring(theirs: Any) -> Any:  # noqa: ANN401  # as above
    def set_color(self: Any, color: Any, stroke: bool = False) -> None:  # noqa: ANN401, FBT001, FBT002  # as above
        if memory() is None or color.space != "srgb":
            theirs(self, color, stroke)
            return
        try:
            channels, operands = color.docgen_spelled
        except AttributeError:
            channels, operands = color.docgen_spelled = (("srgb", *color.coordinates), _operands(color))
        self.set_alpha(color.alpha, stroke)
        now = "_current_color_stroke" if stroke else "_current_color"
        if getattr(self, now) != channels:
            setattr(self, now, channels)
            self.stream.append(operands + (b" RG" if stroke else b" rg"))

    return set_color


def _operands(color: Any) -> bytes:  # noqa: ANN401  # as above
    """Return the three numbers of a colour as pydyf spells them; it stands with the colour, which stays as it is."""
    return b" ".join(map(pydyf._to_bytes, color.to("srgb").coordinates))  # noqa: SLF001  # its own spelling


def _draw_sides(stream: Any, box: Any, widths: tuple[float, ...], sides: list[tuple[int, Any]]) -> None:  # noqa: ANN401  # as above
    """Draw solid lines on some sides as the engine's general way does, each clipped to its place."""
    top, right, bottom, left = widths
    x, y, wide, high = box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height()
    across, down = x + wide, y + high
    clips = (
        ((across, y), (x, y), (x + left, y + top), (x + wide + -right, y + top)),
        ((across, down), (across, y), (across + -right, y + top), (across + -right, y + high + -bottom)),
        ((across, down), (x, down), (x + left, down + -bottom), (x + wide + -right, down + -bottom)),
        ((x, down), (x, y), (x + left, y + top), (x + left, y + high + -bottom)),
    )
    frame = (
        _spelled(b"re", x + left, y + top, wide - left - right, high - top - bottom),
        _spelled(b"re", x, y, wide, high),
        b"f*",
    )
    for side, color in sides:
        first, *others = clips[side]
        edge = (_spelled(b"m", *first), *(_spelled(b"l", *other) for other in others), b"W*", b"n")
        _draw_apart(stream, edge, color, frame)


def _draw_apart(stream: Any, edge: tuple[bytes, ...], color: Any, frame: tuple[bytes, ...]) -> None:  # noqa: ANN401  # as above
    """Write a filled frame inside an edge, its state its own, as decoration no reader is told of."""
    drawn, is_tagged = stream.stream, stream._tags is not None  # noqa: SLF001  # what `artifact` asks, too
    if is_tagged:
        drawn += (b"/Artifact", b"BMC")
    stream.push_state()
    drawn += edge
    stream.set_color(color)
    drawn += frame
    stream.pop_state()
    if is_tagged:
        drawn.append(b"EMC")


def _spelled(operator: bytes, *numbers: float) -> bytes:
    """Return an operator behind its numbers as pydyf spells them."""
    spell = pydyf._to_bytes  # noqa: SLF001  # its own spelling, or `quick_spelling`'s
    return b" ".join((*map(spell, numbers), operator))
