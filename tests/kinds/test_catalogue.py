from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from docgen.errors import NotFound, TemplateRefused
from docgen.kinds.catalogue import Catalogue, load_catalogue, load_kind

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "templates/acceptance-report", tmp_path / "acceptance-report")
    return tmp_path


def test_the_three_kinds_of_the_loop_are_there(catalogue: Catalogue) -> None:
    assert {(kind.spec.id, kind.spec.title) for kind in catalogue} >= {
        ("prepayment-notice", "预付款通知单"),
        ("supplementary-agreement", "补充协议"),
        ("acceptance-report", "验收报告"),
    }


def test_a_kind_is_found_by_id_and_by_its_chinese_title(catalogue: Catalogue) -> None:
    assert catalogue.get("补充协议") is catalogue.get("supplementary-agreement")


def test_an_unknown_name_is_answered_with_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(NotFound) as missing:
        catalogue.get("预付款通知书")
    assert "预付款通知单" in missing.value.findings[0].remedy("zh")


def test_a_template_changed_by_one_byte_has_another_hash_and_golden_texts_do_not_count(copied: Path) -> None:
    folder = copied / "acceptance-report"
    before = load_kind(folder).hashes
    (folder / "golden" / "note.txt").write_text("x", encoding="utf-8")
    assert load_kind(folder).hashes == before
    wording = folder / "wording.toml"
    wording.write_text(wording.read_text("utf-8") + "\n", encoding="utf-8")
    after = load_kind(folder).hashes
    assert {name for name in after if after[name] != before[name]} == {"wording.toml"}


def test_a_missing_face_and_a_folder_of_another_name_are_both_named_at_once(copied: Path) -> None:
    (copied / "acceptance-report" / "acceptance-report.docx").unlink()
    (copied / "acceptance-report").rename(copied / "report")
    with pytest.raises(TemplateRefused) as refusal:
        load_catalogue(copied)
    assert [finding.code for finding in refusal.value.findings] == ["kinds.folder-name", "kinds.file-missing"]


def test_two_kinds_with_one_number_code_are_refused(copied: Path) -> None:
    shutil.copytree(copied / "acceptance-report", copied / "twin")
    for path in list((copied / "twin").glob("acceptance-report.*")):
        path.rename(path.with_name(path.name.replace("acceptance-report", "twin")))
    kind = copied / "twin" / "kind.toml"
    kind.write_text(kind.read_text("utf-8").replace('id = "acceptance-report"', 'id = "twin"'), encoding="utf-8")
    with pytest.raises(TemplateRefused) as refusal:
        load_catalogue(copied)
    assert {finding.params["what"] for finding in refusal.value.findings} == {"验收报告", "YS"}


def test_a_later_root_overrides_the_shipped_template(copied: Path) -> None:
    assert load_catalogue(ROOT / "templates", copied).get("验收报告").folder == copied / "acceptance-report"


def test_a_folder_without_kind_file_is_no_kind(copied: Path) -> None:
    (copied / "_shared").mkdir()
    assert [kind.spec.id for kind in load_catalogue(copied)] == ["acceptance-report"]
