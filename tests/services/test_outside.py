"""What a user has written to a place of their choice never lands in the archive, by whatever path it is named."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from docgen.errors import Refused
from docgen.services.office import Office
from docgen.services.outside import require_outside


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "archive" / "星河").mkdir(parents=True)
    (tmp_path / "alias").symlink_to(tmp_path / "archive")
    return cast("Office", SimpleNamespace(workspace=SimpleNamespace(archive=tmp_path / "archive")))


@pytest.mark.parametrize(
    "name", ["archive", "archive/星河/通知单.pdf", "archive/new/x.txt", "x/../archive/a", "alias/a.pdf"]
)
def test_a_place_in_the_archive_is_refused(office: Office, tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as problem:
        require_outside(office, tmp_path / name)
    assert problem.value.findings[0].code == "services.inside-archive"


@pytest.mark.parametrize("name", ["out.txt", "archive-2/x", "desk/archive/x"])
def test_any_other_place_is_fine(office: Office, tmp_path: Path, name: str) -> None:
    assert require_outside(office, tmp_path / name) == tmp_path / name
