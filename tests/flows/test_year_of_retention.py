"""A year of retention, day by day: nothing goes that two other people did not approve, and nothing before its time.

A seed makes contracts with papers and a year of office life: ends recorded late, corrected or withdrawn, holds, longer
terms, appraisals, edits of the table, proposals approved by nobody, one, the same one twice, or two; clocks that jump,
runs that are killed. After each step what is gone from the disk is held against this test's own book, which reckons
terms in another way than the product, and against the raw lines of the logs, read here with nothing of the product's.
`YEAR_CONTRACTS_DAYS` (5000x365) sizes the long run, which tells what processor time each kind of act took.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, Protocol

import pytest

from docgen.archive import disk
from docgen.archive.faults import FaultyOs, Stopped
from docgen.archive.keep import keep
from docgen.deals.reading import read_text
from docgen.deals.workdays import add_months
from docgen.errors import DocgenError
from docgen.findings import Severity
from docgen.retention import disposal, reckoning
from docgen.retention.disposal import Status
from docgen.retention.trail import Verdict
from docgen.services.appraisals import Found, appraise
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.backup_workspace import back_up
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.disposition import (
    approve_proposal,
    list_proposals,
    propose,
    reject_proposal,
    show_proposal,
    strike_item,
    withdraw_proposal,
)
from docgen.services.disposition_run import carry_out, preview
from docgen.services.due_board import all_rows
from docgen.services.import_deal import import_deal
from docgen.services.office import Office, open_office
from docgen.services.people import Identity, NewUser, add_user
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact
from docgen.services.retention import list_items
from docgen.services.retention_acts import extend, place_hold, release_hold
from docgen.services.retention_review import Chosen, review
from docgen.store import database
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
WHOLE = tuple(int(word) for word in os.environ.get("YEAR_CONTRACTS_DAYS", "5000x365").split("x"))
FIRST = date(2030, 1, 2)
PEOPLE = {"root": ("admin", ()), "dang": ("archivist", ("档案室",)), "fa": ("legal", ("法务部",)),
          "cai": ("finance", ("总经理",)), "xin": ("sales", ())}  # fmt: skip
TITLES = ("质检报告", "往来函件", "对账单")
TEN_YEARS = "对账单"
"""Of other accounting papers, too: ten years from the first day after the year of filing."""


class Clock(Protocol):
    """The clock of tests/flows/conftest.py."""

    at: datetime

    def __call__(self) -> datetime: ...


def who(name: str) -> Identity:
    return Identity(name, f"云想衣裳花想容春风{sum(map(ord, name)):05}")


def same_day(day: date, years: int) -> date:
    """Return the day of the same date some years on; 28 February where there is no 29th."""
    try:
        return date(day.year + years, day.month, day.day)
    except ValueError:
        return date(day.year + years, 2, 28)


@dataclass
class Held:
    """A paper as this test's own book has it: `floor` is the latest day ever promised, `years` the term at filing."""

    title: str
    filed: date
    years: int
    path: Path
    sha256: str
    floor: date = date.min
    is_kept: bool = False
    is_for_ever: bool = False


@dataclass
class Contract:
    """A contract in this test's own book."""

    number: str
    customer: str
    ended: date | None = None
    is_open: bool = False
    holds: dict[str, str] = field(default_factory=dict)
    items: dict[str, Held] = field(default_factory=dict)


class Meter:
    """Processor time by kind of act and part of the story, to see whether an act costs more the more there is."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def __call__(self, act: str) -> Iterator[None]:
        began = time.process_time()
        try:
            yield
        finally:
            self.spent[act].append(time.process_time() - began)

    def part(self, title: str) -> None:
        """Tell, at once, what was spent since the last part, and forget it."""
        rows = sorted(self.spent.items(), key=lambda each: -sum(each[1]))
        each = (f"{act} {1000 * sum(took) / len(took):.1f} ms ×{len(took)}" for act, took in rows)
        tell_soak([f"{title}: {', '.join(each)}"])
        self.spent.clear()


class Year:
    """The office's year, and the book kept beside it."""

    def __init__(self, office: Office, clock: Clock, *, contracts: int, seed: int) -> None:
        self.office, self.clock, self.rng = office, clock, random.Random(seed)  # noqa: S311  # a story, no secret
        self.contracts: list[Contract] = []
        self.years = 5
        self.told: Counter[str] = Counter()
        self.meter = Meter()
        self.gone: dict[str, str] = {}
        self.proven: set[str] = set()
        self.approved: dict[str, tuple[set[str], set[str], str]] = {}
        self.read_to: Counter[Path] = Counter()
        self.lawful: set[str] = set()
        self.signed: dict[str, list[str]] = {}
        self.keys: dict[str, list[tuple[str, str]]] = {}
        self.sequence = 0
        self.at(date(2025, 6, 2))
        for name, (role, posts) in PEOPLE.items():
            by = None if name == "root" else who("root")
            add_user(office, NewUser(name, role, posts, f"{name}先生"), who(name).password, by=by)
        plain, _ = read_text(SAMPLE.read_text("utf-8"), name="sample")
        part = max(contracts // 10, 1)
        for n in range(1, contracts + 1):
            self.contracts.append(self.new_contract(n - 1, plain))
            if n % part == 0:
                self.meter.part(f"building, up to {n} contracts")

    def at(self, day: date) -> None:
        self.sequence += 1
        self.clock.at = datetime.combine(day, clock_time(1), UTC) + timedelta(seconds=self.sequence % 3600)

    @property
    def today(self) -> date:
        return self.clock.at.date()

    # Before the year

    def new_contract(self, n: int, plain: object) -> Contract:
        path = self.office.workspace.root / "deal.json"
        number = f"HT202403{11 + n // 1000:02}{n % 1000:03}"
        told: dict[str, Any] = json.loads(json.dumps(plain, default=str))
        told["customer"]["name"] = f"虚构客户{n % 7}有限公司"
        told["customer"].pop("uscc", None)
        told["customer"].pop("invoicing", None)
        told["terms"]["contract"].pop("order_number", None)
        told["terms"]["contract"].pop("customer_numbers", None)
        told["terms"]["contract"]["number"] = number
        path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        self.at(date(2025, 6, 2))
        with self.meter("import"):
            number = import_deal(self.office, path).contract_no
        made = Contract(number, told["customer"]["name"])
        is_early = self.rng.random() < 0.3
        if is_early:
            self.end(made, date(2025, 1, 2) + timedelta(days=self.rng.randrange(150)))
        for title in TITLES:
            self.file(made, title)
        if not is_early and self.rng.random() < 0.7:
            self.end(made, date(2025, 1, 2) + timedelta(days=self.rng.randrange(150)))
        made.is_open = self.rng.random() < 0.15
        if not made.is_open:
            self.write_off(made)
        return made

    def file(self, each: Contract, title: str) -> None:
        source = self.office.workspace.root / "scan.txt"
        source.write_text(f"{title} {each.number} {self.sequence}", encoding="utf-8")
        sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
        arrival = Arrival(keep(self.office.archive, source), f"{title}.txt", self.office.now(), "text/plain", 1)
        with self.meter("paper filed"):
            done = deposit_scan(self.office, arrival, Placement(each.number, title))
        assert hashlib.sha256(done.path.read_bytes()).hexdigest() == sha256
        held = Held(title, self.today, self.years, done.path, sha256)
        each.items[done.item_id] = held
        held.floor = self.until(each, held) or date.min

    def end(self, each: Contract, day: date) -> None:
        self.record(each, NewFact("termination", {"on": str(day), "ground": "agreed", "evidence": "协议"}))
        each.ended = day

    def record(self, each: Contract, fact: NewFact) -> None:
        with self.meter("fact"):
            add_fact(self.office, each.number, fact)

    def write_off(self, each: Contract) -> None:
        for row in all_rows(self.office, self.today, contract_no=each.number):
            if row.balance:
                told = {"instalment": str(row.seq), "on": str(self.today), "reason": "和解", "evidence": "纪要"}
                self.record(each, NewFact("write_off", told))
        each.is_open = False

    # What this test reckons by itself

    def until(self, each: Contract, held: Held) -> date | None:
        """Return the last day of keeping; None while it is unknown or for ever."""
        if each.ended is None or held.is_for_ever:
            return None
        days = [same_day(each.ended, max(self.years, held.years)), held.floor]
        if held.title == TEN_YEARS:
            days.append(date(held.filed.year + 10, 12, 31))
        return max(days)

    def may_go(self, each: Contract, held: Held) -> bool:
        last = self.until(each, held)
        is_free = not (each.holds or each.is_open or held.is_kept)
        return is_free and last is not None and last < self.today

    def all_items(self) -> dict[str, tuple[Contract, Held]]:
        return {item: (each, held) for each in self.contracts for item, held in each.items.items()}

    def statuses(self) -> dict[str, str]:
        return {line.id: line.status for line in list_proposals(self.office)}

    # What happens on a day

    def pick(self) -> Contract:
        return self.rng.choice(self.contracts)

    def left(self, each: Contract) -> list[str]:
        return [item for item in each.items if item not in self.gone]

    def record_end(self) -> None:
        each = self.pick()
        if each.ended is None:
            self.end(each, date(2025, 1, 2) + timedelta(days=self.rng.randrange(500)))

    def correct_end(self) -> None:
        each = self.pick()
        if each.ended:
            undo_fact(self.office, each.number, Withdrawal("termination", "", "登记有误"))
            each.ended = None
            if self.rng.random() < 0.7:
                self.end(each, date(2025, 1, 2) + timedelta(days=self.rng.randrange(700)))

    def hold(self) -> None:
        each, case = self.pick(), self.rng.choice(["甲案", "乙案"])
        if case not in each.holds:
            name = self.rng.choice(["fa", "dang"])
            place_hold(self.office, each.number, who(name), case=case, reason="起诉")
            each.holds[case] = name

    def release(self) -> None:
        for each in [one for one in self.contracts if one.holds][:3]:
            case, name = next(iter(each.holds.items()))
            with pytest.raises(DocgenError):
                release_hold(self.office, each.number, who(name), case=case, reason="自己解除")
            release_hold(self.office, each.number, who("fa" if name == "dang" else "dang"), case=case, reason="结案")
            del each.holds[case]

    def lengthen(self) -> None:
        each = self.pick()
        for item in self.left(each)[:1]:
            day = self.today + timedelta(days=self.rng.randrange(5, 400))
            held = each.items[item]
            floor = max(held.floor, self.until(each, held) or date.min)
            if day > floor and not held.is_for_ever:
                extend(self.office, item, until=day, reason="仍有价值")
                held.floor = max(held.floor, day)

    def find_worth(self) -> None:
        each = self.pick()
        for item in self.left(each)[:1]:
            held, verdict = each.items[item], self.rng.choice([Verdict.KEEP, Verdict.PERMANENT])
            if not (held.is_kept or held.is_for_ever):
                appraise(self.office, [item], who("dang"), Found(verdict, "鉴定会议"))
                held.is_kept, held.is_for_ever = verdict is Verdict.KEEP, verdict is Verdict.PERMANENT

    def edit_table(self) -> None:
        path = self.office.workspace.root / "retention.toml"
        new = 8 if self.years == 5 else 5
        head, mark, rest = path.read_text("utf-8").partition('id = "contract-paper"')
        path.write_text(head + mark + rest.replace(f"years = {self.years}", f"years = {new}", 1), "utf-8")
        self.years = new

    def file_more(self) -> None:
        self.file(self.pick(), self.rng.choice(TITLES))

    def settle(self) -> None:
        each = self.pick()
        if each.is_open:
            self.write_off(each)

    def propose(self) -> None:
        author = self.rng.choice(["dang", "fa", "xin"])
        chosen = Chosen(customer=self.pick().customer) if self.rng.random() < 0.7 else Chosen()
        try:
            with self.meter("propose"):
                made = propose(self.office, who(author), chosen=chosen).proposal
        except DocgenError as problem:
            if problem.findings[0].code != "retention.nothing-to-propose":
                raise
            return
        items = self.all_items()
        assert all(self.may_go(*items[one.id]) for one in made.items), made.id
        self.signed[made.id] = [author]
        self.told["proposed"] += 1

    def approve(self) -> None:
        for name in [one for one, status in self.statuses().items() if status == Status.OPEN]:
            person = self.rng.choice(["fa", "cai", "root", "xin", "dang"])
            try:
                approve_proposal(self.office, name, who(person))
            except DocgenError as problem:
                self.told[f"refused {problem.findings[0].code}"] += 1
            else:
                assert PEOPLE[person][1]
                self.signed[name].append(person)

    def take_back(self) -> None:
        waiting = [one for one, status in self.statuses().items() if status in {Status.OPEN, Status.APPROVED}]
        if not waiting:
            return
        name = self.rng.choice(waiting)
        kind = self.rng.randrange(3)
        if kind == 0:
            withdraw_proposal(self.office, name, who(self.signed[name][0]), reason="误提")
        elif kind == 1:
            reject_proposal(self.office, name, who("fa"), reason="仍有价值")
        else:
            item = self.rng.choice(show_proposal(self.office, name).standing or (None,))
            if item:
                strike_item(self.office, name, item.id, who("fa"), reason="待查")
        self.told["taken back or struck"] += 1

    def carry_out(self) -> None:
        """Try every proposal that is not ended, and a few of those that are: more of them tell nothing more."""
        told = self.statuses()
        assert set(told) == set(self.signed)
        ended = [name for name, status in told.items() if status not in {Status.OPEN, Status.APPROVED, Status.BEGUN}]
        again = set(self.rng.sample(ended, min(len(ended), 3)))
        for name in self.signed:
            if name not in ended or name in again:
                self.try_one(name, who("dang"))

    def try_one(self, name: str, by: Identity) -> None:
        found = show_proposal(self.office, name)
        approvers = set(self.signed[name][1:])
        is_agreed = len(approvers) >= 2 and self.signed[name][0] not in approvers
        if found.status not in {Status.APPROVED, Status.BEGUN}:
            with pytest.raises(DocgenError):
                carry_out(self.office, name, by, confirmed=self.today)
            return
        assert is_agreed, (name, self.signed[name])
        items = self.all_items()
        self.lawful |= {one.id for one in found.standing if self.may_go(*items[one.id])}
        try:
            if self.rng.random() < 0.3:
                self.killed(name, by)
            if show_proposal(self.office, name).status is not Status.CLOSED:
                with self.meter("carry out"):
                    carry_out(self.office, name, by, confirmed=self.today)
            self.told["carried out"] += 1
        except DocgenError as problem:
            if problem.findings[0].code != "retention.nothing-left":
                raise
            self.told["nothing left"] += 1

    def killed(self, name: str, by: Identity) -> None:
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(disk, "os", FaultyOs(self.rng.randrange(3, 90), "kill-after"))
            try:
                carry_out(self.office, name, by, confirmed=self.today)
            except Stopped:
                self.told["killed"] += 1
        database.disconnect()
        self.office = open_office(self.office.workspace.root, clock=self.clock, actor="张三")

    def wrong_clock(self) -> None:
        true = self.clock.at
        for by in (timedelta(days=3000), timedelta(days=-200)):
            self.clock.at = true + by
            for name in [one for one, status in self.statuses().items() if status == Status.APPROVED]:
                with pytest.raises(DocgenError):
                    carry_out(self.office, name, who("dang"))
                self.told["wrong clock refused"] += 1
        self.clock.at = true

    def daily(self) -> None:
        """Do what a scheduler would call: none of it may touch a byte."""
        with self.meter("review"):
            found = review(self.office)
        items = self.all_items()
        listed = {one.id for one in found.items}
        mine = {item for item, (each, held) in items.items() if item not in self.gone and self.may_go(each, held)}
        assert listed == mine, (self.today, listed ^ mine)
        approved = [one for one, status in self.statuses().items() if status == Status.APPROVED]
        if approved:
            with self.meter("preview"):
                preview(self.office, self.rng.choice(approved))

    # What is asked after each step

    def recount(self) -> None:
        """Hold what is gone from the disk against the book and the raw logs; each item is looked for."""
        with self.meter("recount"):
            for item, (_, held) in self.all_items().items():
                is_there = os.path.lexists(held.path)  # four times a day, of every item
                if item in self.gone:
                    assert not is_there, (self.today, item)
                elif not is_there:
                    assert item in self.lawful, (self.today, item)
                    self.gone[item] = self.today.isoformat()
            self.read_on()
            self.prove(set(self.gone) - self.proven)

    def prove(self, gone: set[str]) -> None:
        """Find for each item a proposal that names it and that two people approved besides its author."""
        for items, people, author in self.approved.values():
            if len(people - {author}) >= 2:
                self.proven |= gone & items
        assert gone <= self.proven, gone - self.proven

    def read_on(self) -> None:
        """Take in what the raw logs of our own say of proposals and approvals since the last look."""
        for log in self.office.archive.root.glob("_company/*/_docgen/events.jsonl"):
            with log.open("rb") as lines:
                lines.seek(self.read_to[log])
                told = lines.read()
            whole = told[: told.rfind(b"\n") + 1]
            self.read_to[log] += len(whole)
            note_approvals(self.approved, map(json.loads, whole.splitlines()))

    def recount_whole(self) -> None:
        """Read every byte that should be there, every tombstone and list of what should not, and all logs anew."""
        self.read_to.clear()
        self.approved.clear()
        self.read_on()
        self.prove(set(self.gone))
        numbers = {path.name for path in self.office.archive.root.glob("_company/*/*.pdf")}
        for item, (_, held) in self.all_items().items():
            record = json.loads((held.path.parent / "_docgen" / "records" / f"{item}.json").read_bytes())
            mark = record["extra"].get("disposed")
            if item not in self.gone:
                assert hashlib.sha256(held.path.read_bytes()).hexdigest() == held.sha256
                assert mark is None
                continue
            assert record["files"][0]["sha256"] == held.sha256
            assert mark["proposal"] in self.signed
            assert any(mark["list"] in name for name in numbers), mark
        with self.meter("verify"):
            assert [one for one in verify_archive(self.office).findings if one.severity is Severity.ERROR] == []

    def run(self, days: int) -> None:
        acts: list[tuple[int, Callable[[], None]]] = [
            (6, self.propose), (14, self.approve), (5, self.carry_out), (2, self.take_back), (3, self.record_end),
            (2, self.correct_end), (2, self.hold), (2, self.release), (2, self.lengthen), (1, self.find_worth),
            (1, self.edit_table), (2, self.file_more), (2, self.settle), (1, self.wrong_clock),
        ]  # fmt: skip
        step = 365 / days
        for n in range(days):
            self.at(FIRST + timedelta(days=int(n * step)))
            self.daily()
            self.recount()
            for act in self.rng.choices([act for _, act in acts], [weight for weight, _ in acts], k=3):
                act()
                self.recount()
            if n % max(days // 4, 1) == 1:
                with self.meter("back up"):
                    back_up(self.office)
                with self.meter("rebuild"):
                    rebuild_database(self.office.workspace)
                self.office = open_office(self.office.workspace.root, clock=self.clock, actor="张三")
                self.recount_whole()
                self.meter.part(f"up to day {n + 1} of {days}, {len(self.gone)} of {len(self.all_items())} items gone")
        self.recount_whole()
        self.meter.part(f"the whole year of {days} days")
        assert {one.id for one in list_items(self.office)} >= {one for one in self.all_items() if one not in self.gone}


def note_approvals(found: dict[str, tuple[set[str], set[str], str]], lines: Iterable[Mapping[str, Any]]) -> None:
    """Note of each proposal its items' ids, who approved it, and its author, from the lines as they lie."""
    for line in lines:
        told = line["payload"]
        if line["type"] == "disposal.proposed":
            found[told["id"]] = ({one["id"] for one in told["items"]}, set(), told["user"])
        elif line["type"] == "disposal.approved":
            found[told["id"]][1].add(told["user"])


def play(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, contracts: int, days: int, seed: int
) -> Year:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # what a power cut leaves is asked elsewhere
    year = Year(office, clock, contracts=contracts, seed=seed)
    year.run(days)
    return year


def test_a_year_of_a_few_contracts(office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    year = play(office, clock, monkeypatch, contracts=6, days=30, seed=11)
    assert year.told["carried out"]
    assert year.gone
    assert len(year.gone) < len(year.all_items())


@pytest.mark.slow
def test_a_year_of_thousands_of_contracts(office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    contracts, days = WHOLE
    year = play(office, clock, monkeypatch, contracts=contracts, days=days, seed=5000)
    told = {"contracts": contracts, "days": days, "items": len(year.all_items()), "destroyed": len(year.gone)}
    tell_soak([json.dumps({**told, **year.told}, ensure_ascii=False)])
    assert year.gone


def tell_soak(lines: list[str]) -> None:
    """Say what was measured: into the file the soak names, else to whoever runs `pytest -s`."""
    named = os.environ.get("SOAK_FIGURES")
    if named is None:
        print("\n".join(lines))  # noqa: T201  # `pytest -s` shows it
        return
    with Path(named).open("a", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)


# That the year would show what goes wrong


@pytest.fixture
def few(office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Year:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    year = Year(office, clock, contracts=4, seed=11)
    year.at(FIRST)
    year.recount()
    return year


def proposed(year: Year) -> str:
    """Propose all there is in the middle of the year; return the proposal."""
    year.at(date(2030, 7, 1))
    made = propose(year.office, who("dang")).proposal
    year.signed[made.id] = ["dang"]
    return made.id


def test_a_file_taken_away_by_hand_would_show(few: Year) -> None:
    next(iter(few.all_items().values()))[1].path.unlink()
    with pytest.raises(AssertionError):
        few.recount()


def test_a_byte_changed_by_hand_would_show(few: Year) -> None:
    path = next(iter(few.all_items().values()))[1].path
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"x")
    few.recount()
    with pytest.raises(AssertionError):
        few.recount_whole()


def test_one_approval_taken_for_two_would_show_before_anything_goes(few: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disposal, "NEEDED", 1)
    name = proposed(few)
    few.signed[name].append(approve_proposal(few.office, name, who("fa")).approvals[0].user)
    with pytest.raises(AssertionError):
        few.carry_out()


def test_an_approval_missing_from_the_raw_log_would_show(few: Year) -> None:
    name = proposed(few)
    for person in ("fa", "cai"):
        approve_proposal(few.office, name, who(person))
        few.signed[name].append(person)
    few.carry_out()
    few.recount()
    assert few.gone
    log = few.office.archive.company(few.today.year).events
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(line for line in lines if not (b"disposal.approved" in line and b'"cai"' in line)))
    with pytest.raises(AssertionError):
        few.recount_whole()


def test_a_term_a_day_too_short_would_show(few: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = [
        last
        for each, held in few.all_items().values()
        if held.floor == date.min and not each.is_open and (last := few.until(each, held)) and last >= few.today
    ]
    few.at(min(ends))
    few.daily()
    monkeypatch.setattr(reckoning, "add_months", lambda day, n: add_months(day, n) - timedelta(days=1))
    with pytest.raises(AssertionError):
        few.daily()
