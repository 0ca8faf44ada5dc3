"""Make the Word faces of the shipped kinds: the same blocks in the same order as the HTML faces, with Word's own means.

Run `python scripts/make_docx_faces.py [KIND…]` from the project's root; the result is the same byte for byte on every
run. Each kind's face is laid out in a module of `docx_faces`. An office that wants another look edits its own copy of
the .docx in Word or WPS; this makes only the shipped ones.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

import docx_faces

ROOT = Path(__file__).resolve().parent.parent


def known() -> list[str]:
    """Return the kinds whose Word face is made here, by id."""
    return [module.name.replace("_", "-") for module in pkgutil.iter_modules(docx_faces.__path__)]


def main(wanted: Sequence[str]) -> None:
    """Write the faces asked for, or all."""
    for name in wanted or known():
        path = ROOT / "templates" / name / f"{name}.docx"
        importlib.import_module(f"docx_faces.{name.replace('-', '_')}").make().write(path)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
