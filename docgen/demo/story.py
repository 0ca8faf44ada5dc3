"""The story `docgen demo` tells: five deals through papers and approvals, signed scans back, every proof after.

It works in a workspace of its own that it wipes first; a folder that is not its own is refused. Every step is the very
service that the command line calls; only paper, pen, seal and scanner are simulated.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from docgen.demo.drops import Drop, drops
from docgen.demo.proofs import bag_proof, manifest_proof
from docgen.demo.telling import Step, Story
from docgen.demo.year import MAIN, StoryClock, Year
from docgen.errors import Refused
from docgen.findings import has_errors, sentence
from docgen.services import inbox
from docgen.services.archive_care import export_contract, rebuild_database, verify_archive
from docgen.services.initialise import initialise
from docgen.services.issue_document import Issued
from docgen.services.office import Office, open_office, read_companies
from docgen.services.placing import Fate, Filed
from docgen.services.prepare_issue import Request
from docgen.services.watch_inboxes import InboxWatch, Trouble
from docgen.store import database, ledger
from docgen.workspace import data_root

MARK = ".docgen-demo"
_PATIENCE = 120.0
_GIVE_UP = 4.0
_PAPERS = ("prepayment-notice", "supplementary-agreement", "acceptance-report")
"""What comes back over the scanner in the second half."""


def tell_story(root: Path, tell: Callable[[Step], None]) -> tuple[Step, ...]:
    """Run the whole round trip in a workspace of its own and return its steps.

    Raises:
        Refused: the folder is not the demo's own.
    """
    story = Story(root, tell)
    office = _enter(story)
    year = _live(story, office)
    contract_no = year.numbers[MAIN]
    issued = tuple(year.papers[MAIN, kind] for kind in _PAPERS)
    _round_trip(story, office, issued)
    _settle_by_hand(story, office, issued)
    _prove(story, office, contract_no)
    _lose_and_rebuild(story, office, contract_no)
    year.summary()
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


def _enter(story: Story) -> Office:
    with story.step("demo.workspace") as outcome:
        prepare_folder(story.root)
        companies = read_companies(data_root() / "samples" / "companies")
        made = initialise(story.root, companies["shanhai"])
        (story.root / MARK).write_text("docgen demo\n", encoding="utf-8")
        outcome.say("、".join(made.kinds))
        outcome.where = str(story.root)
    return open_office(story.root)


def _live(story: Story, office: Office) -> Year:
    """Play the office's year by the story's own clock."""
    clock = StoryClock()
    year = Year(story, replace(office, clock=clock), clock)
    year.play()
    return year


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
        for row in inbox.list_waiting(office):
            if "blot" in row.original_name:
                done = inbox.assign(office, row.id, document=issued[-1].number)
            elif "0005" in row.original_name:
                done = inbox.assign(office, row.id, deal=issued[-1].contract_no, document_type="来函")
            else:
                continue
            outcome.say(f"{done.id} → {done.number or done.title}")
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
