"""The files a template may use: those in its own kind's folder and in `_shared`, pictures in the data; no others.

A paper that fetched `http://…/logo.png` would change with a stranger's server; one that could read `file:///etc/passwd`
would print it. So templates see one virtual root: a name is looked up in the kind's folder first, then in `_shared`.
No `..`, no absolute path, no symbolic link that leads out, no network.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from jinja2 import BaseLoader, Environment, TemplateNotFound

from docgen.rendering.kept import Seen, seen

ROOT_URL = "http://paper.invalid/"
"""Base address of every template; `.invalid` can never be a real host (RFC 6761), and nothing is ever fetched."""

_DATA_PICTURE = re.compile(r"data:(image/(?:png|jpeg|svg\+xml));base64,([A-Za-z0-9+/=\s]+)\Z", re.ASCII)


class AssetRefused(ValueError):
    """The template asked for a file it may not have, or that is not there."""


@dataclass(frozen=True)
class Assets:
    """The virtual root over a kind's folder and the shared one; remembers what was refused."""

    kind: Path
    shared: Path
    refused: list[str] = field(default_factory=list)

    def find(self, name: str) -> Path:
        """Return the file of that name, from the kind's folder or else the shared one.

        Raises:
            AssetRefused: no such file, or it lies outside the two folders.
        """
        wanted = PurePosixPath(name)
        if not name or wanted.is_absolute() or ".." in wanted.parts or "\\" in name or ":" in name or "\0" in name:
            raise AssetRefused(name)
        for folder in (self.kind, self.shared):
            path = folder.joinpath(*wanted.parts)
            if path.is_file() and _stays_in(folder, wanted.parts):
                return path
        raise AssetRefused(name)

    def fetch(self, url: str) -> tuple[bytes, str]:
        """Return bytes and media type behind an address in a template; a refusal is remembered and raised."""
        try:
            return self._fetch(url)
        except (AssetRefused, OSError, binascii.Error):
            self.refused.append(url[:200])
            raise AssetRefused(url[:200]) from None

    def _fetch(self, url: str) -> tuple[bytes, str]:
        if url.startswith("data:"):
            match = _DATA_PICTURE.match(unquote(url))
            if match is None:
                raise AssetRefused(url)
            return base64.b64decode(match[2]), match[1]
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}/" != ROOT_URL or parts.query:
            raise AssetRefused(url)
        path = self.find(unquote(parts.path).removeprefix("/"))
        return path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _stays_in(folder: Path, parts: Sequence[str]) -> bool:
    """Tell whether a file below a folder lies in it. Only a link can lead out, so only where there is one is it traced.

    Asked for each file of each paper; tracing every path through all folders above took longer than reading the file.
    """
    at = str(folder)
    for part in parts:
        at = os.path.join(at, part)  # noqa: PTH118  # asked thirteen times a letter
        if os.path.islink(at):  # noqa: PTH114  # as above
            return folder.joinpath(*parts).resolve().is_relative_to(folder.resolve())
    return True


class AssetLoader(BaseLoader):
    """Loads templates, bases and macros from the virtual root; messages then name them as the template does.

    One that was loaded before is taken again only while the same unchanged file stands under its name.
    """

    def __init__(self, assets: Assets) -> None:
        self.assets = assets

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002  # Jinja's own signature
        """Return source, the name shown in messages, and what tells whether the file is still the same."""
        try:
            path = self.assets.find(template)
            before = seen(path)
            return path.read_text(encoding="utf-8"), template, lambda: self._is_same(template, before)
        except (AssetRefused, OSError, UnicodeDecodeError):
            raise TemplateNotFound(template) from None

    def _is_same(self, template: str, before: Seen) -> bool:
        try:
            return seen(self.assets.find(template)) == before
        except (AssetRefused, OSError):
            return False
