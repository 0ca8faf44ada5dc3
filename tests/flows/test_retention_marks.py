"""Archive numbers, appraisals, papers outside contracts, pre-sale papers, and a table edited by the archivist."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import openpyxl
import pytest
import yaml

from docgen.archive.deposit import Content, deposit
from docgen.archive.eventlog import read
from docgen.archive.keep import keep
from docgen.archive.record import Item, Retention, Sidecar
from docgen.cli.main import main
from docgen.demo.people import agreed
from docgen.errors import NotFound, Refused
from docgen.retention.standing import Ground, Standing, State
from docgen.retention.trail import Verdict
from docgen.services import archive_numbers as numbering
from docgen.services.appraisals import Found, appraise
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.archive_numbers import number_items
from docgen.services.deals import show_deal
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office
from docgen.services.people import Identity, NewUser, add_user
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.retention import explain, list_items
from docgen.services.retention_acts import extend, place_hold
from docgen.services.retention_review import review, write_review
from docgen.services.retention_rules import NewPaper, promise, shortened
from docgen.services.review_contract import review_checklist
from docgen.store import archive_numbers, database, ledger
from docgen.store.journal import writing
from docgen.workspace import data_root

NO = "HT2024031001"
SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
SETUP = '\n[archive_no]\nfonds = "A001"\nunit = "XS"\ncategories = { accounting-voucher = "KU" }\n'
ROLES = {"root": "admin", "fa": "legal", "dang": "archivist", "xiao": "sales"}


class Clock(Protocol):
    """The clock of tests/flows/conftest.py."""

    at: datetime


def who(name: str) -> Identity:
    return Identity(name, f"云想衣裳花想容春风{sum(map(ord, name)):05}")


@pytest.fixture
def desk(office: Office, contract_no: str, clock: Clock) -> Office:
    clock.at = datetime(2028, 3, 27, 2, 0, tzinfo=UTC)
    assert contract_no == NO
    for name, role in ROLES.items():
        add_user(office, NewUser(name, role, (), f"{name}先生"), who(name).password, by=by(name))
    return office


def by(name: str) -> Identity | None:
    return None if name == "root" else who("root")


@pytest.fixture
def numbered(desk: Office) -> Office:
    table(desk).write_text(table(desk).read_text("utf-8") + SETUP, "utf-8")
    return desk


def table(office: Office) -> Path:
    return office.workspace.root / "retention.toml"


def filed(office: Office, title: str) -> str:
    source = office.workspace.root / f"{title}-{len(ledger.papers())}.txt"
    source.write_text(f"{title} {source.name}", encoding="utf-8")
    arrival = Arrival(keep(office.archive, source), source.name, office.now(), "text/plain", 1)
    return deposit_scan(office, arrival, Placement(NO, title)).item_id


def end(office: Office, on: str) -> None:
    add_fact(office, NO, NewFact("termination", {"on": on, "ground": "agreed", "evidence": "终止协议"}))


def standing(office: Office, item: str, as_of: date | None = None) -> Standing:
    return explain(office, item, as_of=as_of).items[0].standing


def own_paper(office: Office, place: str, item: str, title: str, *, classes: tuple[str, ...] = ()) -> None:
    """Put a paper into the company's year or a customer's own folder, as a service for such papers does."""
    if place == "company":
        folder = office.archive.company(2028)
    else:
        stored = ledger.deal(NO)
        folder = office.archive.customer(customer_id=stored.customer_id, customer_name=stored.customer_name)
    what = Item(id=item, item_type="filed", kind="other", title=title, retention=Retention(classes=classes))
    with writing(folder, at=office.now(), actor="张三"):
        content = Content(f"{title}.txt", "scan", title.encode(), "text/plain", 1)
        deposit(folder, what, [content], event_type="paper.filed", payload={}, at=office.now(), actor="张三")


def reopened(office: Office) -> Office:
    rebuild_database(office.workspace)
    return open_office(office.workspace.root, clock=office.clock, actor="张三")


def codes(problem: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {finding.code for finding in problem.value.findings}


# archive numbers


def test_without_the_setting_nothing_is_numbered_and_nothing_speaks_of_numbers(desk: Office, tmp_path: Path) -> None:
    filed(desk, "质检报告")
    with pytest.raises(Refused) as problem:
        number_items(desk, [NO])
    assert codes(problem) == {"retention.no-archive-numbers"}
    bag = export_contract(desk, NO, tmp_path / "bag")
    assert "档号" not in (bag / "index.html").read_text("utf-8")
    assert not (bag / "metadata.json").exists()


def test_numbers_run_on_within_their_group_and_stay(numbered: Office, clock: Clock) -> None:
    report = filed(numbered, "质检报告")
    clock.at += timedelta(minutes=1)
    voucher = filed(numbered, "增值税专用发票")
    told = {each.item: each.archive_no for each in number_items(numbered, [NO])}
    assert told == {report: "A001-WS·2028-D5-XS-0001", voucher: "A001-KU·2028-D30-XS-0001"}
    clock.at += timedelta(minutes=1)
    later = filed(numbered, "验收纪要")
    again = number_items(numbered, [NO])
    assert [each.is_new for each in again] == [False, False, True]
    assert again[2].archive_no == "A001-WS·2028-D5-XS-0002"
    clock.at = datetime(2029, 1, 2, 2, 0, tzinfo=UTC)
    assert number_items(numbered, [filed(numbered, "往来函件")])[0].archive_no == "A001-WS·2029-D5-XS-0001"

    table(numbered).write_text(table(numbered).read_text("utf-8").replace('"A001"', '"B9"'), "utf-8")
    assert number_items(numbered, [later])[0].archive_no == "A001-WS·2028-D5-XS-0002"


def test_a_number_cut_off_half_way_goes_to_the_same_item(numbered: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = filed(numbered, "质检报告"), filed(numbered, "验收纪要")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(numbering, "folder_of", cut)
        with pytest.raises(KeyboardInterrupt):
            number_items(numbered, [one])
    assert number_items(numbered, [two])[0].archive_no.endswith("-0002")
    assert number_items(numbered, [one])[0].archive_no.endswith("-0001")
    allotted = [e.payload["number"] for e in read(numbered.archive.company(2028))[0] if e.type == "number.allotted"]
    assert len(allotted) == len(set(allotted)) == 2


def test_a_rebuild_finds_the_numbers_and_they_are_shown_everywhere(numbered: Office, tmp_path: Path) -> None:
    item = filed(numbered, "质检报告")
    number = number_items(numbered, [item])[0].archive_no
    before = archive_numbers.numbers()
    again = reopened(numbered)
    assert archive_numbers.numbers() == before == {item: number}
    assert explain(again, number).items[0].id == item
    assert list_items(again)[0].archive_no == number
    bag = export_contract(again, NO, tmp_path / "bag")
    assert f"<td>{number}</td>" in (bag / "index.html").read_text("utf-8")
    assert json.loads((bag / "metadata.json").read_text("utf-8"))["items"] == [{"id": item, "archive_no": number}]
    assert "metadata.json" in (bag / "tagmanifest-sha256.txt").read_text("utf-8")
    assert not [each for each in verify_archive(again).findings if each.severity.value == "error"]


@pytest.mark.parametrize(
    ("setup", "code"),
    [
        ('fonds = "A1"\npattern = "{fonds}-{year}"', "retention.archive-no-lacks"),
        ('fonds = "A1"\npattern = "{fonds}-{year}-{nr}-{item}"', "retention.archive-no-pattern"),
        ('fonds = "A1"\npattern = "{fonds}-{year}-{item"', "retention.archive-no-pattern"),
        ('fonds = "A1"\npattern = "{fonds.x}-{year}-{item}"', "retention.archive-no-pattern"),
        ('fonds = "A 1"\npattern = "{fonds}-{year}-{item}"', "retention.archive-no-code"),
        ('fonds = "A1"', "retention.archive-no-code"),
        ('fonds = "A1"\nunit = "X"\nperiods = { nothing = "D1" }', "retention.class-unknown"),
        ('fonds = "A1"\nunit = "X"\nwith = 3', "retention.table-key"),
    ],
)
def test_a_wrong_pattern_is_refused(desk: Office, setup: str, code: str) -> None:
    table(desk).write_text(f"{table(desk).read_text('utf-8')}\n[archive_no]\n{setup}\n", "utf-8")
    with pytest.raises(Refused) as problem:
        number_items(desk, [NO])
    assert code in codes(problem)


# appraisals


def test_findings_lengthen_at_one_word_and_two_people_open_the_way_again(desk: Office) -> None:
    end(desk, "2025-05-08")
    item, other = filed(desk, "质检报告"), filed(desk, "往来函件")
    day = date(2031, 1, 1)
    appraise(desk, [item], who("xiao"), Found(Verdict.KEEP, "争议未了"))
    assert (standing(desk, item, day).state, standing(desk, item, day).until) == (State.KEPT, date(2030, 5, 8))
    assert standing(desk, other, day).state is State.DISPOSABLE
    told = appraise(desk, [item], who("dang"), Found(Verdict.MAY_BE_DESTROYED, "已无价值"))
    assert told[0].still_wanted == 1
    assert standing(desk, item, day).state is State.KEPT
    with pytest.raises(Refused) as problem:
        appraise(desk, [item], who("dang"), Found(Verdict.MAY_BE_DESTROYED, "再说一遍"))
    assert codes(problem) == {"retention.appraised-already"}
    appraise(desk, [item], who("fa"), Found(Verdict.MAY_BE_DESTROYED, "同意"))
    found = standing(desk, item, day)
    assert (found.state, found.is_found_worthless) == (State.DISPOSABLE, True)
    appraise(desk, [item], who("fa"), Found(Verdict.KEEP, "又有人来查"))
    appraise(desk, [item], who("fa"), Found(Verdict.MAY_BE_DESTROYED, "查完了"))
    assert standing(desk, item, day).state is State.KEPT


def test_may_be_destroyed_shortens_nothing(desk: Office) -> None:
    end(desk, "2025-05-08")
    item = filed(desk, "质检报告")
    for name in ("dang", "fa", "root"):
        appraise(desk, [item], who(name), Found(Verdict.MAY_BE_DESTROYED, "无价值"))
    assert (standing(desk, item).state, standing(desk, item).until) == (State.RUNNING, date(2030, 5, 8))
    place_hold(desk, item, who("fa"), case="甲案", reason="起诉")
    assert standing(desk, item, date(2031, 1, 1)).state is State.HELD


def test_extend_and_permanent_by_appraisal(desk: Office) -> None:
    end(desk, "2025-05-08")
    item = filed(desk, "质检报告")
    appraise(desk, [NO], who("xiao"), Found(Verdict.EXTEND, "仍有参考价值", date(2035, 1, 1)))
    assert (standing(desk, item).until, standing(desk, item).ground) == (date(2035, 1, 1), Ground.APPRAISAL)
    with pytest.raises(Refused) as problem:
        appraise(desk, [item], who("fa"), Found(Verdict.EXTEND, "缩短", date(2034, 1, 1)))
    assert codes(problem) == {"retention.not-longer"}
    appraise(desk, [item], who("xiao"), Found(Verdict.PERMANENT, "公司历史"))
    assert (standing(desk, item).state, standing(desk, item).until) == (State.PERMANENT, None)
    with pytest.raises(Refused):
        extend(desk, item, until=date(2099, 1, 1), reason="比永久更久")
    before = list_items(desk)
    assert list_items(reopened(desk)) == before


def test_who_may_appraise_and_how(desk: Office) -> None:
    item = filed(desk, "质检报告")
    asked = [
        ("xiao", Found(Verdict.MAY_BE_DESTROYED, "无价值"), "retention.may-not-appraise"),
        ("dang", Found(Verdict.KEEP, "  "), "services.reason-missing"),
        ("dang", Found(Verdict.EXTEND, "到哪天？"), "retention.appraisal-day"),
        ("dang", Found(Verdict.KEEP, "不要日期", date(2040, 1, 1)), "retention.appraisal-day"),
    ]
    for name, found, code in asked:
        with pytest.raises(Refused) as problem:
            appraise(desk, [item], who(name), found)
        assert code in codes(problem)
    with pytest.raises(Refused) as problem:
        appraise(desk, [item], Identity("dang", "猜的口令猜的口令"), Found(Verdict.KEEP, "冒名"))
    assert codes(problem) == {"people.wrong-password"}
    with pytest.raises(NotFound):
        appraise(desk, [item, "没有这件"], who("dang"), Found(Verdict.KEEP, "两件"))
    assert standing(desk, item).appraisals == ()


def test_the_command_line_numbers_and_appraises(
    numbered: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    item = filed(numbered, "质检报告")
    end(numbered, "2025-05-08")
    root = str(numbered.workspace.root)
    database.disconnect()

    def run(*words: str, secret: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
        code = main(["-w", root, *words, *(("--password-stdin",) if secret else ())])
        database.disconnect()
        said = capsys.readouterr()
        assert code == 0, said.err
        return said.out

    assert "A001-WS·2028-D5-XS-0001" in run("retention", "number", "--contract", NO)
    told = run(
        "retention", "appraise", item, "--result", "may-be-destroyed", "--by", "dang", "--reason", "无价值",
        secret=who("dang").password,
    )  # fmt: skip
    assert "可以销毁" in told
    assert "还须另外 1 人" in told
    told = run("retention", "explain", item)
    assert "档号：A001-WS·2028-D5-XS-0001" in told
    assert "dang先生：可以销毁（无价值）" in told
    assert "1 份，须 2 名" in told
    assert "A001-WS·2028-D5-XS-0001" in run("retention", "list")
    assert "A001-WS·2028-D5-XS-0001" in run("archive", "show", NO)
    rows = json.loads(run("archive", "show", NO, "--json"))["papers"]
    assert [each.get("archive_no") for each in rows] == ["A001-WS·2028-D5-XS-0001"]
    assert main(["-w", root, "retention", "appraise", item, "--result", "keep:2040-01-01", "--reason", "x"]) == 2
    assert main(["-w", root, "retention", "number"]) == 2


# papers that belong to no contract


def test_company_and_customer_papers_are_listed_explained_and_reviewed(desk: Office, clock: Clock) -> None:
    own_paper(desk, "company", "gs1", "销毁清册")
    own_paper(desk, "company", "gs2", "名片")
    own_paper(desk, "customer", "kh1", "名片")
    own_paper(desk, "customer", "kh2", "营业执照")
    listed = {each.id: each for each in list_items(desk)}
    assert {each.standing.state for each in listed.values()} == {State.PERMANENT, State.RUNNING, State.UNKNOWN}
    assert listed["gs1"].standing.state is State.PERMANENT
    assert listed["gs2"].standing.until == listed["kh1"].standing.until == date(2030, 3, 27)
    assert listed["kh2"].standing.state is State.UNKNOWN
    customer = ledger.deal(NO).customer_id
    assert (listed["gs1"].place, listed["kh1"].place) == ("_company/2028", f"_customer/{customer}")
    found = explain(desk, "kh1")
    assert (found.is_contract, found.items[0].customer) == (False, ledger.deal(NO).customer_name)
    clock.at = datetime(2029, 7, 5, 2, 0, tzinfo=UTC)
    filed(desk, "往来函件")
    assert {each.id: each.standing.until for each in list_items(desk)}["kh1"] == date(2031, 7, 5)
    assert {each.id: each.standing.until for each in list_items(desk)}["gs2"] == date(2030, 3, 27)
    clock.at = datetime(2031, 8, 1, 2, 0, tzinfo=UTC)
    seen = review(desk)
    assert [each.id for each in seen.items] == ["gs2"]
    back = {each.item.id: {one.code for one in each.reasons} for each in seen.kept_back}
    assert back == {"kh1": {"retention.back-balance"}}
    place_hold(desk, customer, who("fa"), case="甲案", reason="起诉")
    assert standing(desk, "kh1").state is State.HELD
    extend(desk, "gs2", until=date(2040, 1, 1), reason="仍在使用")
    assert standing(desk, "gs2").until == date(2040, 1, 1)
    before = (list_items(desk), review(desk))
    again = reopened(desk)
    assert (list_items(again), review(again)) == before


def test_the_review_workbook_names_folder_number_and_findings(numbered: Office, clock: Clock, tmp_path: Path) -> None:
    own_paper(numbered, "company", "gs2", "名片")
    number = number_items(numbered, ["_company/2028"])[0].archive_no
    assert number == "A001-WS·2028-D2-XS-0001"
    clock.at = datetime(2031, 8, 1, 2, 0, tzinfo=UTC)
    appraise(numbered, ["gs2"], who("dang"), Found(Verdict.MAY_BE_DESTROYED, "名片已过时"))
    assert write_review(review(numbered), tmp_path / "鉴定.xlsx") == 1
    sheet = openpyxl.load_workbook(tmp_path / "鉴定.xlsx").active
    row = [cell.value for cell in sheet[4]]
    assert (row[0], row[13], row[14]) == ("_company/2028", "2031-08-01 dang先生：可以销毁（名片已过时）", number)


def test_a_quotation_without_contract_has_the_shorter_class_and_gains_the_longer(desk: Office) -> None:
    deal = ledger.deal(NO).record
    bare = deal.model_copy(update={"facts": type(deal.facts)()})
    told = NewPaper("quotation", "报价单", date(2028, 3, 27), also=("contract-paper",))
    before = promise(desk, bare, told).retention
    assert (before.classes, before.until) == (("presale-paper",), date(2031, 3, 27))
    signed = promise(desk, deal, told).retention
    assert (signed.classes, signed.until) == (("contract-paper",), None)
    copy = NewPaper("quotation", "报价单", date(2028, 3, 27), also=("contract-paper",), answers=True)
    assert promise(desk, bare, copy).retention.classes == ("contract-paper",)
    contract = NewPaper("sales-contract", "合同", date(2028, 3, 27), also=("contract-paper",))
    assert promise(desk, bare, contract).retention.classes == ("contract-paper",)


def test_a_quotation_that_came_to_nothing_is_reviewed_after_its_shorter_term(
    office: Office, clock: Clock, tmp_path: Path
) -> None:
    record = yaml.load(SAMPLE.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # text only
    signature = record.pop("facts")["signature"]
    path = tmp_path / "offer.yaml"
    path.write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")
    clock.at = datetime(2024, 3, 5, 2, 0, tzinfo=UTC)
    no = import_deal(office, path).contract_no
    agreed(office, no, "quotation")
    number = issue_document(office, Request(no, "quotation")).number
    found = explain(office, number).items[0]
    assert (found.standing.classes, found.standing.until) == (("presale-paper",), date(2027, 3, 5))
    clock.at = datetime(2027, 3, 6, 2, 0, tzinfo=UTC)
    seen = review(office)
    assert ([each.number for each in seen.items], seen.kept_back) == ([number], ())
    before = list_items(office)
    office = reopened(office)
    assert list_items(office) == before
    add_fact(office, no, NewFact("signature", {name: str(value) for name, value in signature.items()}))
    kept = explain(office, number).items[0].standing
    assert (kept.classes, kept.state) == (("presale-paper", "contract-paper"), State.UNKNOWN)


# a table edited by the archivist


def test_the_checklist_and_deal_show_follow_the_table(desk: Office) -> None:
    def line() -> str:
        found = review_checklist(desk, NO).line("TZ-05")
        assert found is not None
        return found.finding

    end(desk, "2025-05-08")
    assert "合同终止后5年，保存至2030年5月8日" in line()
    digest = review_checklist(desk, NO).line("TZ-05")
    shipped = table(desk).read_text("utf-8")
    table(desk).write_text(shipped.replace("years = 5", "years = 8"), "utf-8")
    assert "合同终止后8年，保存至2033年5月8日" in line()
    after = review_checklist(desk, NO).line("TZ-05")
    assert digest is not None
    assert after is not None
    assert digest.digest == after.digest
    block: Any = show_deal(desk, NO)["retention"]
    assert (block["until"], block["rule"]) == ("2033-05-08", "合同终止后8年")


def test_a_shorter_table_is_reported_and_shortens_no_promise(desk: Office, capsys: pytest.CaptureFixture[str]) -> None:
    end(desk, "2025-05-08")
    shipped = table(desk).read_text("utf-8")
    early = filed(desk, "质检报告")
    table(desk).write_text(shipped.replace("years = 5", "years = 8"), "utf-8")
    assert standing(desk, early).until == date(2033, 5, 8)
    late = filed(desk, "往来函件")
    assert shortened(desk) == ()
    table(desk).write_text(shipped, "utf-8")
    assert (standing(desk, early).until, standing(desk, late).until) == (date(2030, 5, 8), date(2033, 5, 8))
    (told,) = shortened(desk)
    assert (told.code, told.params["papers"], told.params["promised"]) == ("retention.table-shortened", 1, "8年")
    assert told in review(desk).findings
    root = str(desk.workspace.root)
    database.disconnect()
    assert main(["-w", root, "retention", "table"]) == 0
    assert "归档时有 1 件写明8年" in capsys.readouterr().err


def test_the_sidecar_tells_the_longest_class(desk: Office) -> None:
    end(desk, "2025-05-08")
    row = ledger.archived_item(filed(desk, "增值税专用发票"))
    assert row is not None
    kept = Sidecar.model_validate(row.sidecar).retention
    assert (kept.until, kept.rule) == (date(2058, 12, 31), "会计年度终了后30年")
    stored = folder_of(desk, NO).records / f"{row.id}.json"
    assert json.loads(stored.read_text("utf-8"))["retention"]["until"] == "2058-12-31"
