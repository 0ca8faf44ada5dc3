from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docgen.errors import TemplateRefused
from docgen.rendering.pdf import render_pdf
from docgen.rendering.printed import recording
from docgen.rendering.wording import Wording, read_fragments

if TYPE_CHECKING:
    from conftest import Bench


def test_a_sentence_is_filled_and_its_values_noted_when_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "wording.toml"
    file.write_text('claim = "应付 {{ total|yuan }}。"\nother = "{{ total|rmb }}"\n', encoding="utf-8")
    with recording() as printed:
        wording = Wording(read_fragments([file]), {"total": Decimal("5.00")})
        assert printed.values == []
        assert wording["claim"] == "应付 ¥5.00。"
    assert [value.text for value in printed.values] == ["¥5.00"]


def test_the_kinds_own_sentence_wins_and_is_escaped_once(bench: Bench) -> None:
    (bench.folder / "wording.toml").write_text('who = "致：{{ buyer.name }}"\n', encoding="utf-8")
    rendered = render_pdf(bench.page("<p>{{ w.who }}</p>"))
    assert rendered.body_text.strip() == "致：" + bench.context["buyer"]["name"]


def test_a_fault_names_file_and_key(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "wording.toml"
    file.write_text('late = "{{ buyer.nam }}"\n', encoding="utf-8")
    with pytest.raises(TemplateRefused) as caught:
        Wording(read_fragments([file]), bench.context)["late"]
    assert caught.value.findings[0].where == "wording.toml:late:1"
    assert caught.value.findings[0].params["what"] == "buyer.nam"


@pytest.mark.parametrize("text", ["a = ", "a = 5", "[a]\nb = 'x'"])
def test_a_file_that_holds_no_sentences_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "wording.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TemplateRefused) as caught:
        read_fragments([file])
    assert caught.value.findings[0].code == "rendering.wording-unreadable"
