"""The dated cases of docs/retention.md, step by step: the document's own table is read and run through the services."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Protocol

import pytest

from docgen.archive.deposit import Content, deposit
from docgen.archive.keep import keep
from docgen.archive.record import Item
from docgen.errors import Refused
from docgen.retention.standing import State
from docgen.retention.trail import Verdict
from docgen.services.appraisals import Found, appraise
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.office import Office
from docgen.services.people import Identity, NewUser, add_user
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact
from docgen.services.retention import explain
from docgen.services.retention_acts import extend, place_hold, release_hold
from docgen.store import ledger
from docgen.store.journal import writing

NO = "HT2024031001"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "retention.md"
ROLES = {"root": "admin", "fa": "legal", "dang": "archivist", "xiao": "sales"}
DAY = r"(\d{4}-\d{2}-\d{2})"


def cases() -> list[tuple[str, list[str]]]:
    text = DOCUMENT.read_text(encoding="utf-8").partition("<!-- cases -->")[2]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    return [(name, steps.split(" → ")) for name, steps in rows]


class Clock(Protocol):
    """The clock of tests/flows/conftest.py."""

    at: datetime


def who(name: str) -> Identity:
    return Identity(name, f"云想衣裳花想容春风{sum(map(ord, name)):05}")


class Player:
    """Does the steps of one case; a paper is known by its letter."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self.office, self.clock = office, clock
        self.items: dict[str, str] = {}
        self.asked = 0
        for name, role in ROLES.items():
            by = None if name == "root" else who("root")
            add_user(office, NewUser(name, role, (), name), who(name).password, by=by)

    def today(self, day: str) -> None:
        self.clock.at = datetime.combine(date.fromisoformat(day), time(2), UTC)

    def file(self, letter: str, title: str) -> None:
        source = self.office.workspace.root / f"{letter}.txt"
        source.write_text(f"{letter} {title}", encoding="utf-8")
        arrival = Arrival(keep(self.office.archive, source), source.name, self.office.now(), "text/plain", 1)
        self.items[letter] = deposit_scan(self.office, arrival, Placement(NO, title)).item_id

    def outside(self, place: str, letter: str, title: str) -> None:
        stored = ledger.deal(NO)
        folder = (
            self.office.archive.company(self.office.today().year)
            if place == "company"
            else self.office.archive.customer(customer_id=stored.customer_id, customer_name=stored.customer_name)
        )
        self.items[letter] = f"own-{letter}"
        item = Item(id=f"own-{letter}", item_type="filed", kind="other", title=title)
        with writing(folder, at=self.office.now(), actor="张三") as journal:
            paper = Content(f"{title}.txt", "scan", title.encode(), "text/plain", 1)
            deposit(folder, item, [paper], event_type="paper.filed", payload={}, at=journal.at, actor=journal.actor)

    def end(self, day: str) -> None:
        add_fact(self.office, NO, NewFact("termination", {"on": day, "ground": "agreed", "evidence": "终止协议"}))

    def withdraw(self) -> None:
        undo_fact(self.office, NO, Withdrawal("termination", "", "登记有误"))

    def correct(self, day: str) -> None:
        self.withdraw()
        self.end(day)

    def hold(self, case: str, name: str) -> None:
        place_hold(self.office, NO, who(name), case=case, reason="起诉")

    def release(self, case: str, name: str) -> None:
        release_hold(self.office, NO, who(name), case=case, reason="结案")

    def extend(self, letter: str, day: str) -> None:
        extend(self.office, self.items[letter], until=date.fromisoformat(day), reason="仍有参考价值")

    def appraise(self, letter: str, result: str, name: str) -> None:
        verdict, _, day = result.partition(":")
        found = Found(Verdict(verdict), "鉴定会议", date.fromisoformat(day) if day else None)
        appraise(self.office, [self.items[letter]], who(name), found)

    def table(self, class_id: str, count: str, unit: str) -> None:
        pattern = rf'(id = "{class_id}"\n(?:.*\n)*?)(?:years|months) = \d+'
        self._edit(pattern, rf"\g<1>{unit} = {count}")

    def fiscal(self, month: str) -> None:
        self._edit(r"fiscal_year_begins = \d+", f"fiscal_year_begins = {month}")

    def _edit(self, pattern: str, new: str) -> None:
        path = self.office.workspace.root / "retention.toml"
        text, count = re.subn(pattern, new, path.read_text("utf-8"), count=1)
        assert count == 1
        path.write_text(text, "utf-8")

    def ask(self, letter: str, day: str, state: str, until: str | None) -> None:
        (found,) = explain(self.office, self.items[letter], as_of=date.fromisoformat(day)).items
        standing = found.standing
        assert (standing.state, standing.until and standing.until.isoformat()) == (State(state), until)
        if state == "disposable":
            assert standing.disposable_from is not None
            assert standing.disposable_from <= date.fromisoformat(day)
        self.asked += 1

    @property
    def verbs(self) -> Mapping[str, Callable[..., None]]:
        return {
            rf"today {DAY}": self.today,
            r"file ([A-Z]) (\S+)": self.file,
            r"(company|customer) ([A-Z]) (\S+)": self.outside,
            rf"end {DAY}": self.end,
            rf"correct end {DAY}": self.correct,
            r"withdraw end": self.withdraw,
            r"hold (\S+) by (\w+)": self.hold,
            r"release (\S+) by (\w+)": self.release,
            rf"extend ([A-Z]) {DAY}": self.extend,
            r"appraise ([A-Z]) (\S+) by (\w+)": self.appraise,
            r"table (\S+) (\d+) (years|months)": self.table,
            r"fiscal year from month (\d+)": self.fiscal,
            rf"([A-Z]) on {DAY}: (\w+)(?: until {DAY})?": self.ask,
        }

    def play(self, step: str) -> None:
        plain = step.removesuffix(" refused")
        found = [(act, match) for verb, act in self.verbs.items() if (match := re.fullmatch(verb, plain))]
        assert len(found) == 1, f"no such step: {step}"
        act, match = found[0]
        if plain == step:
            act(*match.groups())
            return
        with pytest.raises(Refused):
            act(*match.groups())


@pytest.mark.parametrize(("name", "steps"), [pytest.param(*case, id=case[0]) for case in cases()])
def test_each_case_of_the_document_goes_as_it_says(
    office: Office, contract_no: str, clock: Clock, name: str, steps: list[str]
) -> None:
    assert contract_no == NO
    player = Player(office, clock)
    player.today("2028-03-27")
    for step in steps:
        player.play(step)
    assert player.asked, f"{name} asks nothing"


def test_the_document_has_the_cases_that_must_be_there() -> None:
    told = " ".join(name for name, _ in cases())
    for word in ("29 February", "unknown", "late", "corrected", "withdrawn", "hold", "several classes", "fiscal year"):
        assert word in told
    assert len(cases()) >= 30
