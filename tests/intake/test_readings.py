from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.intake.readings import NumberRead, folded, numbers_read, readings
from docgen.papers.ocr import ReadLine, ReadPage


def page(*lines: tuple[str, float]) -> ReadPage:
    return ReadPage(1, "page", tuple(ReadLine(text, 99, 0.1, y, 0.5, 0.01) for text, y in lines))


def read(text: str, y: float = 0.4) -> list[NumberRead]:
    return list(numbers_read(page((text, y))))


@pytest.mark.parametrize(
    "misread",
    ["HT2024O31001-YS01", "HT2O24031OO1-YSO1", "HT202403l001-YS0I", "HT20240310O1-YS0l", "ht2024031001-ys01"],
)
def test_a_misread_number_can_be_read_as_what_it_was(misread: str) -> None:
    assert "HT2024031001-YS01" in readings(misread)
    assert readings(misread)[0] == misread


def test_letters_at_the_front_are_read_back_too() -> None:
    assert "SO2024031001" in readings("S02024031001")
    assert "IO12-BC01" in readings("l012-BCO1")


def test_a_sign_that_is_no_confusion_is_never_changed() -> None:
    assert not any(one.startswith("HT2024031001") for one in readings("HT2024031007-YS01"))
    assert "HT2024031001-YS01" not in readings("HT20240310014YS01")
    assert "HT2024031001-YS01" not in readings("HT2024031001-YS07")


@given(st.from_regex(r"[A-Z]{2}[0-9]{10}-[A-Z]{2}[0-9]{2}", fullmatch=True), st.randoms())
def test_any_mixture_of_the_known_confusions_is_undone(number: str, random: object) -> None:
    confused = {"0": "0Oo", "1": "1Il|", "O": "O0", "I": "I1l"}
    misread = "".join(random.choice(confused.get(sign, sign)) for sign in number)  # type: ignore[attr-defined]
    assert number in readings(misread)


def test_full_width_signs_and_blanks_inside_a_number_are_read() -> None:
    wide = read("编号：ＨＴ２０２４０３１００１－ＹＳ０１")
    assert wide[0].readings[0] == "HT2024031001-YS01"
    parted = [one for one in read("编号：HT2024 031001 - YS01") if "HT2024031001-YS01" in one.readings]
    assert parted
    assert parted[0].readings[0] == "", "joining blanks is a reading, not the plain text"


@pytest.mark.parametrize(
    ("text", "y", "is_own"),
    [
        ("HT2024031001-YS01", 0.04, True),
        ("HT2024031001-YS01 第1页 共2页", 0.93, True),
        ("编号：HT2024031001-YS01", 0.13, True),
        ("本函编号: HT2024031001-YS01", 0.2, True),
        ("合同编号：HT2024031001-YS01", 0.3, False),
        ("对贵司第HT2024031001-YS01号函答复如下", 0.3, False),
        ("HT2024031001-YS01", 0.3, False),
    ],
)
def test_a_number_is_the_pages_own_at_its_edge_or_behind_its_label(text: str, y: float, *, is_own: bool) -> None:
    assert [one.is_own for one in read(text, y)] == [is_own]


def test_amounts_words_and_short_runs_are_no_numbers() -> None:
    assert read("第1页 共2页，abcdefgh，12345，1,234.56") == []


def test_a_page_of_a_million_runs_gives_a_bounded_list() -> None:
    assert len(numbers_read(page((" ".join(f"A{n:06}" for n in range(5000)), 0.5)))) == 200


def test_names_are_compared_without_width_case_and_blanks() -> None:
    assert folded("ＸＸ 科技（上海）有限公司") == folded("xx科技(上海)有限公司")
