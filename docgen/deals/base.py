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

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

_PLAIN_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,6})?\Z", re.ASCII)
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
    if not isinstance(value, str):
        return value
    for char in value:
        if unicodedata.category(char) in {"Cc", "Cs"} and char != "\n":
            raise PydanticCustomError("control_character", "control character U+{code}", {"code": f"{ord(char):04X}"})
    return unicodedata.normalize("NFC", value).strip()


def _decimal(places: int) -> BeforeValidator:
    def read(value: object) -> Decimal:
        text = str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _PLAIN_DECIMAL.match(text):
            raise PydanticCustomError("not_a_decimal", "not a plain decimal number")
        number = Decimal(text)
        if number != round(number, places):
            raise PydanticCustomError("too_many_places", "more than {places} decimal places", {"places": places})
        return number.quantize(Decimal(1).scaleb(-places)) if places == _FEN else number

    return BeforeValidator(read)


def _integer(value: object) -> object:
    return int(value) if isinstance(value, str) and _PLAIN_INTEGER.match(value) else value


def _flag(value: object) -> object:
    return (
        {"true": True, "false": False, "是": True, "否": False}.get(value, value) if isinstance(value, str) else value
    )


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _ISO_DAY.match(value):
        raise PydanticCustomError("not_a_day", "not a date of the form 2024-03-11")
    try:
        day = date.fromisoformat(value)
    except ValueError as problem:
        raise PydanticCustomError("no_such_day", "no such day in the calendar") from problem
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise PydanticCustomError(
            "day_out_of_range", "not between {first} and {last}", {"first": _FIRST_YEAR, "last": _LAST_YEAR}
        )
    return day


_FEN = 2
_FIRST_YEAR, _LAST_YEAR = 1990, 2199
_plain = PlainSerializer(lambda value: format(value, "f"), return_type=str)

Text = Annotated[str, BeforeValidator(_clean_text), Field(min_length=1, max_length=2000)]
Name = Annotated[str, BeforeValidator(_clean_text), Field(min_length=1, max_length=200)]
Money = Annotated[Decimal, _decimal(_FEN), _plain]
"""元, two places, kept exact."""
UnitPrice = Annotated[Decimal, _decimal(6), _plain]
"""元 per unit, up to six places."""
Quantity = Annotated[Decimal, _decimal(4), _plain]
"""Up to four places."""
Rate = Annotated[Decimal, _decimal(6), _plain, Field(ge=0, le=1)]
"""A share of one: 0.13 is 13 %."""
Count = Annotated[int, BeforeValidator(_integer)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_day)]
