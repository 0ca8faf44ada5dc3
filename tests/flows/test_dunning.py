"""From the reminder to the law firm, day by day: none too early, none before the last was sent, none after payment."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image

from docgen.errors import Refused
from docgen.findings import Severity
from docgen.papers.docx import docx_texts, header_texts
from docgen.papers.pdf import facts, page_texts
from docgen.services import inbox, passwords
from docgen.services.approvals import Decision, approve, request_approval
from docgen.services.deals import show_deal
from docgen.services.due_board import all_rows
from docgen.services.file_scan import file_scan
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import confirm_payments
from docgen.services.issue_document import Issued, issue_document
from docgen.services.letters import Dispatch, send_letter
from docgen.services.office import Office
from docgen.services.packet_extras import Choice
from docgen.services.packets import bind_packet
from docgen.services.people import Identity, NewUser, add_user
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, add_fact
from docgen.store import ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
SECOND = "instalment 2"
POSTS = {"lead": ("销售主管",), "legal": ("法务部",), "money": ("财务部",), "boss": ("总经理",), "asker": ()}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    made = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: made)


def who(name: str) -> Identity:
    return Identity(name, f"云想衣裳花想容春风{sum(map(ord, name)):05}")


@pytest.fixture
def unpaid(office: Office, tmp_path: Path) -> str:
    """Return the contract of the manual's deal with its second instalment unpaid and a new account in the record."""
    text = SAMPLE.read_text("utf-8")
    kept = [line for line in text.splitlines() if "BK20240525007" not in line]
    account = "{holder: 山海云图科技（示例）有限公司, bank: 示例银行临江高新支行, number: '0098765432100009876'}"
    kept += ["account_changes:", f"  - {{seq: 1, on: 2024-06-28, account: {account}, reason: 支行撤并, evidence: K1}}"]
    record = tmp_path / "unpaid.yaml"
    record.write_text("\n".join(kept) + "\n", "utf-8")
    admin = who("root")
    add_user(office, NewUser("root", "admin"), admin.password)
    for name, posts in POSTS.items():
        add_user(office, NewUser(name, "sales", posts, f"{name}先生"), who(name).password, by=admin)
    return import_deal(office, record).contract_no


def go(office: Office, clock, day: date) -> None:  # noqa: ANN001  # the conftest's clock
    clock.at = datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)
    confirm_payments(office, day)


def refused(office: Office, contract_no: str, kind: str, *, seq: int | None = 2) -> set[str]:
    with pytest.raises(Refused) as refusal:
        issue_document(office, Request(contract_no, kind, seq=seq))
    return {each.code for each in refusal.value.findings if each.severity is Severity.ERROR}


def send(office: Office, paper: Issued, day: date) -> None:
    send_letter(office, paper.number, Dispatch(on=day, channel="ems", tracking="1234567890123"))


def approved(office: Office, contract_no: str, kind: str, posts: tuple[str, ...], *, seq: int) -> None:
    told = request_approval(office, contract_no, kind, who("asker"), seq=seq)
    for name in posts:
        approve(office, told.approval.id, who(name), Decision("同意"))


def papers(office: Office, contract_no: str, as_of: date, part: str) -> set[tuple[str, str]]:
    documents = show_deal(office, contract_no, as_of=as_of)["documents"]
    return {(each["title"], each["subject"]) for each in documents[part] if each["direction"] == "own"}


def next_title(office: Office, contract_no: str, day: date) -> str:
    return next(row.next_step.title for row in all_rows(office, day, contract_no=contract_no) if row.seq == 2)


def test_from_the_reminder_to_the_law_firm(office: Office, unpaid: str, clock) -> None:  # noqa: ANN001  # as above
    near, late, day_31 = date(2024, 5, 22), date(2024, 6, 5), date(2024, 6, 27)
    go(office, clock, near)
    assert next_title(office, unpaid, near) == "进度款付款通知函"  # its first paper is its notice
    assert refused(office, unpaid, "逾期催收函") == {"kinds.not-overdue"}
    assert ("律师函草稿包", SECOND) in papers(office, unpaid, near, "forbidden")
    reminder = issue_document(office, Request(unpaid, "到期提醒函"))
    assert (reminder.number, reminder.title) == (f"{unpaid}-TX01", "到期提醒函")

    go(office, clock, late)
    assert ("逾期催收函", SECOND) in papers(office, unpaid, late, "missing")
    assert refused(office, unpaid, "逾期催收函") == {"kinds.last-letter-not-sent"}
    send(office, reminder, near)
    assert next_title(office, unpaid, late) == "逾期催收函"
    letter = issue_document(office, Request(unpaid, "逾期催收函"))
    assert letter.number == f"{unpaid}-CS2-01"
    assert ("逾期催收函", SECOND) not in papers(office, unpaid, late, "missing")

    go(office, clock, date(2024, 6, 26))
    assert "kinds.overdue-too-short" in refused(office, unpaid, "催告函")
    assert {("催告函", SECOND), ("律师函草稿包", SECOND)} <= papers(office, unpaid, date(2024, 6, 26), "forbidden")
    go(office, clock, day_31)
    assert {("催告函", SECOND), ("律师函草稿包", SECOND)} <= papers(office, unpaid, day_31, "missing")
    assert refused(office, unpaid, "催告函") == {"approvals.needed", "kinds.last-letter-not-sent"}
    send(office, letter, late)
    assert refused(office, unpaid, "催告函") == {"approvals.needed"}
    approved(office, unpaid, "formal-demand", ("lead", "legal"), seq=2)
    assert next_title(office, unpaid, day_31) == "催告函"
    for name in ("合同", "签收单", "签收单"):
        file_as(office, unpaid, name)
    demand = issue_document(office, Request(unpaid, "催告函"))
    assert demand.number == f"{unpaid}-CG2-01"
    check_attachments(office, demand)
    send(office, demand, day_31)
    approved(office, unpaid, "lawyer-draft", ("lead", "legal"), seq=2)
    pack = issue_document(office, Request(unpaid, "律师函草稿包"))
    assert (pack.number, pack.letter_number) == (f"{unpaid}-LS2-01", None)
    assert not papers(office, unpaid, day_31, "missing") & {("催告函", SECOND), ("律师函草稿包", SECOND)}
    check_watermark(pack)


def file_as(office: Office, contract_no: str, name: str) -> str:
    """File a picture from outside under a name and return its item."""
    path = office.workspace.root / f"SCAN{len(ledger.papers()):04}.png"
    Image.new("RGB", (1240, 1754), (255, 255, len(ledger.papers()))).save(path, dpi=(150, 150))
    waits = file_scan(office, path)
    filed = inbox.assign(office, str(waits.review_id), deal=contract_no, document_type=name)
    return next(row.id for row in ledger.papers(contract_no) if filed.path.name in row.files)


def check_attachments(office: Office, demand: Issued) -> None:
    """Demand that the letter's own list, in both faces, names what its packet will hold, in the same order."""
    pdf = next(path for path in demand.files if path.suffix == ".pdf").read_bytes()
    word = next(path for path in demand.files if path.suffix == ".docx").read_bytes()
    for said in ("".join(page_texts(pdf)), "".join(docx_texts(word))):
        text = "".join(said.split())
        assert "1合同——" in text
        assert "2签收单——" in text
        assert "3签收单——" in text
    packet = bind_packet(office, demand.number, choice=Choice(without=("发票",)))
    assert [each.what for each in packet.attachments] == ["合同", "签收单", "签收单"]
    assert len({each.item for each in packet.attachments}) == 3
    assert not {each.code for each in packet.findings} & {"issuing.packet-not-archived", "issuing.packet-missing"}
    office.clock.move(minutes=1)  # type: ignore[attr-defined]
    later = file_as(office, demand.contract_no, "合同")
    again = bind_packet(office, demand.number, choice=Choice(without=("发票",)))
    assert [each.what for each in again.attachments] == ["合同", "签收单", "签收单"], (
        "a newer scan takes the older one's place"
    )
    assert again.attachments[0].item == later
    alone = bind_packet(office, demand.number, choice=Choice(without=("发票", "合同")))
    assert ([each.what for each in alone.attachments], alone.without) == (
        ["签收单", "签收单"],
        ("合同", *packet.without),
    ), "what the letter names and the packet lacks is said on its cover"


def check_watermark(pack: Issued) -> None:
    """Demand code, number and the word 草稿 on the issued pack."""
    assert pack.document_id
    pdf = next(path for path in pack.files if path.suffix == ".pdf").read_bytes()
    assert facts(pdf).pdfa
    word = next(path for path in pack.files if path.suffix == ".docx").read_bytes()
    assert any(pack.number in text for text in header_texts(word))


def test_nothing_is_asked_after_payment_or_on_old_data(office: Office, unpaid: str, clock) -> None:  # noqa: ANN001  # as above
    go(office, clock, date(2024, 6, 5))
    paid = {"seq": "2", "on": "2024-06-03", "amount": "85500.00", "instalment": "2"}
    add_fact(office, unpaid, NewFact("payments", paid, source="银行流水"))
    assert "kinds.already-paid" in refused(office, unpaid, "逾期催收函")
    clock.at = datetime(2024, 7, 5, 2, 0, tzinfo=UTC)
    assert "kinds.payments-stale" in refused(office, unpaid, "对账单", seq=None)


def test_the_account_moves_only_by_the_approved_letter(office: Office, unpaid: str, clock) -> None:  # noqa: ANN001  # as above
    go(office, clock, date(2024, 6, 27))
    assert refused(office, unpaid, "账户变更函", seq=1) == {"approvals.needed"}
    statement = issue_document(office, Request(unpaid, "对账单"))
    assert account(office, statement) == "0012345678900001234"
    approved(office, unpaid, "account-change", ("money", "boss"), seq=1)
    letter = issue_document(office, Request(unpaid, "账户变更函", seq=1))
    assert letter.number == f"{unpaid}-ZH01"
    go(office, clock, date(2024, 6, 28))
    later = issue_document(office, Request(unpaid, "对账单", again=True))
    assert account(office, later) == "0098765432100009876"


def account(office: Office, paper: Issued) -> str:
    kept = next(office.archive.root.rglob(f"{paper.number}.snapshot.json")).read_text(encoding="utf-8")
    return str(json.loads(kept)["context"]["account"]["number"])
