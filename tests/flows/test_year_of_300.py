"""A fictional company's deals, stepped day by day: no letter twice, none too early, none after payment; money exact.

A seed makes the deals and what their customers do; the office does each morning what the board says. Every fact, paper
and dispatch goes through the services; only drawing the pages is left out, but for some letters of each kind, which are
drawn, opened again and compared with the board. What the board says is held against a bookkeeping of this test's own,
made day by day and written in another way than the product's. `Office` here is the story; the product's is `home`.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from docgen.archive.keep import keep
from docgen.deals.reading import read_text
from docgen.demo.people import agreed, hire
from docgen.errors import Refused
from docgen.findings import Severity
from docgen.issuing.issue import FaceFile, Order, Produced, produce
from docgen.papers.pdf import page_texts
from docgen.receivables.board import BoardRow
from docgen.services import issue_document as issuing
from docgen.services.archive_care import rebuild_database
from docgen.services.change_terms import Signed, new_change, sign_change
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.due_board import DueBoard, Wanted, due_board
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import confirm_payments
from docgen.services.letters import Dispatch, deliver_letter, fail_letter, send_letter
from docgen.services.office import Office as Home
from docgen.services.placed_by_hand import placement_for
from docgen.services.prepare_issue import Request, prepare
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FIRST = date(2025, 6, 3)  # the statute holds for contracts signed since 1 June
FEN = Decimal("0.01")
WHOLE = tuple(int(word) for word in os.environ.get("YEAR_DEALS_DAYS", "300x365").split("x"))
KINDS = {"预付款通知单": "prepayment-notice", "进度款付款通知函": "progress-letter", "尾款催收函": "final-letter",
         "到期提醒函": "statement", "逾期催收函": "overdue-letter", "催告函": "formal-demand"}  # fmt: skip
HABITS = ("on_time", "on_time", "early", "late", "late", "very_late", "partial", "over", "reversed", "never")
FAILS = 0.08
CLAUSES = (
    {"daily_rate": "0.0005", "base": "overdue_balance", "cap": "0.05", "cap_base": "contract_total"},
    {"daily_rate": "0.001", "base": "overdue_balance", "cap": "0.02", "cap_base": "overdue_balance"},
    {"daily_rate": "0.0003", "base": "contract_total", "cap": "0.01", "cap_base": "contract_total"},
    {"daily_rate": "0.0005", "base": "overdue_balance", "cap": None, "cap_base": "overdue_balance"},
    None,
    "statute",
)


@dataclass
class Letter:
    """A letter as this test's own book has it."""

    title: str
    on: date
    sent: date | None = None
    failed: date | None = None
    delivered: date | None = None
    proof: str = ""


@dataclass
class Grown:
    """Penalties summed up to a day, good as long as nothing happens in the deal."""

    state: str
    until: date
    exact: list[Decimal]
    bases: dict[int, Decimal]


@dataclass
class Book:
    """What this test itself knows of a deal: terms, what happened, what was asked."""

    number: str
    plan: list[dict[str, Any]]
    total: Decimal
    clause: Any
    habits: list[str]
    signed: date
    delivered: date
    accepted: date
    failed_first: date | None
    months: int
    raise_on: date | None
    events: dict[str, date] = field(default_factory=dict)
    money: list[tuple[str, date, Decimal, int | None]] = field(default_factory=list)
    refunds: list[tuple[date, Decimal]] = field(default_factory=list)
    flags: list[tuple[int, str, date, date]] = field(default_factory=list)
    letters: defaultdict[int, dict[str, Letter]] = field(default_factory=lambda: defaultdict(dict))
    todo: defaultdict[date, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    planned: set[tuple[int, str]] = field(default_factory=set)
    proofs: dict[str, str] = field(default_factory=dict)
    grown: Grown | None = None
    rolls: dict[date, date] = field(default_factory=dict)


def month_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day  # December
    return date(year, month + 1, min(day.day, last))


def make_book(rng: random.Random, n: int, days: int) -> Book:
    """Draw one deal and its customer's habits."""
    signed = FIRST + timedelta(days=rng.randrange(1, max(days * 3 // 5, 20)))
    delivered = signed + timedelta(days=rng.randrange(3, 25))
    accepted = delivered + timedelta(days=rng.randrange(1, 20))
    failed = delivered + timedelta(days=1) if rng.random() < 0.15 else None  # some slip
    accepted = max(accepted, failed + timedelta(days=5)) if failed else accepted
    shapes: list[list[tuple[Any, ...]]] = [
        [("advance", "signed", "0.3", 7, "day"), ("progress", "accepted", "0.3", rng.choice([10, 20, 30]), "day"),
         ("final", "warranty_ended", "0.4", 10, "day")],
        [("progress", "accepted", "0.9", 15, "day"), ("final", "warranty_ended", "0.1", 5, "day")],
        [("progress", signed + timedelta(days=rng.randrange(20, 90)), "0.5", 0, "day"),
         ("progress", signed + timedelta(days=rng.randrange(91, 150)), "0.5", 0, "day")],
    ]  # fmt: skip
    plan = [dict(zip(("kind", "event", "share", "term", "unit"), row, strict=True)) for row in shapes[n % len(shapes)]]
    total = Decimal(rng.randrange(2_000_000, 90_000_000)) / 100
    raise_on = signed + timedelta(days=rng.randrange(30, 120)) if rng.random() < 0.2 else None
    return Book("", plan, total, CLAUSES[n % len(CLAUSES)], [rng.choice(HABITS) for _ in plan], signed, delivered,
                accepted, failed, rng.choice([1, 2, 3]), raise_on)  # fmt: skip


def record_of(book: Book, n: int) -> dict[str, Any]:
    """Return the record as a file would tell it before signing."""
    plain, _ = read_text(SAMPLE.read_text("utf-8"), name="sample")
    assert isinstance(plain, dict)
    terms = plain["terms"]
    plain = {"schema": "1", "company": "shanhai", "customer": plain["customer"], "terms": terms}
    plain["customer"] |= {"name": f"虚构客户{n:03}有限公司", "uscc": None}
    plain["customer"].pop("uscc")
    plain["customer"].pop("invoicing", None)
    contract = terms["contract"]
    contract.pop("order_number", None)
    contract.pop("customer_numbers", None)
    contract |= {"dated": str(book.signed), "owner": f"业务{n % 7}"}
    terms["lines"] = [{"name": "设备", "kind": "product", "unit": "台", "quantity": "1", "unit_price": str(book.total),
                       "tax_rate": "0.13"}]  # fmt: skip
    terms |= {"total": str(book.total), "plan": [_part(seq, row) for seq, row in enumerate(book.plan, 1)]}
    terms["delivery"]["due"] = str(book.delivered)
    terms["warranty"]["months"] = str(book.months)
    terms["acceptance"]["standards"] = [{"name": "功能", "standard": "100%"}]
    terms.pop("late_payment")
    if isinstance(book.clause, dict):
        terms["late_payment"] = {k: v for k, v in book.clause.items() if v is not None} | {"clause": "第九条第2款"}
    if book.clause == "statute":
        terms |= {"seller_class": "small", "seller_declared": "true", "buyer_class": "large"}
    return plain


def _part(seq: int, row: dict[str, Any]) -> dict[str, Any]:
    event = row["event"]
    waits = {"event": "fixed_date", "on": str(event)} if isinstance(event, date) else {"event": event}
    trigger = {"all_of": [waits], "term": str(row["term"]), "unit": row["unit"]}
    return {
        "seq": str(seq),
        "kind": row["kind"],
        "share": row["share"],
        "trigger": trigger,
        "clause": f"第四条第{seq}款",
    }


# What this test reckons by itself


def amounts(book: Book, day: date) -> list[Decimal]:
    total = book.total + (Decimal("1000.10") if "raised" in book.events and day >= book.events["raised"] else 0)
    parts = [(total * Decimal(row["share"])).quantize(FEN, ROUND_HALF_UP) for row in book.plan[:-1]]
    return [*parts, total - sum(parts)]


def due_of(book: Book, part: int, day: date, home: Home) -> date | None:
    row = book.plan[part]
    start = row["event"] if isinstance(row["event"], date) else None
    if row["event"] == "signed":
        start = book.events.get("signed")
    elif row["event"] == "accepted":
        start = book.events.get("accepted")
    elif row["event"] == "warranty_ended" and "accepted" in book.events:
        start = month_after(book.events["accepted"], book.months)
    if start is None:
        return None
    return rolled(home, book.rolls, start + timedelta(days=row["term"]))


def rolled(home: Home, rolls: dict[date, date], day: date) -> date:
    """Return the first working day from a day on, looked up once."""
    found = day
    while day not in rolls and not home.calendar.is_workday(found):
        found += timedelta(days=1)
    return rolls.setdefault(day, found)


def paid_on(book: Book, day: date, seen: date, home: Home) -> list[Decimal]:
    """Return what is paid of each part by the end of a day, by the amounts of the day we look from."""
    owed = amounts(book, seen)
    paid = [Decimal(0)] * len(owed)
    gone, free = sum((amount for on, amount in book.refunds if on <= day), Decimal(0)), Decimal(0)
    came = sorted((one for one in book.money if one[1] <= day), key=lambda one: one[1])
    for n in reversed(range(len(came))):  # what went back is taken off the latest money
        key, on, amount, named = came[n]
        came[n] = (key, on, amount - min(gone, amount), named)
        gone -= min(gone, amount)
    for _, _, amount, named in came:
        taken = min(amount, owed[named - 1] - paid[named - 1]) if named else Decimal(0)
        if named:
            paid[named - 1] += taken
        free += amount - taken
    order = sorted(range(len(owed)), key=lambda k: (due_of(book, k, seen, home) or date.max, k))
    for k in order:
        taken = min(free, owed[k] - paid[k])
        paid[k] += taken
        free -= taken
    return paid


def penalties(book: Book, day: date, home: Home) -> dict[int, Decimal]:
    """Return each part's penalty: a sum over single days, each with the balance of the evening before."""
    clause: Any = CLAUSES[3] if book.clause == "statute" else book.clause
    if not isinstance(clause, dict):
        return {}
    owed = amounts(book, day)
    total = sum(owed)
    grown = _grown(book, day, home, clause)
    bases = grown.bases
    found = {k: exact.quantize(FEN, ROUND_HALF_UP) for k, exact in enumerate(grown.exact) if exact}
    left = (total * Decimal(clause["cap"])).quantize(FEN, ROUND_HALF_UP) if clause["cap"] else None
    capped = {}
    for k in sorted(found, key=lambda one: (due_of(book, one, day, home) or date.max, one)):
        capped[k] = found[k]
        if left is not None and clause["cap_base"] == "contract_total":
            capped[k] = min(found[k], left)
            left -= capped[k]
        elif left is not None:
            capped[k] = min(found[k], (bases[k] * Decimal(clause["cap"])).quantize(FEN, ROUND_HALF_UP))
    return capped


def _grown(book: Book, day: date, home: Home, clause: dict[str, Any]) -> Grown:
    """Go on from the day before where nothing happened since, else begin anew; each day is added by itself."""
    owed = amounts(book, day)
    dues = [due_of(book, k, day, home) for k in range(len(owed))]
    state = repr((book.events, book.money, book.refunds))
    grown = book.grown
    if grown is None or grown.state != state or grown.until > day:
        grown = Grown(state, min((due for due in dues if due), default=day), [Decimal(0)] * len(owed), {})
    while grown.until < day:
        each = grown.until
        then = amounts(book, each)  # of the evening before: what a change adds is late from the next day
        paid = paid_on(book, each, day, home)
        whole = min(sum(owed), sum(then))
        for k, due in enumerate(dues):
            balance = max(min(owed[k], then[k]) - paid[k], Decimal(0))
            if due and due <= each and balance:
                grown.bases.setdefault(k, balance)
                base = whole if clause["base"] == "contract_total" else balance
                grown.exact[k] += base * Decimal(clause["daily_rate"])
        grown.until = each + timedelta(days=1)
    book.grown = grown if dues and any(dues) else None
    return grown


def held(book: Book, seq: int, day: date) -> bool:
    return any(part == seq and first <= day <= last for part, _, first, last in book.flags)


# The story


class Office:
    """The year of one company."""

    def __init__(self, home: Home, clock: Any, tmp: Path, *, deals: int, days: int, drawn: int, seed: int) -> None:  # noqa: ANN401  # the conftest's clock
        self.home, self.clock, self.tmp, self.days = home, clock, tmp, days
        self.rng = random.Random(seed)  # noqa: S311  # a story, no secret
        self.books: dict[str, Book] = {}
        self.coming = [make_book(self.rng, n, days) for n in range(deals)]
        self.drawn: Counter[str] = Counter()
        self.read: Counter[str] = Counter()
        self.drawn_each = drawn
        self.issued: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.real = produce
        self.known_until = FIRST

    def produce(self, order: Order) -> Produced:
        """Draw some letters of each kind; the others get a stand-in of one line."""
        kind = order.kind.spec.id
        if kind in KINDS.values() and self.drawn[kind] < self.drawn_each:
            self.drawn[kind] += 1
            return self.real(order)
        faces = tuple(FaceFile(face, f"stand-in {order.number}".encode(), 1) for face in order.faces[:1])
        return Produced(faces, (), (), "", {}, {})

    def run(self) -> None:
        for n, book in enumerate(self.coming):
            path = self.tmp / f"deal-{n}.yaml"
            path.write_text(yaml.safe_dump(record_of(book, n), allow_unicode=True), "utf-8")
            self.go(FIRST)
            book.number = import_deal(self.home, path).contract_no
            self.books[book.number] = book
        for step in range(self.days):
            self.day(FIRST + timedelta(days=step))
            if step % 30 == 0:
                print(step, datetime.now(UTC).time(), dict(self.issued), flush=True)  # noqa: T201  # seen with -s

    def go(self, day: date) -> None:
        self.clock.at = datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)

    def day(self, day: date) -> None:
        self.go(day)
        for book in self.books.values():
            self.happen(book, day)
        is_blind = day.month % 4 == 2 and day.day > 18  # the bank's statement does not come for a while
        if not is_blind:
            confirm_payments(self.home, day)
            self.known_until = day
        board = due_board(self.home, Wanted(as_of=day))
        self.check(board, day)
        if day.toordinal() % 5 == 0:
            self.try_what_is_forbidden(board, day)
        for row in board.rows:
            self.act(row, day)

    def fact(self, book: Book, kind: str, **values: object) -> str:
        told = {name: str(value) for name, value in values.items()}
        self.told[kind] += 1
        return add_fact(self.home, book.number, NewFact(kind, told)).key

    def happen(self, book: Book, day: date) -> None:
        """Let what the seed planned for the day come true, and plan what follows from due days."""
        if day == book.signed:
            self.fact(book, "signature", ours=day, theirs=day)
            book.events["signed"] = day
        if day == book.delivered:
            self.fact(book, "delivery", on=day)
        if day in {book.failed_first, book.accepted}:
            self.accept(book, day)
        if day == book.raise_on and day < book.signed + timedelta(days=200):
            self.change(book, day)
        for kind, *more in book.todo.pop(day, ()):
            getattr(self, f"do_{kind}")(book, day, *more)
        for seq, habit in enumerate(book.habits, 1):
            due = due_of(book, seq - 1, day, self.home)
            if due is not None and "signed" in book.events and (seq, "pay") not in book.planned:
                book.planned.add((seq, "pay"))
                self.plan_money(book, seq, habit, max(due, day))

    def accept(self, book: Book, day: date) -> None:
        is_failed = day == book.failed_first
        item = {
            "name": "功能",
            "standard": "100%",
            "result": "50%" if is_failed else "100%",
            "passed": str(not is_failed).lower(),
        }
        values: dict[str, Any] = {"on": str(day), "place": "现场", "people": ["*总"], "items": [item],
                                  "result": "failed" if is_failed else "passed"}  # fmt: skip
        if is_failed:
            values |= {"rectification": "整改", "rectify_by": str(day + timedelta(days=3))}
        seq = add_fact(self.home, book.number, NewFact("acceptance", values)).key
        if not is_failed:
            book.events["accepted"] = day
            report = issuing.issue_document(self.home, Request(book.number, "验收报告", seq=int(seq)))
            book.todo[day + timedelta(days=self.rng.randrange(1, 6))].append(("returned", report.number))

    def change(self, book: Book, day: date) -> None:
        if "signed" not in book.events:
            return
        new = str(book.total + Decimal("1000.10"))
        line = {"name": "设备", "kind": "product", "unit": "台", "quantity": "1", "unit_price": new, "tax_rate": "0.13"}
        path = self.tmp / "change.yaml"
        change = {"requested_on": str(day), "reason": "增购", "new": {"total": new, "lines": [line]}}
        path.write_text(yaml.safe_dump(change, allow_unicode=True), "utf-8")
        new_change(self.home, book.number, path)
        sign_change(self.home, book.number, 1, Signed(day, day, reason="当面签署"))
        book.events["raised"] = day
        self.told["change"] += 1

    def plan_money(self, book: Book, seq: int, habit: str, due: date) -> None:
        rng, gap = self.rng, timedelta(days=1)
        if habit == "on_time":
            book.todo[due].append(("pay", seq, "rest"))
        elif habit == "early":
            book.todo[due - gap * rng.randrange(0, 6) if due > FIRST else due].append(("pay", seq, "rest"))
            book.todo[due + gap].append(("pay", seq, "rest"))  # where the early day lay in the past
        elif habit in {"late", "very_late"}:
            late = rng.randrange(1, 30) if habit == "late" else rng.randrange(31, 100)
            if rng.random() < 0.5:
                book.todo[due + gap * rng.randrange(1, 20)].append(("flag", seq))
            book.todo[due + gap * late].append(("pay", seq, "rest"))
        elif habit == "partial":
            book.todo[due + gap * rng.randrange(0, 10)].append(("pay", seq, "half"))
            book.todo[due + gap * rng.randrange(11, 70)].append(("pay", seq, "rest"))
        elif habit == "over":
            book.todo[due].append(("pay", seq, "over"))
        elif habit == "reversed":
            book.todo[due].append(("pay", seq, "rest"))
            book.todo[due + gap * 4].append(("reverse", seq))
            book.todo[due + gap * rng.randrange(10, 50)].append(("pay", seq, "rest"))

    def do_pay(self, book: Book, day: date, seq: int, how: str) -> None:
        rest = amounts(book, day)[seq - 1] - paid_on(book, day, day, self.home)[seq - 1]
        if not rest:
            return
        amount = {"rest": rest, "half": (rest / 2).quantize(FEN), "over": rest + Decimal("500.00")}[how]
        named = self.rng.choice([seq, seq, None])
        told = {"on": day, "amount": amount, **({"instalment": named} if named else {})}
        book.money.append((self.fact(book, "payment", **told), day, amount, named))
        open_ = sum(amounts(book, day)) - sum(paid_on(book, day, day, self.home))
        if not open_:
            book.todo[day + timedelta(days=6)].append(("refund",))

    def do_reverse(self, book: Book, _day: date, seq: int) -> None:
        mine = [one for one in book.money if one[3] == seq]
        if mine and not book.refunds:
            undo_fact(self.home, book.number, Withdrawal("payment", mine[-1][0], "银行退回"))
            book.money.remove(mine[-1])
            self.told["reversal"] += 1

    def do_refund(self, book: Book, day: date) -> None:
        extra = sum(one[2] for one in book.money) - sum(one[1] for one in book.refunds) - sum(amounts(book, day))
        if extra > 0:
            self.fact(book, "refund", on=day, amount=extra, reason="多付退还")
            book.refunds.append((day, Decimal(extra)))

    def do_flag(self, book: Book, day: date, seq: int) -> None:
        flag, last = (
            self.rng.choice(["disputed", "promised", "paused"]),
            day + timedelta(days=self.rng.randrange(0, 25)),
        )
        self.fact(book, "flag", on=day, instalment=seq, flag=flag, reason="客户来电", until=last)
        book.flags.append((seq, flag, day, last))

    def do_delivered(self, book: Book, day: date, number: str) -> None:
        is_lost, proof = self.rng.random() < FAILS, ""
        if is_lost:
            fail_letter(self.home, number, Dispatch(on=day, reason="收件人搬迁"))
        else:
            is_kept = self.rng.random() < 0.6
            proof = self.file(placement_for(None, book.number, "签收回执", actor=self.home.actor)) if is_kept else ""
            deliver_letter(self.home, number, Dispatch(on=day, evidence=proof or self.rng.choice([None, "前台代收"])))
            self.told["proof of delivery"] += bool(proof)
        for letter in [each[number] for each in book.letters.values() if number in each]:
            letter.failed, letter.delivered, letter.proof = (day, None, "") if is_lost else (None, day, proof)

    def do_returned(self, book: Book, _day: date, number: str) -> None:
        """File the signed copy of a paper of ours."""
        book.proofs[number] = self.file(placement_for(number, None, None, actor=self.home.actor))
        self.told["signed copy"] += 1

    def file(self, placement: Placement) -> str:
        """Archive a scan as the reader hands it over: its bytes first, then where it belongs."""
        path = self.tmp / "scan.pdf"
        path.write_bytes(f"scan {self.told.total()} of {placement.contract_no} {placement.title}".encode())
        arrival = Arrival(keep(self.home.archive, path), path.name, self.home.now(), "application/pdf", 1)
        return deposit_scan(self.home, arrival, placement).item_id

    # what must hold every day

    def check(self, board: DueBoard, day: date) -> None:
        """Hold the whole board against this test's own book."""
        rows: defaultdict[str, list[BoardRow]] = defaultdict(list)
        for row in board.rows:
            rows[row.contract_no].append(row)
        assert set(rows) == set(self.books)
        grown_of_all = Decimal(0)
        for number, book in self.books.items():
            owed, paid = amounts(book, day), paid_on(book, day, day, self.home)
            mine = sorted(rows[number], key=lambda row: row.seq)
            assert [(row.amount, row.paid) for row in mine] == list(zip(owed, paid, strict=True)), (day, number)
            dues = [due_of(book, k, day, self.home) for k in range(len(owed))]
            assert [row.due for row in mine] == dues, (day, number)
            lates = [(day - due).days if due and amount > got and day > due else 0
                     for due, amount, got in zip(dues, owed, paid, strict=True)]  # fmt: skip
            assert [row.overdue_days for row in mine] == lates, (day, number)
            grown = penalties(book, day, self.home)
            shown = [
                row.interest if book.clause == "statute" and "signed" in book.events else row.penalty for row in mine
            ]
            if book.clause is None or (book.clause == "statute" and "signed" not in book.events):
                assert shown == [None] * len(mine)
            else:
                assert shown == [grown.get(row.seq - 1, Decimal("0.00")) for row in mine], (day, number)
            came = sum((one[2] for one in book.money), Decimal(0)) - sum((one[1] for one in book.refunds), Decimal(0))
            assert sum(row.paid + row.advance for row in mine) == came, (day, number)
            assert [bool(row.held) for row in mine] == [held(book, row.seq, day) for row in mine], (day, number)
            self.check_proofs(book, mine)
            grown_of_all += sum(grown.values())
        sums = board.totals
        assert sums.balance == sum(
            sum(amounts(b, day)) - sum(paid_on(b, day, day, self.home)) for b in self.books.values()
        )
        assert sums.penalty + sums.interest == grown_of_all
        assert board.ageing.total.total == sums.balance
        assert sum(line.total for line in board.ageing.by_owner) == sums.balance

    def check_proofs(self, book: Book, rows: list[BoardRow]) -> None:
        """Demand that the board names the archived proof of delivery, and takes words for no more than words."""
        for row in rows:
            seen = row.last_letter
            mine = book.letters[row.seq].get(seen.number) if seen else None
            if seen and mine:
                assert (seen.sent_on, seen.delivered_on, seen.failed_on) == (mine.sent, mine.delivered, mine.failed)
                assert seen.proof == mine.proof, (row.contract_no, seen.number)

    def refusal(self, request: Request) -> set[str]:
        try:
            prepare(self.home, request, is_draft=False)
        except Refused as refused:
            return {each.code for each in refused.findings if each.severity is Severity.ERROR}
        return set()

    def try_what_is_forbidden(self, board: DueBoard, day: date) -> None:
        """Ask for letters whatever the board says: what may not go out is refused, for the reason it may not."""
        signed = [row for row in board.rows if "signed" in self.books[row.contract_no].events]
        for row in self.rng.sample(signed, min(2, len(signed))):
            book = self.books[row.contract_no]
            late = self.refusal(Request(row.contract_no, "逾期催收函", seq=row.seq))
            demand = self.refusal(Request(row.contract_no, "催告函", seq=row.seq))
            self.told["tried"] += 1
            for codes in (late, demand):
                assert ("kinds.already-paid" in codes) == (not row.balance)
                assert ("kinds.not-to-ask-now" in codes) == held(book, row.seq, day)
                assert ("kinds.payments-stale" in codes) == self.is_blind(day)
            if row.balance:
                assert bool(late & {"kinds.not-overdue", "kinds.overdue-too-long"}) == (not 1 <= row.overdue_days <= 30)
                assert ("kinds.overdue-too-short" in demand) == (row.overdue_days < 31)
                if row.overdue_days > 30:
                    assert "approvals.needed" in demand

    def is_blind(self, day: date) -> bool:
        span = (day - self.known_until).days
        return sum(self.home.calendar.is_workday(self.known_until + timedelta(days=n)) for n in range(1, span + 1)) > 3

    def act(self, row: BoardRow, day: date) -> None:
        """Do what the board says, mostly at once."""
        step, book = row.next_step, self.books[row.contract_no]
        if step.action.value not in {"issue", "send", "send_again"} or self.rng.random() < 0.3:
            return
        assert row.balance > 0
        assert not held(book, row.seq, day)
        if step.action.value == "issue":
            self.issue(row, book, day)
            return
        dispatched = {seq: book.letters[seq][step.number] for seq in book.letters if step.number in book.letters[seq]}
        if all(one.sent == day for one in dispatched.values()):
            return  # a statement is one letter for all parts
        for letter in dispatched.values():
            assert letter.sent is None or letter.failed is not None, (day, step.number)  # never sent twice
        send_letter(self.home, step.number, Dispatch(on=day, channel="ems", tracking="1234567890123"))
        for one in dispatched.values():
            one.sent, one.failed = day, None
        self.told["sent"] += 1
        book.todo[day + timedelta(days=self.rng.randrange(2, 6))].append(("delivered", step.number))

    def issue(self, row: BoardRow, book: Book, day: date) -> None:
        title = row.next_step.title
        known = book.letters[row.seq]
        if any(one.on == day for one in known.values()):  # a statement, made a moment ago for another part
            now = due_board(self.home, Wanted(as_of=day, customer=row.customer)).rows
            assert {each.next_step.action.value for each in now if each.seq == row.seq} == {"send"}
            return
        self.may_be_asked(row, book, day, title)
        if title == "尾款催收函":
            self.warranty_papers(book, day)
        stale = self.is_blind(day)
        kind = KINDS[title]
        if stale and kind != "prepayment-notice":
            if self.rng.random() < 0.8:
                return
            codes = self.refusal(Request(book.number, kind, seq=row.seq if kind != "statement" else None))
            assert "kinds.payments-stale" in codes
            return
        if row.overdue_days > 30:
            assert "approvals.needed" in self.refusal(Request(book.number, kind, seq=row.seq))
            agreed(self.home, book.number, kind, seq=row.seq)
        seq = row.seq if kind != "statement" else None
        done = issuing.issue_document(self.home, Request(book.number, kind, seq=seq, again=kind == "statement"))
        self.issued[title] += 1
        about = [row.seq] if seq else range(1, len(book.plan) + 1)
        for part in about:
            book.letters[part][done.number] = Letter(title, day)
        self.read_again(kind, done.files, row, book, day)

    def may_be_asked(self, row: BoardRow, book: Book, day: date, title: str) -> None:
        """Demand of the board's proposal what the manual does: its day has come, the last was sent, nothing twice."""
        known = list(book.letters[row.seq].values())
        assert all(one.sent and not one.failed for one in known[-1:]), (day, row.contract_no, title)
        due = due_of(book, row.seq - 1, day, self.home)
        late = (day - due).days if due else 0
        if title == "逾期催收函":
            assert 1 <= late <= 30
        elif title == "催告函":
            assert late >= 31
        elif title == "到期提醒函":
            assert due is not None
            assert -7 <= late <= 0
        elif title == "尾款催收函":
            ends = month_after(book.events["accepted"], book.months)
            assert day >= ends - timedelta(days=7)
            assert not known
        else:
            assert not known
            assert day >= book.events["accepted" if title.startswith("进度") else "signed"]
            assert late <= 0
        if title != "到期提醒函":
            assert title not in {one.title for one in known}, (day, row.contract_no, title)
        assert all(one.on != day or one.title == "到期提醒函" for one in known)

    def warranty_papers(self, book: Book, day: date) -> None:
        ends = month_after(book.events["accepted"], book.months)
        early = self.refusal(Request(book.number, "质保期满证明"))
        assert ("kinds.warranty-still-runs" in early) == (day <= ends)
        kind = "质保期届满确认单" if day <= ends else "质保期满证明"
        if (0, kind) not in book.planned:
            book.planned.add((0, kind))
            paper = issuing.issue_document(self.home, Request(book.number, kind))
            book.todo[day + timedelta(days=self.rng.randrange(1, 6))].append(("returned", paper.number))

    def read_again(self, kind: str, files: tuple[Path, ...], row: BoardRow, book: Book, day: date) -> None:
        """Open a drawn letter again: the figures are the board's; 已届满 stands only from the day after."""
        pdf = next((path for path in files if path.suffix == ".pdf" and path.read_bytes().startswith(b"%PDF")), None)
        if pdf is None:
            return
        text = "".join("".join(page_texts(pdf.read_bytes())).split())
        assert f"{row.balance:,.2f}" in text, (pdf.name, row.balance)
        if row.penalty and row.overdue_days and "对账" not in pdf.name and "提醒" not in pdf.name:
            assert f"{row.penalty:,.2f}" in text, (pdf.name, row.penalty)
        if row.interest and kind in {"overdue-letter", "formal-demand"}:
            assert f"{row.interest:,.2f}" in text, (pdf.name, row.interest)
            self.told["interest read again"] += 1
        if "尾款" in pdf.name:
            ends = month_after(book.events["accepted"], book.months)
            assert ("已届满" in text) <= (day > ends), (pdf.name, day, ends)
        self.read[kind] += 1


def play(office: Home, clock: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **size: int) -> Office:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # what a power cut leaves is asked elsewhere
    hire(office)
    story = Office(office, clock, tmp_path, **size)
    monkeypatch.setattr(issuing, "produce", story.produce)
    story.run()
    return story


def test_a_season_of_eight_deals(office: Home, clock: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = play(office, clock, tmp_path, monkeypatch, deals=8, days=100, drawn=1, seed=7)
    assert {"进度款付款通知函", "预付款通知单"} <= set(story.issued)
    last = FIRST + timedelta(days=99)
    before = due_board(office, Wanted(as_of=last))
    rebuild_database(office.workspace)
    assert due_board(office, Wanted(as_of=last)).rows == before.rows


@pytest.mark.slow
def test_a_year_of_300_deals(office: Home, clock: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = play(office, clock, tmp_path, monkeypatch, deals=WHOLE[0], days=WHOLE[1], drawn=7, seed=300)
    size = f"{WHOLE[0]} deals x {WHOLE[1]} days from {FIRST}"
    told = {"issued": story.issued, "drawn and read again": story.read, "facts": story.told}
    print(size, json.dumps(told, ensure_ascii=False))  # noqa: T201
    assert set(story.issued) == set(KINDS)
    assert set(story.read) == set(KINDS.values())
    assert min(story.read.values()) >= min(WHOLE[0] // 20, 5)
    assert sum(story.read.values()) >= min(WHOLE[0], 35)
    assert story.told["signed copy"] >= WHOLE[0] // 2
    assert story.told["proof of delivery"] >= WHOLE[0] // 2
    assert story.told["interest read again"] >= 1
