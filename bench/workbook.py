"""How fast a large workbook is read: 20,000 rows of deals, from bytes to checked records, and marked with its errors.

python bench/workbook.py           20,000 rows
python bench/workbook.py 5000      another number
"""

from __future__ import annotations

import sys
import time

from docgen.deals.deal import Deal
from docgen.deals.reading import parse_record, read_text
from docgen.deals.workdays import Calendar
from docgen.exchange.layout import sheets
from docgen.exchange.reader import read_workbook
from docgen.exchange.reading import take
from docgen.exchange.rows import rows_of
from docgen.exchange.workbook import make_workbook
from docgen.services.office import read_companies
from docgen.workspace import data_root

ROWS = 20_000
SAMPLES = data_root() / "samples"


def deals_of(rows: int) -> list[Deal]:
    """Return twins of the sample deal that together fill so many rows."""
    plain, _ = read_text((SAMPLES / "deals" / "xx-tech.yaml").read_text(encoding="utf-8"), name="xx-tech.yaml")
    deal, _ = parse_record(plain, companies=read_companies(SAMPLES / "companies"))
    assert deal is not None
    each = sum(len(rows_of(deal, sheet)) for sheet in sheets())
    numbers = (f"SO20240310{number:05}" for number in range(1, rows // each + 2))
    return [_numbered(deal, number) for number in numbers]


def _numbered(deal: Deal, number: str) -> Deal:
    contract = deal.terms.contract.model_copy(update={"order_number": number})
    return deal.model_copy(update={"terms": deal.terms.model_copy(update={"contract": contract})})


def main() -> int:
    """Measure, and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    companies = read_companies(SAMPLES / "companies")
    deals = deals_of(rows)
    began = time.perf_counter()
    data = make_workbook(companies=[one.name for one in companies.values()], deals=deals)
    made = time.perf_counter()
    raws = read_workbook(data)
    read = time.perf_counter()
    taken = take(raws, companies=companies, calendar=Calendar())
    judged = time.perf_counter()
    assert not any(draft.is_faulty for draft in taken.drafts)
    print(f"{rows} rows, {len(deals)} deals, {len(data) / 1e6:.1f} MB")
    print(f"write the workbook              {made - began:6.1f} s")
    print(f"read the cells, contained       {read - made:6.1f} s")
    print(f"records made and checked        {judged - read:6.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
