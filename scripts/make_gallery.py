"""Draw docs/gallery: every page of every paper of the demo, its Word faces, and the scans that came back.

The pictures are of real output: the demo runs in a folder of its own, and what it filed is drawn. Word faces are drawn
by LibreOffice where it is installed; Word breaks lines a little differently. Run `make gallery` after changing a
template, look at every page, and commit what changed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image

from docgen.demo.story import tell_story

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "docs" / "gallery"
DPI = 80
COLOURS = 64
POINTS_PER_INCH = 72

INTRODUCTION = """\
# 样张 · Gallery

Drawn by `make gallery` from what the demo filed; every company, person and account is made up.
由 `make gallery` 根据演示归档的文件绘制；其中的公司、人员和账户均为虚构。
"""


@dataclass(frozen=True)
class Sheet:
    """One picture of the gallery: the section it stands in, its file name without ending, its caption, the picture."""

    section: str
    name: str
    caption: str
    picture: Image.Image

    @property
    def is_scan(self) -> bool:
        """Tell whether the picture is of a scan, whose seals want all their colours."""
        return "-scan" in self.name

    @property
    def file_name(self) -> str:
        """Return the picture's file name."""
        return f"{self.name}.{'jpg' if self.is_scan else 'png'}"

    def save(self, folder: Path) -> None:
        """Write the picture, small enough to be committed."""
        picture = self.picture.convert("RGB")
        if self.is_scan:
            picture.save(folder / self.file_name, quality=78, optimize=True)
        else:
            picture.quantize(COLOURS).save(folder / self.file_name, optimize=True)


def sheets(archive: Path, scratch: Path) -> Iterator[Sheet]:
    """Yield the pictures of everything filed: PDF faces and scans, then Word faces."""
    for path in sorted(archive.rglob("*.pdf")):
        section = "扫描件 · Scans that came back" if "扫描" in path.name or "签回" in path.name else "PDF"
        yield from _pages(section, path, path)
    office = shutil.which("soffice")
    for path in sorted(archive.rglob("*.docx")) if office else ():
        yield from _pages("Word", path, _by_libreoffice(str(office), path, scratch))


def _by_libreoffice(office: str, path: Path, scratch: Path) -> Path:
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    call = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(path)]
    subprocess.run(call, check=True, capture_output=True, timeout=120)
    return scratch / f"{path.stem}.pdf"


def _pages(section: str, filed: Path, drawn: Path) -> Iterator[Sheet]:
    number, _, title = filed.stem.partition(" ")
    face = filed.suffix.lstrip(".")
    if "签回" in title:
        face = "scan" + "".join(char for char in title.partition("第")[2] if char.isdigit())
    with pypdfium2.PdfDocument(drawn) as document:
        for index in range(len(document)):
            picture = document[index].render(scale=DPI / POINTS_PER_INCH).to_pil()
            name = f"{number}-{face}-{index + 1}".replace(" ", "-")
            yield Sheet(section, name, f"{title or number}，第 {index + 1} 页 共 {len(document)} 页", picture)


def page(drawn: list[Sheet]) -> str:
    """Return the gallery's page."""
    parts = [INTRODUCTION]
    for section in dict.fromkeys(sheet.section for sheet in drawn):
        shown = (sheet for sheet in drawn if sheet.section == section)
        parts.append(f"\n## {section}\n")
        parts += [f"{sheet.caption}\n\n![{sheet.caption}]({sheet.file_name})\n" for sheet in shown]
    return "\n".join(parts)


def main() -> int:
    """Run the demo, draw what it filed, and put the new pictures in the place of the old ones."""
    with tempfile.TemporaryDirectory(prefix="docgen-gallery-") as folder:
        steps = tell_story(Path(folder) / "demo", lambda step: print(f"{step.seconds:5.1f} s  {step.what}"))
        drawn = list(sheets(Path(folder) / "demo" / "archive", Path(folder)))
    if len({sheet.name for sheet in drawn}) < len(drawn):
        raise RuntimeError("two pictures would bear one name")
    if not all(step.is_good for step in steps) or not drawn:
        print("the demo failed; the gallery is left as it was", file=sys.stderr)
        return 1
    shutil.rmtree(GALLERY, ignore_errors=True)
    GALLERY.mkdir(parents=True)
    for sheet in drawn:
        sheet.save(GALLERY)
    (GALLERY / "README.md").write_text(page(drawn), encoding="utf-8")
    print(f"{GALLERY.relative_to(ROOT)}: {len(drawn)} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
