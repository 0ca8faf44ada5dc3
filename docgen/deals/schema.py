"""What the record consists of, for people and for other programs: titles by field path, JSON Schema, public part.

A field marked internal (our floor price, the customer's grade) is left out of everything that can reach a customer;
the mark stands at the field itself, so a new internal field cannot be forgotten in a list elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docgen.deals.base import Model
from docgen.deals.deal import Deal

Location = Sequence[int | str]
"""The way to a value: field names and positions from 0, as pydantic reports it."""

_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def json_schema() -> dict[str, Any]:
    """Return the record's JSON Schema, with Chinese titles and `"internal": true` at internal fields.

    `revision` is no part of the record: an export writes it on top, so that an import can tell whether it is stale.
    """
    made = Deal.model_json_schema(by_alias=True)
    made["properties"]["revision"] = {"title": "导出时的修订号", "type": "integer", "minimum": 0}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_standard(made), "title": "成交记录"}


def public(deal: Deal) -> dict[str, Any]:
    """Return the record as plain JSON values (amounts and days as text) without any internal field."""
    return public_part(deal)


def public_part(part: Model) -> dict[str, Any]:
    """Return any part of the record as plain JSON values without internal fields."""
    return _pruned(part.model_dump(mode="json", by_alias=True), type(part))


def is_internal(info: FieldInfo) -> bool:
    """Tell whether a field is for our eyes only."""
    return isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get("internal") is True


def field_path(location: Location) -> str:
    """Return a location as people write it: terms.lines[0].quantity."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def title_path(location: Location, model: type[BaseModel] = Deal) -> str:
    """Return a location in Chinese titles: 约定 › 价格明细第1项 › 数量; an unknown step stays as written."""
    titles: list[str] = []
    inner: type[BaseModel] | None = model
    for step in location:
        if isinstance(step, int) and titles:
            titles[-1] += f"第{step + 1}项"
            continue
        info = field_of(inner, str(step)) if inner else None
        titles.append(info.title if info and info.title else str(step))
        inner = model_within(info.annotation) if info else None
    return " › ".join(titles)


def field_at(location: Location, model: type[BaseModel] = Deal) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """Return the model that holds the last named step of a location, and that field; None where there is none."""
    owner: type[BaseModel] | None = model
    info: FieldInfo | None = None
    for step in (each for each in location if isinstance(each, str)):
        owner = model if info is None else model_within(info.annotation)
        info = field_of(owner, step) if owner else None
        if info is None:
            break
    return owner, info


def field_of(model: type[BaseModel], name: str) -> FieldInfo | None:
    """Return a model's field by the name it bears in a record."""
    return next((info for key, info in model.model_fields.items() if name == (info.alias or key)), None)


def model_within(annotation: object) -> type[BaseModel] | None:
    """Return the model inside `X`, `X | None` or `tuple[X, ...]`; None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := model_within(each))), None)


def _standard(node: Any) -> Any:  # noqa: ANN401  # any JSON value
    """Give pydantic's bounds, left in its own words beside custom readers, their standard names."""
    if isinstance(node, list):
        return [_standard(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {_BOUNDS.get(key, key): _standard(value) for key, value in node.items()}


def _pruned(values: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    return {key: _value(values[key], within) for key, within in _public_fields(model)}


@cache
def _public_fields(model: type[BaseModel]) -> tuple[tuple[str, type[BaseModel] | None], ...]:
    """Return a model's fields that may go out, each with the model inside it; found once for each model."""
    public = ((info.alias or key, info) for key, info in model.model_fields.items() if not is_internal(info))
    return tuple((name, model_within(info.annotation)) for name, info in public)


def _value(value: Any, model: type[BaseModel] | None) -> Any:  # noqa: ANN401  # any JSON value
    if model is None or value is None:
        return value
    return [_pruned(each, model) for each in value] if isinstance(value, list) else _pruned(value, model)
