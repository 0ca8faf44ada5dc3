"""What an archive's size costs: each daily act with a small archive and with a large one, as ratios.

Two workspaces are built whose folders, labels, logs, hashes and rows are what docgen itself would have written (most
papers' own bytes are left out: no daily act reads them). Then each act is done in both by turns, in one run. A ratio
near 1 means that the archive may grow; filing into one contract grows with that contract's own log, in both alike.

    python bench/growth.py                     1,000 against 20,000 items (a minute or two to build)
    python bench/growth.py 1000 100000 15      items, items, rounds (ten minutes to build)
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from docgen.archive import plain
from docgen.archive.eventlog import genesis
from docgen.archive.layout import Archive, Folder
from docgen.archive.record import CustomerRef, FileRecord, Sidecar, Source, sidecar_bytes
from docgen.contained.run import Worker
from docgen.demo.simulate import ScanSpec, foreign_letter, print_and_scan
from docgen.demo.story import request_for
from docgen.papers.limits import READING
from docgen.services.deals import show_deal
from docgen.services.file_scan import Readers, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.inbox import list_waiting
from docgen.services.initialise import initialise
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office, read_companies
from docgen.services.record_fact import NewFact, add_fact
from docgen.store import database
from docgen.store.models import Customer, CustomerName, Deal, Event, LogCursor, Paper
from docgen.workspace import data_root

SIZES = (1_000, 20_000)
ROUNDS = 15
PER_CONTRACT = 10
BATCH = 500
WHOLE_EVERY = 20
"""Of so many contract folders one has its sidecars and papers, too."""
AT = datetime(2023, 5, 4, 2, 0, tzinfo=UTC)
ACTOR = "bench"
NOTICE = "预付款通知单"
SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"


@dataclass(frozen=True)
class Site:
    """One workspace of a size, and the scan that is filed into it over and over."""

    items: int
    root: Path
    contract_no: str
    scan: bytes


def base(root: Path) -> tuple[str, bytes]:
    """Make a workspace with a real deal, a real paper and five waiting files; return its number and a coded scan."""
    initialise(root, read_companies(data_root() / "samples" / "companies")["shanhai"])
    office = open_office(root, actor=ACTOR)
    contract_no = import_deal(office, SAMPLE).contract_no
    issued = issue_document(office, request_for(contract_no, NOTICE, "2024-03-12"))
    paper = next(path for path in issued.files if path.suffix == ".pdf").read_bytes()
    fonts = data_root() / "templates" / "_shared" / "fonts"
    foreign = foreign_letter(1, fonts=fonts)
    source = root / "foreign.pdf"
    with Worker(READING) as worker:
        for number in range(5):
            source.write_bytes(foreign + f"\n% {number}\n".encode())
            file_scan(office, source, readers=Readers(worker=worker, reads_print=False))
    database.disconnect()
    return contract_no, print_and_scan(paper, ScanSpec(fonts=fonts), seed=1)


def grown(root: Path, items: int, contract_no: str, scan: bytes) -> Site:
    """Fill a copy of the workspace with so many items of other contracts."""
    office = open_office(root, actor=ACTOR)
    began = time.perf_counter()
    fill(office, items // PER_CONTRACT, Deal.objects.get(contract_no=contract_no).record)
    database.disconnect()
    os.sync()
    print(f"{items:>9,} items in {items // PER_CONTRACT:,} contracts built in {time.perf_counter() - began:.0f} s")
    return Site(items, root, contract_no, scan)


def fill(office: Office, contracts: int, record: Mapping[str, object]) -> None:
    """Write contract folders and their rows, one customer each."""
    archive = Archive(office.workspace.archive)
    rows: dict[type, list[object]] = {model: [] for model in (Customer, CustomerName, Deal, LogCursor, Event, Paper)}
    for number in range(contracts):
        customer = CustomerRef(id=f"KH9{number:07}", name=f"样例{number:06}号公司（示例）")
        for row in contract(archive, customer, f"SO2023{number:07}", record, is_whole=number % WHOLE_EVERY == 0):
            rows[type(row)].append(row)
        if len(rows[Deal]) == BATCH or number == contracts - 1:
            for model, made in rows.items():
                model.objects.bulk_create(made, batch_size=BATCH)  # type: ignore[attr-defined]  # each is a model
                made.clear()


def contract(
    archive: Archive, customer: CustomerRef, contract_no: str, record: Mapping[str, object], *, is_whole: bool
) -> Iterator[object]:
    """Write one contract's folder as docgen leaves it and yield its rows."""
    home = archive.root / customer.name
    folder = Folder(home / contract_no, contract_no)
    (home / "_customer" / "_docgen").mkdir(parents=True)
    for path in (folder.records, folder.derived, folder.templates, folder.pending, folder.unfinished):
        path.mkdir(parents=True)
    named = {"schema": 1, "id": customer.id, "name": customer.name, "folder": home.name}
    (home / "_customer" / "customer.json").write_bytes(plain.pretty(named))
    label = plain.pretty({"schema": 1, "key": contract_no, "kind": "contract", "customer_id": customer.id})
    folder.label.write_bytes(label)
    folder.lock.touch()
    yield Customer(id=customer.id, name=customer.name)
    yield CustomerName(customer_id=customer.id, position=0, name=customer.name, folded=customer.name)
    told = json.loads(json.dumps(record))
    told["terms"]["contract"]["number"] = contract_no
    told["customer"] |= {"id": customer.id, "name": customer.name}
    yield Deal(
        contract_no=contract_no, customer_id=customer.id, title="样例合同", order_no=f"PO{contract_no}",
        total="285000.00", revision=1, record=told, created_at=AT.isoformat(),
    )  # fmt: skip
    head, lines = genesis(contract_no), []
    listed = [f"{hashlib.sha256(label).hexdigest()}  _docgen/folder.json\n"]
    sidecars = [sidecar(customer, contract_no, number) for number in range(PER_CONTRACT)]
    acts = [("deal.recorded", {"revision": 1, "record": told})]
    acts += [("paper.filed", {"sidecar": each.as_json()}) for each in sidecars]
    for seq, (kind, payload) in enumerate(acts, start=1):
        body = {"seq": seq, "at": AT.isoformat(), "type": kind, "actor": ACTOR, "payload": payload, "prev": head}
        head = hashlib.sha256(written(body)).hexdigest()
        lines.append(written({**body, "hash": head}) + b"\n")
        yield Event(key=contract_no, seq=seq, at=AT.isoformat(), type=kind, actor=ACTOR, payload=payload)
    for number, each in enumerate(sidecars):
        listed.append(f"{each.files[0].sha256}  {each.files[0].name}\n")
        if is_whole:
            (folder.path / each.files[0].name).write_bytes(content(contract_no, number))
            (folder.records / f"{each.id}.json").write_bytes(sidecar_bytes(each))
        yield Paper(
            id=each.id, key=contract_no, contract_no=contract_no, item_type="filed", kind="scan", title=each.title,
            at=AT.isoformat(), source_sha256=each.files[0].sha256, sidecar=each.as_json(), pages=1,
        )  # fmt: skip
    folder.manifest.write_text("".join(listed), encoding="utf-8")
    folder.events.write_bytes(b"".join(lines))
    yield LogCursor(
        key=contract_no, place=f"{home.name}/{contract_no}", offset=sum(map(len, lines)), seq=len(acts), head=head
    )


def written(body: object) -> bytes:
    """Return the canonical writing of values known to be plain."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def content(contract_no: str, number: int) -> bytes:
    """Return the bytes of a synthetic paper."""
    return f"%PDF-1.4 {contract_no} {number}".encode()


def sidecar(customer: CustomerRef, contract_no: str, number: int) -> Sidecar:
    """Return the record of a synthetic paper."""
    data = content(contract_no, number)
    digest = hashlib.sha256(data).hexdigest()
    file = FileRecord(
        name=f"来函 {number}.pdf", role="scan", sha256=digest, size=len(data), media_type="application/pdf", pages=1
    )
    return Sidecar(
        id=hashlib.sha256(f"{contract_no}/{number}".encode()).hexdigest()[:16],
        item_type="filed",
        kind="scan",
        title="来函",
        direction="in",
        contract_no=contract_no,
        customer=customer,
        at=AT,
        actor=ACTOR,
        source=Source(name="SCAN.pdf", sha256=digest, received_at=AT),
        files=(file,),
    )


def acts(place: Site, worker: Worker) -> Mapping[str, Callable[[Office, int], object]]:
    """Return what is done in a workspace each day, by name."""
    source = place.root / "SCAN.pdf"

    def file(office: Office, number: int) -> None:
        source.write_bytes(place.scan + f"\n% {number}\n".encode())
        file_scan(office, source, readers=Readers(worker=worker))

    def issue(office: Office, _number: int) -> None:
        asked = replace(request_for(place.contract_no, NOTICE, "2024-03-12"), again=True, faces=("docx",))
        issue_document(office, asked)

    def record(office: Office, number: int) -> None:
        told = {"flag": "none", "on": "2024-03-20", "reason": f"第{number}次"}
        add_fact(office, place.contract_no, NewFact("flag", told))

    def take_in(office: Office, number: int) -> None:
        told = SAMPLE.read_text(encoding="utf-8")
        own = {
            "2024031001": f"20240310{number:05}",
            "XXKJ-CG-2024-017": f"XXKJ-{number:06}",
            "XX科技": f"新客户{number}",
        }
        for was, now in {**own, "MA0000002C": f"MA{number:07}2"}.items():
            told = told.replace(was, now)
        new = place.root / "new.yaml"
        new.write_text(told, encoding="utf-8")
        import_deal(office, new)

    return {
        "open the workspace": lambda _office, _: open_office(place.root, actor=ACTOR),
        "file a coded scan": file,
        "issue a paper (Word face)": issue,
        "record a fact": record,
        "take in a new customer's deal": take_in,
        "docgen inbox list (5 waiting)": lambda office, _: list_waiting(office),
        "docgen deal show": lambda office, _: show_deal(office, place.contract_no),
    }


def measure(places: tuple[Site, ...], rounds: int) -> None:
    """Do every act in every workspace by turns and print medians and ratios."""
    seconds: dict[str, dict[int, list[float]]] = {}
    with Worker(READING) as worker:
        for number in range(rounds + 1):
            for place in places if number % 2 else places[::-1]:
                office = open_office(place.root, actor=ACTOR)
                for name, act in acts(place, worker).items():
                    began = time.perf_counter()
                    act(office, number)
                    if number:
                        taken = seconds.setdefault(name, {}).setdefault(place.items, [])
                        taken.append(time.perf_counter() - began)
    print(f"\n{'':<34}" + "".join(f"{place.items:>12,} " for place in places) + "      ratio")
    for name, by_size in seconds.items():
        medians = [statistics.median(by_size[place.items]) * 1000 for place in places]
        print(f"{name:<34}" + "".join(f"{one:>10.1f} ms" for one in medians) + f"   × {medians[-1] / medians[0]:.2f}")


def main() -> int:
    """Build, measure, print."""
    given = [int(word) for word in sys.argv[1:]]
    sizes, rounds = tuple(given[:2]) or SIZES, given[2] if len(given) > 2 else ROUNDS  # noqa: PLR2004  # third word
    with tempfile.TemporaryDirectory(prefix="docgen-growth-") as folder:
        first = Path(folder) / "office"
        contract_no, scan = base(first)
        copies = [(items, shutil.copytree(first, Path(folder) / f"office{items}")) for items in sizes]
        places = tuple(grown(root, items, contract_no, scan) for items, root in copies)
        measure(places, rounds)
        database.disconnect()
    return 0


if __name__ == "__main__":
    sys.exit(main())
