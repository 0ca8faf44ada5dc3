"""The five sample deals through the real services: imported, asked as of several days, and the same after a rebuild."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.deals import export_deal, list_deals, show_deal
from docgen.services.import_deal import import_deal
from docgen.services.office import Office
from docgen.store import database
from docgen.workspace import data_root

DEALS = sorted((data_root() / "samples" / "deals").glob("*.yaml"))
DAYS = (date(2024, 3, 17), date(2024, 5, 26), date(2024, 12, 31), date(2025, 6, 30), date(2026, 11, 22))


def told(office: Office, numbers: list[str]) -> str:
    """Return everything the program says about the deals, on every day, as one text."""
    shown = {number: [show_deal(office, number, as_of=day) for day in DAYS] for number in numbers}
    exported = {number: export_deal(office, number) for number in numbers}
    return json.dumps([shown, exported], ensure_ascii=False, default=str, sort_keys=True)


def test_there_are_five_sample_deals() -> None:
    assert len(DEALS) == 5


def test_every_deal_answers_the_same_after_the_database_is_rebuilt(office: Office) -> None:
    numbers = [import_deal(office, path).contract_no for path in DEALS]
    assert len(set(numbers)) == len(DEALS)
    before = told(office, numbers)
    database.remove(office.workspace.database)
    rebuild_database(office.workspace)
    assert told(office, numbers) == before
    assert len(list_deals(office)) == len(DEALS)
    assert verify_archive(office).findings == ()


@pytest.mark.parametrize("path", DEALS, ids=lambda path: path.stem)
def test_an_exported_record_taken_in_again_changes_nothing(office: Office, path: Path, tmp_path: Path) -> None:
    first = import_deal(office, path)
    again = tmp_path / "again.yaml"
    again.write_text(export_deal(office, first.contract_no), encoding="utf-8")
    assert import_deal(office, again).events == 0


def test_each_deal_tells_different_things_on_different_days(office: Office) -> None:
    for path in DEALS:
        number = import_deal(office, path).contract_no
        shown = [json.dumps(show_deal(office, number, as_of=day)["instalments"], default=str) for day in DAYS]
        assert len(set(shown)) > 1, path.stem
