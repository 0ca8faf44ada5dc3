from __future__ import annotations

import pytest

from docgen.findings import has_errors
from docgen.rendering.faces import compare_faces


def test_every_kind_has_a_golden_case(case) -> None:
    assert (case.folder / "pdf.txt").is_file()
    assert (case.folder / "docx.txt").is_file()


@pytest.mark.parametrize("face", ["pdf.txt", "docx.txt"])
def test_the_paper_says_word_for_word_what_its_golden_text_says(case, rendered, face) -> None:
    assert rendered.texts[face] == (case.folder / face).read_text("utf-8"), "read `make golden`, then commit it"


def test_both_faces_say_the_same(rendered) -> None:
    assert compare_faces(rendered.pdf_blocks, rendered.docx_blocks) == ()


def test_the_case_is_one_that_could_be_issued(case) -> None:
    assert not has_errors(case.findings())


def test_nothing_is_clipped_and_every_zone_the_kind_promises_is_there(case, rendered) -> None:
    assert rendered.pdf.clipped == ()
    there = {(zone.role, zone.party) for zone in rendered.pdf.zones}
    assert {(zone.role.value, zone.party) for zone in case.kind.spec.zones} <= there
