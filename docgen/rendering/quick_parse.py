"""A filled template read into a tree without guessing what broken HTML might have meant.

The engine's parser recovers from every mistake a web page can hold, letter by letter. Our templates are plain and well
nested: this reads them with one regular expression and builds the tree the HTML standard asks for (WHATWG, 13.2.6: a
`tbody` around rows, what stands after `</body>` inside it). Whatever is not plain is left to the engine's parser.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement

_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-z-]*(?:="[^"<]*")?)*)\s*>|([^<]+)')
_ATTRIBUTE = re.compile(r'([a-z][a-z-]*)(?:="([^"]*)")?')
_REFERENCE = re.compile(r"&(amp|lt|gt|quot|nbsp|#34|#39);")
_MEANT = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "nbsp": "\u00a0", "#34": '"', "#39": "'"}
_DOCTYPE = "<!DOCTYPE html>"
_VOID = frozenset(("meta", "link", "br", "img", "col"))
_FLOW = frozenset(("h1", "h2", "h3", "p", "div", "table"))
_PHRASE = frozenset(("span", "strong", "b", "br", "img"))
_IN_FLOW = _FLOW | _PHRASE
_CELLS = frozenset(("td", "th"))
_BELOW: dict[str, frozenset[str]] = {
    "html": frozenset(("head", "body")),
    "head": frozenset(("meta", "title", "link")),
    "title": frozenset(),
    **dict.fromkeys(("body", "div", "td", "th"), _IN_FLOW),
    **dict.fromkeys(("h1", "h2", "h3", "p", "span", "strong", "b"), _PHRASE),
    "table": frozenset(("colgroup", "thead", "tbody")),
    "colgroup": frozenset(("col",)),
    **dict.fromkeys(("thead", "tbody"), frozenset(("tr",))),
    "tr": _CELLS,
}
"""What may stand in what, so that nothing is closed or moved by the parser."""
_WITHOUT_TEXT = frozenset(("html", "head", "table", "colgroup", "thead", "tbody", "tr"))
_SPACE = " \t\n\f"


EMPTY = "<!DOCTYPE html><title></title>"
"""What the engine parses instead; `give` then puts the page in its place."""


class _NotPlain(Exception):
    """The page is not of the plain kind."""


def parsed(html: str) -> Element | None:
    """Return a page's tree as the HTML standard builds it; None if the page is not plain."""
    if not html.startswith(_DOCTYPE) or "\r" in html or "\0" in html:
        return None
    try:
        return _Tree().build(html, len(_DOCTYPE))
    except _NotPlain:
        return None


def give(source: Any, tree: Element) -> None:  # noqa: ANN401  # the engine's HTML
    """Put a parsed page in the place of the one the engine parsed, as its constructor does."""
    from cssselect2 import ElementWrapper  # noqa: PLC0415  # it comes with the engine

    source.wrapper_element = ElementWrapper.from_html_root(tree, content_language=None)
    source.etree_element = source.wrapper_element.etree_element


class _Tree:
    def __init__(self) -> None:
        self.open: list[Element] = []
        self.last: Element | None = None
        """The element that was closed last inside the innermost open one: text goes after it."""
        self.root: Element | None = None
        self.body: Element | None = None

    def build(self, html: str, at: int) -> Element:
        """Build the tree from where the page begins."""
        for match in _TOKEN.finditer(html, at):
            if match.start() != at:
                raise _NotPlain
            at = match.end()
            closes, name, attributes, text = match.groups()
            if text is not None:
                self.text(_meant(text))
            elif closes:
                self.close(name, attributes)
            else:
                self.start(name, attributes)
        if at != len(html) or self.open or self.root is None or self.body is None:
            raise _NotPlain
        return self.root

    def text(self, text: str) -> None:
        """Add text where it stands; the white space around the body has places of its own."""
        if not self.open or self.open[-1].tag in _WITHOUT_TEXT:
            if text.strip(_SPACE):
                raise _NotPlain
            if self.root is None:
                return  # before the page
            if self.body is not None and (not self.open or self.open[-1].tag == "html"):
                _append(self.body, self.body[-1] if len(self.body) else None, text)
                return
            if self.open[-1].tag == "html" and not len(self.open[-1]):
                return  # before the head
        _append(self.open[-1], self.last, text)

    def start(self, name: str, attributes: str) -> None:
        """Open an element where it may stand."""
        said = _attributes(attributes)
        if not self.open:
            if name != "html" or self.root is not None:
                raise _NotPlain
            self.root = Element("html", said)
            self._enter(self.root)
            return
        above = self.open[-1]
        if above.tag == "table" and name == "tr":
            above = SubElement(above, "tbody")
            self._enter(above)
        elif above.tag == "tbody" and name in ("tbody", "thead"):
            raise _NotPlain
        if name not in _BELOW.get(above.tag, frozenset()) or (name == "body" and self.body is not None):
            raise _NotPlain
        if (name == "head") != (above.tag == "html" and not len(above)):
            raise _NotPlain
        element = SubElement(above, name, said)
        if name == "body":
            self.body = element
        if name in _VOID:
            self.last = element
        else:
            self._enter(element)

    def close(self, name: str, attributes: str) -> None:
        """Close the innermost element, which must bear the name; a table closes the `tbody` nobody wrote."""
        if attributes or not self.open:
            raise _NotPlain
        if name == "table" and self.open[-1].tag == "tbody":
            self.open.pop()
        if self.open[-1].tag != name:
            raise _NotPlain
        self.last = self.open.pop()

    def _enter(self, element: Element) -> None:
        self.open.append(element)
        self.last = None


def _append(above: Element, last: Element | None, text: str) -> None:
    if last is None:
        above.text = (above.text or "") + text
    else:
        last.tail = (last.tail or "") + text


def _attributes(text: str) -> dict[str, str]:
    if not text:
        return {}
    found = {name: _meant(value) for name, value in _ATTRIBUTE.findall(text)}
    if len(found) != len(_ATTRIBUTE.findall(text)):
        raise _NotPlain
    return found


def _meant(text: str) -> str:
    """Return text with its references resolved; others than a template's filters write are not plain."""
    if "&" not in text:
        return text
    if text.count("&") != len(_REFERENCE.findall(text)):
        raise _NotPlain
    return _REFERENCE.sub(lambda match: _MEANT[match[1]], text)
