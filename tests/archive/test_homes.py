"""The customers' folders are remembered, and still found to be what they are now."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from docgen.archive import homes
from docgen.archive.homes import Home, Homes
from docgen.archive.layout import Archive
from docgen.errors import Refused

LONG_AGO = 1_700_000_000


def settle(path: Path) -> None:
    """Make a folder look as if nothing had happened in it for long."""
    os.utime(path, (LONG_AGO, LONG_AGO))


def make(archive: Archive, customer: str, contract_no: str) -> Path:
    made = archive.contract(customer_id=customer, customer_name=f"{customer}（示例）", contract_no=contract_no).path
    settle(made.parent)
    return made


def seen(known: Homes) -> dict[str, Home]:
    return {home.customer_id: home for home in known.look()}


@pytest.fixture
def other(archive: Archive) -> Archive:
    """Another process's view of the same archive."""
    return Archive(archive.root)


def test_what_another_process_makes_is_found(archive: Archive, other: Archive) -> None:
    made = make(archive, "C001", "SO2024031001")
    assert archive.find("SO2024031002") is None
    late = other.contract(customer_id="C001", customer_name="C001（示例）", contract_no="SO2024031002")
    assert archive.find("SO2024031002") == late
    new = other.contract(customer_id="C002", customer_name="C002（示例）", contract_no="SO2024031003")
    assert archive.find("SO2024031003") == new
    again = archive.contract(customer_id="C001", customer_name="新名（示例）", contract_no="SO2024031004")
    assert again.path.parent == made.parent  # by id, whatever the name
    with pytest.raises(Refused, match=r"archive\.contract-of-other-customer"):
        archive.contract(customer_id="C001", customer_name="C001（示例）", contract_no="SO2024031003")


def test_only_what_changed_is_read_again(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        make(archive, f"C00{number}", f"SO202403100{number}")
    known = Homes(archive.root)
    before = seen(known)
    read: list[Path] = []
    true = homes.read_customer
    monkeypatch.setattr(homes, "read_customer", lambda path: read.append(path) or true(path))
    assert seen(known) == before
    assert read == []
    (before["C003"].path / "SO2024999999").mkdir()
    settle(before["C003"].path)
    assert seen(known) == before  # a time set back on purpose is believed …
    os.utime(before["C003"].path, (LONG_AGO + 1, LONG_AGO + 1))
    assert "so2024999999" in seen(known)["C003"].names  # … a true change is not missed
    assert read == [before["C003"].path / "_customer"]


def test_what_changed_a_moment_ago_is_read_again(archive: Archive) -> None:
    made = make(archive, "C001", "SO2024031001")
    known = Homes(archive.root)
    now = time.time()
    os.utime(made.parent, (now, now))
    seen(known)
    (made.parent / "SO2024031002").mkdir()
    os.utime(made.parent, (now, now))  # a change within the same tick of a coarse clock
    assert "so2024031002" in seen(known)["C001"].names


def test_folders_that_go_or_are_none(archive: Archive, tmp_path: Path) -> None:
    made = make(archive, "C001", "SO2024031001")
    known = Homes(archive.root)
    (archive.root / "说明.txt").write_text("x")
    (archive.root / "链接").symlink_to(tmp_path)
    (archive.root / "陌生").mkdir()
    assert set(seen(known)) == {"C001", ""}
    made.parent.rename(tmp_path / "别处")
    assert set(seen(known)) == {""}
    (tmp_path / "别处").rename(archive.root / "改名")
    assert seen(known)["C001"].path == archive.root / "改名"
    assert archive.find("SO2024031001") is not None
