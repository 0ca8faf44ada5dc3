from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import bagit
import pytest

from docgen.archive.eventlog import append, genesis, locked, parse_line
from docgen.archive.export import export_bag
from docgen.archive.layout import Folder
from docgen.archive.record import Sidecar
from docgen.errors import Damage, Refused

Put = Callable[..., Sidecar]
AT = datetime(2024, 3, 11, 2, 0, tzinfo=UTC)


@pytest.fixture
def full(folder: Folder, put: Put) -> Folder:
    put(folder, name='100% <b>"通知单".pdf')
    put(folder, "int1", data=b"floor price 255000", name="方案评审.pdf", extra={"audience": "internal"})
    with locked(folder):
        append(folder, "deal-recorded", {"floor": "255000.00"}, at=AT, actor="王五")
        append(folder, "payment-received", {"amount": "85500.00", "audience": "external"}, at=AT, actor="王五")
    return folder


def test_the_bag_is_valid_for_the_library_of_congress_tool(full: Folder, tmp_path: Path) -> None:
    bag = export_bag(full, tmp_path / "bag", at=AT)
    checked = bagit.Bag(str(bag))
    assert checked.is_valid()
    assert checked.info["External-Description"] == "星河科技（示例） 合同文件 SO2024031001"
    assert checked.info["Bagging-Date"] == "2024-03-11"
    octets = sum(path.stat().st_size for path in (bag / "data").rglob("*") if path.is_file())
    files = sum(path.is_file() for path in (bag / "data").rglob("*"))
    assert checked.info["Payload-Oxum"] == f"{octets}.{files}"
    command = ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"]
    assert subprocess.run(command, cwd=bag, check=False).returncode == 0


def test_internal_material_is_left_out_unless_asked_for(
    full: Folder, tmp_path: Path, tree: Callable[..., dict[str, bytes]]
) -> None:
    outward = tree(export_bag(full, tmp_path / "outward"))
    assert not [name for name, data in outward.items() if b"floor" in data or b"255000" in data or "方案评审" in name]
    assert not [name for name in outward if name.endswith("events.jsonl")]
    whole = tree(export_bag(full, tmp_path / "whole", include_internal=True))
    assert whole["data/方案评审.pdf"] == b"floor price 255000"
    assert whole["data/_docgen/events.jsonl"] == full.events.read_bytes()
    assert bagit.Bag(str(tmp_path / "whole")).is_valid()


def test_the_extract_keeps_the_chain_and_whole_lines_prove_themselves(full: Folder, tmp_path: Path) -> None:
    bag = export_bag(full, tmp_path / "bag")
    lines = (bag / "data/_docgen/events-extract.jsonl").read_bytes().splitlines()
    chain = [json.loads(line) for line in lines]
    assert chain[0]["prev"] == genesis("SO2024031001")
    assert [one["prev"] for one in chain[1:]] == [one["hash"] for one in chain[:-1]]
    assert ["withheld" in one for one in chain] == [False, True, True, False]
    assert parse_line(lines[3]).payload["amount"] == "85500.00"


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def test_the_page_lists_papers_with_links_that_work_and_nothing_foreign(full: Folder, tmp_path: Path) -> None:
    bag = export_bag(full, tmp_path / "bag", at=AT)
    text = (bag / "index.html").read_text(encoding="utf-8")
    page = Links()
    page.feed(text)
    assert page.links
    assert all((bag / unquote(link)).is_file() for link in page.links)
    assert page.tags.isdisjoint({"script", "img", "link", "b"})
    for part in ("2024-03-11", "预付款通知单", "HT-1", "略去内部文书 1 份", "2 条只保留"):
        assert part in text


def test_an_existing_target_or_one_in_the_archive_is_refused(full: Folder, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(Refused) as refused:
        export_bag(full, tmp_path / "there")
    assert refused.value.findings[0].code == "archive.export-target-exists"
    with pytest.raises(Refused) as refused:
        export_bag(full, full.path / "bag")
    assert refused.value.findings[0].code == "archive.export-inside-archive"


@pytest.mark.parametrize("harm", ["edit", "delete"])
def test_damage_is_never_exported_as_good(full: Folder, tmp_path: Path, harm: str) -> None:
    paper = next(full.path.glob("*.pdf"))
    paper.unlink()
    if harm == "edit":
        paper.write_bytes(b"other")
    with pytest.raises(Damage) as damage:
        export_bag(full, tmp_path / "bag", include_internal=True)
    assert damage.value.findings[0].code == "archive.export-damaged"
    assert not (tmp_path / "bag").exists()
