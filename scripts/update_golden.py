"""Write the golden texts of every kind anew and show what changed, to be read before it is committed.

Run `python scripts/update_golden.py [--check] [KIND…]` from the project's root. With `--check` nothing is written, and
a difference ends with exit code 1.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from docgen.errors import DocgenError
from docgen.kinds.catalogue import load_catalogue
from docgen.kinds.kind import Kind
from docgen.rendering.faces import compare_faces
from docgen.rendering.golden import load_case, render_case

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Render every case; return 1 when something differs and nothing may be written, or a case cannot be rendered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("kinds", nargs="*")
    asked = parser.parse_args()
    worst = 0
    for kind in load_catalogue(ROOT / "templates"):
        if asked.kinds and kind.spec.id not in asked.kinds:
            continue
        for folder in sorted(path.parent for path in kind.folder.glob("golden/*/case.toml")):
            try:
                changed = update(kind, folder, write=not asked.check)
            except DocgenError as problem:
                print(
                    f"{kind.spec.id}/{folder.name}: ",
                    *(f"{f.where} {f.sentence()}" for f in problem.findings),
                    sep="\n",
                )
                worst = 1
                continue
            worst = max(worst, int(changed and asked.check))
    return worst


def update(kind: Kind, folder: Path, *, write: bool) -> bool:
    """Render one case, print what differs from the kept texts, write them if wanted; tell whether anything differed."""
    case = load_case(folder, kind, root=ROOT)
    rendered = render_case(case)
    name = f"{kind.spec.id}/{folder.name}"
    print(
        f"{name}: {rendered.pdf.pages} pages", *(f"  {f.severity}: {f.sentence()}" for f in case.findings()), sep="\n"
    )
    for difference in compare_faces(rendered.pdf_blocks, rendered.docx_blocks):
        print(f"  faces differ: PDF {difference.pdf} · Word {difference.docx}")
    changed = False
    for file, text in rendered.texts.items():
        path = folder / file
        kept = path.read_text(encoding="utf-8") if path.is_file() else ""
        lines = difflib.unified_diff(kept.splitlines(), text.splitlines(), f"{name}/{file}", "now", n=1, lineterm="")
        changed = changed or kept != text
        print(*lines, sep="\n", end="\n" if kept != text else "")
        if write and kept != text:
            path.write_text(text, encoding="utf-8")
    return changed


if __name__ == "__main__":
    sys.exit(main())
