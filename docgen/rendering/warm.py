"""What is dear in laying out a page and the same for every paper: style sheets parsed, fonts registered.

WeasyPrint parses the style sheets and loads the fonts of each document anew; for a letter of one page that is a third
of the work. Here a kind's sheets and fonts are prepared once a thread and used as long as their files stay the same
(`kept.py`). Only WeasyPrint's public classes are used, and the pages come out the same, byte for byte: sheets are given
as the reader's own instead of the author's, which changes nothing where no author's sheet and no `!important` is left.
A template outside these bounds is laid out the ordinary way.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from docgen.rendering.assets import ROOT_URL, AssetRefused, Assets
from docgen.rendering.kept import Kept, Seen, seen
from docgen.rendering.quick import Memory
from docgen.rendering.styles import Closet, may_keep, places_decide

KINDS_KEPT = 24
"""Kinds whose sheets a thread keeps parsed."""
_ATTRIBUTES = {"rel", "href"}
_OUT_OF_BOUNDS = (b"!", b"@import", b"@layer", b"@counter-style", b"@color-profile", b"@charset", b"\\")
"""What depends on whose sheet it stands in, or reaches beyond it; an escape could hide any of them."""

Files = tuple[tuple[str, Seen], ...]


@dataclass(frozen=True, slots=True)
class Fonts:
    """Fonts registered with the engine, the files they came from, and what is remembered of lines set in them."""

    engine: Any
    files: Files
    memory: Memory


@dataclass(frozen=True, slots=True)
class Dressing:
    """Parsed style sheets with their fonts, the files they came from, and the styles computed from them so far."""

    sheets: tuple[Any, ...]
    fonts: Fonts
    files: Files
    closet: Closet | None

    def fits(self, assets: Assets) -> bool:
        """Tell whether every file is still the one it was made from."""
        return all(_seen(name, assets) == was for name, was in (*self.files, *self.fonts.files))


class _Wardrobe(threading.local):
    """One a thread: the engine's fonts must not be used by two threads at once."""

    def __init__(self) -> None:
        self.dressings: Kept[Dressing] = Kept(KINDS_KEPT)
        self.fonts: Kept[Fonts] = Kept(KINDS_KEPT)


_wardrobe = _Wardrobe()


def stylesheets(root: Any) -> tuple[str, ...]:  # noqa: ANN401  # an untyped tree
    """Return the addresses of a parsed page's style sheets in order; none if it has styles of other kinds as well."""
    links = list(root.iter("link"))
    plain = all(set(link.keys()) == _ATTRIBUTES and link.get("rel") == "stylesheet" for link in links)
    if not plain or any(next(root.iter(tag), None) is not None for tag in ("style", "base")):
        return ()
    return tuple(link.get("href") for link in links)


def undress(root: Any) -> None:  # noqa: ANN401  # an untyped tree
    """Take the links to style sheets out of a parsed page."""
    for parent in [each for each in root.iter() if isinstance(each.tag, str) and each.find("link") is not None]:
        for link in parent.findall("link"):
            parent.remove(link)


def dressing(engine: Any, hrefs: tuple[str, ...], assets: Assets, heard: Sequence[str]) -> Dressing | None:  # noqa: ANN401  # an untyped library
    """Return the sheets of these addresses with their fonts, prepared before or now; None if they are out of bounds.

    Args:
        engine: the weasyprint module.
        hrefs: addresses of sheets as the template gives them, in order.
        assets: the files the template may use.
        heard: the engine's complaints, growing; sheets that make it complain are not kept.
    """
    if not hrefs:
        return None
    key = (assets.kind, assets.shared, hrefs)
    kept = _wardrobe.dressings.peek(key)
    if kept is not None and kept.fits(assets):
        return kept
    try:
        made = _prepare(engine, tuple(urljoin(ROOT_URL, href) for href in hrefs), assets)
    except ValueError:  # no such sheet, no address, not UTF-8: the ordinary way tells
        return None
    if made is not None and not heard and not assets.refused:
        _wardrobe.dressings.put(key, made)
    return made


def _prepare(engine: Any, urls: tuple[str, ...], assets: Assets) -> Dressing | None:  # noqa: ANN401  # an untyped library
    files: list[tuple[str, Seen]] = []
    fetcher = fetcher_of(engine, assets, files)
    texts = [fetcher.fetch(url).read() for url in urls]
    if any(mark in text.lower() for text in texts for mark in _OUT_OF_BOUNDS):
        return None
    sheets_read = tuple(files)
    files.clear()
    bearing = tuple(file for file, text in zip(sheets_read, texts, strict=True) if b"@font-face" in text.lower())
    fonts = _wardrobe.fonts.peek(bearing)
    is_known = fonts is not None and all(_seen(name, assets) == was for name, was in fonts.files)
    config = fonts.engine if fonts is not None and is_known else _font_configuration()
    sheets = tuple(
        engine.CSS(string=text.decode("utf-8"), base_url=url, url_fetcher=fetcher, font_config=config)
        for url, text in zip(urls, texts, strict=True)
    )
    if fonts is None or not is_known:
        fonts = Fonts(config, tuple(files), Memory())
        _wardrobe.fonts.put(bearing, fonts)
    whole = b"\n".join(texts)
    return Dressing(sheets, fonts, sheets_read, Closet(by_place=places_decide(whole)) if may_keep(whole) else None)


def fetcher_of(engine: Any, assets: Assets, files: list[tuple[str, Seen]] | None = None) -> Any:  # noqa: ANN401  # an untyped library
    """Return what gives the engine the template's own files and nothing else, noting in `files` what it gave."""
    from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415  # slow to import, and absent where pango is

    class OnlyAssets(engine.URLFetcher):  # type: ignore[misc]  # untyped base
        """Gives the template its own files and nothing else."""

        def __init__(self) -> None:
            self.__dict__.update(_never_asked(engine))

        def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ANN401, ARG002  # the engine's signature
            name = unquote(urlsplit(url).path).removeprefix("/")
            was = _seen(name, assets) if files is not None else None
            data, media_type = assets.fetch(url)
            if files is not None and was is not None:
                files.append((name, was))
            return URLFetcherResponse(url, data, {"Content-Type": media_type})

    return OnlyAssets()


@lru_cache(maxsize=1)
def _never_asked(engine: Any) -> dict[str, Any]:  # noqa: ANN401  # an untyped library
    """Return what a fetcher has of its own: openers for networks, made once, for they are never used."""
    return dict(vars(engine.URLFetcher()))


def _seen(name: str, assets: Assets) -> Seen | None:
    try:
        return seen(assets.find(name))
    except (AssetRefused, OSError):
        return None


def _font_configuration() -> Any:  # noqa: ANN401  # an untyped library
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415  # as above

    return FontConfiguration()


@atexit.register
def let_go() -> None:
    """Let go of this thread's sheets and fonts; the engine then removes its copies of the fonts.

    Done at the process's end while the interpreter still stands.
    """
    _wardrobe.dressings.clear()
    _wardrobe.fonts.clear()
