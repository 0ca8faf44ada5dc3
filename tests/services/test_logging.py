from __future__ import annotations

import logging
import multiprocessing
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.errors import Refused
from docgen.findings import error
from docgen.services import logging as office_log

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 (INFO|WARNING|ERROR) \d+ [a-z-]+( [a-z_0-9]+=\S+)*")
CONTRACT = "HT2024031001"


@pytest.fixture(autouse=True)
def log(tmp_path: Path) -> Iterator[Path]:
    logger = logging.getLogger("docgen")
    before = (list(logger.handlers), logger.level, logger.propagate)
    office_log.set_up(tmp_path / "log")
    yield tmp_path / "log"
    logger.handlers[:], logger.level, logger.propagate = before


def _lines(folder: Path) -> list[str]:
    return [line for path in sorted(folder.glob("*.log")) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_says_what_happened_in_ids_and_counts(log: Path) -> None:
    office_log.record("paper-issued", contract=CONTRACT, number=f"{CONTRACT}-YF1-01", document="7K3M9QXT", pages=2)
    [line] = _lines(log)
    assert LINE.fullmatch(line)
    assert line.endswith(f" paper-issued contract={CONTRACT} number={CONTRACT}-YF1-01 document=7K3M9QXT pages=2")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contract", "云帆科技有限公司"),
        ("contract", "客户自编-2024-7"),
        ("number", "（2024）山海函字第012号"),
        ("document", "张三"),
        ("kind", "付款通知给李四"),
        ("waiting", "2024-03-11-zhangsan"),
        ("item", "13900000000"),
        ("contract", f"{CONTRACT}\n2024-01-01T00:00:00.000+00:00 INFO 1 paper-void"),
    ],
)
def test_a_value_of_another_shape_is_withheld(log: Path, field: str, value: str) -> None:
    told: dict[str, Any] = {field: value}
    office_log.record("paper-issued", **told)
    [line] = _lines(log)
    assert line.endswith(f" paper-issued {field}=withheld({len(value)})")


def test_a_field_nobody_listed_is_withheld(log: Path) -> None:
    told: dict[str, Any] = {"customer": "HT2024031001"}
    office_log.record("paper-issued", **told)
    assert "HT2024031001" not in _lines(log)[0]


@given(text=st.text(min_size=1), event=st.text())
def test_no_text_whatever_makes_a_second_line_or_a_non_ascii_one(text: str, event: str) -> None:
    folder = Path.cwd() / "hypothesis-log"
    for old in folder.glob("*.log"):
        old.unlink()
    office_log.set_up(folder)
    office_log.record(event, contract=text, kind=text, codes=(text,))
    logging.getLogger("docgen").error(text)
    data = next(folder.glob("*.log")).read_bytes()
    assert data.isascii()
    assert data.count(b"\n") == len(data.decode().splitlines()) == 2


def test_a_message_from_elsewhere_is_withheld_but_its_place_is_told(log: Path) -> None:
    logging.getLogger("docgen.rendering").warning("无法打开 %s", "张三的合同.docx")
    [line] = _lines(log)
    assert "张三" not in line
    assert re.search(r"WARNING \d+ withheld at=[a-z_.]*test_logging:\d+:test_a_message_from_elsewhere", line)


def test_a_refusal_writes_codes_without_their_values(log: Path) -> None:
    findings = [error("store.no-deal", "张三", near="x"), error("store.no-deal", "李四"), error("core.unexpected")]
    office_log.refused(Refused(findings), contract=CONTRACT)
    [line] = _lines(log)
    assert line.endswith(f" refused contract={CONTRACT} error=Refused codes=store.no-deal,core.unexpected")


def _fail_on(name: str) -> None:
    try:
        Path(name).read_bytes()
    except FileNotFoundError as problem:
        raise KeyError(name) from problem


def test_an_unexpected_error_tells_its_way_but_not_its_words(log: Path) -> None:
    with pytest.raises(KeyError) as caught:
        _fail_on("张三-13900000000.pdf")
    path = office_log.unexpected(caught.value)
    assert path == next(log.glob("*.log"))
    text = "\n".join(_lines(log))
    assert "13900000000" not in text
    assert "error=builtins.KeyError" in text
    assert "error=builtins.FileNotFoundError errno=2" in text
    assert re.search(r"at=[a-z_.]*test_logging:\d+:_fail_on", text)


def test_outside_a_workspace_an_unexpected_error_still_finds_a_log() -> None:
    logging.getLogger("docgen").handlers.clear()
    path = office_log.unexpected(ValueError("x"))
    assert isinstance(path, Path)
    assert "error=builtins.ValueError" in path.read_text(encoding="utf-8")


def test_where_no_log_can_be_written_the_way_goes_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    office_log.set_up(tmp_path / "file")
    office_log.record("paper-issued")
    assert office_log.unexpected(ValueError("张三")) == "stderr"
    shown = capsys.readouterr().err
    assert "builtins.ValueError" in shown
    assert "张三" not in shown


def test_a_full_file_is_followed_by_a_new_part_and_the_oldest_go(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_log, "LARGEST_FILE", 300)
    monkeypatch.setattr(office_log, "FILES_KEPT", 3)
    log.mkdir()
    (log / "docgen-2024-03-01.1.log").write_text("old\n", encoding="utf-8")
    (log / "notes.txt").write_text("not ours\n", encoding="utf-8")
    for number in range(30):
        office_log.record("paper-issued", count=number)
    names = sorted(path.name for path in log.iterdir())
    assert "notes.txt" in names
    assert "docgen-2024-03-01.1.log" not in names
    assert len(names) == 4
    assert "count=29" in _lines(log)[-1] or any("count=29" in line for line in _lines(log))
    assert all(path.stat().st_size < 600 for path in log.glob("*.log"))


def test_part_ten_is_newer_than_part_nine(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_log, "FILES_KEPT", 2)
    log.mkdir()
    for part in (9, 10):
        (log / f"docgen-2024-03-01.{part}.log").write_text("old\n", encoding="utf-8")
    office_log.record("paper-issued")
    assert min(path.name for path in log.iterdir()) == "docgen-2024-03-01.10.log"


def test_the_log_is_for_its_owner_only(log: Path) -> None:
    office_log.record("paper-issued")
    assert next(log.glob("*.log")).stat().st_mode & 0o777 == 0o600


def _write_many(folder: str, count: int) -> None:
    office_log.set_up(Path(folder))
    for number in range(count):
        office_log.record("scan-filed", count=number, contract=CONTRACT)


def test_two_processes_log_into_one_file_without_tearing_lines(log: Path) -> None:
    writers = [multiprocessing.get_context("fork").Process(target=_write_many, args=(str(log), 300)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = _lines(log)
    assert len(lines) == 600
    assert all(LINE.fullmatch(line) for line in lines)
