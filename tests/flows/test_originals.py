from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from docgen.cli.main import main
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.errors import NotFound, Refused
from docgen.findings import has_errors
from docgen.papers.pdf import page_texts
from docgen.rendering.laidout import Zone
from docgen.services import handover
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.file_scan import file_scan
from docgen.services.handover import Sides, Wanted, choose, make_list, receive
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office, open_office
from docgen.services.originals import Where, place_original, show_original
from docgen.services.placing import Fate
from docgen.services.prepare_issue import Request
from docgen.services.void_paper import void_paper
from docgen.store import database, ledger
from docgen.workspace import data_root

FONTS = data_root() / "templates" / "_shared" / "fonts"
BOX = "二楼档案室 A3柜 12盒"
SIDES = Sides("销售部", "档案室", "合同执行完毕，集中保管")


def codes(problem: Refused | NotFound) -> list[str]:
    return [finding.code for finding in problem.findings]


@pytest.fixture(autouse=True)
def _disconnected() -> Iterator[None]:
    yield
    database.disconnect()


@pytest.fixture
def report(office: Office, contract_no: str) -> Issued:
    return issue_document(office, Request(contract_no, "验收报告", seq=1))


@pytest.fixture
def second(office: Office, report: Issued) -> Issued:
    return issue_document(office, Request(report.contract_no, "验收报告", seq=1, again=True))


def signed(office: Office, number: str, tmp_path: Path) -> Path:
    row = ledger.paper(number)
    folder = office.archive.company(2024) if not row.contract_no else office.archive.find(row.contract_no)
    assert folder is not None
    told = json.loads((folder.derived / f"{number}.zones.json").read_text("utf-8"))
    spec = ScanSpec(FONTS, zones=[Zone(**zone) for zone in told["zones"]], signed={"seller": date(2024, 3, 27)})
    pdf = next(name for name in row.files if name.endswith(".pdf"))
    came = tmp_path / f"{number[-4:]}.pdf"
    came.write_bytes(print_and_scan((folder.path / pdf).read_bytes(), spec, seed=5))
    return came


def test_where_an_original_lies_is_an_event_of_its_folder_and_its_way_is_kept(
    office: Office, report: Issued, contract_no: str
) -> None:
    assert show_original(report.number).original is None
    first = place_original(office, report.number, Where(BOX, keeper="销售部", copies=2))
    assert first.original is not None
    assert (first.original.place, first.original.form, first.original.copies) == (BOX, "原件", 2)
    office.clock.move(days=1)  # type: ignore[attr-defined]
    moved = place_original(office, first.item, Where("财务部 保险柜", remark="审计借用"))
    assert [(each.on, each.place, each.keeper, each.copies, each.remark) for each in moved.way] == [
        ("2024-03-27", BOX, "销售部", 2, ""),
        ("2024-03-28", "财务部 保险柜", "销售部", 2, "审计借用"),
    ]
    assert moved.original == moved.way[-1]
    place_original(office, first.item, Where("财务部 保险柜"))
    assert len(show_original(first.item).way) == 2  # the same said again is no news
    events = [event for event in ledger.events(contract_no) if event.type == "original.placed"]
    assert [event.payload["place"] for event in events] == [BOX, "财务部 保险柜"]


def test_a_number_means_the_signed_copy_once_it_is_back(office: Office, report: Issued, tmp_path: Path) -> None:
    before = show_original(report.number).item
    filed = file_scan(office, signed(office, report.number, tmp_path))
    assert filed.fate is Fate.FILED
    after = show_original(report.number).item
    assert after != before
    assert ledger.archived_item(after).item_type == "filed"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (Where("  "), "services.original-no-place"),
        (Where(BOX, form="传真"), "services.original-form"),
        (Where(BOX, copies=0), "services.original-copies"),
        (Where(BOX, copies=100), "services.original-copies"),
        (Where("柜" * 201), "services.original-text"),
        (Where(BOX, remark="a\u202eb"), "services.original-text"),
    ],
)
def test_what_is_no_place_is_refused(office: Office, report: Issued, where: Where, code: str) -> None:
    with pytest.raises(Refused) as refused:
        place_original(office, report.number, where)
    assert codes(refused.value) == [code]
    assert show_original(report.number).way == ()


def test_nothing_bears_an_unknown_number(office: Office) -> None:
    with pytest.raises(NotFound):
        show_original("HT0000000000-XX-01")


def test_a_deals_number_is_told_to_be_no_item(office: Office, report: Issued) -> None:
    with pytest.raises(NotFound) as refused:
        show_original(report.contract_no)
    assert codes(refused.value) == ["services.original-of-deal"]


def test_only_a_hand_over_list_is_received(office: Office, report: Issued) -> None:
    with pytest.raises(Refused) as refused:
        receive(office, report.number)
    assert codes(refused.value) == ["services.handover-no-list"]


def test_items_are_chosen_by_contract_customer_year_and_type(
    office: Office, report: Issued, second: Issued, contract_no: str
) -> None:
    def numbers(**wanted: object) -> list[str]:
        return [line.number for line in choose(office, Wanted(**wanted))]  # type: ignore[arg-type]

    both = sorted((report.number, second.number))
    assert sorted(numbers()) == both
    assert sorted(numbers(contract=contract_no)) == both
    deal = ledger.deal(contract_no)
    assert sorted(numbers(customer=deal.customer_id)) == sorted(numbers(customer=deal.customer_name)) == both
    assert numbers(customer="别家") == []
    assert sorted(numbers(year=2024)) == both
    assert numbers(year=2023) == []
    assert sorted(numbers(type="验收报告")) == sorted(numbers(type="acceptance-report")) == both
    assert numbers(type="发票") == []
    void_paper(office, report.number, reason="作废")
    assert numbers() == [second.number]


def test_a_list_holds_what_has_a_place_and_names_what_has_none(
    office: Office, report: Issued, second: Issued, contract_no: str
) -> None:
    with pytest.raises(Refused) as refused:
        make_list(office, Wanted(contract=contract_no), SIDES)
    assert codes(refused.value) == ["services.handover-nothing"]
    place_original(office, report.number, Where(BOX, copies=2, remark="第2页缺角"))
    made = make_list(office, Wanted(contract=contract_no), SIDES)
    assert made.paper.number == "移册2024-001"
    assert [finding.params["number"] for finding in made.findings] == [second.number]
    text = "".join("".join(page_texts(made.paper.path.read_bytes())).split())
    for said in (report.number, "二楼档案室A3柜12盒", "第2页缺角", "销售部", "档案室", f"合同{contract_no}"):
        assert said in text
    assert second.number not in text
    pages = ledger.paper(report.number).pages
    assert f"1件2份{2 * pages}页" in text
    assert len(show_original(report.number).way) == 1  # a list moves nothing


def test_more_than_one_list_holds_are_made_in_parts(
    office: Office, report: Issued, second: Issued, contract_no: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "LARGEST_LIST", 1)
    for each in (report, second):
        place_original(office, each.number, Where(BOX))
    for part in (None, 3):
        with pytest.raises(Refused) as refused:
            make_list(office, Wanted(contract=contract_no, part=part), SIDES)
        assert codes(refused.value) == ["services.handover-too-many"]
        (found,) = refused.value.findings
        assert (found.params["count"], found.params["limit"], found.params["parts"]) == (2, 1, 2)
        assert found.sentence("zh").startswith(f"合同 {contract_no}")
        assert "--part 1 到 --part 2" in found.remedy("zh")
    made = [make_list(office, Wanted(contract=contract_no, part=part), SIDES) for part in (1, 2)]
    assert [line.number for each in made for line in each.lines] == [
        line.number for line in choose(office, Wanted(contract=contract_no))
    ]
    assert "第2部分" in "".join("".join(page_texts(made[1].paper.path.read_bytes())).split())


def test_originals_are_received_once_the_signed_list_is_back(
    office: Office, report: Issued, contract_no: str, tmp_path: Path
) -> None:
    place_original(office, report.number, Where(BOX, keeper="销售部", copies=2))
    number = make_list(office, Wanted(contract=contract_no), SIDES).paper.number
    with pytest.raises(Refused) as refused:
        receive(office, number, place="总库 B1柜")
    assert codes(refused.value) == ["services.handover-unsigned"]
    assert file_scan(office, signed(office, number, tmp_path)).fate is Fate.FILED
    done = receive(office, number, place="总库 B1柜")
    assert (done.items, done.keeper) == (1, "档案室")
    told = show_original(report.number)
    assert [(each.place, each.keeper, each.listed) for each in told.way] == [
        (BOX, "销售部", ""),
        ("总库 B1柜", "档案室", number),
    ]
    receive(office, number, place="总库 B1柜")
    assert len(show_original(report.number).way) == 2
    assert not has_errors(verify_archive(office).findings)


def test_without_the_signed_list_a_reason_is_kept_and_the_place_stays(office: Office, report: Issued) -> None:
    place_original(office, report.number, Where(BOX))
    number = make_list(office, Wanted(), SIDES).paper.number
    place_original(office, report.number, Where("走廊 临时架"))
    receive(office, number, reason="签字件遗失，双方邮件确认")
    told = show_original(report.number)
    assert told.original is not None
    assert (told.original.place, told.original.listed) == ("走廊 临时架", number)
    assert ledger.events(report.contract_no)[-1].payload["reason"] == "签字件遗失，双方邮件确认"
    void_paper(office, number, reason="重出")
    with pytest.raises(Refused) as refused:
        receive(office, number, reason="再来")
    assert codes(refused.value) == ["services.handover-no-list"]


def test_a_rebuild_finds_originals_again_and_only_an_internal_export_tells_of_them(
    office: Office, report: Issued, contract_no: str, tmp_path: Path
) -> None:
    place_original(office, report.number, Where(BOX, keeper="销售部"))
    place_original(office, report.number, Where("总库", copies=3))
    before = show_original(report.number)
    rebuild_database(office.workspace)
    again = open_office(office.workspace.root, clock=office.clock)
    assert show_original(report.number) == before
    whole = export_contract(again, contract_no, tmp_path / "whole", include_internal=True)
    assert "总库（原件3份）" in (whole / "index.html").read_text("utf-8")
    outward = export_contract(again, contract_no, tmp_path / "outward")
    assert not any("总库".encode() in path.read_bytes() for path in outward.rglob("*") if path.is_file())


def test_the_verbs_speak_chinese(
    office: Office,
    report: Issued,
    contract_no: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database.disconnect()
    monkeypatch.chdir(office.workspace.root)

    def run(*arguments: str) -> str:
        capsys.readouterr()
        assert main(list(arguments)) == 0
        return "".join(capsys.readouterr().out.split())

    assert "没有登记纸质原件的存放位置" in run("archive", "original", report.number)
    said = run("archive", "original", report.number, "--place", BOX, "--copies", "2")
    assert "二楼档案室" in said
    assert "纸质原件" in run("archive", "show", contract_no)
    listed = json.loads(run("--json", "archive", "handover", "list", "--contract", contract_no))
    assert listed["items"][0]["original"]["copies"] == 2
    sides = ("--from", "销售部", "--to", "档案室", "--reason", "集中保管")
    assert "移交清单" in run("archive", "handover", "make", *sides)
    number = ledger.company_papers()[0].number
    assert "未收到" in run("company", "papers")
    assert json.loads(run("--json", "archive", "show", "_company/2026") or "{}") is not None
    assert main(["archive", "handover", "receive", number]) == 1
    assert "已登记为档案室接收" in run("archive", "handover", "receive", number, "--reason", "示例")
    assert main(["archive", "original", report.number, "--copies", "2"]) == 2
