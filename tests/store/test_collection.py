"""What finance's tables answer where a paper says less than usual."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from docgen.archive.layout import Archive
from docgen.store import collection
from docgen.store.models import Paper


def paper(number: str, at: str, **more: object) -> Paper:
    about: dict[str, object] = {"status": "current", "superseded_by": "", "sidecar": {"extra": {}}, **more}
    return Paper(id=number, key="HT1", contract_no="HT1", item_type="issued", kind="statement", title="对账单",
                 number=number, pages=1, version=0, at=at, **about)  # fmt: skip


@pytest.mark.parametrize(("zone", "made", "replaced"), [("Asia/Shanghai", 27, 28), ("UTC", 26, 27)])
def test_a_paper_without_a_day_counts_from_the_offices_day_of_its_instant(
    archive: Archive, zone: str, made: int, replaced: int
) -> None:
    """At 18:30 UTC it is half past two next morning in Shanghai."""
    assert archive.root.is_dir()
    Paper.objects.bulk_create([
        paper("A", "2024-03-26T18:30:00+00:00", status="superseded", superseded_by="B"),
        paper("B", "2024-03-27T18:30:00+00:00"),
        paper("C", "2024-03-27T18:30:00+00:00", sidecar={"extra": {"dated": "2024-03-20"}}),
    ])  # fmt: skip
    found = {each.number: each for each in collection.asking_papers(["对账单"], zone=ZoneInfo(zone))}
    assert (found["A"].dated, found["A"].replaced_on) == (date(2024, 3, made), date(2024, 3, replaced))
    assert found["C"].dated == date(2024, 3, 20)
