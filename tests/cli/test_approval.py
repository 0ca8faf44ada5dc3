"""Approvals from the command line: users, the order's three posts, the paper, and every way past them closed."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from docgen.cli.main import main
from docgen.services import passwords
from docgen.store import database
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
NO = "HT2024031001"
PASSWORD = "梧桐更兼细雨-{}"
PEOPLE = {
    "root": ("admin", "", "管理员"),
    "zhang": ("sales", "", "张三"),
    "wang": ("sales", "销售主管", "王主管"),
    "zhao": ("sales", "生产部", "赵工"),
    "sun": ("finance", "财务部", "孙会计"),
    "look": ("read-only", "", "旁听"),
}


class Line:
    """The command line of one workspace; `secrets` are the lines given to --password-stdin."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.capsys, self.monkeypatch = root, capsys, monkeypatch

    def __call__(self, *words: str, code: int = 0, secrets: tuple[str, ...] = ()) -> str:
        self.monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{each}\n" for each in secrets)))
        given = ("--password-stdin",) if secrets else ()
        found = main(["-w", str(self.root), *words, *given])
        database.disconnect()
        said = self.capsys.readouterr()
        assert found == code, said.err + said.out
        return said.out + said.err

    def by(self, user: str, *words: str, code: int = 0) -> str:
        return self(*words, "--user", user, code=code, secrets=(secret(user),))

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        return dict(json.loads(self(*words, "--json", code=code)))


def secret(user: str) -> str:
    return PASSWORD.format(user[::-1])


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    quick = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: quick)
    assert main(["init", str(tmp_path / "office"), "--sample"]) == 0
    made = Line(tmp_path / "office", capsys, monkeypatch)
    made("deal", "import", str(SAMPLE))
    for name, (role, post, display) in PEOPLE.items():
        words = ["user", "add", name, "--role", role, "--display", display, *(["--post", post] if post else [])]
        if name == "root":
            made(*words, secrets=(secret(name),))
        else:
            made(*words, "--by", "root", secrets=(secret("root"), secret(name)))
    return made


def test_an_order_goes_its_way_from_request_to_filed_form(line: Line) -> None:
    assert "须先审批（销售主管→生产部→财务部）" in line("issue", NO, "订单审批表", "--seq", "0", code=1)
    assert "SQ2024031001-01" in line.by("zhang", "approval", "request", NO, "order-approval", "--seq", "0")
    assert "等待销售主管" in line.by("zhao", "approve", "SQ2024031001-01", code=1)
    assert "不能自己审批" in line.by("zhang", "approve", "SQ2024031001-01", code=1)
    line.by("wang", "approve", "SQ2024031001-01")
    mine = line.json("approval", "list", "--mine", "--user", "zhao")
    assert [each["approval"]["id"] for each in mine["approvals"]] == ["SQ2024031001-01"]
    assert line.json("approval", "list", "--mine", "--user", "sun")["approvals"] == []
    line.by("zhao", "approve", "SQ2024031001-01", "--remark", "产能确认，按时交付")
    assert "等待财务部" in line("issue", NO, "订单审批表", "--seq", "0", code=1)
    assert "已完成" in line.by("sun", "approve", "SQ2024031001-01", "--remark", "付款节点明确")
    made = line("issue", NO, "订单审批表", "--seq", "0")
    assert f"{NO}-SP01" in made
    shown = line("approval", "show", "SQ2024031001-01")
    assert "赵工：同意 产能确认，按时交付" in shown
    assert "已用于出具" in shown
    for words in (["issue", NO, "订单审批表", "--seq", "0", "--again"], ["replace", f"{NO}-SP01"]):
        assert "还没有申请" in line(*words, code=1)
    users, before = line("user", "list"), line.json("approval", "list")
    line("archive", "rebuild")
    assert (line("user", "list"), line.json("approval", "list")) == (users, before)
    line("archive", "verify")


def test_a_paper_with_a_route_of_ones_own_gets_its_sheet_and_a_changed_record_makes_it_stale(line: Line) -> None:
    kind = line.root / "templates" / "acceptance-report" / "kind.toml"
    route = '\n[[routes]]\norder = "parallel"\nsteps = [{post="销售主管"}, {post="财务部"}]\n'
    kind.write_text(kind.read_text("utf-8") + route, "utf-8")
    line.by("zhang", "approval", "request", NO, "验收报告", "--seq", "1")
    assert "服务" in line.by("sun", "reject", "SQ2024031001-01", "--reason", "请核对服务内容")
    line.by("sun", "approve", "SQ2024031001-01")
    done = line.by("wang", "approve", "SQ2024031001-01")
    assert f"{NO}-PB01" in done
    sheet = next((line.root / "archive").rglob(f"{NO}-PB01*.pdf"))
    assert sheet.is_file()
    css = line.root / "templates" / "acceptance-report" / "acceptance-report.css"
    kept = css.read_text("utf-8")
    css.write_text(kept + "/* */", "utf-8")
    assert "模板 kind/acceptance-report.css" in line("issue", NO, "验收报告", code=1)
    css.write_text(kept, "utf-8")
    assert f"{NO}-YS01" in line("issue", NO, "验收报告")


def test_a_kind_file_without_its_route_changes_nothing_until_an_administrator_decides(line: Line) -> None:
    kind = line.root / "templates" / "order-approval" / "kind.toml"
    kind.write_text(kind.read_text("utf-8").partition("[[routes]]")[0], "utf-8")
    told = line("issue", NO, "订单审批表", "--seq", "0", code=1)
    assert "仍按随程序提供的路线执行" in told
    assert "须先审批" in told
    assert "不是管理员" in line.by("zhang", "approval", "accept-routes", "订单审批表", "--reason", "小单", code=1)
    line.by("root", "approval", "accept-routes", "订单审批表", "--reason", "小单不审")
    assert f"{NO}-SP01" in line("issue", NO, "订单审批表", "--seq", "0")


def test_a_reader_reads_and_writes_nothing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCGEN_USER", "look")
    assert NO in line("deal", "list")
    assert "只有查看权限" in line("payment", "add", NO, "--amount", "1.00", "--on", "2024-04-01", code=1)
    assert "只有查看权限" in line.by("look", "approval", "request", NO, "order-approval", "--seq", "0", code=1)
    assert "只有查看权限" in line("file", str(SAMPLE), code=1)


def test_users_are_made_by_an_administrator_and_wrong_passwords_cost_time(line: Line) -> None:
    told = line("user", "add", "x", "--role", "sales", "--by", "zhang", secrets=(secret("zhang"), "y"), code=1)
    assert "不是管理员" in told
    told = line("user", "add", "x", "--role", "king", "--by", "root", secrets=(secret("root"), "12345"), code=1)
    for word in ("没有“king”这个角色", "太短", "只有数字"):
        assert word in told
    for _ in range(3):
        assert "口令不对" in line("user", "disable", "sun", "--by", "root", secrets=("wrong",), code=1)
    assert "还须等待" in line("user", "disable", "sun", "--by", "root", secrets=(secret("root"),), code=1)


def test_a_password_is_changed_with_the_old_one(line: Line) -> None:
    fresh = "三更灯火五更鸡-x1"
    line("user", "password", "sun", secrets=(secret("sun"), fresh))
    assert "口令不对" in line.by("sun", "approval", "request", NO, "order-approval", "--seq", "0", code=1)
    line("user", "disable", "zhao", "--by", "root", secrets=(secret("root"),))
    assert "口令不对" in line.by("zhao", "approval", "request", NO, "order-approval", "--seq", "0", code=1)
    assert "唯一的管理员" in line("user", "disable", "root", "--by", "root", secrets=(secret("root"),), code=1)
