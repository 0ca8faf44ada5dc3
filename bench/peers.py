"""docgen beside the plain way, as ratios from one run: the same work done both ways, turn by turn, on the same machine.

The plain way is what a careful programmer writes first with the same libraries: docxtpl as its manual shows it,
WeasyPrint without our checks, every code format at full resolution. Safety stays on in ours. Above 1 ours is faster.

    python bench/peers.py          10 rounds
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pypdfium2
import weasyprint
import zxingcpp
from docxtpl import DocxTemplate

from docgen.codes.read import read_codes
from docgen.demo.drops import drops
from docgen.demo.people import agreed
from docgen.demo.story import request_for
from docgen.issuing.issue import Order, _docx_job, _pdf_job
from docgen.kinds.kind import Face
from docgen.papers.scan import read_scan
from docgen.rendering.assets import ROOT_URL
from docgen.rendering.docx import render_docx
from docgen.rendering.paper import paper_words
from docgen.rendering.pdf import fill_html, render_pdf
from docgen.rendering.sandbox import environment
from docgen.rendering.warm import fetcher_of
from docgen.rendering.wording import wording_of
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office, read_companies
from docgen.services.prepare_issue import prepare
from docgen.workspace import data_root

ROUNDS = 10
DAY = "2024-03-26"
KIND = "验收报告"


def side_by_side(what: str, plain: Callable[[], object], ours: Callable[[], object], rounds: int) -> None:
    """Do both in turn and print the ratio of the medians."""
    times: dict[str, list[float]] = {"plain": [], "ours": []}
    for number in range(rounds + 1):
        for name, work in (("plain", plain), ("ours", ours)):
            began = time.perf_counter()
            work()
            if number:
                times[name].append(time.perf_counter() - began)
    one, other = statistics.median(times["plain"]), statistics.median(times["ours"])
    print(f"{what:<58}{one * 1000:>9.1f} ms{other * 1000:>9.1f} ms   × {one / other:.2f}", flush=True)


def plain_word(order: Order, context: Mapping[str, object]) -> bytes:
    """Fill the Word face the way docxtpl's manual shows; filters are ours, for the template needs them."""
    template = DocxTemplate(order.kind.face_file(Face.DOCX))
    template.render(dict(context), environment())
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def plain_codes(data: bytes) -> list[str]:
    """Draw each page in colour at 200 dpi and look for every kind of code there is."""
    document = pypdfium2.PdfDocument(data)
    images = [document[index].render(scale=200 / 72).to_pil() for index in range(len(document))]
    return [found.text for image in images for found in zxingcpp.read_barcodes(image)]


def main() -> int:
    """Compare, and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory(prefix="docgen-peers-") as folder:
        compare(Path(folder), rounds)
    return 0


def compare(root: Path, rounds: int) -> None:
    """Set up one deal and compare each step."""
    initialise(root / "office", read_companies(data_root() / "samples" / "companies")["shanhai"])
    office = open_office(root / "office")
    contract_no = import_deal(office, data_root() / "samples" / "deals" / "xx-tech.yaml").contract_no
    order = prepare(office, request_for(contract_no, KIND, DAY), is_draft=True).order
    context = order.context()
    pdf_job, docx_job = _pdf_job(order, context), _docx_job(order, context)
    html, _, assets = fill_html(pdf_job)
    print(f"{'':<58}{'plain':>12}{'ours':>12}")

    furniture = paper_words(docx_job.meta, readable_number="", draft=True, bears_code=False)
    filled = {**context, "paper": {**context["paper"], **furniture}}  # type: ignore[dict-item]
    filled["w"] = wording_of(order.kind.folder, order.shared, filled)

    def plain_pdf() -> bytes:
        source = weasyprint.HTML(string=html, base_url=ROOT_URL, url_fetcher=fetcher_of(weasyprint, assets))
        return bytes(source.write_pdf(pdf_variant="pdf/a-2a"))

    side_by_side(
        "PDF of two pages, filled, laid out, checked (plain: laid out)", plain_pdf, lambda: render_pdf(pdf_job), rounds
    )
    side_by_side(
        "Word file, filled and furnished (plain: filled)",
        lambda: plain_word(order, filled),
        lambda: render_docx(docx_job),
        rounds,
    )
    scan = scan_of(office, contract_no)
    side_by_side(
        "codes of a scanned page, 200 dpi (plain: all formats)",
        lambda: plain_codes(scan),
        lambda: read_scan(scan),
        rounds,
    )
    picture = pypdfium2.PdfDocument(scan)[0].render(scale=200 / 72, grayscale=True).to_numpy()
    gray = picture[:, :, 0] if picture.ndim == 3 else picture  # noqa: PLR2004  # rows, columns, channels
    side_by_side(
        "one page picture already unpacked", lambda: zxingcpp.read_barcodes(gray), lambda: read_codes(gray), rounds
    )


def scan_of(office: Office, contract_no: str) -> bytes:
    """Issue the three papers and return the scan of the notice as the demo's copier makes it."""
    papers = (("预付款通知单", date(2024, 3, 12)), ("补充协议", date(2024, 3, 15)), (KIND, date(2024, 3, 26)))
    agreed(office, contract_no, "补充协议", as_of=date(2024, 3, 15))
    issued = tuple(issue_document(office, request_for(contract_no, kind, day.isoformat())) for kind, day in papers)
    return drops(office, issued)[0].data


if __name__ == "__main__":
    sys.exit(main())
