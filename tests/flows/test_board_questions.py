"""The board asks its tables a few questions for all deals, never some for each: as many for twenty as for two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from docgen.archive.keep import keep
from docgen.issuing.issue import FaceFile, Order, Produced
from docgen.services import issue_document as issuing
from docgen.services.deposit_scan import Arrival, deposit_scan
from docgen.services.due_board import DueBoard, Wanted, all_rows, due_board
from docgen.services.evidence import filed_evidence, find_evidence
from docgen.services.import_deal import import_deal
from docgen.services.letters import Dispatch, deliver_letter, send_letter
from docgen.services.office import Office
from docgen.services.placed_by_hand import placement_for
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, add_fact
from docgen.store import ledger, outlines
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
DAY = date(2024, 3, 29)


def stand_in(order: Order) -> Produced:
    return Produced((FaceFile(order.faces[0], f"stand-in {order.number}".encode(), 1),), (), (), "", {}, {})


@pytest.fixture
def more(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[str, str, str]]:
    """Return what makes one more deal with a letter that arrived, its proof archived, and a proven promise."""
    monkeypatch.setattr(issuing, "produce", stand_in)
    made: list[str] = []

    def file(number: str | None, contract_no: str | None, title: str | None) -> str:
        source = tmp_path / "scan.pdf"
        source.write_bytes(f"{number} {contract_no} {title}".encode())
        arrival = Arrival(keep(office.archive, source), source.name, office.now(), "application/pdf", 1)
        return deposit_scan(office, arrival, placement_for(number, contract_no, title, actor=office.actor)).item_id

    def make() -> tuple[str, str, str]:
        lines = SAMPLE.read_text("utf-8").replace("unit_price: ", f"remark: 第{len(made)}批, unit_price: ").splitlines()
        source = tmp_path / "one.yaml"
        kept = [line for line in lines if not any(word in line for word in ("BK20", "payments:", "order_n"))]
        source.write_text("\n".join(kept), "utf-8")
        office.clock.at = datetime(2024, 3, 12, 2, len(made), tzinfo=UTC)  # type: ignore[attr-defined]
        contract_no = import_deal(office, source).contract_no
        made.append(contract_no)
        letter = issuing.issue_document(office, Request(contract_no, "prepayment-notice", seq=1)).number
        signed = file(letter, None, None)
        proof = file(None, contract_no, f"签收回执{len(made)}")
        send_letter(office, letter, Dispatch(date(2024, 3, 12), "ems", "1234567890123"))
        deliver_letter(office, letter, Dispatch(date(2024, 3, 12), evidence=letter))
        told = {"on": "2024-03-12", "instalment": "1", "flag": "promised", "reason": "来函", "until": "2024-03-14"}
        add_fact(office, contract_no, NewFact("flag", told, evidence=proof))
        return letter, signed, proof

    return make


def asked(office: Office) -> tuple[int, DueBoard]:
    due_board(office, Wanted(as_of=DAY))
    with CaptureQueriesContext(connection) as queries:
        board = due_board(office, Wanted(as_of=DAY))
    return len(queries), board


def test_ten_deals_ask_no_more_than_two(office: Office, more: Callable[[], tuple[str, str, str]]) -> None:
    made = [more() for _ in range(2)]
    few, board = asked(office)
    made += [more() for _ in range(8)]
    many, full = asked(office)
    assert len(full.rows) == len(board.rows) * 5
    proofs = [row.last_letter.proof for row in full.rows if row.last_letter]
    assert sorted(proofs) == sorted(letter for letter, _, _ in made)  # a number means its signed copy, which is here
    assert many == few


def test_asked_at_once_evidence_is_what_it_is_one_by_one(
    office: Office, more: Callable[[], tuple[str, str, str]]
) -> None:
    (letter, signed, proof), (other, _, _) = more(), more()
    first, second = (str(ledger.paper(number).contract_no) for number in (letter, other))
    names = [letter, signed, proof, other, "前台代收", ""]
    pairs = [(contract_no, name) for contract_no in (first, second) for name in names]
    assert filed_evidence(pairs) == {pair for pair in pairs if find_evidence(*pair)}
    assert filed_evidence(pairs) == {(first, letter), (first, signed), (first, proof), (second, other)}
    assert filed_evidence([]) == frozenset()


def test_read_page_by_page_the_board_is_the_same(
    office: Office, more: Callable[[], tuple[str, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        more()
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(outlines, "_PAGE", 2)  # 2 + 2 + 1, outlines kept between pages
    made = due_board(office, Wanted(as_of=DAY), progress=lambda _, number, total: told.append((number, total)))
    kept = due_board(office, Wanted(as_of=DAY), progress=lambda _, number, total: told.append((number, total)))
    monkeypatch.undo()
    assert made == kept == due_board(office, Wanted(as_of=DAY))
    assert told == [(number, 5) for number in range(1, 6)]
    numbers = [row.contract_no for row in made.rows]
    monkeypatch.setattr(outlines, "_AT_ONCE", 2)
    chosen = {*numbers[:3], "没有这个合同"} | {numbers[-1]}
    assert {row.contract_no for row in all_rows(office, DAY, contract_nos=chosen)} == chosen - {"没有这个合同"}
    assert list(all_rows(office, DAY, contract_nos=())) == []
