"""What digital signatures say about a file, as findings: they go beside the paper, and a broken one makes it wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from docgen.findings import Finding, error, note, warning
from docgen.intake.decision import Decision, Outcome
from docgen.papers.signatures import SignatureSeen


def with_signatures(decision: Decision, seen: Iterable[SignatureSeen]) -> Decision:
    """Return the decision with what the signatures say; a file changed after signing is never filed by itself."""
    told = tuple(_told(one) for one in seen)
    is_broken = any(one.code == "intake.signature-broken" for one in told)
    outcome = Outcome.WAIT if is_broken else decision.outcome
    return replace(decision, outcome=outcome, findings=(*decision.findings, *told)) if told else decision


def _told(one: SignatureSeen) -> Finding:
    values = {"signer": one.signer or "—", "at": one.at or "—"}
    if one.state == "broken":
        return error("intake.signature-broken", one.field, **values)
    if one.state == "unchecked":
        return warning("intake.signature-unchecked", one.field, **values)
    return note(
        "intake.signature-intact" if one.state == "intact" else "intake.signature-extended", one.field, **values
    )
