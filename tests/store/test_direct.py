"""Rows written and read in SQL are those the models write and read, of every table, whatever their columns hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import models as fields
from django.db.utils import IntegrityError

from docgen.store import database, direct, models

MODELS = [each for each in vars(models).values() if isinstance(each, type) and issubclass(each, fields.Model)]
AWKWARD = {
    fields.JSONField: {"名": ["上海山海（示例）", None, {"x": 1}], "𪚥": 'a"b\\c', "\ud800": ""},
    fields.TextField: "换\n行",
    fields.CharField: "“引号”𪚥%s",
    fields.BooleanField: True,
    fields.BigIntegerField: 2**40,
    fields.IntegerField: 7,
}


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path) -> Iterator[None]:
    database.create(tmp_path / "docgen.db")
    yield
    database.disconnect()


def row_of(model: type[fields.Model], key: str) -> fields.Model:
    """Return a row with something awkward in every column, and in those it points to the key itself."""
    values: dict[str, object] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key and isinstance(field, fields.BigAutoField):
            continue
        plain = next((value for kind, value in AWKWARD.items() if isinstance(field, kind)), key)
        values[field.attname] = key if field.primary_key or field.unique or field.is_relation else plain
    return model(**values)


def read(model: type[fields.Model]) -> list[dict[str, object]]:
    return list(model._default_manager.order_by("pk").values())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_row_is_written_and_read_as_the_model_does_it(model: type[fields.Model]) -> None:
    from django.db import connection  # noqa: PLC0415  # once docgen has set Django up

    with connection.constraint_checks_disabled():
        model._default_manager.bulk_create([row_of(model, "A1")])
        (theirs,) = read(model)
        (seen,) = direct.rows(model, "")
        assert {field.attname: getattr(seen, field.attname) for field in model._meta.concrete_fields} == theirs
        model._default_manager.all().delete()
        direct.insert([row_of(model, "A1")])
        (ours,) = read(model)
        pk = model._meta.pk.attname
        assert {**ours, pk: theirs[pk]} == theirs
        model._default_manager.all().delete()


def test_a_row_takes_the_place_of_the_one_of_its_key_only_where_it_is_told_to() -> None:
    first, second = (row_of(models.Paper, "A1") for _ in range(2))
    second.title = "改过"  # type: ignore[attr-defined]  # a paper
    direct.insert([first])
    with pytest.raises(IntegrityError):
        direct.insert([second])
    direct.insert([second, row_of(models.Paper, "A2")], replaces=True)
    assert [row["title"] for row in read(models.Paper)] == ["改过", AWKWARD[fields.CharField]]
    direct.insert([])


def test_nothing_in_a_json_column_is_nothing() -> None:
    direct.insert([models.Customer(id="C1", name="甲", revision=0, record=None)])
    assert models.Customer.objects.get(record__isnull=True).record is None
    assert [row.record for row in direct.rows(models.Customer, "WHERE id = %s", "C1")] == [None]
