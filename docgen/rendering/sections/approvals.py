"""Approvals as plain values: which paper was asked for, what it said, who approved or rejected what, round by round."""

from __future__ import annotations

from docgen.kinds.dossier import KnownAct, KnownApproval
from docgen.rendering.longtext import pieces
from docgen.rendering.sections.background import Background, Values

VERDICTS = {"approved": "同意", "rejected": "驳回"}
ORDERS = {"sequence": "依次审批", "parallel": "不分先后"}


def section(about: Background) -> Values:
    """Return the approval this very paper rests on; `rows` is empty while there is none."""
    found = about.dossier.approval_for(about.kind.spec.id, str(about.subject))
    if found is None:
        return {"is_complete": False, "rows": [], "route": None, "requested_by": None, "requested_on": None, "id": None}
    last = [act for act in found.acts if act.round == found.rounds]
    return {"rows": _rows(last)} | {name: value for name, value in _told(found).items() if name != "rows"}


def asked(about: Background, seq: int) -> Values | None:
    """Return one request with its whole trail, every round of it; None where the deal has none of that number."""
    found = about.dossier.approval(seq)
    return _told(found) if found else None


def _told(found: KnownApproval) -> Values:
    return {
        "id": found.id,
        "title": found.title,
        "subject": found.subject,
        "is_complete": found.is_complete,
        "requested_by": found.requested_by,
        "requested_on": found.requested_on,
        "route": found.route,
        "order": ORDERS[found.order],
        "rounds": found.rounds,
        "rows": _rows(found.acts),
        "summary": [
            {"label": label if place == 0 else f"{label}（续）", "text": text}
            for label, whole in found.summary
            for place, text in enumerate(pieces(whole))
        ],
        "used_by": found.used_by,
    }


def _rows(acts: list[KnownAct] | tuple[KnownAct, ...]) -> list[Values]:
    """Return the acts in the order they happened; a long remark goes on in rows of its own."""
    return [
        {
            "round": act.round,
            "post": act.post if place == 0 else f"{act.post}（续）",
            "person": act.person,
            "verdict": VERDICTS[act.verdict],
            "is_approved": act.verdict == "approved",
            "remark": text,
            "on": act.on,
            "note": act.note,
        }
        for act in acts
        for place, text in enumerate(pieces(act.remark))
    ]
