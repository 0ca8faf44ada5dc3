"""Which letter comes next, and whether it may: a stage follows only on a letter that was really sent.

Before and on the due day a notice or reminder, from the first day overdue a collection letter, from the 31st a formal
demand (R-2.5-08). A letter that lies in the drawer, or came back, was not sent: the next one waits for it. A dispute, a
promise or a pause holds everything until its day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from docgen.deals import dunning, paperwork
from docgen.deals.plan import InstalmentKind
from docgen.deals.standing import Stage
from docgen.findings import Finding, note, warning

NOTICE_TITLES = dunning.NOTICE_TITLES
STAGES = dunning.LETTER_STAGES
"""The papers that ask for money, by title, and the stage each belongs to."""
NOTICE_DAYS = 3
"""Days after signing within which the prepayment notice goes out (R-2.5-04)."""
FINAL_LEAD_DAYS = 7
"""Days before the warranty ends on which the final letter goes out (R-2.5-06)."""
RECENT_DAYS = 14
"""A notice sent so shortly before the due day serves as its reminder."""


class Action(StrEnum):
    """What somebody should do about an instalment now."""

    NOTHING = "nothing"
    WAIT = "wait"
    HOLD = "hold"
    ISSUE = "issue"
    SEND = "send"
    SEND_AGAIN = "send_again"
    PROVE = "prove"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class LetterSeen:
    """A paper that asks for an instalment, as the office keeps it, and the fate of its last dispatch.

    Not sent while `sent_on` is None; one that came back has `failed_on`. `proof` is what shows that it arrived.
    A void or replaced one counts until the day before `ended_on`.
    """

    number: str
    title: str
    dated: date
    sent_on: date | None = None
    channel: str = ""
    delivered_on: date | None = None
    failed_on: date | None = None
    proof: str = ""
    ended_on: date | None = None

    @property
    def stage(self) -> Stage | None:
        """Return the stage the paper belongs to; None for one that asks for nothing."""
        return STAGES.get(self.title)

    @property
    def is_sent(self) -> bool:
        """Tell whether it was really sent: on a day, by a channel, and did not come back."""
        return bool(self.sent_on and self.channel and not self.failed_on)


@dataclass(frozen=True, slots=True)
class Question:
    """One instalment as its next letter is asked about; days None where they are not known.

    `notice_from`: the day from which its notice may go out, also where the money waits for that notice's arrival.
    """

    kind: InstalmentKind
    stage: Stage | None
    is_open: bool
    as_of: date
    due: date | None
    triggered_on: date | None
    overdue_days: int = 0
    is_on_signing: bool = False
    is_after_warranty: bool = False
    is_on_acceptance: bool = False
    notice_from: date | None = None
    hold: tuple[str, str, date | None] | None = None
    alert: int | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next, about which paper, and why (a finding with its sentence); `by` where a day is set for it."""

    action: Action
    why: Finding
    title: str = ""
    number: str = ""
    by: date | None = None


def asking(letters: Collection[LetterSeen], *, as_of: date) -> tuple[LetterSeen, ...]:
    """Return the papers that ask for money and existed on a day, oldest first, with what was known of them then."""
    if not letters:
        return ()
    known = [
        _as_of(each, as_of)
        for each in letters
        if each.stage and each.dated <= as_of and (each.ended_on is None or as_of < each.ended_on)
    ]
    return tuple(sorted(known, key=lambda each: (each.dated, each.number)))


def next_step(asked: Question, letters: Collection[LetterSeen]) -> NextStep:
    """Return the next step for one instalment; `letters` are those about it."""
    return step_after(asked, asking(letters, as_of=asked.as_of))


def step_after(asked: Question, seen: tuple[LetterSeen, ...]) -> NextStep:
    """Return the next step after the letters that `asking` returned for the question's day."""
    if not asked.is_open:
        return NextStep(Action.NOTHING, note("receivables.nothing-open"))
    if asked.hold is not None:
        flag, reason, until = asked.hold
        day = until.isoformat() if until else "—"
        return NextStep(Action.HOLD, note(f"receivables.held-{flag}", reason=reason, until=day), by=until)
    if asked.stage is None:
        return _before_due(asked, seen)
    return _pending(seen) or _of_stage(asked, asked.stage, seen)


def _as_of(letter: LetterSeen, day: date) -> LetterSeen:
    """Return a letter as it was known on a day; what happened to it later had not happened yet."""
    sent = letter.sent_on if letter.sent_on and letter.sent_on <= day else None
    delivered = letter.delivered_on if letter.delivered_on and letter.delivered_on <= day else None
    failed = letter.failed_on if letter.failed_on and letter.failed_on <= day else None
    return LetterSeen(letter.number, letter.title, letter.dated, sent, letter.channel if sent else "", delivered,
                      failed, letter.proof if delivered else "")  # fmt: skip


def _pending(seen: tuple[LetterSeen, ...]) -> NextStep | None:
    """Return the step that gets the last letter on its way, where it is not."""
    last = seen[-1] if seen else None
    if last is None or last.is_sent:
        return None
    if last.failed_on:
        why = warning("receivables.came-back", number=last.number, title=last.title, on=last.failed_on.isoformat())
        return NextStep(Action.SEND_AGAIN, why, last.title, last.number)
    why = warning("receivables.not-sent", number=last.number, title=last.title)
    return NextStep(Action.SEND, why, last.title, last.number)


def _before_due(asked: Question, seen: tuple[LetterSeen, ...]) -> NextStep:
    start = asked.triggered_on or asked.notice_from
    if start is None:
        return NextStep(Action.WAIT, note("receivables.not-triggered"))
    title, pending = notice_title(asked), _pending(seen)
    opens = start - timedelta(days=FINAL_LEAD_DAYS) if asked.is_after_warranty else start
    if pending or seen or title is None or asked.as_of < opens:
        due = asked.due.isoformat() if asked.due else "—"
        return pending or NextStep(Action.WAIT, note("receivables.not-due", due=due), by=asked.due)
    by = start + timedelta(days=NOTICE_DAYS) if asked.is_on_signing else None
    return NextStep(Action.ISSUE, note("receivables.notice-wanted", title=title), title, by=by)


def notice_title(asked: Question) -> str | None:
    """Return the first paper of an instalment, by what it hangs on; None where only the reminder before its day fits.

    Each notice tells what set the money going: the signature, the acceptance, the warranty's end.
    """
    if asked.is_after_warranty:
        return paperwork.FINAL_DEMAND if asked.kind is InstalmentKind.FINAL else None
    if asked.is_on_acceptance:
        return paperwork.PROGRESS_NOTICE
    is_advance = asked.is_on_signing and asked.kind is InstalmentKind.ADVANCE
    return paperwork.ADVANCE_NOTICE if is_advance else None


def _of_stage(asked: Question, stage: Stage, seen: tuple[LetterSeen, ...]) -> NextStep:
    """Return the step of a stage, all earlier letters being on their way."""
    done = [each for each in seen if each.stage and _serves(each, asked, stage)]
    title = notice_title(asked)
    if stage is Stage.REMINDER and title and not seen:
        return NextStep(Action.ISSUE, note("receivables.notice-wanted", title=title), title, by=asked.due)
    if not done:
        return _letter_wanted(asked, stage)
    last = done[-1]
    if asked.alert is not None and not last.proof:
        why = warning("receivables.limitation-near", days=asked.alert, number=last.number)
        return NextStep(Action.PROVE, why, last.title, last.number)
    if last.delivered_on is None or not last.proof:
        return NextStep(Action.PROVE, note("receivables.proof-wanted", number=last.number), last.title, last.number)
    if stage is Stage.MAJOR:
        why = warning("receivables.legal-next", number=last.number, days=asked.overdue_days)
        return NextStep(Action.ESCALATE, why, paperwork.LAWYER_DRAFT, last.number)
    return NextStep(Action.WAIT, note("receivables.letter-arrived", number=last.number, title=last.title))


def _serves(letter: LetterSeen, asked: Question, stage: Stage) -> bool:
    """Tell whether a letter is one of this stage; a fresh notice serves as the reminder."""
    if letter.stage is None or dunning.RANK[letter.stage] < dunning.RANK[stage]:
        return False
    if stage is not Stage.REMINDER or letter.title not in NOTICE_TITLES.values():
        return True
    return asked.due is None or letter.dated >= asked.due - timedelta(days=RECENT_DAYS)


def _letter_wanted(asked: Question, stage: Stage) -> NextStep:
    due = asked.due.isoformat() if asked.due else "—"
    if stage is Stage.REMINDER:
        return NextStep(Action.ISSUE, note("receivables.reminder-wanted", due=due), paperwork.REMINDER, by=asked.due)
    if stage is Stage.OVERDUE:
        why = warning("receivables.collection-wanted", days=asked.overdue_days)
        return NextStep(Action.ISSUE, why, paperwork.OVERDUE_DEMAND)
    return NextStep(
        Action.ISSUE, warning("receivables.demand-wanted", days=asked.overdue_days), paperwork.FORMAL_DEMAND
    )
