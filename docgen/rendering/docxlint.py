"""Slips in Word templates that print wrong papers without a word: looked for in each paragraph as a person sees it.

What docxtpl does with tags explains the rules. It mends a tag that Word cut into several runs, but not one with a tab,
a line break, a field or a tracked change inside; a paragraph with `{%p …%}` and a row with `{%tr …%}` vanish whole,
with all other text in them; `{{r …}}` inserts raw Word text, which plain data never is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from docgen.findings import Finding, error
from docgen.rendering.ooxml import parse, w

FULL_WIDTH = re.compile(r"[｛{]\s*｛|｛\s*[{%％]|｝\s*[｝}]|[%％}]\s*｝|\{％|％\}")
"""Braces and per cent signs as a Chinese input method types them: `｛｛ 金额 ｝｝`."""
_BLOCK_TAG = re.compile(r"\{%-?\s*(p|tr|tc|r)\s+(.*?)%\}")
_RAW_TAG = re.compile(r"\{\{\s*(p|tr|tc|r)\s[^}]*\}\}")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_PARTS = re.compile(r"\{[{%#]|[}%#]\}")
_PAIRS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_BREAKS = frozenset(("tab", "br", "cr", "drawing", "pict", "object", "fldChar", "instrText", "footnoteReference"))
_SHOWN = 60


def lint_part(data: bytes, name: str) -> Iterator[Finding]:
    """Yield the slips in one part (body, header, footer, notes), each with paragraph number and text."""
    root = parse(data, name)
    for number, paragraph in enumerate(root.iter(w("p")), start=1):
        text = _text(paragraph)
        place = f"{name} 第{number}段"
        yield from _braces(text, place)
        yield from _split(paragraph, text, place)
        yield from _beside(paragraph, text, place)
        if next(paragraph.iter(w("ins"), w("del"), w("moveFrom"), w("moveTo")), None) is not None and _TAG.search(text):
            yield error("rendering.tag-in-revision", place, text=text[:_SHOWN])


def _text(paragraph: etree._Element) -> str:
    """Return the paragraph's own text; a text box inside it is a paragraph of its own."""
    items = paragraph.iter(w("t"), *(w(tag) for tag in _BREAKS))
    own = (item for item in items if next(item.iterancestors(w("p"))) is paragraph)
    return "".join(item.text or "" if item.tag == w("t") else "\v" for item in own)


def _braces(text: str, place: str) -> Iterator[Finding]:
    if FULL_WIDTH.search(text):
        yield error("rendering.full-width-braces", place, text=text.strip()[:_SHOWN])


def _split(paragraph: etree._Element, text: str, place: str) -> Iterator[Finding]:
    """Yield tags that begin in this paragraph and do not end in it, or have something other than text inside."""
    opened = ""
    for mark in _PARTS.findall(text):
        if not opened:
            opened = mark if mark in _PAIRS else ""
            if mark not in _PAIRS and mark != "#}":
                yield error("rendering.tag-split", place, text=text.strip()[:_SHOWN])
                return
        elif mark == _PAIRS[opened]:
            opened = ""
    if opened:
        yield error("rendering.tag-split", place, text=text.strip()[:_SHOWN])
    elif any("\v" in tag for tag in _TAG.findall(text)):
        yield error("rendering.tag-split", place, text=text.replace("\v", " ").strip()[:_SHOWN])
    elif _formats_differ(paragraph):
        yield error("rendering.tag-split", place, text=text.strip()[:_SHOWN])


def _formats_differ(paragraph: etree._Element) -> bool:
    """Tell whether a tag runs over differently formatted text: it would print in the format of its first character."""
    inside, look = "", b""
    for run in paragraph.iter(w("r")):
        text = "".join(item.text or "" for item in run.iter(w("t")))
        properties = run.find(w("rPr"))
        mine = b"" if properties is None else etree.tostring(properties, method="c14n")
        if inside and text and mine != look:
            return True
        inside = _open_tail(inside + text)
        look = mine if inside else b""
    return False


def _open_tail(text: str) -> str:
    """Return what stands after the last complete tag from the mark of a tag still open, else nothing."""
    rest = _TAG.sub("", text)
    at = max(rest.rfind("{{"), rest.rfind("{%"))
    if at >= 0:
        return rest[at:]
    return "{" if rest.endswith("{") else ""


def _beside(paragraph: etree._Element, text: str, place: str) -> Iterator[Finding]:
    if _RAW_TAG.search(text):
        yield error("rendering.tag-unsupported", place, text=text.strip()[:_SHOWN])
    for match in _BLOCK_TAG.finditer(text):
        if re.search(r"[%}]", match[2]):
            yield error("rendering.percent-in-tag", place, tag=match[0])
    kinds = {match[1] for match in _BLOCK_TAG.finditer(text)}
    if "p" in kinds and not _only_tag(text):
        yield error("rendering.text-beside-tag", place, text=text.strip()[:_SHOWN])
    for kind, holder in (("tr", w("tr")), ("tc", w("tc"))):
        box = next(paragraph.iterancestors(holder), None)
        if kind in kinds and (box is None or not _only_tag("".join(_text(p) for p in box.iter(w("p"))))):
            yield error("rendering.text-beside-tag", place, text=text.strip()[:_SHOWN])


def _only_tag(text: str) -> bool:
    return len(_BLOCK_TAG.findall(text)) == 1 and not _BLOCK_TAG.sub("", text).strip()
