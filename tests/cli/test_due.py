"""`docgen due` and its workbook: the day changes the answer, data never becomes a formula, sheets as finance wants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from docgen.cli.main import main
from docgen.store import database
from docgen.workspace import data_root

DEALS = data_root() / "samples" / "deals"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "office"
    assert main(["init", str(place), "--sample"]) == 0
    for name in ("xx-tech", "yy-manufacturing"):
        assert main(["-w", str(place), "deal", "import", str(DEALS / f"{name}.yaml")]) == 0
    yield place
    database.disconnect()


def board(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["-w", str(root), "due", "--json", *words]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_day_customer_owner_and_stage_each_change_the_answer(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    early, late = (board(root, capsys, "--as-of", day)["totals"] for day in ("2024-05-05", "2024-07-05"))
    assert (early["overdue"], late["overdue"]) == ("150000.00", "66666.67")  # type: ignore[index]
    for words in (("--customer", "YY"), ("--owner", "李四"), ("--stage", "major")):
        rows = board(root, capsys, "--as-of", "2024-07-05", *words)["rows"]
        assert [row["customer"] for row in rows] == ["YY制造有限公司"]  # type: ignore[attr-defined]
    assert board(root, capsys, "--as-of", "2024-05-05", "--stage", "major")["rows"] == []
    assert main(["-w", str(root), "due", "--stage", "起诉"]) == 1


def test_the_workbook(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "回款.xlsx"
    assert main(["-w", str(root), "due", "--as-of", "2024-07-05", "--xlsx", str(out)]) == 0
    assert "逾期66天" in capsys.readouterr().out
    sheet, ageing = load_workbook(out).worksheets
    heads = [cell.value for cell in sheet[3]]
    assert heads[:8] == [
        "客户名称",
        "订单编号",
        "合同金额",
        "应回款日期",
        "实际回款日期",
        "回款状态",
        "负责人",
        "逾期原因",
    ]
    assert heads[8:15] == ["期次", "应收", "已收", "未收", "逾期天数", "违约金", "阶段"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref[:2]) == ("B4", "A3")
    first = dict(zip(heads, (cell.value for cell in sheet[4]), strict=True))
    assert (first["未收"], first["逾期天数"], first["阶段"], first["违约金"]) == (66666.67, 66, "重大逾期", 7066.67)
    assert (first["逾期原因"], first["处理原因"]) == ("资金紧张：客户资金审批延迟", "客户称两台网关掉线")
    formulas = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas
    assert {name[-1] for name in formulas} == {"2"}
    assert len(ageing._charts) == 1  # openpyxl offers no other look at a sheet's charts
    assert main(["-w", str(root), "due", "--xlsx", str(out)]) == 1  # never over a file that exists


def test_a_name_that_looks_like_a_formula_stays_text(root: Path, tmp_path: Path) -> None:
    record = (DEALS / "qingyuan-logistics.yaml").read_text(encoding="utf-8")
    hostile = tmp_path / "hostile.yaml"
    hostile.write_text(record.replace("清远样本物流有限公司", "=HYPERLINK(1)公司"), encoding="utf-8")
    assert main(["-w", str(root), "deal", "import", str(hostile)]) == 0
    out = tmp_path / "a.xlsx"
    assert main(["-w", str(root), "due", "--xlsx", str(out)]) == 0
    cells = [cell for sheet in load_workbook(out) for row in sheet.iter_rows() for cell in row]
    found = [cell for cell in cells if str(cell.value).startswith("=HYPERLINK")]
    assert found
    assert {cell.data_type for cell in found} == {"s"}


def test_monday_of_finance_each_step_names_the_next(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")

    def told(*words: str) -> str:
        capsys.readouterr()
        main(["-w", str(root), *words])
        return capsys.readouterr().out

    board_said = told("due", "--as-of", "2024-07-12")
    assert "docgen payment confirm --as-of 2024-07-12" in board_said
    assert "docgen batch 催告函 --due --as-of 2024-07-12 --dry-run" in board_said
    assert "docgen batch" not in told("due", "--as-of", "2024-07-12", "--customer", "YY")
    nothing = told("batch", "逾期催收函", "--due", "--as-of", "2024-07-12", "--dry-run")
    assert "将会出具" not in nothing
    assert "催告函 1 份" in nothing
    refused = told("batch", "催告函", "--due", "--as-of", "2024-07-12", "--dry-run")
    assert "YY制造有限公司" in refused
    assert "→ 先执行 docgen approval request HT2024031002 formal-demand --seq 1" in refused
    bank = tmp_path / "银行.csv"
    bank.write_text("交易日期,贷方金额,对方户名,流水号\n2024-07-01,66666.67,YY制造有限公司,R1\n"
                    "2024-07-02,500.00,陌生公司,R2\n", encoding="gb18030")  # fmt: skip
    preview = told("payment", "import", str(bank), "--dry-run")
    assert "付款人(payer)=对方户名" in preview
    assert "66,666.67" in preview
    assert "payment waiting list" not in preview
    taken = told("payment", "import", str(bank))
    assert "docgen payment waiting list" in taken
    assert "docgen due" in taken
    assert "docgen batch" not in told("due", "--as-of", "2024-07-12")
