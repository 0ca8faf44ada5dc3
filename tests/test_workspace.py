"""docgen.toml as people really write it: saved by Notepad, with typing slips, with the wrong kind of value."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from docgen.deals.deal import GradeYear, Internal
from docgen.deals.terms import PaymentOrder, Terms
from docgen.errors import Refused
from docgen.workspace import ALLOWED_DEFAULTS, Defaults, open_workspace


def settings(root: Path, text: str) -> Path:
    (root / "docgen.toml").write_text(text, encoding="utf-8")
    return root


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "docgen.toml").write_bytes(b'\xef\xbb\xbfschema = 1\r\ncompany = "shanhai"\r\n')
    assert open_workspace(tmp_path).company == "shanhai"


def test_the_defaults_of_new_deals_are_read(tmp_path: Path) -> None:
    assert open_workspace(settings(tmp_path, "schema = 1")).defaults == Defaults()
    text = '[defaults]\nremind_days = 0\nrolls_fixed_dates = false\npayment_order = "penalty_first"\n'
    told = open_workspace(settings(tmp_path, text)).defaults
    assert told == Defaults(remind_days=0, rolls_fixed_dates=False, payment_order="penalty_first")


def test_the_defaults_are_those_of_the_record_itself() -> None:
    """The workspace does not know the record's types: here both are held side by side."""
    fields = {**Terms.model_fields, **Internal.model_fields}
    for name, value in asdict(Defaults()).items():
        assert fields[name].default == value, name
    assert ALLOWED_DEFAULTS["payment_order"] == tuple(PaymentOrder)
    assert ALLOWED_DEFAULTS["grade_year"] == tuple(GradeYear)
    bounds = {type(each).__name__: each for each in fields["remind_days"].metadata}
    days = ALLOWED_DEFAULTS["remind_days"]
    assert (min(days), max(days)) == (bounds["Ge"].ge, bounds["Le"].le)  # type: ignore[type-var]


def test_relative_places_follow_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    settings(tmp_path / "old", '[paths]\narchive = "../papers"\n')
    (tmp_path / "old").rename(tmp_path / "new")
    assert open_workspace(tmp_path / "new").archive == tmp_path.resolve() / "papers"


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ('compnay = "shanhai"', "workspace.unknown-setting", "compnay"),
        ('[paths]\narchvie = "x"', "workspace.unknown-setting", "paths.archvie"),
        ("timezone = 8", "workspace.bad-value", "timezone"),
        ('timezone = "Beijing"', "workspace.unknown-timezone", "Beijing"),
        ("company = 5", "workspace.bad-value", "company"),
        ('schema = "1"', "workspace.bad-value", "schema"),
        ("schema = 2", "workspace.newer-schema", "2"),
        ('paths = "archive"', "workspace.bad-value", "paths"),
        ("[paths]\narchive = 5", "workspace.bad-value", "paths.archive"),
        ('inbox = "inbox"', "workspace.bad-value", "inbox"),
        ('inbox = ["inbox"]', "workspace.bad-inbox", ""),
        ("[[inbox]]\npath = 3", "workspace.bad-inbox", ""),
        ('[[inbox]]\npaht = "inbox"', "workspace.bad-inbox", ""),
        ('settle_seconds = "2"', "workspace.bad-settle-seconds", "2"),
        ("[defaults]\nremind = 7", "workspace.unknown-setting", "defaults.remind"),
        ("[defaults]\nremind_days = 91", "workspace.bad-default", "remind_days"),
        ('[defaults]\nremind_days = "7"', "workspace.bad-default", "remind_days"),
        ("[defaults]\nremind_days = true", "workspace.bad-default", "remind_days"),
        ("[defaults]\nrolls_due_dates = 1", "workspace.bad-default", "rolls_due_dates"),
        ('[defaults]\npayment_order = "interest_first"', "workspace.bad-default", "payment_order"),
        ('[defaults]\ngrade_year = ["calendar"]', "workspace.bad-default", "grade_year"),
        ('defaults = "calendar"', "workspace.bad-value", "defaults"),
        ("company = “shanhai”", "workspace.config-unreadable", ""),
    ],
)
def test_a_slip_is_named(tmp_path: Path, text: str, code: str, named: str) -> None:
    with pytest.raises(Refused) as caught:
        open_workspace(settings(tmp_path, text))
    (finding,) = caught.value.findings
    assert finding.code == code
    assert named in finding.sentence()
