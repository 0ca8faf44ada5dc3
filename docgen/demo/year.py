"""The office's year: five deals from proposal to certificate, each thing on its own day, each paper properly approved.

The clock is the story's own and only goes forward. Every act is the very service that the command line calls; only
signatures and scans are simulated.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from docgen.approvals.trail import Approval
from docgen.demo import people
from docgen.demo.drops import zones_of
from docgen.demo.people import HOLDER, agreed, all_agree, who
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.demo.tales import BOTH, WORD, Paper, Scene, beginning, sample, scenes
from docgen.demo.telling import Outcome, Story
from docgen.errors import Refused
from docgen.findings import sentence
from docgen.kinds.dossier import Mended
from docgen.kinds.subjects import Subject
from docgen.review.line import Result
from docgen.services.approval_gate import demand
from docgen.services.approval_sheets import file_sheet
from docgen.services.approvals import Decision, approve, reject, request_approval
from docgen.services.change_terms import Signed, new_change, sign_change
from docgen.services.corrections import Stated
from docgen.services.delegations import NewDelegation, delegate
from docgen.services.file_scan import file_scan
from docgen.services.import_deal import import_deal
from docgen.services.import_payments import confirm_payments
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office
from docgen.services.placing import Fate
from docgen.services.prepare_issue import Request
from docgen.services.read_record import check_record
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.review_contract import answer_line, review_checklist
from docgen.services.void_paper import void_paper
from docgen.store import ledger

MAIN = "xx-tech"
"""The deal that is told in full: a rejection, a delegate, a refused attempt, a signed contract that is scanned."""
_DEMANDS = {"progress-letter", "final-letter", "formal-demand"}
_SCAN_DPI = 150
_MINUTE = timedelta(minutes=1)


@dataclass
class StoryClock:
    """A clock that stands still until a scene moves it, and never goes back."""

    at: datetime = datetime(2024, 3, 1, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the story's now."""
        return self.at

    def move_to(self, day: date) -> None:
        """Go to nine in the morning of a day in China, or on by a minute if it is later already."""
        self.at = max(datetime.combine(day, time(1, 0), tzinfo=UTC), self.at + _MINUTE)


@dataclass
class Year:
    """What the story has made so far."""

    story: Story
    office: Office
    clock: StoryClock
    numbers: dict[str, str] = field(default_factory=dict)
    papers: dict[tuple[str, str], Issued] = field(default_factory=dict)
    facts: Counter[str] = field(default_factory=Counter)
    approvals: Counter[str] = field(default_factory=Counter)

    def play(self) -> None:
        """Play every scene of the five deals on its day."""
        with self.story.step("demo.people") as outcome:
            outcome.say(sentence("demo.hired", {"count": people.hire(self.office), "password": people.PASSWORD}))
        for scene in scenes():
            self.clock.move_to(scene.day)
            _ACTS[scene.what](self, scene)
        with self.story.step("demo.told-whole") as outcome:
            different = [deal for deal in self.numbers if not self._is_whole(deal)]
            outcome.is_good = not different
            outcome.say("、".join(different) or sentence("demo.same-as-samples", {"count": len(self.numbers)}))

    def summary(self) -> None:
        """Tell deal by deal what was made."""
        with self.story.step("demo.made") as outcome:
            for number in self.numbers.values():
                rows = [row for row in ledger.papers(number) if row.item_type in {"issued", "filed"}]
                issued = [row for row in rows if row.item_type == "issued"]
                titles = Counter(row.title for row in issued)
                named = "、".join(title if n == 1 else f"{title}×{n}" for title, n in titles.items())
                told = {"number": number, "facts": self.facts[number], "approvals": self.approvals[number]}
                outcome.say(
                    sentence(
                        "demo.made-of",
                        {**told, "papers": len(issued), "scans": len(rows) - len(issued), "titles": named},
                    )
                )
            outcome.where = sentence("demo.look", {"root": self.office.workspace.root.name})

    def enter(self, scene: Scene) -> None:
        """Type a deal's record in."""
        with self.story.step("demo.import") as outcome:
            path = beginning(scene.deal, self.office.workspace.root / "records")
            done = import_deal(self.office, path)
            self.numbers[scene.deal] = done.contract_no
            outcome.say(f"{scene.day} {done.contract_no} {done.customer_name}（{done.customer_id}）")

    def fact(self, scene: Scene) -> None:
        """Record what happened; a change is signed on a person's word here."""
        number, values = self.numbers[scene.deal], dict(scene.told["values"])
        if scene.told["name"] == "change_signatures":
            ours, theirs = (date.fromisoformat(values[name]) for name in ("ours", "theirs"))
            signed = Signed(ours, theirs, reason=sentence("demo.by-word"))
            sign_change(self.office, number, int(values["change"]), signed)
        else:
            add_fact(self.office, number, NewFact(scene.told["name"], values))
        self.facts[number] += 1

    def change(self, scene: Scene) -> None:
        """Enter a change that was asked for."""
        path = self.office.workspace.root / "records" / f"{scene.deal}-change.json"
        path.write_text(json.dumps(scene.told["change"], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        new_change(self.office, self.numbers[scene.deal], path)

    def contract(self, scene: Scene) -> None:
        """Settle the checklist, approve order and contract in their order, issue and (once) sign and scan it."""
        number = self.numbers[scene.deal]
        with self.story.step("demo.checklist") as outcome:
            open_lines = review_checklist(self.office, number).unsettled
            for line in open_lines:
                result = "否" if line.result is Result.NO else "是"
                answer_line(self.office, number, line.id, result=result, remark=sentence("demo.answered"))
            outcome.say(f"{scene.day} {number}：" + sentence("demo.answers", {"count": len(open_lines)}))
        if scene.deal == MAIN:
            self._order_with_rejection(scene)
            self._contract_with_delegate(scene)
            self._issue(scene, Paper("", "clause-checklist"))
        else:
            self._approved(scene, "order-approval", seq=0)
            self._approved(scene, "sales-contract")
        self._issue(scene, Paper("", "order-approval", 0))
        self._issue(scene, Paper("", "sales-contract", faces=BOTH if scene.deal == MAIN else WORD))
        if scene.deal == MAIN:
            self._sign(scene)

    def paper(self, scene: Scene) -> None:
        """Issue a paper with whatever its kind asks for first."""
        paper: Paper = scene.told["paper"]
        if paper.kind in _DEMANDS:
            confirm_payments(self.office, scene.day, source=sentence("demo.by-finance"))
        if paper.kind == "void-notice":
            wrong = self.papers[scene.deal, str(paper.about)]
            void_paper(self.office, wrong.number, reason=sentence("demo.void-reason"))
        if self._needs_approval(scene, paper):
            self._approved(scene, paper.kind, seq=paper.seq)
        self._issue(scene, paper)

    def _order_with_rejection(self, scene: Scene) -> None:
        with self.story.step("demo.rejected") as outcome:
            asked = request_approval(self.office, self.numbers[scene.deal], "order-approval", who(people.ASKER), seq=0)
            name = asked.approval.id
            approve(self.office, name, who(HOLDER["销售主管"]), Decision(sentence("demo.agree")))
            again = reject(self.office, name, who(HOLDER["生产部"]), Decision(sentence("demo.reject-reason")))
            outcome.say(f"{name} {_trail(again.approval)}")
            done = all_agree(self.office, again, sentence("demo.agree"))
            outcome.say(f"{name} {_trail(done.approval)}")
            outcome.is_good = done.approval.is_complete and done.approval.round > 1
            self.approvals[self.numbers[scene.deal]] += 1

    def _contract_with_delegate(self, scene: Scene) -> None:
        number = self.numbers[scene.deal]
        with self.story.step("demo.own-request") as outcome:
            asked = request_approval(self.office, number, "sales-contract", who(people.ASKER))
            outcome.is_good = False
            try:
                approve(self.office, asked.approval.id, who(people.ASKER))
            except Refused as refused:
                outcome.is_good = [each.code for each in refused.findings] == ["approvals.own-request"]
                outcome.results += [each.sentence() for each in refused.findings]
        with self.story.step("demo.delegate") as outcome:
            taker, last = HOLDER["服务部"], scene.day + timedelta(days=2)
            delegate(self.office, who(HOLDER["法务部"]), NewDelegation(taker, scene.day, last, sentence("demo.away")))
            approve(self.office, asked.approval.id, who(HOLDER["销售主管"]), Decision(sentence("demo.agree")))
            approve(self.office, asked.approval.id, who(taker), Decision(sentence("demo.agree")))
            done = approve(self.office, asked.approval.id, who(HOLDER["财务部"]), Decision(sentence("demo.agree")))
            outcome.say(f"{done.approval.id} {_trail(done.approval)}")
            self._sheet(done.approval, outcome)
            self.approvals[number] += 1

    def _approved(self, scene: Scene, kind: str, *, seq: int | None = None) -> None:
        with self.story.step("demo.approve") as outcome:
            done = agreed(self.office, self.numbers[scene.deal], kind, seq=seq)
            route = done.approval.route
            outcome.say(f"{scene.day} {done.approval.id}《{done.approval.title}》{route}：{_trail(done.approval)}")
            if scene.deal == MAIN:
                self._sheet(done.approval, outcome)
            self.approvals[done.approval.contract_no] += 1

    def _sheet(self, approval: Approval, outcome: Outcome) -> None:
        sheet = file_sheet(self.office, approval)
        if sheet is not None:
            outcome.say(f"→ {sheet.number}《{sheet.title}》")

    def _needs_approval(self, scene: Scene, paper: Paper) -> bool:
        """Tell whether a route of the kind fits the paper on its day."""
        kind = self.office.catalogue.get(paper.kind)
        subject = Subject(kind.spec.subject, paper.seq or 0)
        deal = ledger.deal(self.numbers[scene.deal]).record
        return bool(kind.spec.routes) and bool(demand(self.office, kind, deal, subject, days=(scene.day,)).routes)

    def _issue(self, scene: Scene, paper: Paper) -> None:
        with self.story.step("demo.issue") as outcome:
            about = self.papers[scene.deal, paper.about].number if paper.about else None
            rows = (Mended(*map(sentence, ("demo.mended-what", "demo.mended-old", "demo.mended-new"))),)
            stated = Stated(rows, None) if paper.kind == "correction-notice" else Stated()
            done = issue_document(
                self.office,
                Request(
                    self.numbers[scene.deal], paper.kind, seq=paper.seq, faces=paper.faces, again=paper.again,
                    about=about, stated=stated,
                ),
            )  # fmt: skip
            self.papers[scene.deal, paper.kind] = done
            letter = done.letter_number or ""
            pages = sentence("demo.pages", {"n": done.pages}) if done.pages else "Word"
            outcome.say(f"{scene.day} {done.number}《{done.title}》{letter} {pages}")
            outcome.where = done.files[0].relative_to(self.office.workspace.root).parent.as_posix()

    def _sign(self, scene: Scene) -> None:
        """Sign, seal and scan the contract, and file what comes back."""
        issued = self.papers[scene.deal, "sales-contract"]
        with self.story.step("demo.sign-contract") as outcome:
            pdf = next(path for path in issued.files if path.suffix == ".pdf").read_bytes()
            customer = ledger.deal(issued.contract_no).record.customer.name
            seals = {"customer": customer, "seller": self.office.companies["shanhai"].name}
            spec = ScanSpec(
                fonts=self.office.shared_templates / "fonts", zones=zones_of(self.office, issued), seals=seals,
                signed=dict.fromkeys(seals, issued.dated), dpi=_SCAN_DPI,
            )  # fmt: skip
            path = self.office.workspace.root / "records" / "CONTRACT0001.pdf"
            path.write_bytes(print_and_scan(pdf, spec, seed=11))
            filed = file_scan(self.office, path)
            outcome.is_good = filed.fate is Fate.FILED
            outcome.say(f"{issued.number} → {filed.path.name if filed.path else filed.review_id}")

    def _is_whole(self, deal: str) -> bool:
        """Tell whether the record told day by day is the sample's."""
        wanted = check_record(self.office, sample(deal)).deal
        told = ledger.deal(self.numbers[deal]).record
        return wanted is not None and (wanted.facts, wanted.changes) == (told.facts, told.changes)


_ACTS = {
    "enter": Year.enter,
    "fact": Year.fact,
    "change": Year.change,
    "contract": Year.contract,
    "paper": Year.paper,
}


def _trail(approval: Approval) -> str:
    """Return what everybody said so far: 吴主管（销售主管）同意；褚厂长（生产部）驳回."""
    verdicts = {"approved": sentence("demo.agreed"), "rejected": sentence("demo.refused")}
    return "；".join(f"{act.person}（{act.post}）{verdicts[act.verdict]}" for act in approval.acts)
