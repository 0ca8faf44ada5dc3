from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.contained import wire
from docgen.contained.wire import HEADER, BadFrame, pack, unpack

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["$bytes", "$dict", "$"]), inner),
    max_leaves=20,
)


def there_and_back(value: object) -> object:
    frame = pack(value)
    return unpack(frame[: HEADER.size], frame[HEADER.size :])


@given(values)
def test_what_is_packed_comes_back(value: object) -> None:
    assert there_and_back(value) == value


def test_types_survive() -> None:
    value = {
        "d": Decimal("1.50"),
        "on": date(2024, 3, 11),
        "at": datetime(2024, 3, 11, 8, tzinfo=UTC),
        "b": b"\x00\xff",
    }
    back = there_and_back(value)
    assert back == value
    assert isinstance(back, dict)
    assert [type(item) for item in back.values()] == [Decimal, date, datetime, bytes]
    assert str(back["d"]) == "1.50"


def test_tuples_come_back_as_lists() -> None:
    assert there_and_back((1, (2, b"x"))) == [1, [2, b"x"]]


@pytest.mark.parametrize("value", [object(), {1: "a"}, {1, 2}, ["a", print]])
def test_anything_else_may_not_travel(value: object) -> None:
    with pytest.raises(TypeError):
        pack(value)


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_nonsense_is_a_bad_frame_never_a_crash(text: bytes, blob: bytes) -> None:
    try:
        plain = json.loads(text)
    except ValueError:
        plain = None
    if plain is None or isinstance(plain, dict):
        with pytest.raises(BadFrame):
            unpack(HEADER.pack(len(text), len(blob) + 1), text + blob)


@pytest.mark.parametrize(
    "text",
    [
        b'{"$bytes":[0,9]}',
        b'{"$bytes":[-1,1]}',
        b'{"$bytes":"x"}',
        b'{"$decimal":"one"}',
        b'{"$date":"2024-02-30"}',
        b'{"$run":"os.system"}',
        b'{"$dict":[[["a"],1]]}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_subverted_answer_is_a_bad_frame(text: bytes) -> None:
    with pytest.raises(BadFrame):
        unpack(HEADER.pack(len(text), 2), text + b"ab")


def test_the_header_tells_the_size_before_anything_is_read() -> None:
    frame = pack({"b": b"12345"})
    assert wire.body_size(frame[: HEADER.size]) == len(frame) - HEADER.size
