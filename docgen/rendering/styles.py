"""Computed styles kept between papers: the one module that reaches into WeasyPrint's inside.

Most of a letter's layout is working out, for every element, some three hundred style properties; the next letter of the
kind has the same elements under the same rules. WeasyPrint shares a computed style between equal elements of one
document; this makes it share between documents. Which element has which rules is still found out for each document:
the key of a kept style is its parent's kept style and every declaration that applies, value by value.

Where the selectors look at nothing but an element, its attributes and what it stands in, even that is not asked again:
an element with the same name and attributes in the same place below the same ones has the rules it had before.

The inside may change with any version, so this is done for the versions it was proved with and left undone for others
(slower, the same pages). It is left undone too for whatever lets a style depend on more than its rules.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

PROVED_WITH = frozenset(("70.0",))
"""WeasyPrint versions whose inside is as expected here; tests/rendering/test_warm.py proves each."""
STYLES_KEPT = 2000
"""Computed styles kept for one set of sheets; a kind has some sixty."""

PAGES_KEPT = 200
"""Styles kept of pages and of the boxes in their margins; a page has some ten."""

_PLAIN_TAGS = frozenset(
    (
        *("html", "head", "meta", "title", "body", "h1", "h2", "h3", "p", "div", "span", "strong", "b", "br", "img"),
        *("table", "colgroup", "col", "thead", "tbody", "tr", "th", "td"),
    )
)
"""Lists, links and forms make boxes that change the styles they share."""
_BEYOND_ITS_RULES = re.compile(
    rb"overflow\s*:|leader\(|footnote|note\(|list-item|first-l|running\(|element\(|attr\([^)]*[,\s][^)]*\)"
    rb"|\d(?:s|l|d)?v(?:w|h|i|b|min|max)\b|var\(|--",
    re.IGNORECASE,
)
"""What lets a style depend on the page or the document, or is changed while pages are laid out."""

_UNASKED = frozenset(("marker", "footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"))
"""What the engine's own sheet gives every element, for lists and notes; it asks for none where there are neither."""

_REWRITTEN = ("overflow", "counter_set", "counter_reset", "counter_increment")
"""What the engine writes into the styles of pages and of the boxes in their margins while it makes them."""

_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)

_SELECTORS = re.compile(rb"([^{};]*)\{")
_PLACED = re.compile(rb"::(?:before|after)\b|:first-child\b")
_BEYOND_ITS_PATH = re.compile(rb"[\[+~:|]")
"""What lets a selector look at neighbours, at numbers, or at attributes that change with every paper."""

Key = tuple[int, tuple[object, ...]]
Pseudos = tuple[tuple[str, dict[str, Any]], ...]
"""What the rules say of what is generated before and after an element."""
Place = tuple[int, Any, Pseudos]
"""A place's own number, the style of an element in it, and its pseudo-elements."""


class Closet:
    """The computed styles of one set of sheets and fonts; `by_place` tells whether a place decides the rules."""

    def __init__(self, *, by_place: bool = False) -> None:
        self.styles: dict[Key, Any] = {}
        self.known: set[int] = set()
        self.by_place = by_place
        self.places: dict[tuple[object, ...], Place] = {}
        self.pages: dict[tuple[object, ...], Any] = {}

    def key_of(self, parent: Any, cascaded: Mapping[str, Any]) -> Key | None:  # noqa: ANN401  # the engine's styles
        """Return what makes a style what it is; None if its parent is not kept, or a value cannot be compared."""
        if parent is not None and id(parent) not in self.known:
            return None
        key = (id(parent) if parent is not None else 0, tuple(sorted(cascaded.items(), key=lambda item: item[0])))
        try:
            hash(key)
        except TypeError:
            return self._by_identity(key)
        return key

    def _by_identity(self, key: Any) -> Key:  # noqa: ANN401  # as above
        """Return the key with lists named by who they are; the style that is kept holds them alive."""
        parts: list[object] = []
        for name, (value, weight) in key[1]:
            try:
                hash(value)
                parts.append((name, value, weight))
            except TypeError:
                parts.append((name, "is", id(value), weight))
        return key[0], tuple(parts)

    def keep(self, key: Key, style: Any) -> None:  # noqa: ANN401  # as above
        """Keep a style; when there are too many, begin again."""
        if len(self.styles) >= STYLES_KEPT:
            self.styles.clear()
            self.known.clear()
            self.places.clear()
            self.pages.clear()
        self.styles[key] = style
        self.known.add(id(style))

    def page_style(self, key: tuple[object, ...], above: Any, root: Any) -> Any:  # noqa: ANN401  # as above
        """Return a style of its own for a page, or for a box in its margin, with what the last one had worked out."""
        kept = self.pages.get(key)
        if kept is None:
            return None
        style = kept.copy()
        style.parent_style, style.root_style = above, root
        for name in _REWRITTEN:
            style.pop(name, None)
        return style

    def placed(self, root: Any) -> list[tuple[Any, Any, Pseudos]] | None:  # noqa: ANN401  # a parsed page
        """Return each element with its style and pseudo-elements, in tree order; None if one stands in a new place."""
        if not self.by_place:
            return None
        found: list[tuple[Any, Any, Pseudos]] = []
        for element, key in _keys(root, self.places):
            place = self.places.get(key)
            if place is None:
                return None
            found.append((element, *place[1:]))
        return found

    def place(self, root: Any, styles: Mapping[Any, Any], pseudos: Mapping[Any, Pseudos]) -> None:  # noqa: ANN401  # as above
        """Keep the styles of a page's elements by their places, if all of them are kept."""
        if not self.by_place or len(self.places) >= STYLES_KEPT:
            return
        for element, key in _keys(root, self.places):
            style = styles[element, None]
            if id(style) not in self.known:
                return
            self.places.setdefault(key, (len(self.places) + 1, style, pseudos.get(element, ())))


def _keys(root: Any, places: Mapping[tuple[object, ...], Place]) -> Iterator[tuple[Any, tuple[object, ...]]]:  # noqa: ANN401  # as above
    """Yield each element in tree order with the key of its place; one is asked for after the one above is placed."""
    waiting: list[tuple[Any, tuple[object, ...] | None, bool]] = [(root, None, True)]
    while waiting:
        element, above, is_first = waiting.pop()
        said = tuple(item for item in element.attrib.items() if not item[0].startswith("data-"))
        key = (places[above][0] if above is not None else 0, element.tag, is_first, said)
        yield element, key
        below = [child for child in element if isinstance(child.tag, str)]
        waiting.extend((child, key, number == 0) for number, child in reversed(list(enumerate(below))))


def places_decide(sheets: bytes) -> bool:
    """Tell whether these selectors look at an element, being first or not, its class, what it stands in, no further."""
    selectors = (each for each in _SELECTORS.findall(_COMMENT.sub(b"", sheets)) if b"@" not in each)
    return not any(_BEYOND_ITS_PATH.search(_PLACED.sub(b"", each)) for each in selectors)


class _Worn(threading.local):
    closet: Closet | None = None


_worn = _Worn()


def may_keep(sheets: bytes) -> bool:
    """Tell whether styles made by these sheets depend on nothing but their rules, in a version proved."""
    import weasyprint  # noqa: PLC0415  # slow to import

    return weasyprint.__version__ in PROVED_WITH and _BEYOND_ITS_RULES.search(_COMMENT.sub(b"", sheets)) is None


@contextmanager
def worn(closet: Closet | None, root: Any) -> Iterator[None]:  # noqa: ANN401  # a parsed page
    """Keep computed styles in the closet, and take them from it, while a page is laid out inside the block."""
    _install()
    plain = all(each.tag in _PLAIN_TAGS and not each.get("style") and not each.get("id") for each in root.iter())
    _worn.closet = closet if plain else None
    try:
        yield
    finally:
        _worn.closet = None


def _generate(
    theirs: Any,  # noqa: ANN401  # the engine's method
    cascaded: dict[Any, Any],
    found: list[tuple[Any, Any, Pseudos]],
    about: Mapping[str, Any],
) -> None:
    """Work out the styles of what is generated before and after elements, whose other styles are known."""
    for element, _, pseudos in found:
        for name, said in pseudos:
            cascaded[element, name] = said
            theirs(element, parent=element, pseudo_type=name, **about)
    cascaded.clear()


def _set_page(
    style_for: Any,  # noqa: ANN401  # the engine's styles of a document
    closet: Closet,
    theirs: Any,  # noqa: ANN401  # the engine's method
    places: tuple[Any, Any],
    about: Mapping[str, Any],
) -> None:
    """Set the style of a page, or of a box in its margin, which stands in `places` before what it inherits from."""
    (page, parent), pseudo = places, about.get("pseudo_type")
    styles = style_for.get_computed_styles()
    root = styles[about["root"], None]
    key = (page, pseudo, id(root))
    found = closet.page_style(key, styles[parent, None], root)
    if found is not None:
        found.initial_page_sizes = style_for.initial_page_sizes
        styles[page, pseudo] = found
        return
    theirs(page, parent, **about)
    if id(root) in closet.known and len(closet.pages) < PAGES_KEPT:
        closet.pages[key] = styles[page, pseudo]


def _set_element(
    style_for: Any,  # noqa: ANN401  # as above
    closet: Closet,
    theirs: Any,  # noqa: ANN401  # as above
    places: tuple[Any, Any],
    about: Mapping[str, Any],
) -> None:
    """Set the style of an element, which stands in `places` before the one it inherits from."""
    element, parent = places
    styles = style_for.get_computed_styles()
    above = styles[parent, None] if parent is not None else None
    key = closet.key_of(above, style_for.get_cascaded_styles().get((element, None), {}))
    kept = closet.styles.get(key) if key is not None else None
    if kept is not None:
        styles[element, None] = kept
        return
    theirs(element, parent, **about)
    if key is not None:
        closet.keep(key, styles[element, None])


def _install() -> None:
    """Put our way of computing styles in the place of WeasyPrint's, once; outside `worn` it does what theirs does."""
    from weasyprint import css  # noqa: PLC0415  # as above

    if hasattr(css.StyleFor, "is_docgen"):
        return

    class StyleFor(css.StyleFor):  # type: ignore[misc]  # untyped base
        """Computed styles that outlive their document."""

        is_docgen = True

        def __init__(self, html: Any, sheets: Any, presentational_hints: Any, font_config: Any, target_collector: Any):  # noqa: ANN204, ANN401  # the engine's signature
            closet, root = _worn.closet, html.etree_element
            self._pseudos: dict[Any, Pseudos] = {}
            found = closet.placed(root) if closet is not None and not presentational_hints else None
            if found is None:
                super().__init__(html, sheets, presentational_hints, font_config, target_collector)
                if closet is not None and not presentational_hints:
                    closet.place(root, self.get_computed_styles(), self._pseudos)
                return
            self._cascaded_styles: dict[Any, Any] = {}
            self._computed_styles: dict[Any, Any] = {(element, None): style for element, style, _ in found}
            self._sheets, self.font_config = sheets, font_config
            self.initial_page_sizes = {"box": None, "area": None}
            about = {"root": root, "base_url": html.base_url, "target_collector": target_collector}
            _generate(super().set_computed_styles, self._cascaded_styles, found, about)

        def set_computed_styles(self, element: Any, parent: Any, **rest: Any) -> None:  # noqa: ANN401  # the engine's signature
            closet, pseudo = _worn.closet, rest.get("pseudo_type")
            if pseudo is not None and pseudo not in _UNASKED and hasattr(element, "tag"):
                said = self.get_cascaded_styles().get((element, pseudo), {})
                self._pseudos[element] = (*self._pseudos.get(element, ()), (pseudo, said))
            theirs = super().set_computed_styles
            if closet is None or (pseudo is not None and hasattr(element, "tag")):
                theirs(element, parent, **rest)
            elif hasattr(element, "tag"):
                _set_element(self, closet, theirs, (element, parent), rest)
            else:
                _set_page(self, closet, theirs, (element, parent), rest)

    css.StyleFor = StyleFor
