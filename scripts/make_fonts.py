"""Make the fonts that every paper is set in: small static TrueType subsets of Noto Serif SC (宋) and Noto Sans SC (黑).

A paper must look the same on every machine, so its fonts ship with the templates and are never looked up on the
system. The full fonts hold 30,000 glyphs (10-15 MB each); a trade paper needs the 8105 characters of the 通用规范汉字表
(2013), GB 2312 and the symbols of GBK. Traditional characters outside these are not in: rendering refuses them by name.

Run `python scripts/make_fonts.py` from the project's root; it needs `npm` (for the packages below) and fontTools.
The result is the same byte for byte on every run. The licence (SIL Open Font License 1.1) is laid beside the fonts; the
families are renamed, because a changed version should not be taken for the original.

Source of the 8105 characters: `hanzi_8105.txt`, in the table's own order, from the field kTGH of the Unicode Han
Database 14.0.
"""

from __future__ import annotations

import argparse
import copy
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "templates" / "_shared" / "fonts"
TABLE_8105 = Path(__file__).resolve().parent / "hanzi_8105.txt"
KEPT_NAMES = (0, 5, 7, 8, 9, 11, 12, 13, 14)  # copyright, version, trademark, makers, licence: as the licence asks

HAN = range(0x4E00, 0xA000)  # CJK Unified Ideographs: GBK's share of them would double the size
NO_CHARACTERS = range(0xD800, 0xF900)  # surrogates and private use


@dataclass(frozen=True)
class Face:
    """One font file to make: npm package and version, file inside it, and what we call the result."""

    package: str
    source: str
    target: str
    family: str
    style: str


SERIF = "@expo-google-fonts/noto-serif-sc@0.4.3"
SANS = "@expo-google-fonts/noto-sans-sc@0.4.3"
FACES = (
    Face(SERIF, "400Regular/NotoSerifSC_400Regular.ttf", "docgen-song-regular.ttf", "Docgen Song", "Regular"),
    Face(SERIF, "700Bold/NotoSerifSC_700Bold.ttf", "docgen-song-bold.ttf", "Docgen Song", "Bold"),
    Face(SANS, "700Bold/NotoSansSC_700Bold.ttf", "docgen-hei-bold.ttf", "Docgen Hei", "Bold"),
)


def characters() -> set[int]:
    """Return the code points to keep: 8105 table, GB 2312, GBK's symbols, Latin letters, signs of the trade."""
    chosen = set(map(ord, "".join(TABLE_8105.read_text(encoding="utf-8").split())))
    chosen |= set(range(0x20, 0x7F)) | set(range(0xA0, 0x180))
    chosen |= set(_two_byte("gb2312", range(0xB0, 0xF8), range(0xA1, 0xFF)))
    chosen |= {c for c in _two_byte("gbk", range(0x81, 0xFF), range(0x40, 0xFF)) if c not in HAN}
    chosen |= set(range(0x2460, 0x2500)) | set(range(0xFF01, 0xFF5F)) | set(range(0x3000, 0x3020))
    chosen |= set(map(ord, "¥￥€£№℃‰√×÷±≤≥≠≈□■○●◎◇◆△▲▽▼☆★→←↑↓·•…—–‘’“”〇㈠㈱㎡㎥㎜㎝㎏㏎²³™®©§†‡"))
    return {c for c in chosen if c not in NO_CHARACTERS}


def _two_byte(codec: str, firsts: range, seconds: range) -> Iterator[int]:
    for first in firsts:
        for second in seconds:
            try:
                text = bytes((first, second)).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(text) == 1:
                yield ord(text)


def unpack(package: str, folder: Path) -> Path:
    """Fetch one npm package into the folder and return its unpacked root."""
    command = ["npm", "pack", "--silent", package]
    packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    root = folder / package.replace("/", "-").strip("@")
    with tarfile.open(folder / packed.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(root, filter="data")
    return root / "package"


def shrink(source: Path, keep: set[int]) -> TTFont:
    """Return the font cut down to the characters: no hints, no layout features but kerning, one glyph a character."""
    options = subset.Options(
        hinting=False,
        layout_features=["kern"],
        name_IDs=list(KEPT_NAMES),
        notdef_outline=True,
        glyph_names=False,
        recalc_timestamp=False,
        drop_tables=["BASE", "GSUB", "STAT", "vhea", "vmtx", "VORG", "gasp", "prep", "DSIG"],
    )
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(keep))
    cutter.subset(font)
    _one_glyph_a_character(font)
    return font


def _one_glyph_a_character(font: TTFont) -> None:
    """Copy glyphs that several characters share: a PDF knows one character a glyph, and its text must read back."""
    cmap = font.getBestCmap()
    seen: set[str] = set()
    order = list(font.getGlyphOrder())
    for code in sorted(cmap):
        name = cmap[code]
        if name not in seen:
            seen.add(name)
            continue
        twin = f"twin{code:05X}"
        font["glyf"].glyphs[twin] = copy.deepcopy(font["glyf"][name])
        font["hmtx"].metrics[twin] = font["hmtx"].metrics[name]
        order.append(twin)
        _remap(font, code, twin)
    font.setGlyphOrder(order)
    font["glyf"].setGlyphOrder(order)
    font["maxp"].numGlyphs = len(order)


def _remap(font: TTFont, code: int, name: str) -> None:
    for table in font["cmap"].tables:
        if table.isUnicode() and code in table.cmap:
            table.cmap[code] = name


def rename(font: TTFont, face: Face) -> None:
    """Give the font our family name, keeping copyright and licence records."""
    names = font["name"]
    postscript = f"{face.family.replace(' ', '')}-{face.style}"
    full = f"{face.family} {face.style}"
    for name_id, text in ((1, face.family), (2, face.style), (3, postscript), (4, full), (6, postscript)):
        names.setName(text, name_id, 3, 1, 0x409)


def main() -> None:
    """Write the fonts and their licence into templates/_shared/fonts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=TARGET)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    keep = characters()
    with tempfile.TemporaryDirectory() as folder:
        roots = {package: unpack(package, Path(folder)) for package in (SERIF, SANS)}
        for face in FACES:
            font = shrink(roots[face.package] / face.source, keep)
            rename(font, face)
            font.save(out / face.target, reorderTables=True)
            print(f"{face.target}: {len(font.getBestCmap())} characters, {(out / face.target).stat().st_size:,} bytes")
        copyright_line = str(TTFont(out / FACES[0].target)["name"].getDebugName(0))
        licence = (roots[SERIF] / "LICENSE_FONT").read_text(encoding="utf-8")
        (out / "OFL.txt").write_text(f"{copyright_line}\n{licence}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
