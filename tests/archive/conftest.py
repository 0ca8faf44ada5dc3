"""What the archive's tests share: a small archive, one plain deposit, and a machine that breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from docgen.archive import disk
from docgen.archive.deposit import Content, Derived, Template, deposit
from docgen.archive.faults import FaultyOs
from docgen.archive.layout import Archive, Folder
from docgen.archive.record import CustomerRef, Item, Sidecar

AT = datetime(2024, 3, 11, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 the notice"
DOCX = b"PK the notice in Word"
TEXT = "预付款通知单 全文".encode()
TEMPLATE = b"PK the template"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.create(tmp_path / "archive")


@pytest.fixture
def folder(archive: Archive) -> Folder:
    return archive.contract(customer_id="C001", customer_name="星河科技（示例）", contract_no="SO2024031001")


def make_item(item_id: str = "a1", **facts: object) -> Item:
    known = {
        "item_type": "issued",
        "kind": "预付款通知单",
        "title": "预付款通知单",
        "number": "HT-1",
        "contract_no": "SO2024031001",
        "customer": CustomerRef(id="C001", name="星河科技（示例）"),
    }
    return Item.model_validate({"id": item_id, **known, **facts})


def put_paper(
    folder: Folder, item_id: str = "a1", *, data: object = PDF, name: str = "通知单.pdf", **facts: object
) -> Sidecar:
    contents = [
        Content(name, "pdf", data, "application/pdf", 1),
        Content(name.replace(".pdf", ".docx"), "docx", DOCX + item_id.encode(), "application/msword"),
    ]
    return deposit(
        folder,
        make_item(item_id, **facts),
        contents,
        [Derived(f"{name}.txt", TEXT + item_id.encode())],
        [Template("通知单.docx", TEMPLATE)],
        event_type="paper-issued",
        payload={"number": "HT-1"},
        at=AT,
        actor="王五",
    )


def files_below(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return `break_(os)` and `repair()`: put a faulty system under the archive, and one that works (without syncs)."""
    return SimpleNamespace(
        break_=lambda faulty: monkeypatch.setattr(disk, "os", faulty),
        repair=lambda: monkeypatch.setattr(disk, "os", FaultyOs(0, "kill")),
    )


@pytest.fixture
def item() -> Callable[..., Item]:
    return make_item


@pytest.fixture
def put() -> Callable[..., Sidecar]:
    return put_paper


@pytest.fixture
def tree() -> Callable[[Path], dict[str, bytes]]:
    return files_below
