"""The verbs on the command line: words, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docgen.cli.main import main
from docgen.store import database
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
NO = "HT2024031001"


class Line:
    """The command line of one workspace."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        found = main(["-w", str(self.root), *words])
        database.disconnect()
        said = self.capsys.readouterr()
        assert found == code, said.err + said.out
        return said.out + said.err

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        return dict(json.loads(self(*words, "--json", code=code)))


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    assert main(["init", str(tmp_path / "office"), "--sample"]) == 0
    made = Line(tmp_path / "office", capsys)
    made("deal", "import", str(SAMPLE))
    return made


def test_payments_and_events_are_added_listed_and_undone(line: Line, tmp_path: Path) -> None:
    told = line("payment", "add", NO, "--amount", "114000.00", "--on", "2025-04-07", "--instalment", "3")
    assert f"{NO}：已记录回款 3" in told
    delivery = tmp_path / "delivery.yaml"
    delivery.write_text("on: 2024-03-23\nlines:\n  - {line: 2, quantity: 1}\n", encoding="utf-8")
    made = line.json(
        "event", "add", NO, "delivery", "--file", str(delivery), "--set", "tracking=SF01", "--revision", "8"
    )
    assert (made["key"], made["value"]["tracking"], made["revision"]) == ("2", "SF01", 9)
    assert "已撤回交付 2" in line("event", "undo", NO, "delivery", "2", "--reason", "录错合同")
    events = line.json("event", "list", NO)["events"]
    assert [event["revision"] for event in events] == list(range(1, 11))
    assert (events[-2]["is_withdrawn"], events[-1]["reason"]) == (True, "录错合同")
    assert "（已撤回）记录交付 2" in line("event", "list", NO)


def test_a_stale_revision_ends_with_one_and_names_what_was_written(line: Line) -> None:
    line("payment", "add", NO, "--amount", "1.00", "--on", "2024-04-01")
    told = line("payment", "add", NO, "--amount", "1.00", "--on", "2024-04-01", "--revision", "7", code=1)
    assert "您看到的是修订 7，现在是修订 8" in told
    assert "记录回款 3" in told


def test_mistakes_are_told_with_field_and_title(line: Line) -> None:
    findings = line.json("payment", "add", NO, "--amount", "1,000", "--on", "昨天", code=1)["findings"]
    assert {finding["where"] for finding in findings} == {"payment.amount", "payment.on"}
    assert any("金额" in finding["sentence"] for finding in findings)
    assert "services.no-such-fact-kind" in line("event", "add", NO, "gift", code=1)
    line("letter", "sent", NO, "--on", "明天", "--channel", "ems", code=2)


def test_what_people_decide_is_told_in_the_words_of_the_office(line: Line) -> None:
    dispute = ("event", "add", NO, "争议", "--on", "2024-04-01", "--instalment", "3", "--reason", "设备掉线")
    assert "deals.flag-without-end" in line(*dispute, code=1)
    told = line.json(*dispute, "--until", "2024-04-30")
    assert (told["fact"], told["key"], told["value"]["flag"]) == ("flags", "1", "disputed")
    assert line.json("event", "add", NO, "解除", "--on", "2024-04-02", "--reason", "已换新")["value"]["flag"] == "none"
    delay = ("event", "add", NO, "延迟", "--on", "2024-03-20", "--reason", "未通电")
    assert line.json(*delay, "--set", "责任方=客户")["value"]["cause"] == "customer"
    done = line.json("event", "add", NO, "已办", "--on", "2024-03-27", "--set", "规则编号=R-2.4-13")
    assert done["value"]["rule"] == "R-2.4-13"
    given_up = ("event", "add", NO, "核销", "--on", "2024-04-03", "--instalment", "3", "--reason", "客户破产")
    assert line.json(*given_up, "--evidence", "审批单 HX-1")["value"]["evidence"] == "审批单 HX-1"
    notice = line.json("event", "add", NO, "送达", "--on", "2024-04-02", "--set", "通知名称=付款通知")
    assert notice["value"]["received_on"] == "2024-04-02"
    for kind, key in (("争议", "1"), ("核销", "3"), ("延迟", "1"), ("已办", "1"), ("送达", "1")):
        assert line.json("event", "undo", NO, kind, key, "--reason", "录错")["key"] == key
    shown = line("event", "kinds", "争议")
    assert all(word in shown for word in ("处理状态", "登记日期", "截止日期", "争议、承诺、暂停、解除"))
    (kind,) = line.json("event", "kinds", "核销")["kinds"]
    assert {each["name"]: each["is_required"] for each in kind["fields"]} == {
        "instalment": True, "on": True, "reason": True, "evidence": False,
    }  # fmt: skip
    assert len(line.json("event", "kinds")["kinds"]) == 14
    assert "services.no-such-fact-kind" in line("event", "kinds", "礼品", code=1)


def test_letters_and_changes_have_their_verbs(line: Line, tmp_path: Path) -> None:
    issue = ("issue", NO, "prepayment-notice", "--as-of", "2024-03-12", "--dated", "2024-03-12", "--reason", "补发")
    number = line.json(*issue, "--face", "docx")["issued"][0]["number"]
    assert "已寄出" in line("letter", "sent", number, "--on", "2024-03-12", "--channel", "ems", "--ems", "EA1")
    assert "已送达（2024-03-14）" in line("letter", "delivered", number, "--on", "2024-03-14")
    failed = ("letter", "failed", number, "--on", "2024-03-15", "--reason", "拒收")
    refused = line(*failed, code=1)
    assert f"docgen letter undo {number} --attempt 1" in refused
    assert line.json("letter", "undo", number, "--reason", "看错回执")["letter"]["status"] == "sent"
    assert "退回" in line(*failed)
    for status in ("sent", "withdrawn"):
        assert line.json("letter", "undo", number, "--reason", "录错")["letter"]["status"] == status
    change = tmp_path / "change.yaml"
    change.write_text(
        "requested_on: 2024-04-02\nreason: 延长质保\nnew:\n  warranty: {months: 24, clause: 第七条}\n", encoding="utf-8"
    )
    assert "已提出第 2 次变更" in line("change", "new", NO, "--file", str(change))
    assert "替代方案" in line(
        "change", "evaluate", NO, "2", "--department", "技术部", "--result", "替代方案", "--remark", "分两批"
    )
    days = ("--ours", "2024-04-08", "--theirs", "2024-04-09")
    assert "services.signature-needs-evidence" in line("change", "sign", NO, "2", *days, code=1)
    line("change", "sign", NO, "2", *days, "--reason", "原件在途")
    assert line.json("deal", "show", NO, "--as-of", "2024-04-09")["version"] == 3


def test_registers_are_listed_shown_and_edited(line: Line) -> None:
    (customer,) = line.json("customer", "list")["customers"]
    assert customer["name"] == "XX科技有限公司"
    told = line("customer", "edit", customer["id"], "--set", "phone=0000-1", "--source", "来电")
    assert "0000-66660000" in told
    line("customer", "rename", customer["id"], "--name", "XX智能科技有限公司", "--since", "2024-04-01")
    shown = line("customer", "show", customer["id"])
    assert "XX科技有限公司、XX智能科技有限公司（2024-04-01 起）" in shown
    assert "统一社会信用代码" in shown
    undone = line("customer", "undo", customer["id"], "3", "--reason", "名称录错")
    assert "XX智能科技有限公司" in undone
    assert "（已撤回）更名" in line("customer", "show", customer["id"])
    assert "services.not-merged" in line("customer", "unmerge", customer["id"], "--reason", "试", code=1)
    merging = ("customer", "merge", *[customer["id"]] * 2, "--reason", "试")
    assert "services.revision-stale" in line(*merging, "--revision", "1", code=1)
    assert "services.revision-stale" in line(*merging, "--into-revision", "1", code=1)
    assert "services.merge-with-itself" in line("customer", "merge", *[customer["id"]] * 2, "--reason", "试", code=1)
    assert "shanhai" in line("company", "list")
    account = "accounts[0].number=0098765432100009876"
    assert "services.account-needs-evidence" in line("company", "edit", "shanhai", "--set", account, code=1)
    assert "0012345678900001234" in line("company", "edit", "shanhai", "--set", account, "--evidence", "银行回执")
    assert "变更收款账户" in line("company", "show", "shanhai")
    assert line.json("company", "show", "shanhai")["revision"] == 1
    undo = ("company", "undo", "shanhai", "1", "--reason", "回执有假")
    assert "services.account-needs-evidence" in line(*undo, code=1)
    assert "0012345678900001234" in line(*undo, "--evidence", "银行电话核实")
    assert "（已撤回）变更收款账户" in line("company", "show", "shanhai")
