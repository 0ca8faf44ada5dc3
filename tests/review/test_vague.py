"""Vague words are found and quoted; quotations and the law's own phrases are left alone."""

from __future__ import annotations

import pytest

from docgen.review.vague import free_texts, vague_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("尽量在上午送达。", ("尽量",)),
        ("约30天内完成，大约5台左右。", ("约", "大约", "左右")),
        ("约三十日", ("约",)),
        ("适当延长；及时通知；原则上不变", ("适当", "及时", "原则上")),
        ("相关人员酌情处理若干问题", ("相关", "酌情", "若干")),
        ("在合理期限内修复", ("合理期限",)),
    ],
)
def test_a_vague_word_is_found(text: str, words: tuple[str, ...]) -> None:
    assert tuple(word for each in vague_words(text) for word in each.words) == words


@pytest.mark.parametrize(
    "text",
    [
        "双方约定如下。", "违约30日的", "本合约3份", "签约5日内", "预约2次", "公约1份",
        "我方为一般纳税人", "开户：基本存款账户", "经催告后在合理期限内仍未履行", "客户原话“尽量快”",
        "《相关服务协议》",
    ],
)  # fmt: skip
def test_exempt_phrases_are_left_alone(text: str) -> None:
    assert list(vague_words(text)) == []


def test_the_whole_sentence_is_quoted_once() -> None:
    (found,) = vague_words("交付地点为机房。尽量上午，大概九点送达！其余照旧。", path="terms.delivery.place")
    assert (found.path, found.words, found.sentence) == (
        "terms.delivery.place",
        ("尽量", "大概"),
        "尽量上午，大概九点送达！",
    )


def test_free_texts_leave_out_accounts_and_people() -> None:
    terms = {"account": {"bank": "一般银行"}, "contract": {"owner": "若干"}, "lines": [{"remark": "大概"}], "n": 1}
    assert list(free_texts(terms, "terms")) == [("terms.lines[0].remark", "大概")]
