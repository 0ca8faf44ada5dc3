"""Words that bind nobody (R-2.3-13): 大概, 尽量, 左右, 约 before a number …, quoted, never edited.

Exempt are quotations, and phrases in which the word means something else or the law itself uses it: 一般纳税人,
合理期限 after 催告 (民法典 563), 基本存款账户. `约` counts only before a number, and not inside 合约, 违约, 约定.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NUMBER = "0-9０-９〇零一二三四五六七八九十百千万两几"
_WORDS = (
    "大概", "尽量", "左右", "大约", "可能", "适当", "及时", "尽快", "原则上", "基本", "相关", "若干", "一般", "酌情",
    "合理期限", rf"(?<![合条违签预履特大契公邀制和])约(?=\s*[{_NUMBER}])",
)  # fmt: skip
_VAGUE = re.compile("|".join(_WORDS))
_EXEMPT = re.compile(
    r"“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|《[^》]*》|\"[^\"]*\""
    r"|小规模纳税人|一般纳税人|一般保证|一般计税|一般违约|基本存款账户|基本户|基本医疗|不可能"
    r"|相关法律|相关法规|催告后[^。；]*合理期限|左右两侧|左右侧|左右脚"
)
_SENTENCE = re.compile(r"[^。；！？\n]+[。；！？]?")
_SKIPPED = frozenset({"account", "owner", "customer_signer", "event", "unit", "kind"})


@dataclass(frozen=True, slots=True)
class VagueSentence:
    """Vague words where they stand: the record's path, the words, and the whole sentence."""

    path: str
    words: tuple[str, ...]
    sentence: str


def vague_words(text: str, *, path: str = "") -> Iterator[VagueSentence]:
    """Yield each sentence of a text that holds vague words, with the words."""
    for match in _SENTENCE.finditer(text):
        sentence = match[0].strip()
        told = _EXEMPT.sub(lambda each: "＊" * len(each[0]), match[0])
        if words := tuple(dict.fromkeys(found[0] for found in _VAGUE.finditer(told))):
            yield VagueSentence(path, words, sentence)


def free_texts(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  # any JSON value
    """Yield (path, text) of every text of the terms that a person wrote, names of accounts and people left out."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _SKIPPED:
                yield from free_texts(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from free_texts(inner, f"{path}[{index}]")
