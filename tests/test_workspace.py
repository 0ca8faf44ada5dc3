"""docgen.toml as people really write it: saved by Notepad, with typing slips, with the wrong kind of value."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgen.errors import Refused
from docgen.workspace import open_workspace


def settings(root: Path, text: str) -> Path:
    (root / "docgen.toml").write_text(text, encoding="utf-8")
    return root


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "docgen.toml").write_bytes(b'\xef\xbb\xbfschema = 1\r\ncompany = "shanhai"\r\n')
    assert open_workspace(tmp_path).company == "shanhai"


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
        ("company = “shanhai”", "workspace.config-unreadable", ""),
    ],
)
def test_a_slip_is_named(tmp_path: Path, text: str, code: str, named: str) -> None:
    with pytest.raises(Refused) as caught:
        open_workspace(settings(tmp_path, text))
    (finding,) = caught.value.findings
    assert finding.code == code
    assert named in finding.sentence()
