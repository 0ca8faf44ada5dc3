"""Facts in the words of the office: which kinds there are, what they are called in Chinese, which fields they have.

A word may say more than the kind: 争议 is a handling flag whose `flag` is `disputed`. Fields are named by their own
names or their Chinese titles, choices by their value or their Chinese word; all of it comes from the record's types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import get_args

from docgen.deals.base import Model
from docgen.deals.schema import field_of
from docgen.services.deal_history import fact_title
from docgen.services.record_fact import FACTS, kind_of_fact

_CHOICE = re.compile(r"([a-z][a-z_]*) ([^\s，,]+)")


@dataclass(frozen=True, slots=True)
class FactField:
    """One field of a kind of fact: its name, Chinese title, whether it must be given, and its choices by word."""

    name: str
    title: str
    note: str
    is_required: bool
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of fact: the word on the command line, other words for it, its title and fields."""

    word: str
    title: str
    words: tuple[str, ...]
    fields: tuple[FactField, ...]


_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "签订": ("signature", {}),
    "交付": ("delivery", {}),
    "验收": ("acceptance", {}),
    "开票": ("invoice", {}),
    "发票": ("invoice", {}),
    "回款": ("payment", {}),
    "到账": ("payment", {}),
    "退款": ("refund", {}),
    "通知": ("notice", {}),
    "送达": ("notice", {}),
    "终止": ("termination", {}),
    "争议": ("flag", {"flag": "disputed"}),
    "承诺": ("flag", {"flag": "promised"}),
    "暂停": ("flag", {"flag": "paused"}),
    "解除": ("flag", {"flag": "none"}),
    "逾期原因": ("overdue_reason", {}),
    "核销": ("write_off", {}),
    "延迟": ("delay", {}),
    "已办": ("task_done", {}),
}


def told_by(word: str) -> tuple[str, Mapping[str, str]]:
    """Return the kind a word means, and what the word itself says of the fact.

    Raises:
        NotFound: naming the words there are.
    """
    if word in _WORDS:
        return _WORDS[word]
    kind_of_fact(word)
    return word, {}


def in_own_names(kind: str, sets: Sequence[str]) -> list[str]:
    """Return assignments with the fields and choices of their Chinese words put into the record's own names."""
    fields = _fields(kind_of_fact(kind)[1])
    names = {each.title: each for each in fields} | {each.name: each for each in fields}
    return [_own(text, names) for text in sets]


def fact_kinds(word: str | None = None) -> tuple[FactKind, ...]:
    """Return the kinds of facts there are, or the one a word means, with their fields.

    Raises:
        NotFound: there is no such kind.
    """
    chosen = kind_of_fact(told_by(word)[0])[0] if word else None
    return tuple(
        FactKind(
            name,
            fact_title(fact),
            tuple(each for each, (kind, _) in _WORDS.items() if kind == name),
            _fields(model),
        )
        for name, (fact, model) in FACTS.items()
        if chosen in {None, fact}
    )


def has_field(kind: str, name: str) -> bool:
    """Tell whether a kind of fact has a field."""
    return field_of(kind_of_fact(kind)[1], name) is not None


def _own(text: str, names: Mapping[str, FactField]) -> str:
    path, equals, value = text.partition("=")
    known = names.get(path.strip())
    if not equals or known is None:
        return text
    return f"{known.name}={known.choices.get(value.strip(), value)}"


def _fields(model: type[Model]) -> tuple[FactField, ...]:
    return tuple(
        FactField(
            name,
            str(info.title),
            "" if info.description == info.title else str(info.description or ""),
            info.is_required() and name != "seq",
            dict(_choices(info.annotation, str(info.description or ""))),
        )
        for name, info in model.model_fields.items()
    )


def _choices(annotation: object, description: str) -> Iterator[tuple[str, str]]:
    """Yield word and value of a choice, as the field's description pairs them."""
    inner = [annotation, *get_args(annotation)]
    if any(isinstance(each, type) and issubclass(each, Enum) for each in inner):
        yield from ((word, value) for value, word in _CHOICE.findall(description))
