"""Draw docs/gallery: every kind of paper in both faces, with usual and with awkward data, and scans that came back.

Papers are drawn from the kinds' golden cases and from one case at the edge of what a record allows; the scans are those
the demo filed. Word faces are drawn by LibreOffice; Word breaks lines a little differently. Run `make gallery` after
changing a template, look at every page, and commit what changed. `python scripts/make_gallery.py KIND…` draws some.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from awkward import awkward_case
from PIL import Image

from docgen.demo.story import tell_story
from docgen.kinds.catalogue import load_catalogue
from docgen.kinds.kind import Kind
from docgen.rendering.golden import Case, load_case, render_case

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "docs" / "gallery"
DPI = 72
POINTS_PER_INCH = 72
GREYS = 12
IN_A_ROW = 3
LARGEST = 9
"""Pages drawn of one paper; of a longer one the first eight and the last."""
GAP = 8
PAPER, DESK = 255, 200

INTRODUCTION = """\
# 样张 · Gallery

Drawn by `make gallery` from the golden cases of every kind (`templates/<kind>/golden`), and from one record at the edge
of what is allowed (80-character names, 60 lines, 12 instalments, rare characters); every company, person and account is
made up. 由 `make gallery` 绘制；其中的公司、人员和账户均为虚构。
"""


@dataclass(frozen=True)
class Sheet:
    """One picture of the gallery: the kind it shows, its file name, its caption, the picture."""

    section: str
    file_name: str
    caption: str
    picture: Image.Image

    def save(self, folder: Path) -> None:
        """Write the picture, small enough to be committed."""
        if self.file_name.endswith(".jpg"):
            self.picture.convert("RGB").save(folder / self.file_name, quality=72, optimize=True)
        else:
            self.picture.convert("L").quantize(GREYS).save(folder / self.file_name, optimize=True)


def papers(kinds: Sequence[Kind], scratch: Path) -> Iterator[Sheet]:
    """Yield both faces of every case of the kinds."""
    for kind in kinds:
        for name, case in _cases(kind):
            made, stem = render_case(case), f"{kind.spec.id}-{name}"
            print(f"{kind.spec.id}/{name}: {made.pdf.pages} pages")
            yield _sheet(kind, f"{stem}-pdf", f"{name}，PDF", _pictures(made.pdf.data))
            filed = scratch / f"{stem}.docx"
            filed.write_bytes(made.docx.data)
            yield _sheet(kind, f"{stem}-docx", f"{name}，Word", _pictures(_by_libreoffice(filed, scratch)))


def _cases(kind: Kind) -> Iterator[tuple[str, Case]]:
    for path in sorted(kind.folder.glob("golden/*/case.toml")):
        yield path.parent.name, load_case(path.parent, kind, root=ROOT)
    yield "awkward", awkward_case(kind)


def _by_libreoffice(path: Path, scratch: Path) -> bytes:
    office = shutil.which("soffice")
    if office is None:
        raise SystemExit("LibreOffice is needed to draw the Word faces: apt install libreoffice-writer-nogui")
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    call = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(path)]
    subprocess.run(call, check=True, capture_output=True, timeout=120)
    return (scratch / f"{path.stem}.pdf").read_bytes()


def _pictures(pdf: bytes) -> tuple[int, list[Image.Image]]:
    """Return how many pages a paper has, and pictures of those that are shown."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = len(document)
        wanted = range(pages) if pages <= LARGEST else [*range(LARGEST - 1), pages - 1]
        return pages, [document[index].render(scale=DPI / POINTS_PER_INCH, grayscale=True).to_pil() for index in wanted]


def _sheet(kind: Kind, stem: str, caption: str, drawn: tuple[int, list[Image.Image]]) -> Sheet:
    pages, pictures = drawn
    told = f"{kind.spec.title}：{caption}，共 {pages} 页" + (f"（绘出 {len(pictures)} 页）" if pages > LARGEST else "")
    return Sheet(f"{kind.spec.title} · {kind.spec.title_en}", f"{stem}.png", told, _side_by_side(pictures))


def _side_by_side(pictures: Sequence[Image.Image]) -> Image.Image:
    wide, high = pictures[0].size
    columns = min(IN_A_ROW, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    whole = Image.new("L", (columns * (wide + GAP) + GAP, rows * (high + GAP) + GAP), DESK)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        whole.paste(picture.convert("L"), (GAP + column * (wide + GAP), GAP + row * (high + GAP)))
    return whole


def scans(folder: Path) -> Iterator[Sheet]:
    """Yield the first page of each scan the demo filed."""
    steps = tell_story(folder / "demo", lambda step: print(f"{step.seconds:5.1f} s  {step.what}"))
    if not all(step.is_good for step in steps):
        raise SystemExit("the demo failed; the gallery is left as it was")
    for path in sorted((folder / "demo" / "archive").rglob("*签回*.pdf")):
        with pypdfium2.PdfDocument(path) as document:
            picture = document[0].render(scale=DPI / POINTS_PER_INCH).to_pil()
        number, _, title = path.stem.partition(" ")
        digits = "".join(char for char in title.partition("第")[2] if char.isdigit())
        yield Sheet("扫描件 · Scans that came back", f"scan-{number}{digits and '-' + digits}.jpg", path.stem, picture)


def page(drawn: Sequence[Sheet]) -> str:
    """Return the gallery's page."""
    parts = [INTRODUCTION]
    for section in dict.fromkeys(sheet.section for sheet in drawn):
        shown = (sheet for sheet in drawn if sheet.section == section)
        parts.append(f"\n## {section}\n")
        parts += [f"{sheet.caption}\n\n![{sheet.caption}]({sheet.file_name})\n" for sheet in shown]
    return "\n".join(parts)


def main(wanted: Sequence[str]) -> int:
    """Draw all, and put the new pictures in the place of the old ones; or draw some kinds over what is there."""
    catalogue = load_catalogue(ROOT / "templates")
    with tempfile.TemporaryDirectory(prefix="docgen-gallery-") as folder:
        kinds = [catalogue.get(name) for name in wanted] or list(catalogue)
        drawn = [*papers(kinds, Path(folder)), *(() if wanted else scans(Path(folder)))]
    if len({sheet.file_name for sheet in drawn}) < len(drawn):
        raise RuntimeError("two pictures would bear one name")
    if not wanted:
        shutil.rmtree(GALLERY, ignore_errors=True)
        GALLERY.mkdir(parents=True)
        (GALLERY / "README.md").write_text(page(drawn), encoding="utf-8")
    for sheet in drawn:
        sheet.save(GALLERY)
    print(f"{GALLERY.relative_to(ROOT)}: {len(drawn)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
