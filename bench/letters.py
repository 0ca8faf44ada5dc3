"""Letters a second: whole issued letters (filled, laid out, proved by re-opening, filed) beside plain warm WeasyPrint.

The plain way is WeasyPrint alone on the same finished HTML, warm, in a process that holds nothing else, nothing checked
and nothing kept; it is measured before and after ours. Ours is `docgen batch` over synthetic deals, PDF only, with the
workers it takes by itself (one more than cores): on one core, then on two. Ratios are of letters a second in the same
run, to the plain way on one core; what the plain way gains by a second core shows what that core is worth on this
machine. Then both ways in turn, letter by letter, in processor time: what other programs do touches that least. At the
end: where one letter's time goes, and how much memory a worker took.

    python bench/letters.py          60 letters each way
    python bench/letters.py 500      500 letters each way
"""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from statistics import fmean
from types import ModuleType
from unittest.mock import patch

import weasyprint

from docgen.issuing import issue, proof
from docgen.issuing.issue import _pdf_job
from docgen.rendering import pdf
from docgen.rendering.assets import ROOT_URL, Assets
from docgen.rendering.pdf import fill_html
from docgen.rendering.warm import fetcher_of
from docgen.services import batch_item, issue_document
from docgen.services.batch import BatchDone, order_for, plan_due, run_batch
from docgen.services.batch_item import BatchItem
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.office import Office, open_office, read_companies
from docgen.services.prepare_issue import Request, prepare
from docgen.store import ledger, people, projection
from docgen.workspace import data_root

LETTERS = 60
WARM = 2
PLAIN = "--plain"
_SOUNDS = (
    "安白柏北碧博采沧辰澄初川达德鼎东帆丰枫凤高光国海瀚航浩和恒弘虹华辉汇嘉江金锦景九凯康可蓝朗乐黎力联林龙"
    "鹿绿明宁朋启千"
)
"""Characters of made-up customers' names."""
KIND, DAY = "预付款通知单", date(2024, 3, 12)
MEGABYTE_IN_KIB = 1024
STEPS: tuple[tuple[ModuleType | type, str, str], ...] = (
    (issue_document, "prepare", "record, conditions, dossier"),
    (pdf, "fill_html", "template filled"),
    (pdf, "_lay_out", "laid out (WeasyPrint)"),
    (pdf, "_write", "written as PDF/A (WeasyPrint)"),
    (pdf, "layout_faults", "laid-out text, places and characters checked"),
    (proof, "prove", "proved by re-opening"),
    (issue_document, "allot", "numbers taken"),
    (issue.Order, "context", "values for the template"),
    (issue, "_snapshot", "frozen: snapshot and hashes"),
    (issue, "frozen_templates", "frozen: template bytes"),
    (issue_document, "beside", "frozen: written out"),
    (issue_document, "_item", "retention and sidecar"),
    (issue_document, "deposit", "put into the archive"),
    (projection, "catch_up", "tables brought up to the log"),
    (projection, "set_dirty", "append noted in the tables"),
    (projection, "known_folder", "contract's folder found"),
    (people, "require_writer", "right to write asked"),
    (ledger, "deal", "record read"),
    (batch_item, "result_of", "result told to the batch"),
    (batch_item, "issue_item", "anything else"),
)
"""Where each step is called from, its name there, and what it does; a step within a step counts for itself only."""


def office_with_deals(root: Path, count: int) -> Office:
    """Make a workspace with copies of the sample deal, each with a customer, a price and numbers of its own."""
    initialise(root, read_companies(data_root() / "samples" / "companies")["shanhai"])
    office = open_office(root)
    sample = (data_root() / "samples" / "deals" / "xx-tech.yaml").read_text(encoding="utf-8")
    for n in range(1, count + 1):
        path = root / "deal.yaml"
        path.write_text(own_deal(sample, n), encoding="utf-8")
        import_deal(office, path)
    return office


def own_deal(sample: str, n: int) -> str:
    """Return the sample deal as another customer's: no two letters of a batch say the same."""
    many = len(_SOUNDS)
    name = _SOUNDS[n % many] + _SOUNDS[n // many % many] + _SOUNDS[(7 * n + 5) % many]
    price = 30000 + 10 * n
    own = {
        "SO2024031001": f"SO20240310{n:05}",
        "HT2024031001": f"HT202403{n:06}",
        "XXKJ-CG-2024-017": f"XXKJ-CG-{n:06}",
        "XX科技": f"{name}科技",
        "MA0000002C": f"MA{n:07}2",
        "虚构大道1号": f"虚构大道{n}号",
        "unit_price: 48000": f"unit_price: {price}",
        "total: 285000.00": f"total: {5 * price + 45000}.00",
    }
    for was, now in own.items():
        sample = sample.replace(was, now)
    return sample


def rate_of(office: Office, items: tuple[BatchItem, ...], workers: int) -> tuple[float, float, BatchDone]:
    """Issue items with some workers; return letters a second once warm, processor seconds a letter, and the batch.

    The processor's time is that of the workers and of this process, their start (import, opening the office) included.
    With few letters it is mostly the start; what a letter takes once warm stands in the table of steps.
    """
    before = processor_time()
    plan = plan_due(office, KIND, as_of=DAY)
    chosen = type(plan)(plan.kind, plan.title, plan.as_of, items)
    order = order_for(office, plan, dated=DAY, reason="测速", faces=("pdf",))
    at: list[float] = []
    done = run_batch(
        office, chosen, order, workers=workers, progress=lambda _, n, __: at.append(time.perf_counter()) if n else None
    )
    warm = 2 * workers
    return (len(at) - 1 - warm) / (at[-1] - at[warm]), (processor_time() - before) / len(at), done


def processor_time() -> float:
    """Return the processor time this process and its ended children have used, s."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


class Plain:
    """Plain warm WeasyPrint in a process of its own, on the HTML of one letter."""

    def __init__(self, office: Office, item: BatchItem, folder: Path) -> None:
        order = prepare(office, Request(item.deal, KIND, seq=item.seq, as_of=DAY), is_draft=True).order
        html, _, assets = fill_html(_pdf_job(order, order.context()))
        page = folder / "plain.html"
        page.write_text(html, encoding="utf-8")
        words = [sys.executable, __file__, PLAIN, str(page), str(assets.kind), str(assets.shared)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told: list[tuple[float, float]] = []
        self.letters(2)
        self.told.clear()

    def letters(self, count: int) -> None:
        """Make some, and note what each took: seconds by the clock, seconds of the processor."""
        for _ in range(count):
            print(file=self._process.stdin, flush=True)
            wall, used = self._process.stdout.readline().split()  # type: ignore[union-attr]  # a pipe
            self.told.append((float(wall), float(used)))

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.pid

    @property
    def seconds(self) -> tuple[float, float]:
        """Return what a letter took on average, by the clock and of the processor."""
        return fmean(wall for wall, _ in self.told), fmean(used for _, used in self.told)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def be_plain(page: Path, kind: Path, shared: Path) -> None:
    """Make one letter for each line that comes in, and tell what it took."""
    html, assets = page.read_text(encoding="utf-8"), Assets(kind, shared)
    for _ in sys.stdin:
        began, before = time.perf_counter(), time.process_time()
        source = weasyprint.HTML(string=html, base_url=ROOT_URL, url_fetcher=fetcher_of(weasyprint, assets))
        source.write_pdf(pdf_variant="pdf/a-2a")
        print(time.perf_counter() - began, time.process_time() - before, flush=True)


def in_turn(office: Office, items: tuple[BatchItem, ...], plain: Plain) -> tuple[float, float]:
    """Return processor seconds a letter of ours, warm and with the collector as in a worker, and of the plain way."""
    order = order_for(office, plan_due(office, KIND, as_of=DAY), dated=DAY, reason="测速", faces=("pdf",))
    for item in items[:WARM]:
        batch_item.issue_item(office, order, item)
    ours: list[float] = []
    plain.told.clear()
    gc.collect()
    gc.disable()
    for item in items[WARM:]:
        before = time.process_time()
        batch_item.issue_item(office, order, item)
        ours.append(time.process_time() - before)
        plain.letters(1)
    gc.enable()
    return fmean(ours), plain.seconds[1]


class Clock:
    """Adds up the time of each step, wall and processor, without the steps inside it."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}
        self._open: list[list[float]] = []

    def timed(self, words: str, step: Callable[..., object]) -> Callable[..., object]:
        """Return the step with the clock at its side."""

        def run(*args: object, **named: object) -> object:
            inside = [0.0, 0.0]
            self._open.append(inside)
            began = time.perf_counter(), time.process_time()
            try:
                return step(*args, **named)
            finally:
                took = time.perf_counter() - began[0], time.process_time() - began[1]
                self._open.pop()
                row = self.spent.setdefault(words, [0.0, 0.0])
                for at in (0, 1):
                    row[at] += took[at] - inside[at]
                    if self._open:
                        self._open[-1][at] += took[at]

        return run


def where_time_goes(office: Office, items: tuple[BatchItem, ...]) -> None:
    """Print the time of each step of issuing, once warm and with the collector as in a worker."""
    plan = plan_due(office, KIND, as_of=DAY)
    order = order_for(office, plan, dated=DAY, reason="测速", faces=("pdf",))
    warm = items[:WARM]
    for item in warm:
        batch_item.issue_item(office, order, item)
    clock, count = Clock(), len(items) - len(warm)
    with ExitStack() as patches:
        for module, name, words in STEPS:
            patches.enter_context(patch.object(module, name, clock.timed(words, getattr(module, name))))
        gc.collect()
        gc.disable()
        for item in items[len(warm) :]:
            batch_item.issue_item(office, order, item)
        gc.enable()
    print("\nwhere one letter's time goes:                          wall  processor")
    for _, _, words in STEPS:
        wall, processor = clock.spent.get(words, (0.0, 0.0))
        print(f"  {words:<44}{wall / count * 1000:>9.1f}{processor / count * 1000:>9.1f} ms")
    whole = [sum(row[at] for row in clock.spent.values()) / count * 1000 for at in (0, 1)]
    print(f"  {'one letter, all in all':<44}{whole[0]:>9.1f}{whole[1]:>9.1f} ms")


def peak(of: int) -> float:
    """Return the largest memory of this process or of the largest child, MB."""
    return resource.getrusage(of).ru_maxrss / MEGABYTE_IN_KIB


def main() -> int:
    """Measure, and print."""
    if sys.argv[1:2] == [PLAIN]:
        be_plain(*map(Path, sys.argv[2:]))
        return 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS
    with tempfile.TemporaryDirectory(prefix="docgen-letters-") as folder:
        began = time.perf_counter()
        office = office_with_deals(Path(folder) / "office", 3 * count + 12)
        print(f"{3 * count + 12} deals imported in {time.perf_counter() - began:.0f} s", flush=True)
        items = plan_due(office, KIND, as_of=DAY).items
        plains = Plain(office, items[0], Path(folder)), Plain(office, items[0], Path(folder))
        measure(office, items, count, plains)
        ours, theirs = in_turn(office, items[2 * count : 3 * count], plains[0])
        told = f"{ours * 1000:.0f} ms processor a letter, plain {theirs * 1000:.0f}"
        print(f"{'in turn, letter by letter: proved and filed':<46}{told} × {theirs / ours:.2f}", flush=True)
        for plain in plains:
            plain.close()
        where_time_goes(office, items[3 * count :])
    return 0


def measure(office: Office, items: tuple[BatchItem, ...], count: int, plains: tuple[Plain, Plain]) -> None:
    """Print letters a second of each way on one core and on two, and the ratio to plain WeasyPrint on one core."""
    every = sorted(os.sched_getaffinity(0))
    alone = 0.0
    for cores in (1, 2)[: len(every)]:
        pin(every[:cores], plains)
        before = plain_rate(plains[:cores], count)
        rate, used, done = rate_of(office, items[(cores - 1) * count : cores * count], cores + 1)
        plain = (before + plain_rate(plains[:cores], count)) / 2
        alone = alone or plain
        most = peak(resource.RUSAGE_CHILDREN)
        print(f"  largest worker after {len(done.issued)} letters: {most:.0f} MB", flush=True)
        for what, each, told in (
            (f"plain warm WeasyPrint, processes: {cores}", plain, ""),
            (f"docgen batch, workers: {cores + 1}", rate, f"   {used * 1000:.0f} ms processor, start included"),
        ):
            print(f"{what:<38} on cores: {cores}{each:>8.2f} letters/s × {each / alone:.2f}{told}", flush=True)
    pin(every, plains)


def pin(cores: list[int], plains: tuple[Plain, ...]) -> None:
    """Let this process, what it starts, and the plain ones run on these cores only."""
    for pid in (0, *(plain.pid for plain in plains)):
        os.sched_setaffinity(pid, cores)


def plain_rate(plains: tuple[Plain, ...], count: int) -> float:
    """Return letters a second of plain processes at work at the same time."""
    each = min(count, 20)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(plains)) as threads:
        list(threads.map(lambda plain: plain.letters(each), plains))
    return each * len(plains) / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
