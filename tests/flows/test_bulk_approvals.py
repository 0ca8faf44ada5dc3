"""Many demands, one request: each post agrees once, and each letter keeps an approval of its own in its own log."""

from __future__ import annotations

import io
import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from docgen.approvals.trail import APPROVED, REQUESTED
from docgen.archive.eventlog import read
from docgen.cli.main import main
from docgen.demo.people import PASSWORD, hire, who
from docgen.errors import NotFound, Refused
from docgen.services import bulk_approvals
from docgen.services.approval_list_workbook import list_as_workbook
from docgen.services.approval_sheets import file_sheets
from docgen.services.approvals import Decision, reject, request_approval, request_as, told
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.batch import BatchPlan, order_for, plan_due, run_batch
from docgen.services.batch_item import BatchItem
from docgen.services.bulk_approvals import approve_all, list_told, reject_all, request_all, resume_requests
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import confirm_payments
from docgen.services.issue_document import issue_document
from docgen.services.letters import Dispatch, send_letter
from docgen.services.office import Office, open_office
from docgen.services.people import Identity
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, add_fact
from docgen.store import approvals, database, ledger
from docgen.workspace import data_root

SAMPLE = (data_root() / "samples" / "deals" / "xx-tech.yaml").read_text(encoding="utf-8")
KIND = "formal-demand"
SALES, LEGAL = "wuzhuguan", "fengfawu"
PDF_ONLY = ("pdf",)
PAID_IN_TIME = "    - {seq: 2, on: 2024-05-25, amount: 85500.00, instalment: 2, reference: BK20240525007}\n"


def plan_of(office: Office, deals: list[str]) -> BatchPlan:
    items = tuple(BatchItem(f"{deal}/2", deal, 2) for deal in deals)
    return BatchPlan(KIND, office.catalogue.get(KIND).spec.title, office.today(), items)


DEALS = [f"HT20240310{n:02}" for n in range(1, 5)]
LATE, TODAY = datetime(2024, 6, 20, 2, 0, tzinfo=UTC), datetime(2024, 7, 5, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def late_office(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with four deals whose second instalment is 39 days late, a reminder sent and no answer."""
    root = tmp_path_factory.mktemp("late") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: LATE, actor="张三")
    for n, number in enumerate(DEALS, 1):
        text = SAMPLE.replace(
            "    - {seq: 2, on: 2024-05-25, amount: 85500.00, instalment: 2, reference: BK20240525007}\n", ""
        )
        text = text.replace("SO2024031001", f"SO20240310{n:02}").replace("XXKJ-CG-2024-017", f"XXKJ-CG-2024-{n:03}")
        (root / "deal.yaml").write_text(text, encoding="utf-8")
        assert import_deal(office, root / "deal.yaml").contract_no == number
    confirm_payments(office, office.today())
    hire(office)
    for number in DEALS:
        late = issue_document(office, Request(number, "overdue-letter", seq=2, faces=PDF_ONLY))
        send_letter(office, late.number, Dispatch(on=office.today(), channel="ems", tracking="1234567890123"))
    office = open_office(root, clock=lambda: TODAY, actor="张三")
    confirm_payments(office, office.today())
    database.disconnect()
    return root


@pytest.fixture
def root(late_office: Path, tmp_path: Path) -> Path:
    shutil.copytree(late_office, tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: TODAY


@pytest.fixture
def deals() -> list[str]:
    return DEALS


def acts(office: Office, kind: str) -> Counter[str]:
    return Counter(folder.key for folder in office.archive.folders() for each in read(folder)[0] if each.type == kind)


def issued(office: Office) -> Counter[str]:
    return Counter(row.contract_no for row in ledger.papers() if (row.kind, row.item_type) == (KIND, "issued"))


def test_one_request_two_posts_and_every_letter_goes_out(office: Office, deals: list[str]) -> None:
    plan = plan_of(office, deals)
    order = order_for(office, plan, faces=PDF_ONLY)
    refused = run_batch(office, plan, order, workers=0)
    assert {finding.code for each in refused.failed for finding in each.findings} == {"approvals.needed"}
    asked = request_all(office, plan, who("zhangsan"))
    assert [each.told.waiting for each in asked.letters] == [("销售主管",)] * 4
    assert acts(office, REQUESTED) == Counter(deals)
    with pytest.raises(Refused) as problem:
        request_all(office, plan, who("zhangsan"))
    assert problem.value.findings[0].code == "approvals.nothing-to-ask"
    early = approve_all(office, asked.id, who(LEGAL))
    assert {each.findings[0].code for each in early.refused} == {"approvals.not-your-step"}
    first = approve_all(office, asked.id, who(SALES), Decision("同意发函"))
    assert len(first.done) == 4
    assert issued(office) == Counter()
    assert not approve_all(office, asked.id, who(SALES)).done  # nobody takes two steps
    last = approve_all(office, asked.id, who(LEGAL))
    assert {each.told.status for each in last.letters} == {"complete"}
    assert acts(office, APPROVED) == Counter(dict.fromkeys(deals, 2))
    assert file_sheets(office, [each.told.approval for each in last.letters], workers=0).count == 4
    assert file_sheets(office, [each.told.approval for each in last.letters], workers=0).count == 0
    done = run_batch(office, plan, order_for(office, plan, faces=PDF_ONLY), workers=0)
    assert len(done.issued) == 4
    assert issued(office) == Counter(deals)
    assert {each.told.status for each in list_told(office, asked.id).letters} == {"used"}
    used = {approvals.approval(each.told.approval.id).used_by for each in last.letters}
    assert used == {each.number for each in done.issued}
    assert not verify_archive(office).findings
    before = list_told(office, asked.id)
    rebuild_database(office.workspace)
    assert list_told(office, asked.id) == before


def test_a_letter_whose_deal_moved_on_is_left_and_the_others_go(office: Office, deals: list[str]) -> None:
    plan = plan_of(office, deals)
    asked = request_all(office, plan, who("zhangsan"))
    add_fact(office, deals[0], NewFact("payment", {"on": str(office.today()), "amount": "100.00", "instalment": 2}))
    done = approve_all(office, asked.id, who(SALES))
    assert [each.told.approval.contract_no for each in done.refused] == deals[:1]
    assert {each.code for one in done.refused for each in one.findings} == {"approvals.stale"}
    assert sorted(each.told.approval.contract_no for each in done.done) == deals[1:]
    again = request_all(office, plan, who("zhangsan"))
    assert [each.told.approval.contract_no for each in again.letters] == deals[:1]
    assert {each.why.code for each in again.left_out} == {"approvals.incomplete"}
    assert sorted(each.told.approval.contract_no for each in list_told(office, asked.id).letters) == deals[1:]


def test_what_one_post_rejects_alone_is_off_the_list(office: Office, deals: list[str]) -> None:
    plan = plan_of(office, deals)
    asked = request_all(office, plan, who("zhangsan"))
    alone = asked.letters[1].told.approval
    reject(office, alone.id, who(SALES), Decision("客户已电话承诺"))
    done = approve_all(office, asked.id, who(SALES))
    assert len(done.done) == 3
    assert told(office, alone.id).waiting == ("销售主管",)
    assert not told(office, alone.id).approval.approvals
    again = request_all(office, plan, who("zhangsan"))
    assert [each.told.approval.id for each in again.letters] == [alone.id]
    with pytest.raises(Refused):
        reject_all(office, again.id, who(SALES), Decision(" "))
    reject_all(office, again.id, who(SALES), Decision("仍不同意"))
    assert list_told(office, again.id).letters == ()
    assert acts(office, APPROVED).total() == 3


def test_who_asked_agrees_to_nothing_and_a_wrong_password_does_nothing(office: Office, deals: list[str]) -> None:
    asked = request_all(office, plan_of(office, deals), who(SALES))
    mine = approve_all(office, asked.id, who(SALES))
    assert {each.findings[0].code for each in mine.refused} == {"approvals.own-request"}
    with pytest.raises(Refused):
        approve_all(office, asked.id, Identity(LEGAL, "不是口令"))
    assert acts(office, APPROVED) == Counter()
    taken = bulk_approvals.withdraw_all(office, asked.id, who(SALES), reason="改期")
    assert {each.told.status for each in taken.letters} == {"withdrawn"}
    with pytest.raises(NotFound):
        list_told(office, "PS20240101-0000")


def test_nobody_is_asked_about_a_letter_that_may_not_go_out(office: Office, deals: list[str]) -> None:
    flag = {"on": str(office.today()), "instalment": 2, "flag": "disputed", "reason": "质量异议", "until": "2024-08-01"}
    add_fact(office, deals[0], NewFact("flag", flag))
    asked = request_all(office, plan_of(office, deals), who("zhangsan"))
    assert sorted(each.told.approval.contract_no for each in asked.letters) == deals[1:]
    assert {(each.contract_no, each.why.code) for each in asked.left_out} == {(deals[0], "kinds.not-to-ask-now")}


def test_asking_broken_off_goes_on_where_it_stopped(
    office: Office, deals: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = request_as, iter(range(10))

    def broken(*args: object, **kwargs: object) -> object:
        if next(count) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(bulk_approvals, "request_as", broken)
        with pytest.raises(KeyboardInterrupt):
            request_all(office, plan_of(office, deals), who("zhangsan"))
    (list_id,) = (
        str(each.payload["id"]) for folder in office.archive.folders() for each in read(folder)[0]
        if each.type == approvals.ASKED_TOGETHER
    )  # fmt: skip
    assert len(list_told(office, list_id).letters) == 2
    assert len(resume_requests(office, list_id, who("zhangsan")).letters) == 4
    assert acts(office, REQUESTED) == Counter(deals)


def test_the_list_as_a_workbook_names_each_letter_and_sums(office: Office, deals: list[str], tmp_path: Path) -> None:
    asked = request_all(office, plan_of(office, deals), who("zhangsan"))
    approve_all(office, asked.id, who(SALES))
    path = tmp_path / "名单.xlsx"
    path.write_bytes(list_as_workbook(list_told(office, asked.id)))
    sheet = load_workbook(path).worksheets[0]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert [row[2] for row in rows] == deals
    assert {row[5] for row in rows} == {85500}
    assert all(str(row[10]).startswith("销售主管 吴主管") for row in rows)


def test_the_board_chooses_those_to_ask_about(office: Office, deals: list[str]) -> None:
    plan = plan_due(office, KIND)
    asked = request_all(office, plan, who("zhangsan"))
    assert sorted(each.told.approval.contract_no for each in asked.letters) == deals
    assert [item.deal for item in plan.items] == deals


def test_a_request_made_alone_is_taken_into_the_list(office: Office, deals: list[str]) -> None:
    request_approval(office, deals[0], KIND, who("zhangsan"), seq=2)
    asked = request_all(office, plan_of(office, deals), who("zhangsan"))
    assert sorted(each.told.approval.contract_no for each in asked.letters) == deals


def test_the_walk_on_the_command_line(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database.disconnect()

    def line(*words: str, user: str = "", code: int = 0) -> str:
        given = ("--password-stdin", "--user", user) if user else ()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n" * bool(user)))
        assert main(["-w", str(root), *words, *given]) == code
        database.disconnect()
        return "".join(capsys.readouterr())

    (tmp_path / "list.txt").write_text("".join(f"{deal},2\n" for deal in DEALS), encoding="utf-8")
    chosen = ("batch", "催告函", "--deals", str(tmp_path / "list.txt"), "--as-of", "2024-07-05")
    line("payment", "confirm", "--as-of", str(open_office(root).today()))
    told = line(*chosen, "--request-approval", user="zhangsan")
    list_id = next(word for word in told.split() if word.startswith("PS"))
    assert "合并申请《催告函》4 份，金额合计 342,000.00 元；轮到：销售主管 4" in told
    assert f"docgen approve {list_id}" in line("approval", "list")
    line("approve", list_id, "--remark", "同意", user="zhangsan", code=1)
    assert "本次记录 4 份" in line("approve", list_id, "--remark", "同意", user=SALES)
    assert "现在可以出具" in line("approve", list_id, "--no-sheets", user=LEGAL)
    assert json.loads(line("approval", "show", list_id, "--json"))["letters"][3]["status"] == "complete"
    line("approval", "show", "SQ2024031001-01", "--xlsx", str(tmp_path / "a.xlsx"), code=2)
    line("approval", "show", list_id, "--xlsx", str(tmp_path / "a.xlsx"))
    assert (tmp_path / "a.xlsx").is_file()
