from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "templates" / "_shared" / "fonts"
FILES = ("docgen-song-regular.ttf", "docgen-song-bold.ttf", "docgen-hei-bold.ttf")
TABLE = "".join((ROOT / "scripts" / "hanzi_8105.txt").read_text(encoding="utf-8").split())


def test_the_table_is_the_8105_in_its_three_levels() -> None:
    assert len(TABLE) == len(set(TABLE)) == 8105
    assert (TABLE[0], TABLE[3499], TABLE[3500], TABLE[6499], TABLE[6500]) == ("一", "矗", "乂", "齉", "亍")


@pytest.mark.parametrize("name", FILES)
def test_each_font_has_every_character_of_the_trade(name: str) -> None:
    with TTFont(FONTS / name, lazy=True) as font:
        known = font.getBestCmap()
    gb2312 = "".join(bytes((a, b)).decode("gb2312", "ignore") for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF))
    assert len(gb2312) == 6763
    wanted = TABLE + gb2312 + "昇堃喆镕𬭎□■√〔〕（）《》№①⑳¥￥℃㎡×±≤≥—…·" + "".join(map(chr, range(0x20, 0x7F)))
    assert [char for char in wanted if ord(char) not in known] == []


@pytest.mark.parametrize("name", FILES)
def test_each_font_is_static_truetype_of_at_most_4_mb_with_one_glyph_a_character(name: str) -> None:
    assert (FONTS / name).stat().st_size <= 4_000_000
    with TTFont(FONTS / name, lazy=True) as font:
        assert "glyf" in font
        assert not {"fvar", "CFF ", "fpgm", "prep", "GSUB"} & set(font.keys())
        glyphs = list(font.getBestCmap().values())
        assert len(glyphs) == len(set(glyphs))
        assert str(font["name"].getDebugName(1)).startswith("Docgen ")


def test_the_licence_lies_beside_them() -> None:
    text = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Adobe" in text
