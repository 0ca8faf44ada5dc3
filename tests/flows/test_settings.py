"""What a record leaves open is settled once: by docgen.toml when the deal is new, by the deal itself ever after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from docgen.services.archive_care import rebuild_database
from docgen.services.deals import export_deal, show_deal
from docgen.services.due_board import Wanted, due_board
from docgen.services.import_deal import import_deal
from docgen.services.office import Office
from docgen.services.read_record import check_record
from docgen.workspace import Defaults, data_root

SAMPLES = data_root() / "samples" / "deals"
SAMPLE = SAMPLES / "xx-tech.yaml"
OURS = Defaults(
    rolls_fixed_dates=False, remind_days=12, payment_order="penalty_first", grade_year="trailing"
)  # fmt: skip
AS_OURS = {
    "rolls_due_dates": True, "rolls_fixed_dates": False, "remind_days": 12, "payment_order": "penalty_first",
    "grade_year": "trailing",
}  # fmt: skip
PLAIN = {
    "rolls_due_dates": True, "rolls_fixed_dates": True, "remind_days": 7, "payment_order": "principal_first",
    "grade_year": "calendar",
}  # fmt: skip


def under(office: Office, defaults: Defaults) -> Office:
    return replace(office, workspace=replace(office.workspace, defaults=defaults))


def settings(office: Office, number: str) -> Any:  # noqa: ANN401  # a part of the JSON
    return show_deal(office, number)["settings"]


def test_the_offices_defaults_are_frozen_into_a_new_deal(office: Office) -> None:
    number = import_deal(under(office, OURS), SAMPLE).contract_no
    assert settings(office, number) == AS_OURS
    assert import_deal(office, SAMPLE).events == 0  # docgen.toml changed back: the same file changes nothing
    assert settings(office, number) == AS_OURS
    rebuild_database(office.workspace)
    assert settings(office, number) == AS_OURS


def test_defaults_changed_later_leave_old_deals_alone(office: Office, contract_no: str) -> None:
    assert settings(office, contract_no) == PLAIN
    assert import_deal(under(office, OURS), SAMPLE).events == 0
    assert settings(under(office, OURS), contract_no) == PLAIN


def test_what_a_record_names_is_its_own(office: Office, tmp_path: Path) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace("\nterms:\n", "\nterms:\n  remind_days: 3\n", 1)
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    number = import_deal(under(office, OURS), path).contract_no
    assert settings(office, number) == {**AS_OURS, "remind_days": 3}
    path.write_text(
        export_deal(office, number)
        .replace("remind_days: 3", "remind_days: 20")
        .replace("penalty_first", "principal_first"),
        encoding="utf-8",
    )
    assert import_deal(office, path).events == 1
    assert settings(office, number) == {**AS_OURS, "remind_days": 20, "payment_order": "principal_first"}


@pytest.mark.parametrize(("days", "soon"), [(7, False), (12, True)])
def test_the_board_reminds_as_the_deal_does(office: Office, days: int, *, soon: bool) -> None:
    number = import_deal(under(office, replace(OURS, remind_days=days)), SAMPLES / "yy-manufacturing.yaml").contract_no
    as_of = date(2024, 4, 20)  # due 04-30
    (row,) = due_board(office, Wanted(as_of=as_of)).rows
    state = show_deal(office, number, as_of=as_of)["instalments"][0]["state"]  # type: ignore[index]
    assert state == row.state == ("due_soon" if soon else "not_due")


def test_a_fixed_day_is_checked_as_it_will_stand(office: Office, tmp_path: Path) -> None:
    """2024-03-30 is a Saturday: it rolls, and is told, only where fixed days roll."""
    text = (SAMPLES / "yy-manufacturing.yaml").read_text(encoding="utf-8")
    path = tmp_path / "saturday.yaml"
    path.write_text(text.replace("due: 2024-03-29", "due: 2024-03-30", 1), encoding="utf-8")
    told = [
        "deals.delivery-on-rest-day" in {finding.code for finding in check_record(each, path).findings}
        for each in (office, under(office, OURS))
    ]
    assert told == [True, False]
