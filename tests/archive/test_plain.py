"""The two writings of plain values, against the library's own."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.archive import plain
from docgen.errors import Refused

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=20,
)


@given(values)
def test_both_writings_are_the_librarys_to_the_byte(value: object) -> None:
    lines = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=2)
    line = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert plain.pretty(value) == f"{lines}\n".encode()
    assert plain.canonical(value) == line.encode()


@given(st.dictionaries(texts, values, max_size=4))
def test_what_was_read_exactly_is_written_as_it_stood(value: dict[str, object]) -> None:
    line = plain.canonical(value)
    assert plain.rewritten(plain.parse_exact(line)) == line


@pytest.mark.parametrize("number", ["0.5", "1e3", "-2.0", "NaN", "Infinity"])
def test_a_number_with_a_point_is_refused_wherever_it_stands(number: str) -> None:
    with pytest.raises(ValueError, match="no plain number"):
        plain.parse_exact(f'{{"a":[{{"b":{number}}}]}}'.encode())


@pytest.mark.parametrize("value", [{"a": 0.5}, [{"b": [1.0]}], {1: "a"}, {"a": "\ud800"}, {"a": {2}}])
def test_what_is_not_plain_is_written_in_neither_way(value: object) -> None:
    for write in (plain.pretty, plain.canonical):
        with pytest.raises(Refused) as caught:
            write(value)
        assert caught.value.findings[0].code == "archive.not-plain"
