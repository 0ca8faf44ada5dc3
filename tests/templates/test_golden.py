from __future__ import annotations

import pytest

from docgen.findings import has_errors
from docgen.kinds.kind import Face
from docgen.rendering.check import check_template
from docgen.rendering.faces import compare_faces
from docgen.rendering.golden import Case, Rendered


def test_every_kind_has_a_golden_case(case: Case) -> None:
    assert (case.folder / "pdf.txt").is_file()
    assert (case.folder / "docx.txt").is_file()


@pytest.mark.parametrize("face", ["pdf.txt", "docx.txt"])
def test_the_paper_says_word_for_word_what_its_golden_text_says(case: Case, rendered: Rendered, face: str) -> None:
    assert rendered.texts[face] == (case.folder / face).read_text("utf-8"), "read `make golden`, then commit it"


def test_both_faces_say_the_same(rendered: Rendered) -> None:
    assert compare_faces(rendered.pdf_blocks, rendered.docx_blocks) == ()


def test_the_case_is_one_that_could_be_issued(case: Case) -> None:
    assert not has_errors(case.findings())


def test_nothing_is_clipped_and_every_zone_the_kind_promises_is_there(case: Case, rendered: Rendered) -> None:
    assert rendered.pdf.clipped == ()
    there = {(zone.role, zone.party) for zone in rendered.pdf.zones}
    assert {(zone.role.value, zone.party) for zone in case.kind.spec.zones} <= there


@pytest.mark.parametrize("face", [Face.PDF, Face.DOCX])
def test_the_template_passes_the_check_every_user_template_must_pass(case: Case, face: Face) -> None:
    findings = check_template(case.kind.face_file(face), shared=case.shared, sample=case.context)
    assert [(finding.code, finding.where, dict(finding.params)) for finding in findings] == []
