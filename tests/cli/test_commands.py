"""The command line as people and scripts use it: words, JSON, exit codes, options anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    database.disconnect()
    said = capsys.readouterr()
    return code, said.out, said.err


def test_init_makes_every_folder_and_refuses_a_second_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "新 工作区"
    assert run(capsys, "init", str(folder), "--sample")[0] == 0
    present = {path.name for path in folder.iterdir()}
    assert present >= {"docgen.toml", "companies", "templates", "archive", "inbox", "review", "backup", "log"}
    assert (folder / "docgen.key").stat().st_mode & 0o777 == 0o600
    code, _, words = run(capsys, "init", str(folder), "--sample")
    assert code == 1
    assert "services.workspace-exists" in words


def test_init_asks_for_our_company(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    company = ["demo-co", "某某（示例）有限公司", "某某", "某", "91999900MA00000019", "某人", "某地", "0000-1"]
    answers = iter([*company, "某银行某支行", "00123456", "王某"])
    monkeypatch.setattr("typer.prompt", lambda *_: next(answers))
    assert run(capsys, "init", str(tmp_path / "office"))[0] == 0
    assert "某某（示例）有限公司" in (tmp_path / "office" / "companies" / "demo-co.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", ["before", "after"])
def test_global_options_stand_before_or_after_the_command(
    root: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    options, command = ["--json", "-w", str(root)], ["deal", "list"]
    words = [*options, *command] if place == "before" else [*command, *options]
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert json.loads(out)["deals"][0]["contract_no"] == "HT2024031001"


def test_deal_check_names_every_problem_at_once(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        text.replace("total: 285000.00", "total: 28万5")
        .replace("    title: 服务器采购及实施服务合同\n", "")
        .replace("quantity: 5,", "quantity: 1E5,")
        .replace("  industry: 互联网", "  industri: 互联网"),
        encoding="utf-8",
    )
    code, out, _ = run(capsys, "-w", str(root), "deal", "check", str(broken), "--json")
    (record,) = json.loads(out)["records"]
    assert code == 1
    assert {finding["where"] for finding in record["findings"]} >= {
        "terms.total",
        "terms.contract.title",
        "terms.lines[0].quantity",
        "customer.industri",
    }
    assert all(finding["sentence"] and finding["remedy"] for finding in record["findings"])


def test_deal_show_changes_with_the_day(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def shown(day: str) -> dict[str, object]:
        return dict(
            json.loads(run(capsys, "deal", "show", "SO2024031001", "--as-of", day, "--json", "-w", str(root))[1])
        )

    early, late = shown("2024-03-17"), shown("2024-06-01")
    assert (early["version"], late["version"]) == (1, 2)
    states = [[row["state"] for row in one["instalments"]] for one in (early, late)]  # type: ignore[attr-defined]
    assert states == [["paid", "not_due", "not_due"], ["paid", "paid", "not_due"]]


def test_export_and_import_again_changes_nothing(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "deal", "export", "HT2024031001", "-w", str(root))
    exported = tmp_path / "again.yaml"
    exported.write_text(out, encoding="utf-8")
    code, out, _ = run(capsys, "deal", "import", str(exported), "-w", str(root), "--json")
    (done,) = json.loads(out)["imported"]
    assert (code, done["is_new"], done["events"]) == (0, False, 0)


def test_issue_takes_a_record_file_and_copies_out(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out_folder = tmp_path / "打印"
    words = ("issue", str(SAMPLE), "验收报告", "--face", "docx", "--out", str(out_folder), "-w", str(root))
    code, out, err = run(capsys, *words)
    assert code == 0, err
    assert "HT2024031001-YS01" in out
    assert [path.name for path in out_folder.iterdir()] == ["HT2024031001-YS01 验收报告.docx"]


def test_long_paths_are_printed_on_one_line(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / ("很长的文件夹名" * 9) / ("again" * 20)
    words = ("issue", "HT2024031001", "验收报告", "--draft", "--face", "docx", "--out", str(folder), "-w", str(root))
    assert str(folder / "草稿 验收报告 HT2024031001.docx") in run(capsys, *words)[1].splitlines()[-1]


def test_a_refusal_prints_findings_with_remedies_and_exits_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "issue", "HT2024031001", "预付款通知单", "-w", str(root))
    assert code == 1
    assert "kinds.already-paid" in err
    assert "→" in err


def test_english_is_there_for_who_wants_it(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCGEN_LANG", "en")
    code, _, err = run(capsys, "void", "HT2024031001-YS09", "--reason", "x", "-w", str(root))
    assert code == 1
    assert "No paper bears the number" in err


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["deal", "show"],
        ["deal", "show", "HT2024031001", "--as-of", "11.3.2024"],
        ["archive", "verify", "--slice", "3"],
        ["archive", "verify", "--slice", "5/3"],
        ["-w"],
    ],
)
def test_wrong_usage_exits_2(root: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    tail = [] if words == ["-w"] else ["-w", str(root)]
    assert run(capsys, *words, *tail)[0] == 2


def test_an_unexpected_error_exits_3_names_the_log_and_shows_no_trace(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("secret 13900000000")

    monkeypatch.setattr("docgen.cli.deal.list_deals", explode)
    code, out, err = run(capsys, "deal", "list", "-w", str(root))
    assert code == 3
    assert "Traceback" not in out + err
    assert "secret" not in out + err
    (log,) = (root / "log").iterdir()
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    assert "13900000000" not in log.read_text(encoding="utf-8")


def test_interruption_exits_130(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("docgen.cli.deal.list_deals", interrupt)
    assert run(capsys, "deal", "list", "-w", str(root))[0] == 130


def test_verify_exits_4_on_damage_and_0_when_clean(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "archive", "verify", "-w", str(root))[0] == 0
    log = next((root / "archive").glob("XX*/HT*/_docgen/events.jsonl"))
    log.write_bytes(log.read_bytes().replace("*总".encode(), "*张".encode(), 1))
    code, out, _ = run(capsys, "archive", "verify", "-w", str(root), "--json")
    assert code == 4
    found = {finding["code"] for finding in json.loads(out)["report"]["findings"]}
    assert "archive.log-line-broken" in found


def test_a_slice_checks_only_its_part(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def folders(*words: str) -> int:
        out = run(capsys, "archive", "verify", "-w", str(root), "--json", *words)[1]
        return int(json.loads(out)["report"]["folders"])

    assert folders("--slice", "1/3") + folders("--slice", "2/3") + folders("--slice", "3/3") == folders()
    assert min(folders("--slice", f"{part}/3") for part in (1, 2, 3)) < folders()


def test_rebuild_works_without_a_database(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database.remove(root / "docgen.db")
    code, _, err = run(capsys, "deal", "list", "-w", str(root))
    assert code == 1
    assert "store.no-database" in err
    assert run(capsys, "archive", "rebuild", "-w", str(root))[0] == 0
    assert "HT2024031001" in run(capsys, "deal", "list", "-w", str(root))[1]


def test_kinds_are_listed_checked_and_their_variables_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kinds = json.loads(run(capsys, "kinds", "list", "--json", "-w", str(root))[1])["kinds"]
    assert {kind["id"] for kind in kinds} >= {"prepayment-notice", "supplementary-agreement", "acceptance-report"}
    assert all(kind["is_shipped"] for kind in kinds)
    assert run(capsys, "kinds", "check", "-w", str(root))[0] == 0
    used = json.loads(run(capsys, "kinds", "variables", "预付款通知单", "--json", "-w", str(root))[1])["variables"]
    assert {"path": "account.number", "faces": ["docx", "pdf"]} in [
        {"path": one["path"], "faces": sorted(one["faces"])} for one in used
    ]


def test_a_broken_template_of_the_workspace_is_refused_with_its_place(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = root / "templates" / "acceptance-report" / "acceptance-report.html"
    own.write_text(own.read_text(encoding="utf-8").replace("customer.name", "customer.nmae", 1), encoding="utf-8")
    code, out, _ = run(capsys, "kinds", "check", "验收报告", "--json", "-w", str(root))
    findings = json.loads(out)["kinds"][0]["findings"]
    assert code == 1
    assert any("acceptance-report.html:" in finding["where"] and "nmae" in str(finding) for finding in findings)
    words = ("issue", "HT2024031001", "验收报告", "--draft", "--face", "pdf", "--out", str(tmp_path / "o"))
    code, _, err = run(capsys, *words, "-w", str(root))
    assert code == 1
    assert "nmae" in err


def test_kinds_try_drafts_with_another_template_and_files_nothing(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.html"
    shipped = data_root() / "templates" / "acceptance-report" / "acceptance-report.html"
    mine.write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    words = ["kinds", "try", "验收报告", "--template", mine, "--deal", "HT2024031001", "--out", tmp_path / "out"]
    code, _, err = run(capsys, *map(str, words), "-w", str(root))
    assert code == 0, err
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".pdf"]
    papers = json.loads(run(capsys, "archive", "show", "HT2024031001", "--json", "-w", str(root))[1])["papers"]
    assert papers == []


def test_file_and_inbox_commands_hand_a_scan_from_review_to_archive(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stray = tmp_path / "营业执照.pdf"
    stray.write_bytes(b"%PDF-1.4 broken")
    code, out, _ = run(capsys, "file", str(stray), "--json", "-w", str(root))
    (scan,) = json.loads(out)["scans"]
    assert (code, scan["fate"]) == (1, "waiting")
    assert stray.exists()
    listed = run(capsys, "inbox", "list", "-w", str(root))[1]
    assert scan["review_id"] in listed
    assert "营业执照.pdf" in run(capsys, "inbox", "show", scan["review_id"], "-w", str(root))[1]
    words = ["inbox", "assign", scan["review_id"], "--deal", "HT2024031001", "--type", "营业执照"]
    assert run(capsys, *words, "-w", str(root))[0] == 0
    assert "营业执照" in run(capsys, "archive", "show", "HT2024031001", "-w", str(root))[1]
    assert run(capsys, "archive", "verify", "-w", str(root))[0] == 0


def test_a_terminal_with_the_c_locale_shows_chinese(root: Path) -> None:
    environment = {**os.environ, "LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    code = "import sys; from docgen.cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "deal", "list", "-w", str(root)], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0
    assert "XX科技有限公司" in done.stdout.decode("utf-8")
