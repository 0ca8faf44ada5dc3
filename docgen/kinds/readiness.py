"""Is this deal ready for this paper? Every reason why not, at once; a refusal burns no number."""

from __future__ import annotations

from datetime import date

from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.errors import Refused
from docgen.findings import Finding, error, has_errors
from docgen.kinds.conditions import CONDITIONS
from docgen.kinds.dossier import EMPTY, Dossier
from docgen.kinds.kind import Kind
from docgen.kinds.question import Question
from docgen.kinds.subjects import Subject, subjects


def readiness(  # noqa: PLR0913  # which paper, about what, on which days
    kind: Kind,
    deal: Deal,
    subject: Subject,
    *,
    as_of: date,
    calendar: Calendar,
    dated: date | None = None,
    dossier: Dossier = EMPTY,
) -> list[Finding]:
    """Ask every condition of the kind and return all findings, in the order kind.toml names the conditions.

    `dated` is the day the paper will bear; without it, the paper bears the day of `as_of`. Errors stop the paper,
    warnings are shown beside it.
    """
    if subject.type is not kind.spec.subject:
        params = {"title": kind.spec.title, "wanted": kind.spec.subject.value}
        return [error("kinds.wrong-subject", str(subject), **params)]
    question = Question(deal, subject, as_of, dated or as_of, calendar, dossier)
    return [finding for name in kind.spec.conditions for finding in CONDITIONS[name](question)]


def pick(  # noqa: PLR0913  # as readiness
    kind: Kind,
    deal: Deal,
    *,
    as_of: date,
    calendar: Calendar,
    dated: date | None = None,
    seq: int | None = None,
    dossier: Dossier = EMPTY,
) -> Subject:
    """Return what the paper shall speak of: the part named by `seq`, else the only one that is ready without remark.

    Raises:
        Refused: nothing is there to speak of, nothing is ready (with every reason), or several are: say which.
    """
    if seq is not None:
        return Subject(kind.spec.subject, seq)
    found = subjects(kind, deal, as_of=as_of, dossier=dossier)
    if not found:
        raise Refused.of("kinds.nothing-to-say", "", title=kind.spec.title, as_of=as_of)
    answers = {
        each: readiness(kind, deal, each, as_of=as_of, calendar=calendar, dated=dated, dossier=dossier)
        for each in found
    }
    able = [each for each, findings in answers.items() if not has_errors(findings)]
    best = [each for each in able if not answers[each]] or able
    if len(best) == 1:
        return best[0]
    if best:
        numbers = "、".join(str(each.seq) for each in best)
        raise Refused.of("kinds.which-subject", "", title=kind.spec.title, numbers=numbers)
    raise Refused(_nearest(answers))


def _nearest(answers: dict[Subject, list[Finding]]) -> list[Finding]:
    """Return the findings of the part that lacks least: of three instalments, the reader wants the likely one."""
    return min(answers.values(), key=len)
