"""Excel through the command line: a workbook out, filled, faulty, corrected, and in again without doubling."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from docgen.cli.main import main
from docgen.store import database
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "office"
    assert main(["init", str(folder), "--sample"]) == 0
    assert main(["-w", str(folder), "deal", "import", str(SAMPLE)]) == 0
    database.disconnect()
    capsys.readouterr()
    return folder


def run(
    capsys: pytest.CaptureFixture[str], root: Path, *words: str | Path
) -> tuple[int, dict[str, list[dict[str, object]]]]:
    code = main([*(str(word) for word in words), "--json", "-w", str(root)])
    database.disconnect()
    return code, json.loads(capsys.readouterr().out)


def with_a_second_deal(path: Path) -> None:
    """Give every row a twin that belongs to a new order; the twin has a fault in its price table."""
    book = load_workbook(path)
    for sheet in book.worksheets[1:-1]:
        for row in [list(each) for each in sheet.iter_rows(min_row=3, values_only=True) if each[0]]:
            twin = [None, "SO2024040109", *row[2:]] if sheet.title == "合同" else ["SO2024040109", *row[1:]]
            sheet.append(twin)
    book["价格明细"]["F5"] = "五台"
    book.save(path)


def test_a_filled_workbook_comes_back_unchanged(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "全部.xlsx"
    code, made = run(capsys, root, "deal", "workbook", out, "--deals", "HT2024031001,SO2024031001")
    assert (code, made["contracts"]) == (0, ["HT2024031001"])
    code, done = run(capsys, root, "deal", "import", out)
    (book,) = done["workbooks"]
    assert code == 0, book["findings"]
    assert [(one["is_new"], one["events"]) for one in book["imported"]] == [(False, 0)]  # type: ignore[attr-defined]
    assert book["copy"] is None


def test_a_faulty_workbook_goes_in_step_by_step_and_nothing_twice(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "成交.xlsx"
    run(capsys, root, "deal", "workbook", path, "--deals", "HT2024031001")
    with_a_second_deal(path)
    code, done = run(capsys, root, "deal", "import", path)
    (book,) = done["workbooks"]
    assert (code, book["imported"], book["faulty"]) == (1, [], ["SO2024040109"])
    errors = [one["where"] for one in book["findings"] if one["severity"] == "error"]  # type: ignore[attr-defined]
    assert errors == ["价格明细!F5"]
    copy = tmp_path / "成交 待改正.xlsx"
    assert Path(str(book["copy"])) == copy

    code, done = run(capsys, root, "deal", "import", path, "--partial")
    (book,) = done["workbooks"]
    assert (code, len(book["imported"])) == (1, 1)  # type: ignore[arg-type]
    assert str(book["copy"]).endswith("成交 待改正 2.xlsx")

    corrected = load_workbook(copy)
    corrected["价格明细"]["F5"] = 5
    corrected.save(copy)
    code, done = run(capsys, root, "deal", "import", copy)
    (book,) = done["workbooks"]
    news = [one["is_new"] for one in book["imported"]]  # type: ignore[attr-defined]
    assert (code, news, book["copy"]) == (0, [False, True], None)
    code, done = run(capsys, root, "deal", "import", copy)
    assert [one["events"] for one in done["workbooks"][0]["imported"]] == [0, 0]  # type: ignore[attr-defined]
    assert len(run(capsys, root, "deal", "list")[1]["deals"]) == 2


def test_a_changed_fact_needs_a_reason(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "改.xlsx"
    run(capsys, root, "deal", "workbook", path, "--deals", "HT2024031001")
    book = load_workbook(path)
    book["回款"]["C4"] = "2024-05-26"
    book.save(path)
    code, done = run(capsys, root, "deal", "import", path)
    (told,) = done["workbooks"]
    found = [(one["code"], one["where"]) for one in told["findings"] if one["severity"] == "error"]  # type: ignore[attr-defined]
    assert (code, told["imported"]) == (1, [])
    assert found == [("services.fact-changed", "回款!A4")]
    assert run(capsys, root, "deal", "import", path, "--reason", "银行更正")[0] == 0


def test_a_row_of_no_known_deal_holds_back_all_even_with_partial(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "散.xlsx"
    run(capsys, root, "deal", "workbook", path, "--deals", "HT2024031001")
    book = load_workbook(path)
    book["回款"]["A4"] = "HT2024031009"
    book.save(path)
    code, done = run(capsys, root, "deal", "import", path, "--partial", "--reason", "更正")
    (told,) = done["workbooks"]
    assert (code, told["imported"]) == (1, [])
    assert "回款!A4" in [one["where"] for one in told["findings"]]  # type: ignore[attr-defined]


def test_check_keeps_nothing_and_writes_no_copy(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "查.xlsx"
    run(capsys, root, "deal", "workbook", path, "--deals", "HT2024031001")
    with_a_second_deal(path)
    code, told = run(capsys, root, "deal", "check", path)
    assert (code, told["workbooks"][0]["faulty"]) == (1, ["SO2024040109"])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["office", "查.xlsx"]


def test_an_empty_workbook_has_examples_and_imports_nothing(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "空.xlsx"
    assert run(capsys, root, "deal", "workbook", path)[0] == 0
    assert load_workbook(path)["合同"]["A3"].value == "示例（导入时忽略）"
    code, done = run(capsys, root, "deal", "check", path)
    assert code == 1
    assert done["workbooks"][0]["findings"][0]["code"] == "exchange.no-deals"  # type: ignore[index]


def test_words_tell_what_happened(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "词.xlsx"
    assert main(["deal", "workbook", str(path), "--deals", "HT2024031001", "-w", str(root)]) == 0
    with_a_second_deal(path)
    assert main(["deal", "import", str(path), "-w", str(root)]) == 1
    database.disconnect()
    said = capsys.readouterr()
    assert "一笔都没有导入" in said.out
    assert "词 待改正.xlsx" in said.out
    assert "价格明细!F5" in said.err


@pytest.mark.parametrize(
    ("name", "code"), [("x.xls", "exchange.not-a-workbook-name"), ("there.xlsx", "exchange.file-exists")]
)
def test_a_workbook_is_never_written_over_another_file(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: str
) -> None:
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    assert main(["deal", "workbook", str(tmp_path / name), "-w", str(root)]) == 1
    database.disconnect()
    assert code in capsys.readouterr().err
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"
