"""What the due board costs against its size: first look (records read), next looks (outlines kept), where time goes.

python bench/board.py              1,000 and 10,000 deals
python bench/board.py 33334        another number (three instalments each)
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from docgen.deals.reading import parse_record, read_text
from docgen.receivables import outline as outlines
from docgen.receivables.aging import ageing
from docgen.receivables.board import board_rows
from docgen.services.due_board import Wanted, due_board
from docgen.services.initialise import initialise
from docgen.services.office import Office, open_office, read_companies
from docgen.store import database
from docgen.store import outlines as kept
from docgen.store.models import Customer, Deal
from docgen.workspace import data_root

SIZES = (1_000, 10_000)
SAMPLES = data_root() / "samples"
NAMES = ("xx-tech", "hengtai-line", "qingyuan-logistics")
DAY, NEXT_DAY, PAST_DAY = date(2024, 7, 5), date(2024, 7, 6), date(2024, 4, 20)


def fill(office: Office, count: int) -> None:
    """Write twins of the samples straight into the tables; the board reads nothing else."""
    plain = []
    for name in NAMES:
        data, _ = read_text((SAMPLES / "deals" / f"{name}.yaml").read_text(encoding="utf-8"), name=name)
        deal, _ = parse_record(data, companies=office.companies)
        assert deal is not None
        plain.append(deal.model_dump(mode="json", by_alias=True))
    Customer.objects.bulk_create(Customer(id=f"202401-{n:04}", name=f"示例客户{n}有限公司") for n in range(500))
    rows = []
    for n in range(count):
        record = json.loads(json.dumps(plain[n % len(plain)]))
        number, customer = f"HT20240310{n:06}", f"202401-{n % 500:04}"
        record["terms"]["contract"]["number"], record["customer"]["id"] = number, customer
        rows.append(Deal(contract_no=number, customer_id=customer, title="合同", total=record["terms"]["total"],
                         revision=1, record=record, created_at="2024-03-10T00:00:00+00:00"))  # fmt: skip
    Deal.objects.bulk_create(rows, batch_size=500)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return how many seconds some work took, and its result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def measure(root: Path, count: int) -> None:
    """Fill a workspace with so many deals, look at the board, and print what each look costs."""
    initialise(root, read_companies(SAMPLES / "companies")["shanhai"])
    office = open_office(root)
    fill(office, count)
    first, board = timed(lambda: due_board(office, Wanted(as_of=DAY)))
    second, _ = timed(lambda: due_board(office, Wanted(as_of=DAY)))
    following, _ = timed(lambda: due_board(office, Wanted(as_of=NEXT_DAY)))
    past, _ = timed(lambda: due_board(office, Wanted(as_of=PAST_DAY)))
    basis = f"{outlines.SCHEMA}/{office.calendar.version}"
    fetch, texts = timed(lambda: [row.data for row in kept.outline_rows(DAY, basis=basis)])
    parse, found = timed(lambda: [outlines.from_json(json.loads(text)) for text in texts])  # type: ignore[attr-defined]
    make, rows = timed(lambda: [row for one in found for row in board_rows(one, as_of=DAY)])  # type: ignore[attr-defined]
    age, _ = timed(lambda: ageing(rows))  # type: ignore[arg-type]
    assert len(rows) == len(board.rows)  # type: ignore[arg-type, attr-defined]
    each = 1e6 / len(rows)  # type: ignore[arg-type]
    print(f"{count:>8} deals {len(rows):>9} instalments   first {first:7.2f} s   again {second:6.2f} s   "  # type: ignore[arg-type]
          f"next day {following:6.2f} s   a past day, first time {past:7.2f} s")  # fmt: skip
    print(f"         of a second look: fetch {fetch * each:5.1f} µs, parse {parse * each:5.1f} µs, "
          f"rows {make * each:5.1f} µs, ageing {age * each:5.1f} µs an instalment")  # fmt: skip
    database.disconnect()


def main() -> int:
    """Measure each size in a workspace of its own."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder) / "office", count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
