from __future__ import annotations

from pathlib import Path

import pytest

from docgen.errors import TemplateRefused
from docgen.kinds.catalogue import Catalogue
from docgen.kinds.conditions import CONDITIONS
from docgen.kinds.kind import Condition, Face, parse_spec

ROOT = Path(__file__).resolve().parents[2]
NOTICE = (ROOT / "templates/prepayment-notice/kind.toml").read_text("utf-8")


def codes(refusal: pytest.ExceptionInfo[TemplateRefused]) -> set[str]:
    return {finding.code for finding in refusal.value.findings}


@pytest.mark.parametrize(
    ("folder", "seq", "n", "suffix"),
    [
        ("prepayment-notice", 1, 1, "-YF1-01"),
        ("prepayment-notice", 12, 100, "-YF12-100"),
        ("supplementary-agreement", 2, 1, "-BC01"),
        ("acceptance-report", 1, 3, "-YS03"),
    ],
)
def test_a_kind_writes_its_number_as_p9_says(folder: str, seq: int, n: int, suffix: str) -> None:
    spec = parse_spec((ROOT / "templates" / folder / "kind.toml").read_text("utf-8"), where="kind.toml")
    assert spec.number_suffix(seq=seq, n=n) == suffix


def test_every_condition_has_its_predicate() -> None:
    assert set(CONDITIONS) == set(Condition)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"signed"', '"signd"', "conditions.1"),
        ("schema = 1", "schema = 2", "kind.toml"),
        ('subject = "instalment"', 'subject = "change"', "kind.toml"),
        ('"-YF{instalment}-{n:02}"', '"-YF{instalment}"', "number"),
        ('"-YF{instalment}-{n:02}"', '"-YF{0.__class__}-{n}"', "number"),
        ('"-YF{instalment}-{n:02}"', '"-YF/{n:02}"', "number"),
        ('wording = "wording.toml"', 'wording = "../secret.toml"', "wording"),
        ('code = "YF"', 'code = "YF"\ncolour = "red"', "colour"),
    ],
)
def test_a_wrong_kind_file_is_refused_and_the_key_named(old: str, new: str, key: str) -> None:
    assert old in NOTICE
    with pytest.raises(TemplateRefused) as refusal:
        parse_spec(NOTICE.replace(old, new), where="x/kind.toml")
    assert [finding.params["key"] for finding in refusal.value.findings] == [key]


def test_text_that_is_no_toml_is_refused_with_its_line() -> None:
    with pytest.raises(TemplateRefused) as refusal:
        parse_spec("schema = 1\nid = x", where="x/kind.toml")
    assert codes(refusal) == {"kinds.not-toml"}
    assert "line 2" in refusal.value.findings[0].sentence()


def test_the_faces_are_html_for_pdf_and_docx_for_word(catalogue: Catalogue) -> None:
    kind = catalogue.get("验收报告")
    assert kind.face_file(Face.PDF).name == "acceptance-report.html"
    assert kind.face_file(Face.DOCX).name == "acceptance-report.docx"
