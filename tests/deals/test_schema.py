"""Every field speaks Chinese; what is internal never leaves; older records still read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docgen.deals import upcast as lifting
from docgen.deals.deal import SCHEMA, Deal
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record
from docgen.deals.schema import is_internal, json_schema, model_within, public, title_path
from docgen.deals.upcast import upcast
from docgen.errors import Refused

GOLDEN = Path(__file__).parent / "golden"


def fields(model: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> Iterator[tuple[str, FieldInfo]]:
    known = seen if seen is not None else set()
    if model in known:
        return
    known.add(model)
    for name, info in model.model_fields.items():
        yield f"{model.__name__}.{name}", info
        inner = model_within(info.annotation)
        if inner:
            yield from fields(inner, known)


def test_every_field_has_a_chinese_title_and_a_description() -> None:
    named = list(fields(Deal))
    assert len(named) > 120
    for name, info in named:
        assert info.title, name
        assert any("一" <= char <= "鿿" for char in info.title), name
        assert info.description, name


def test_the_schema_for_other_programs_carries_titles_marks_and_bounds() -> None:
    made = json_schema()
    assert made["properties"]["internal"]["internal"] is True
    assert made["$defs"]["Customer"]["properties"]["grade"]["internal"] is True
    assert made["$defs"]["PriceLine"]["properties"]["quantity"]["title"] == "数量"
    assert made["$defs"]["Instalment"]["properties"]["seq"]["minimum"] == 1
    assert made["$defs"]["Instalment"]["properties"]["share"]["anyOf"][0]["type"] == "string"
    assert made["additionalProperties"] is False
    json.dumps(made)


def marked(node: Any, root: dict[str, Any], path: str = "") -> Iterator[str]:  # noqa: ANN401  # any JSON
    """Walk the JSON Schema, sharing nothing with the code under test, and name each internal property's path."""
    if "$ref" in node:
        node = {**root["$defs"][node["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in node.items() if k != "$ref"}}
    for name, inner in node.get("properties", {}).items():
        where = f"{path}.{name}" if path else name
        if inner.get("internal"):
            yield where
        yield from marked(inner, root, where)
    for inner in (*node.get("anyOf", ()), *([node["items"]] if isinstance(node.get("items"), dict) else [])):
        yield from marked(inner, root, path)


def paths(value: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401  # any JSON
    if isinstance(value, dict):
        for name, inner in value.items():
            where = f"{path}.{name}" if path else name
            yield where
            yield from paths(inner, where)
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, path)


def test_nothing_internal_is_public(deal: Deal) -> None:
    internal = set(marked(json_schema(), json_schema()))
    assert {"internal", "internal.floor_price", "customer.grade", "customer.pain_points"} <= internal
    whole = set(paths(deal.model_dump(mode="json", by_alias=True)))
    kept = set(paths(public(deal)))
    assert internal & whole, "the sample holds internal values, else this proves nothing"
    assert kept == {path for path in whole if not any(path == each or path.startswith(f"{each}.") for each in internal)}
    text = json.dumps(public(deal), ensure_ascii=False)
    for secret in ("280000", "300000", "25-35万", "租赁方案", "服务器运维成本高", "行业展会", "A类"):
        assert secret not in text


def test_the_internal_part_is_internal_as_a_whole() -> None:
    assert is_internal(Deal.model_fields["internal"])


def test_titles_of_a_path() -> None:
    assert (
        title_path(("terms", "plan", 1, "trigger", "all_of", 0, "event"))
        == "约定 › 付款计划第2项 › 付款条件 › 条件第1项 › 事件"
    )
    assert title_path(("schema",)) == "格式版本"
    assert title_path(("terms", "colour")) == "约定 › colour"


@pytest.mark.parametrize("number", range(1, SCHEMA + 1))
def test_each_kept_schema_still_reads(number: int, companies: dict[str, Company]) -> None:
    data = json.loads((GOLDEN / f"record-{number}.json").read_text(encoding="utf-8"))
    assert data["schema"] == number
    deal, findings = parse_record(data, companies=companies)
    assert findings == []
    assert deal
    assert deal.schema_number == SCHEMA
    assert deal.terms.total == 285000


def test_a_record_without_a_number_is_the_first() -> None:
    assert upcast({"a": "b"}) == {"schema": SCHEMA, "a": "b"}


@pytest.mark.parametrize("number", ["0", "-1", "1.0", "", "一", True, None, "9" * 5000])
def test_what_is_no_schema_number(number: object) -> None:
    with pytest.raises(Refused) as caught:
        upcast({"schema": number})
    assert caught.value.findings[0].code == "deals.schema-unknown"


@pytest.mark.parametrize("number", [SCHEMA + 1, str(SCHEMA + 1)])
def test_a_newer_record_is_refused(number: object, companies: dict[str, Company]) -> None:
    deal, findings = parse_record({"schema": number}, companies=companies)
    assert deal is None
    assert [each.code for each in findings] == ["deals.schema-newer"]


def test_steps_are_taken_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifting, "SCHEMA", 3)
    steps = {1: lambda data: {"b": data["a"]}, 2: lambda data: {**data, "c": "new"}}
    monkeypatch.setattr(lifting, "STEPS", steps)
    assert upcast({"schema": 1, "a": "x"}) == {"schema": 3, "b": "x", "c": "new"}
    assert upcast({"schema": "2", "b": "x"}) == {"schema": 3, "b": "x", "c": "new"}


def test_each_earlier_schema_has_its_step() -> None:
    assert set(lifting.STEPS) == set(range(1, SCHEMA))
