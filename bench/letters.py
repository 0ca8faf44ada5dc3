"""Letters a second: whole issued letters (filled, laid out, proved by re-opening, filed) beside plain warm WeasyPrint.

The plain way is WeasyPrint alone on the same finished HTML, warm, in one process, nothing checked and nothing kept.
Ours is `docgen batch` over synthetic deals, PDF only: one worker, then two. Ratios are of letters a second in the same
run; a busy machine moves both. At the end: where one letter's time goes, and how much memory a worker took.

    python bench/letters.py          60 letters each way
    python bench/letters.py 500      500 letters each way
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import weasyprint

from docgen.issuing.issue import _context, _pdf_job
from docgen.rendering.assets import ROOT_URL
from docgen.rendering.pdf import fill_html
from docgen.rendering.warm import fetcher_of
from docgen.services.batch import BatchDone, order_for, plan_due, run_batch
from docgen.services.batch_item import BatchItem, issue_item
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.office import Office, open_office, read_companies
from docgen.services.prepare_issue import Request, prepare
from docgen.workspace import data_root

LETTERS = 60
KIND, DAY = "预付款通知单", date(2024, 3, 12)
MEGABYTE_IN_KIB = 1024
STEPS = {
    "prepare_issue.py:prepare": "record, conditions, dossier",
    "pdf.py:fill_html": "template filled",
    "pdf.py:_lay_out": "laid out (WeasyPrint)",
    "pdf.py:_write": "written as PDF/A (WeasyPrint)",
    "proof.py:prove": "proved by re-opening",
    "numbers.py:allot": "numbers taken",
    "issue.py:_snapshot": "frozen: snapshot and hashes",
    "issue.py:frozen_templates": "frozen: template bytes",
    "deposit.py:deposit": "put into the archive",
    "batch_item.py:issue_item": "one letter, all in all",
}


def office_with_deals(root: Path, count: int) -> Office:
    """Make a workspace with copies of the sample deal, each under numbers of its own."""
    initialise(root, read_companies(data_root() / "samples" / "companies")["shanhai"])
    office = open_office(root)
    sample = (data_root() / "samples" / "deals" / "xx-tech.yaml").read_text(encoding="utf-8")
    for n in range(1, count + 1):
        path = root / "deal.yaml"
        own = sample.replace("SO2024031001", f"SO20240310{n:05}").replace("HT2024031001", f"HT202403{n:06}")
        path.write_text(own.replace("XXKJ-CG-2024-017", f"XXKJ-CG-{n:06}"), encoding="utf-8")
        import_deal(office, path)
    return office


def rate_of(office: Office, items: tuple[BatchItem, ...], workers: int) -> tuple[float, BatchDone]:
    """Issue items with some workers; return letters a second once all workers are warm, and the batch."""
    plan = plan_due(office, KIND, as_of=DAY)
    chosen = type(plan)(plan.kind, plan.title, plan.as_of, items)
    order = order_for(office, plan, dated=DAY, reason="测速", faces=("pdf",))
    at: list[float] = []
    done = run_batch(
        office, chosen, order, workers=workers, progress=lambda _, n, __: at.append(time.perf_counter()) if n else None
    )
    warm = 2 * workers
    return (len(at) - 1 - warm) / (at[-1] - at[warm]), done


def plain_rate(office: Office, item: BatchItem, rounds: int) -> float:
    """Return letters a second of plain warm WeasyPrint on the HTML of one letter."""
    order = prepare(office, Request(item.deal, KIND, seq=item.seq, as_of=DAY), is_draft=True).order
    html, _, assets = fill_html(_pdf_job(order, _context(order)))

    def once() -> object:
        source = weasyprint.HTML(string=html, base_url=ROOT_URL, url_fetcher=fetcher_of(weasyprint, assets))
        return source.write_pdf(pdf_variant="pdf/a-2a")

    once()
    began = time.perf_counter()
    for _ in range(rounds):
        once()
    return rounds / (time.perf_counter() - began)


def where_time_goes(office: Office, items: tuple[BatchItem, ...]) -> None:
    """Print the share of each step of issuing."""
    plan = plan_due(office, KIND, as_of=DAY)
    order = order_for(office, plan, dated=DAY, reason="测速", faces=("pdf",))
    issue_item(office, order, items[0])
    profile = cProfile.Profile()
    gc.collect()
    profile.enable()
    for item in items[1:]:
        issue_item(office, order, item)
    profile.disable()
    found = {}
    for (file, _, name), row in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        found[f"{Path(file).name}:{name}"] = row[3] / (len(items) - 1) * 1000
    print("\nwhere one letter's time goes (under the profiler, which slows Python code):")
    for key, words in STEPS.items():
        print(f"  {words:<44}{found.get(key, 0):>9.1f} ms")


def peak(of: int) -> float:
    """Return the largest memory of this process or of the largest child, MB."""
    return resource.getrusage(of).ru_maxrss / MEGABYTE_IN_KIB


def main() -> int:
    """Measure, and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS
    with tempfile.TemporaryDirectory(prefix="docgen-letters-") as folder:
        began = time.perf_counter()
        office = office_with_deals(Path(folder) / "office", 2 * count + 12)
        print(f"{2 * count + 12} deals imported in {time.perf_counter() - began:.0f} s", flush=True)
        items = plan_due(office, KIND, as_of=DAY).items
        measure(office, items, count, plain_rate(office, items[0], min(count, 60)))
    return 0


def measure(office: Office, items: tuple[BatchItem, ...], count: int, plain: float) -> None:
    """Print each way and its ratio to the plain one."""
    row: Callable[[str, float], None] = lambda what, rate: print(  # noqa: E731  # a row
        f"{what:<52}{rate:>8.2f} letters/s   × {rate / plain:.2f}", flush=True
    )
    row("plain warm WeasyPrint, one process", plain)
    one, done = rate_of(office, items[:count], 1)
    row("docgen batch, one worker: proved and filed", one)
    print(f"  largest worker after {len(done.issued)} letters: {peak(resource.RUSAGE_CHILDREN):.0f} MB")
    two, done = rate_of(office, items[count : 2 * count], 2)
    row("docgen batch, two workers: proved and filed", two)
    largest, own = peak(resource.RUSAGE_CHILDREN), peak(resource.RUSAGE_SELF)
    print(f"  largest worker so far: {largest:.0f} MB; this process: {own:.0f} MB")
    where_time_goes(office, items[2 * count :])


if __name__ == "__main__":
    sys.exit(main())
