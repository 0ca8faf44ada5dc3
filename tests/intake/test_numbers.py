from __future__ import annotations

import time

import pytest

from docgen.intake.numbers import PageMark, likeness, numbers_in, page_mark

NUMBER = "HT2024031001-YF1-01"


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"编号：{NUMBER}　第1页 共2页",
        f"（{NUMBER}）",
        f"我方{NUMBER}号通知单",
        f"见{NUMBER}，请查收",
        f"《{NUMBER}》——",
        f"ends {NUMBER}.",
        f"\t{NUMBER}\r\n",
        f"“{NUMBER}”",
    ],
)
def test_a_number_is_found_whole_wherever_it_stands(text: str) -> None:
    assert NUMBER in numbers_in(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{NUMBER}2",
        f"X{NUMBER}",
        f"1{NUMBER}",
        f"{NUMBER}-1",
        f"{NUMBER}/2",
        f"{NUMBER}.5",
        f"{NUMBER}２",
        f"{NUMBER}_v2",
        f"{NUMBER}–3",
        "HT2024031001 -YF1-01",
        "HT2024031001-YF1-\n01",
        "ＨＴ2024031001-YF1-01",
    ],
)
def test_a_piece_of_a_longer_number_is_not_that_number(text: str) -> None:
    assert NUMBER not in numbers_in(text)


def test_numbers_come_once_each_in_order_and_plain_words_not_at_all() -> None:
    text = "SO2024031001 and HT2024031001-YS01 and SO2024031001 WeasyPrint 285,000.00"
    assert numbers_in(text) == ("SO2024031001", "HT2024031001-YS01")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("第1页 共2页", PageMark(1, 2)),
        ("第 12 页，共 30 页", PageMark(12, 30)),
        ("第1页/共2页", PageMark(1, 2)),
        ("第1页共2页 …… 第1页共2页", PageMark(1, 2)),
        ("第1页共2页 …… 第2页共2页", None),
        ("第三条", None),
        ("", None),
    ],
)
def test_page_marks(text: str, mark: PageMark | None) -> None:
    assert page_mark(text) == mark


def test_likeness_is_the_share_of_the_issued_text_found_again() -> None:
    # 甲乙丙丁戊 has the pieces 甲乙丙丁 and 乙丙丁戊; the second text holds only the first of them.
    assert likeness("甲乙丙丁戊", "甲乙 丙丁") == 0.5
    assert likeness("甲乙丙丁戊", "前言 甲 乙 丙 丁 戊 附注") == 1.0
    assert likeness("甲乙丙丁戊", "完全不同的一段文字") == 0.0
    assert likeness("", "甲乙丙丁") == 0.0


def test_hostile_texts_take_no_time() -> None:
    began = time.process_time()
    assert page_mark(("第1页" + " " * 200_000) * 3) is None
    assert numbers_in("-" * 500_000 + "1A" * 500_000) == ()
    assert time.process_time() - began < 2
