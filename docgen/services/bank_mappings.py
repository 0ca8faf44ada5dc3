"""What a person once said about a bank's columns, remembered beside docgen.toml by the layout of the bank's file."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

import tomli_w

from docgen.errors import Refused
from docgen.exchange.bank import Layout, layout_rows
from docgen.services.office import Office

FILE_NAME = "bank-mappings.toml"


def mappings_file(office: Office) -> Path:
    """Return where the layouts are remembered."""
    return office.workspace.root / FILE_NAME


def remembered(office: Office) -> dict[str, Layout]:
    """Return the layouts met before, by fingerprint.

    Raises:
        Refused: the file cannot be read.
    """
    path = mappings_file(office)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        rows = told.get("layouts", {}).items()
        return {key: Layout(tuple(row["headings"]), dict(row["columns"]), tuple(row["memo"])) for key, row in rows}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, AttributeError, TypeError) as problem:
        raise Refused.of("services.mappings-unreadable", str(path)) from problem


def remember(office: Office, layout: Layout) -> bool:
    """Remember a layout, replacing the file as a whole; tell whether that was news."""
    known = remembered(office)
    if known.get(layout.fingerprint) == layout:
        return False
    path = mappings_file(office)
    text = tomli_w.dumps({"schema": 1, "layouts": dict(layout_rows({**known, layout.fingerprint: layout}))})
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".new", delete=False) as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    Path(handle.name).replace(path)
    return True
