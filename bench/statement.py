"""A bank statement of 20,000 lines against 10,000 deals: reading it, matching it, memory; and lines recorded a second.

Two thirds of the lines pay something that is open, one in ten names nobody known, the rest went out or were known. The
matching is timed at a tenth of the size, too: its cost a line must not grow with the deals that are open.

    python bench/statement.py              20,000 lines, 10,000 deals
    python bench/statement.py 5000 2000    other numbers
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from board import fill, timed
from openpyxl import Workbook

from docgen.archive.names import fold
from docgen.exchange.bank import read_statement
from docgen.receivables.matching import Book, Money, OpenDeal
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import ImportOrder, import_payments
from docgen.services.initialise import initialise
from docgen.services.office import Office, open_office, read_companies
from docgen.workspace import data_root

LINES, DEALS, TAKEN = 20_000, 10_000, 50
HEADINGS = ("交易日期", "贷方金额", "借方金额", "对方户名", "摘要", "流水号")
DAY = date(2024, 7, 5)
MEGABYTE_IN_KIB = 1024


def lines_of(lines: int, deals: int) -> list[tuple[str, str, str, str, str, str]]:
    """Return the lines of a statement: named, unnamed, unknown, and out of our account."""
    rows = []
    for n in range(lines):
        number, customer = f"HT20240310{n % deals:06}", f"示例客户{n % 500}有限公司"
        told = (
            ("", "120.00", "某房东", "房租") if n % 10 == 0 else
            (f"{n}.37", "", f"陌生人{n}", "往来") if n % 10 == 1 else
            (f"{1000 + n % 7}.00", "", customer, f"货款 {number}") if n % 2 else
            ("66,666.67", "", customer, "货款")
        )  # fmt: skip
        rows.append((f"2024-07-{n % 5 + 1:02}", *told, f"B{n:08}"))
    return rows


def as_csv(rows: list[tuple[str, str, str, str, str, str]]) -> bytes:
    """Return the lines as a bank's program on Windows writes them."""
    text = [",".join(f'"{cell}"' for cell in row) for row in (HEADINGS, *rows)]
    return "\r\n".join(text).encode("gb18030")


def as_xlsx(rows: list[tuple[str, str, str, str, str, str]]) -> bytes:
    """Return the lines as a workbook, amounts as numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("明细")
    sheet.append(HEADINGS)
    for on, credit, debit, *rest in rows:
        money = [float(each.replace(",", "")) if each else None for each in (credit, debit)]
        sheet.append([on, *money, *rest])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def a_line(deals: int, lines: int) -> float:
    """Return what matching one line costs with so many deals open, µs; the book itself not counted."""
    due, amounts = date(2024, 8, 1), (Decimal("1000.00"), Decimal("66666.67"))
    book = Book([OpenDeal(f"HT{n:08}", f"客户{n % 500}", frozenset({fold(f"客户{n % 500}")}), frozenset({f"HT{n:08}"}),
                          [(due, amount + n % 97) for amount in amounts]) for n in range(deals)], [])  # fmt: skip
    told = [Money(due, Decimal(n % 2000), fold(f"客户{n % 600}"), "货款", f"R{n}") for n in range(lines)]
    spent, _ = timed(lambda: [book.match(each) for each in told])
    return spent / lines * 1e6


def recorded_a_second(office: Office, root: Path) -> float:
    """Return how many certain lines a second are recorded in their contracts' logs, whole import."""
    sample = (data_root() / "samples" / "deals" / "yy-manufacturing.yaml").read_text(encoding="utf-8")
    rows = []
    for n in range(TAKEN):
        path = root / "deal.yaml"
        path.write_text(sample.replace("2024031002", f"20240310{n + 100:05}"), encoding="utf-8")
        number = import_deal(office, path).contract_no
        rows.append(("2024-07-02", f"{n + 1}.00", "", "YY制造有限公司", f"货款 {number}", f"T{n:05}"))
    statement = root / "七月.csv"
    statement.write_bytes(as_csv(rows))
    seconds, done = timed(lambda: import_payments(office, ImportOrder(statement)))
    assert done.counts == {"taken": TAKEN}  # type: ignore[attr-defined]
    return TAKEN / seconds


def main() -> int:
    """Measure, and print."""
    asked = [int(word) for word in sys.argv[1:]]
    lines, deals = (*asked, LINES, DEALS)[:2] if len(asked) != 1 else (asked[0], DEALS)
    rows = lines_of(lines, deals)
    with tempfile.TemporaryDirectory(prefix="docgen-statement-") as folder:
        root = Path(folder)
        initialise(root / "office", read_companies(data_root() / "samples" / "companies")["shanhai"])
        office = open_office(root / "office")
        began = time.perf_counter()
        print(
            f"{recorded_a_second(office, root):8.1f} certain lines a second recorded, each first in its contract's log"
        )
        fill(office, deals)
        print(f"{deals} deals in {time.perf_counter() - began:.0f} s", flush=True)
        for name, data in (("gb18030.csv", as_csv(rows)), ("workbook.xlsx", as_xlsx(rows))):
            (root / name).write_bytes(data)
            read, statement = timed(lambda data=data, name=name: read_statement(data, name=name))  # type: ignore[misc]
            assert len(statement.lines) == lines  # type: ignore[attr-defined]
            order = ImportOrder(root / name, dry_run=True)
            whole, done = timed(lambda order=order: import_payments(office, order))  # type: ignore[misc]
            print(f"{name:<14}{len(data) / 1e6:6.1f} MB   read {read:6.2f} s   preview, also matched {whole:6.2f} s",
                  dict(done.counts), flush=True)  # type: ignore[attr-defined]  # fmt: skip
    for size in (deals // 10, deals):
        print(f"matching with {size:>7} deals open {a_line(size, lines):8.1f} µs a line")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE_IN_KIB:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
