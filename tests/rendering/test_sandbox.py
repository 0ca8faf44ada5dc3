from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.errors import TemplateRefused
from docgen.findings import Finding
from docgen.rendering.sandbox import check_context, compile_text, environment, fill

ENV = environment()
DATA: dict[str, Any] = {
    "seller": {"name": "甲公司", "fax": None},
    "n": Decimal("3.50"),
    "s": "abc",
    "lines": [{"q": 1}, {}],
}


def filled(text: str, data: dict[str, Any] = DATA) -> str:
    return fill(compile_text(ENV, text, "t.html"), data, where="t.html")


def refusal(text: str, data: dict[str, Any] = DATA) -> Finding:
    with pytest.raises(TemplateRefused) as caught:
        filled(text, data)
    return caught.value.findings[0]


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ s.upper() }}",
        "{{ '{0.__class__}'.format(s) }}",
        "{{ '%s' % s }}",
        "{{ self.__init__.__globals__ }}",
        "{% for x in lines %}{{ loop._iterator }}{% endfor %}",
        "{{ range(10 ** 9) }}",
        "{{ 10 ** 9 }}",
        "{% for i in range(1001) %}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ s + s }}",
    ],
)
def test_attacks_are_forbidden(attack: str) -> None:
    assert refusal(attack).code == "rendering.forbidden"


@pytest.mark.parametrize("name", ["cycler", "lipsum", "namespace", "joiner", "dict", "request", "config"])
def test_jinjas_globals_are_not_there(name: str) -> None:
    found = refusal("{{ " + name + ".__init__.__globals__ }}")
    assert (found.code, found.params["what"]) == ("rendering.value-missing", name)


@pytest.mark.parametrize("name", ["attr", "safe", "format", "default", "xmlattr", "tojson", "pprint", "replace"])
def test_filters_not_on_the_list_are_unknown(name: str) -> None:
    found = refusal("一\n{{ s|" + name + " }}")
    assert (found.code, found.where, found.params["name"]) == ("rendering.unknown-filter", "t.html:2", name)


def test_a_missing_value_names_its_whole_path_and_line() -> None:
    found = refusal("一\n二\n{% for x in lines %}{{ x.q }}{% endfor %}")
    assert (found.code, found.where, found.params["what"]) == ("rendering.value-missing", "t.html:3", "lines[1].q")


def test_a_missing_value_in_a_condition_is_an_error_too() -> None:
    assert refusal("{% if seller.fx %}有{% endif %}").params["what"] == "seller.fx"


def test_an_empty_value_is_not_printed_as_none() -> None:
    assert refusal("{{ seller.fax }}").code == "rendering.value-empty"
    assert filled("{% if seller.fax %}有{% else %}无{% endif %}") == "无"


def test_an_amount_without_a_filter_is_refused() -> None:
    assert refusal("{{ n }}").code == "rendering.filter-needed"
    assert filled("{{ n|money }}") == "3.50"


def test_data_is_escaped_and_literal_markup_is_not() -> None:
    assert filled("<b>{{ seller.name }}</b>", {"seller": {"name": "A&B<i>"}}) == "<b>A&amp;B&lt;i&gt;</b>"


@pytest.mark.parametrize("text", ["\x00", "a\x07b", "\ud800", "\u202e123", "\x85", "\ufffe"])
def test_characters_that_break_or_lie_are_refused_with_their_path(text: str) -> None:
    with pytest.raises(TemplateRefused) as caught:
        check_context({"seller": {"names": ["好", text]}})
    assert caught.value.findings[0].code == "rendering.control-character"
    assert caught.value.findings[0].where == "seller.names[1]"


@pytest.mark.parametrize("value", [1.5, object(), b"x", {1, 2}, datetime(2024, 1, 1, tzinfo=UTC), {1: "x"}])
def test_only_plain_data_gets_in(value: object) -> None:
    with pytest.raises(TemplateRefused) as caught:
        check_context({"x": value})
    assert caught.value.findings[0].code == "rendering.not-plain"


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf"))))
def test_whatever_text_comes_out_as_it_went_in(text: str) -> None:
    plain = environment(escape=False)
    assert fill(compile_text(plain, "{{ t }}", "t"), {"t": text}, where="t") == text


def test_an_unclosed_tag_names_its_line() -> None:
    found = refusal("一\n{% if s %}")
    assert (found.code, found.where) == ("rendering.syntax", "t.html:2")
