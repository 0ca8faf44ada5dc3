"""Answers to lines of the key-clause checklist, each bound to what it was about; one taken back counts no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from docgen.review.line import Answer, Result
from docgen.store import database, direct  # noqa: F401  # database sets Django up before the models
from docgen.store.models import ReviewAnswer

ANSWERED = "review.answered"
WITHDRAWN = "review.withdrawn"
REVIEW_EVENTS = (ANSWERED, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as the log holds it: its running number within the contract, and whether it still counts."""

    number: int
    answer: Answer
    at: str
    is_withdrawn: bool


def stored_answers(contract_no: str) -> tuple[StoredAnswer, ...]:
    """Return every answer ever given about a contract, in order."""
    if not direct.one("SELECT 1 FROM store_reviewanswer WHERE contract_no = %s LIMIT 1", contract_no):
        return ()
    rows = ReviewAnswer.objects.filter(contract_no=contract_no).order_by("number")
    return tuple(StoredAnswer(row.number, _answer(row), row.at, row.is_withdrawn) for row in rows)


def answers(contract_no: str) -> tuple[Answer, ...]:
    """Return the answers that count, in the order they were given; of two to one line the later counts."""
    return tuple(each.answer for each in stored_answers(contract_no) if not each.is_withdrawn)


def project(contract_no: str, event_type: str, payload: Mapping[str, Any], *, at: str, actor: str) -> None:
    """Bring the table up to one event of a contract's log."""
    address = {"contract_no": contract_no, "number": payload["number"]}
    if event_type == WITHDRAWN:
        ReviewAnswer.objects.filter(**address).update(is_withdrawn=True)
        return
    ReviewAnswer.objects.update_or_create(
        **address,
        defaults={
            "line": payload["line"],
            "result": payload["result"],
            "remark": payload.get("remark") or "",
            "digest": payload["digest"],
            "version": payload["version"],
            "on": payload["on"],
            "at": at,
            "actor": actor,
            "is_withdrawn": False,
        },
    )


def _answer(row: ReviewAnswer) -> Answer:
    return Answer(
        line=row.line,
        result=Result(row.result),
        remark=row.remark,
        digest=row.digest,
        version=row.version,
        on=date.fromisoformat(row.on),
        by=row.actor,
    )
