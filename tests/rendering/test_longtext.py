from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docgen.rendering.longtext import pieces, side_by_side

TEXT = st.text(st.sampled_from("甲乙丙。；\n1 "), min_size=1, max_size=400).filter(lambda text: text.strip())


def test_a_short_text_stays_whole_with_its_lines() -> None:
    assert pieces("甲\n乙") == ["甲\n乙"]


def test_a_long_text_is_cut_behind_sentences() -> None:
    assert pieces("甲甲。乙乙。丙丙。", limit=6) == ["甲甲。乙乙。", "丙丙。"]


def test_a_sentence_longer_than_a_row_is_cut_where_the_row_ends() -> None:
    assert pieces("甲" * 10, limit=4) == ["甲" * 4, "甲" * 4, "甲" * 2]


def test_columns_of_unlike_length_end_in_empty_cells() -> None:
    assert side_by_side("甲。乙。", "丙", limit=2) == [("甲。", "丙"), ("乙。", "")]


@given(TEXT, st.integers(2, 40))
def test_nothing_is_lost_but_white_space_and_no_piece_is_too_long(text: str, limit: int) -> None:
    made = pieces(text, limit=limit)
    assert "".join("".join(made).split()) == "".join(text.split())
    assert all(len(piece) <= limit for piece in made) or len(text) <= limit
    assert all(piece.strip() for piece in made)
