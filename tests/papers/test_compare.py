from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docgen.papers.compare import CONTEXT, Difference, first_difference, squeeze


def test_squeezing_drops_white_space_and_nothing_else() -> None:
    assert (
        squeeze(" 甲 方：\n\tＸＸ科技　（北京）\u00a0有限公司 ￥1,000.00 ")
        == "甲方：ＸＸ科技（北京）有限公司￥1,000.00"
    )


def test_squeezing_makes_composed_and_decomposed_letters_equal() -> None:
    assert squeeze("e\u0301") == squeeze("\u00e9") == "\u00e9"


@given(st.text())
def test_squeezing_twice_is_squeezing_once(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)


@given(st.text())
def test_equal_texts_do_not_differ(text: str) -> None:
    assert first_difference(text, text) is None


def test_five_yuan_is_not_found_inside_two_hundred_eighty_five() -> None:
    assert first_difference("应付5.00元", "应付285.00元") == Difference(2, "应付", "5.00元", "285.00元")


def test_a_cut_text_differs_at_its_end() -> None:
    assert first_difference("甲方乙方", "甲方") == Difference(2, "甲方", "乙方", "")
    assert first_difference("甲方", "甲方乙方") == Difference(2, "甲方", "", "乙方")


@given(st.text(min_size=1), st.data())
def test_the_first_changed_character_is_named(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + chr((ord(text[place]) + 1) % 0x110000) + text[place + 1 :]
    found = first_difference(text, changed)
    assert found is not None
    assert found.position == place
    assert found.expected == text[place : place + CONTEXT]
    assert text[:place].endswith(found.before)
