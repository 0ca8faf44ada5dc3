"""The story `docgen demo` tells: one real deal from record to paper to signed scan to archive, and every proof after.

It works in a workspace of its own that it wipes first; a folder that is not its own is refused. Every step is the very
service that the command line calls; only paper, pen, seal and scanner are simulated.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from docgen.demo.drops import Drop, drops
from docgen.demo.proofs import bag_proof, manifest_proof
from docgen.errors import Refused
from docgen.findings import has_errors, sentence
from docgen.services import inbox
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office, open_office, read_companies
from docgen.services.placing import Fate, Filed
from docgen.services.prepare_issue import Request
from docgen.services.watch_inboxes import InboxWatch, Trouble
from docgen.store import database, ledger
from docgen.workspace import data_root

MARK = ".docgen-demo"
_PATIENCE = 120.0
_GIVE_UP = 4.0
_PAPERS = (("预付款通知单", "2024-03-12"), ("补充协议", "2024-03-15"), ("验收报告", "2024-03-26"))


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story: what was done, what came of it, where it lies, how long it took (seconds)."""

    what: str
    result: str
    where: str
    seconds: float
    is_good: bool = True


@dataclass
class Story:
    """The demo as it runs: `tell` is called after each step."""

    root: Path
    tell: Callable[[Step], None]
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, code: str) -> Iterator[Outcome]:
        """Time one step; the block says what came of it."""
        outcome, began = Outcome(), time.monotonic()
        yield outcome
        done = Step(
            sentence(code), "\n".join(outcome.results), outcome.where, time.monotonic() - began, outcome.is_good
        )
        self.steps.append(done)
        self.tell(done)


@dataclass
class Outcome:
    """What a step's block says of itself."""

    results: list[str] = field(default_factory=list)
    where: str = ""
    is_good: bool = True

    def say(self, text: str) -> None:
        """Add a line to the step's result."""
        self.results.append(text)


def tell_story(root: Path, tell: Callable[[Step], None]) -> tuple[Step, ...]:
    """Run the whole round trip in a workspace of its own and return its steps.

    Raises:
        Refused: the folder is not the demo's own.
    """
    story = Story(root, tell)
    office, contract_no = _enter(story)
    issued = _issue(story, office, contract_no)
    _round_trip(story, office, issued)
    _settle_by_hand(story, office, issued)
    _prove(story, office, contract_no)
    _lose_and_rebuild(story, office, contract_no)
    database.disconnect()
    return tuple(story.steps)


def prepare_folder(root: Path) -> None:
    """Wipe the demo's own workspace.

    Raises:
        Refused: the folder exists and is not the demo's own.
    """
    if root.exists() and any(root.iterdir()):
        if not (root / MARK).is_file():
            raise Refused.of("demo.not-its-own", str(root))
        shutil.rmtree(root)


def _enter(story: Story) -> tuple[Office, str]:
    with story.step("demo.workspace") as outcome:
        prepare_folder(story.root)
        companies = read_companies(data_root() / "samples" / "companies")
        made = initialise(story.root, companies["shanhai"])
        (story.root / MARK).write_text("docgen demo\n", encoding="utf-8")
        outcome.say("、".join(made.kinds))
        outcome.where = str(story.root)
    with story.step("demo.import") as outcome:
        office = open_office(story.root)
        done = import_deal(office, data_root() / "samples" / "deals" / "xx-tech.yaml")
        outcome.say(f"{done.contract_no} {done.customer_name}（{done.customer_id}）")
        for finding in done.findings:
            outcome.say(f"· {finding.sentence()}")
        outcome.where = _short(office, office.archive.root)
    return office, done.contract_no


def _issue(story: Story, office: Office, contract_no: str) -> tuple[Issued, ...]:
    issued = []
    for kind, day in _PAPERS:
        with story.step("demo.issue") as outcome:
            done = issue_document(office, request_for(contract_no, kind, day))
            outcome.say(f"{done.number}《{done.title}》{done.letter_number or ''} {done.pages} 页")
            outcome.where = "\n".join(_short(office, path) for path in done.files)
            issued.append(done)
    return tuple(issued)


def request_for(contract_no: str, kind: str, day: str) -> Request:
    """Return the request for a paper dated as in the manual's example, long past: with the reason that needs."""
    on = date.fromisoformat(day)
    return Request(contract_no, kind, as_of=on, dated=on, reason=sentence("demo.dated-reason"))


def _round_trip(story: Story, office: Office, issued: tuple[Issued, ...]) -> None:
    with story.step("demo.print") as outcome:
        made = drops(office, issued)
        outcome.say(sentence("demo.printed", {"count": len(made)}))
    with story.step("demo.watch") as outcome:
        reports = _watch_while_dropping(office, made)
        outcome.where = _short(office, office.workspace.inboxes[0].path)
        outcome.is_good = _as_expected(made, reports)
        for report in reports:
            outcome.say(_line(office, report, made))


def _watch_while_dropping(office: Office, made: tuple[Drop, ...]) -> list[Filed | Trouble]:
    """Start the watcher, drop the scans as a copier would, and stop it when each has met its fate."""
    reports: list[Filed | Trouble] = []
    stop, enough = threading.Event(), threading.Event()

    def report(one: Filed | Trouble) -> None:
        reports.append(one)
        if sum(isinstance(each, Filed) for each in reports) >= len(made):
            enough.set()

    def watch() -> None:
        try:
            InboxWatch(office, report, give_up_seconds=_GIVE_UP).run(stop)
        finally:
            database.disconnect()
            enough.set()

    watcher = threading.Thread(target=watch, name="demo-watcher")
    watcher.start()
    folder = office.workspace.inboxes[0].path
    for drop in made:
        (folder / drop.name).write_bytes(drop.data)
    enough.wait(_PATIENCE)
    stop.set()
    watcher.join(_PATIENCE)
    return reports


def _as_expected(made: tuple[Drop, ...], reports: list[Filed | Trouble]) -> bool:
    fates = {one.original_name: one.fate for one in reports if isinstance(one, Filed)}
    return all(fates.get(drop.name) is drop.expected for drop in made)


def _line(office: Office, report: Filed | Trouble, made: tuple[Drop, ...]) -> str:
    if isinstance(report, Trouble):
        return f"! {report.where}"
    story = next((drop.story for drop in made if drop.name == report.original_name), "")
    mark = {Fate.FILED: "→", Fate.WAITING: "?", Fate.SEEN_AGAIN: "=", Fate.TAKEN_APART: "÷"}[report.fate]
    target = report.review_id or (_short(office, report.path) if report.path else "")
    return f"{report.original_name}（{story}）{mark} {target}"


def _settle_by_hand(story: Story, office: Office, issued: tuple[Issued, ...]) -> None:
    with story.step("demo.waiting") as outcome:
        for row in inbox.list_waiting(office):
            outcome.say(f"{row.id} {row.original_name}")
            outcome.results += [f"  · {finding.sentence()}" for finding in row.findings]
        outcome.where = _short(office, office.workspace.review)
    with story.step("demo.assign") as outcome:
        unread = next(row for row in inbox.list_waiting(office) if "blot" in row.original_name)
        done = inbox.assign(office, unread.id, document=issued[-1].number)
        outcome.say(f"{done.id} → {done.number}")
        outcome.where = _short(office, done.path)


def _prove(story: Story, office: Office, contract_no: str) -> None:
    folder = office.archive.find(contract_no)
    if folder is None:
        raise AssertionError("the contract's folder is gone")
    with story.step("demo.verify") as outcome:
        report = verify_archive(office)
        outcome.is_good = not has_errors(report.findings)
        outcome.say(sentence("demo.verified", {"files": report.files, "folders": report.folders}))
        outcome.results += [finding.sentence() for finding in report.findings]
    with story.step("demo.sha256sum") as outcome:
        proof = manifest_proof(folder)
        outcome.is_good = proof.is_good
        outcome.say(proof.words)
        outcome.where = _short(office, folder.manifest)
    with story.step("demo.bag") as outcome:
        bag = export_contract(office, contract_no, story.root / "export" / contract_no)
        proof = bag_proof(bag)
        outcome.is_good = proof.is_good
        outcome.say(proof.words)
        outcome.where = _short(office, bag)


def _lose_and_rebuild(story: Story, office: Office, contract_no: str) -> None:
    with story.step("demo.rebuild") as outcome:
        before = (ledger.deal(contract_no), ledger.deals(), ledger.papers())
        database.remove(office.workspace.database)
        done = rebuild_database(office.workspace)
        after = (ledger.deal(contract_no), ledger.deals(), ledger.papers())
        outcome.is_good = before == after
        outcome.say(sentence("demo.rebuilt", {"events": done.events, "papers": done.papers}))
        outcome.where = _short(office, office.workspace.database)


def _short(office: Office, path: Path) -> str:
    root = office.workspace.root
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
