"""What the due board costs against its size: first look (records read), next looks (outlines kept), where time goes.

python bench/board.py              1,000 and 10,000 deals of three instalments, a letter each
python bench/board.py 33334        another number
python bench/board.py 100000x10    so many deals of ten instalments: a million

Each size runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import copy
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from docgen.deals.reading import parse_record, read_text
from docgen.receivables import outline as outlines
from docgen.receivables.aging import ageing
from docgen.receivables.board import board_rows
from docgen.services.due_board import Wanted, due_board
from docgen.services.initialise import initialise
from docgen.services.office import Office, open_office, read_companies
from docgen.store import database
from docgen.store import outlines as kept
from docgen.store.models import Customer, Deal, Letter, Paper
from docgen.workspace import data_root

SIZES = ("1000", "10000")
SAMPLE_PARTS = 3
AT_ONCE = 500
SAMPLES = data_root() / "samples"
STAGED = "进度款付款通知函"
NAMES = ("xx-tech", "hengtai-line", "qingyuan-logistics")
DAY, NEXT_DAY, PAST_DAY = date(2024, 7, 5), date(2024, 7, 6), date(2024, 4, 20)


def twins(office: Office, parts: int) -> list[dict[str, Any]]:
    """Return the sample deals as plain records of so many instalments: the second is parted, each a month later."""
    plain = []
    for name in NAMES:
        data, _ = read_text((SAMPLES / "deals" / f"{name}.yaml").read_text(encoding="utf-8"), name=name)
        changed: dict[str, Any] = json.loads(json.dumps(data))
        for terms in (changed["terms"], *(change["new"] for change in changed.get("changes", ()))):
            if "plan" in terms:
                terms["plan"] = list(parted(terms["plan"], parts))
        deal, _ = parse_record(changed, companies=office.companies)
        assert deal is not None
        plain.append(deal.model_dump(mode="json", by_alias=True))
    return plain


def parted(plan: list[dict[str, Any]], parts: int) -> Iterator[dict[str, Any]]:
    """Yield a plan of three instalments as one of `parts`."""
    first, second, last = plan
    months = parts - SAMPLE_PARTS + 1
    yield first
    for number in range(months):
        trigger = {**second["trigger"], "term": int(second["trigger"]["term"]) + 30 * number}
        yield {**second, "seq": 2 + number, "share": str(Decimal(second["share"]) / months), "trigger": trigger}
    yield {**last, "seq": parts}


def fill(office: Office, count: int, parts: int = SAMPLE_PARTS) -> None:
    """Write twins of the samples, each with a letter, straight into the tables; the board reads nothing else."""
    plain = twins(office, parts)
    Customer.objects.bulk_create(Customer(id=f"202401-{n:04}", name=f"示例客户{n}有限公司") for n in range(500))
    for start in range(0, count, AT_ONCE):
        rows = []
        for n in range(start, min(start + AT_ONCE, count)):
            record = copy.deepcopy(plain[n % len(plain)])
            number, customer = f"HT20240310{n:06}", f"202401-{n % 500:04}"
            record["terms"]["contract"]["number"], record["customer"]["id"] = number, customer
            rows.append(Deal(contract_no=number, customer_id=customer, title="合同", total=record["terms"]["total"],
                             revision=1, record=record, created_at="2024-03-10T00:00:00+00:00"))  # fmt: skip
        Deal.objects.bulk_create(rows)
        write_letters([row.contract_no for row in rows], start)


def write_letters(numbers: list[str], start: int) -> None:
    """Give every deal a letter that arrived, and the archived proof of its delivery."""
    title, at = STAGED, "2024-04-02T00:00:00+00:00"
    papers, sent = [], []
    for n, contract_no in enumerate(numbers, start):
        number, proof = f"{contract_no}-L1", f"proof-{n:06}"
        common: dict[str, Any] = {"key": contract_no, "contract_no": contract_no, "at": at}
        papers += [
            Paper(id=f"letter-{n:06}", item_type="issued", kind="progress-letter", title=title, number=number,
                  subject="instalment 2", document_id=f"D{n:06}", sidecar={"extra": {"dated": "2024-04-02"}}, **common),
            Paper(id=proof, item_type="filed", kind="other", title="签收回执", sidecar={"extra": {}}, **common),
        ]  # fmt: skip
        sent.append(Letter(number=number, attempt=1, contract_no=contract_no, sent_on="2024-04-02", channel="ems",
                           delivered_on="2024-04-05", evidence=proof, status="delivered"))  # fmt: skip
    Paper.objects.bulk_create(papers, batch_size=500)
    Letter.objects.bulk_create(sent, batch_size=500)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return how many seconds of computing some work took, and its result; other programs are left out."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def measure(root: Path, count: int, parts: int) -> None:
    """Fill a workspace with so many deals, look at the board, and print what each look costs."""
    initialise(root, read_companies(SAMPLES / "companies")["shanhai"])
    office = open_office(root)
    fill(office, count, parts)
    first, board = timed(lambda: due_board(office, Wanted(as_of=DAY)))
    with CaptureQueriesContext(connection) as queries:
        due_board(office, Wanted(as_of=DAY))
    second, _ = timed(lambda: due_board(office, Wanted(as_of=DAY)))
    following, _ = timed(lambda: due_board(office, Wanted(as_of=NEXT_DAY)))
    past, _ = timed(lambda: due_board(office, Wanted(as_of=PAST_DAY)))
    basis = f"{outlines.SCHEMA}/{office.calendar.version}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    fetch, texts = timed(lambda: [row.data for page in kept.outline_pages(DAY, basis=basis) for row in page])
    parse, found = timed(lambda: [outlines.from_json(json.loads(text)) for text in texts])  # type: ignore[attr-defined]
    make, rows = timed(lambda: [row for one in found for row in board_rows(one, as_of=DAY)])  # type: ignore[attr-defined]
    age, _ = timed(lambda: ageing(rows))  # type: ignore[arg-type]
    assert len(rows) == len(board.rows)  # type: ignore[arg-type, attr-defined]
    each = 1e6 / len(rows)  # type: ignore[arg-type]
    print(f"{count:>8} deals {len(rows):>9} instalments   first {first:7.2f} s   again {second:6.2f} s   "  # type: ignore[arg-type]
          f"next day {following:6.2f} s   a past day, first time {past:7.2f} s")  # fmt: skip
    print(f"         {len(queries)} questions to the tables for a second look, {second * each:.0f} µs an instalment; "
          f"peak memory {peak:.0f} MB")  # fmt: skip
    print(f"         of a second look: fetch {fetch * each:5.1f} µs, parse {parse * each:5.1f} µs, "
          f"rows {make * each:5.1f} µs, ageing {age * each:5.1f} µs an instalment", flush=True)  # fmt: skip
    database.disconnect()


def main() -> int:
    """Measure each size in a workspace and a process of its own."""
    for word in sys.argv[1:] or SIZES:
        count, _, parts = word.partition("x")
        with tempfile.TemporaryDirectory() as folder:
            sizes = (Path(folder) / "office", int(count), int(parts or SAMPLE_PARTS))
            child = multiprocessing.get_context("fork").Process(target=measure, args=sizes)
            child.start()
            child.join()
            if child.exitcode:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
