from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docgen.archive.names import fold, free_name, marked_name, numbered_name, safe_name, split_ending, units

HOSTILE = st.one_of(
    st.text(max_size=300),
    st.text(alphabet='./\\:*?"<>| ~_%\t\n\u202e\u200b\ufeff\ud800', max_size=40),
    st.sampled_from(["CON", "nul", "COM1", "LPT9", "aux", "COM¹"]).flatmap(
        lambda n: st.sampled_from([n, n + ".pdf", n + " .x"])
    ),
    st.sampled_from(["中", "👩‍👩‍👧", "e\u0301", "\U00020000"]).flatmap(
        lambda c: st.integers(1, 200).map(lambda n: c * n + ".pdf")
    ),
)
RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{p}{n}" for p in ("COM", "LPT") for n in "0123456789")}


@given(HOSTILE, st.sampled_from([24, 50, 80]))
@example("..", 80)
@example("", 80)
@example("._docgen", 80)
@example("中" * 180 + ".pdf", 80)
def test_a_safe_name_is_legal_everywhere(text: str, limit: int) -> None:
    name = safe_name(text, limit=limit)
    assert name
    assert units(name) <= limit
    assert len(name.encode()) <= 255
    assert not set(name) & set('<>:"/\\|?*%\n\t')
    assert name == unicodedata.normalize("NFC", name)
    assert name[0] not in " ._~"
    assert name[-1] not in " ."
    assert name.split(".")[0].rstrip().upper() not in RESERVED
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in name)
    assert safe_name(name, limit=limit) == name


@given(HOSTILE, st.integers(2, 999))
def test_a_numbered_name_stays_legal_and_is_another_name(text: str, number: int) -> None:
    name = numbered_name(safe_name(text), number)
    assert fold(name) != fold(safe_name(text))
    assert safe_name(name) == name


@given(HOSTILE, st.text(max_size=20))
def test_a_marked_name_fits(text: str, salt: str) -> None:
    assert units(marked_name(text, salt, limit=50)) <= 50


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("预付款通知单.pdf", "预付款通知单.pdf"),
        ("SO/2024:03", "SO_2024_03"),
        ("../../etc/passwd", "_.._etc_passwd".lstrip("._")),
        ("预付款30%.pdf", "预付款30％.pdf"),
        ("CON", "CON_"),
        ("nul.pdf", "nul_.pdf"),
        ("报告.pdf. . ", "报告.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("  \u3000", "未命名"),
        ("_docgen", "docgen"),
    ],
)
def test_known_names(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_two_long_names_stay_two_and_keep_their_ending() -> None:
    first, second = safe_name("甲" * 200 + "一.pdf"), safe_name("甲" * 200 + "二.pdf")
    assert first != second
    assert split_ending(first)[1] == split_ending(second)[1] == ".pdf"


def test_a_free_name_counts_on_past_every_twin() -> None:
    taken = {fold("Notice.PDF"), fold("notice (2).pdf")}
    assert free_name("notice.pdf", taken.__contains__) == "notice (3).pdf"
    assert fold("ＡＢ公司") == fold("ab公司")
    assert fold("e\u0301") == fold("é")
