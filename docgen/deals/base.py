"""The ground the record stands on: strict frozen models and the scalar types of the trade.

A record comes from YAML, JSON, Excel or a web form; everywhere the same rule holds: text is text, amounts are decimal
strings, dates are ISO. Nothing is guessed: `0012` stays text, `1E5` is no amount, a float is refused.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

_PLAIN_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,20})?\Z", re.ASCII)
_PLAIN_INTEGER = re.compile(r"-?\d{1,9}\Z", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class Model(BaseModel):
    """A frozen part of the record, strict by its scalar types; an unknown field is an error, never dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, ser_json_inf_nan="null")


def label(title: str, description: str = "", *, internal: bool = False, **options: Any) -> FieldInfo:  # noqa: ANN401  # pydantic's options are open
    """Return the Chinese title and description of a field; entry forms, workbooks and docs are made from them.

    An internal field (our floor price, say) never reaches a paper for customers.
    """
    extra: dict[str, JsonValue] | None = {"internal": True} if internal else None
    info: FieldInfo = Field(title=title, description=description or title, json_schema_extra=extra, **options)
    return info


def _clean_text(value: object) -> object:
    """Normalise to NFC and strip; refuse what no reader sees: control, zero-width and direction marks, surrogates."""
    if not isinstance(value, str):
        return value
    for char in value:
        if unicodedata.category(char) in _UNSEEN and char != "\n":
            raise PydanticCustomError(
                "hidden_character", "hidden character U+{character}", {"character": f"{ord(char):04X}"}
            )
    return unicodedata.normalize("NFC", value).strip()


def _one_line(value: object) -> object:
    if isinstance(value, str) and "\n" in value.strip():
        raise PydanticCustomError("hidden_character", "hidden character U+{character}", {"character": "000A"})
    return _clean_text(value)


def _decimal(places: int) -> BeforeValidator:
    def read(value: object) -> Decimal:
        text = str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _PLAIN_DECIMAL.match(text):
            raise PydanticCustomError("not_a_decimal", "not a plain decimal number")
        number = Decimal(text)
        if number != round(number, places):
            raise PydanticCustomError("too_many_places", "more than {places} decimal places", {"places": places})
        return number.quantize(Decimal(1).scaleb(-places)) + 0 if places == _FEN else _without_idle_zeros(number)

    return BeforeValidator(read)


def _without_idle_zeros(number: Decimal) -> Decimal:
    """Write equal numbers one way (0.30 and 0.3), never with an exponent, so that records compare by text."""
    short = number.normalize() + 0
    return short if short == 0 or short.as_tuple().exponent <= 0 else short.quantize(Decimal(1))  # type: ignore[operator]  # finite: the pattern admits no other


def _integer(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _PLAIN_INTEGER.match(value):
        return int(value)
    raise PydanticCustomError("not_an_integer", "not a whole number")


def _flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _FLAGS:
        return _FLAGS[value]
    raise PydanticCustomError("not_a_flag", "neither true nor false")


def _day(value: object) -> object:
    day = _day_of(value)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise PydanticCustomError(
            "day_out_of_range", "not between {first} and {last}", {"first": _FIRST_YEAR, "last": _LAST_YEAR}
        )
    return day


def _day_of(value: object) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str) or not _ISO_DAY.match(value):
        raise PydanticCustomError("not_a_day", "not a date of the form 2024-03-11")
    try:
        return date.fromisoformat(value)
    except ValueError as problem:
        raise PydanticCustomError("no_such_day", "no such day in the calendar") from problem


def _decimal_schema(places: int, *, example: str) -> WithJsonSchema:
    pattern = rf"^-?[0-9]{{1,15}}(\.[0-9]{{1,{places}}})?$"
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


_FEN = 2
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_FLAGS = {"true": True, "false": False, "是": True, "否": False}
_FIRST_YEAR, _LAST_YEAR = 1990, 2099
_plain = PlainSerializer(lambda value: format(value, "f"), return_type=str)

Text = Annotated[str, BeforeValidator(_clean_text), Field(min_length=1, max_length=2000)]
Name = Annotated[str, BeforeValidator(_one_line), Field(min_length=1, max_length=200)]
Money = Annotated[Decimal, _decimal(_FEN), _plain, _decimal_schema(2, example="285000.00")]
"""元, two places, kept exact."""
UnitPrice = Annotated[Decimal, _decimal(6), _plain, _decimal_schema(6, example="48000")]
"""元 per unit, up to six places."""
Quantity = Annotated[Decimal, _decimal(4), _plain, _decimal_schema(4, example="5")]
"""Up to four places."""
Rate = Annotated[Decimal, _decimal(6), _plain, Field(ge=0, le=1), _decimal_schema(6, example="0.13")]
"""A share of one: 0.13 is 13 %."""
Count = Annotated[int, BeforeValidator(_integer)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_day)]
