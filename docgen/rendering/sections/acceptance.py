"""An acceptance as plain values: who was there, what was tested, what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docgen.deals.deal import Deal
from docgen.deals.fulfilment import AcceptanceItem
from docgen.deals.milestones import deliveries_until
from docgen.rendering.longtext import side_by_side
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.terms import mark


def asked(about: Background, seq: int) -> Values | None:
    """Return an acceptance held by the day; None where there is none of that number."""
    deal, as_of = about.deal, about.as_of
    held = next((each for each in deal.facts.acceptances if each.seq == seq and each.on <= as_of), None)
    if held is None:
        return None
    made = [d for d in deliveries_until(deal, held.on) if not held.deliveries or d.seq in held.deliveries]
    return {
        "seq": held.seq,
        "on": held.on,
        "place": held.place,
        "people": [_attendant(deal, name) for name in held.people],
        "count": len(held.items),
        "rows": list(_result_rows(held.items)),
        "problems": list(_problem_rows(held.items)),
        "result": held.result.value,
        "basis": held.basis,
        "rectification": held.rectification,
        "rectify_by": held.rectify_by,
        "deliveries": [{"seq": d.seq, "on": d.on, "tracking": d.tracking} for d in made],
    }


def _result_rows(items: Sequence[AcceptanceItem]) -> Iterator[Values]:
    """Yield the rows of the result table; the verdict stands in the first row of an item, None in those marked 续."""
    for number, item in enumerate(items, start=1):
        for place, (standard, result) in enumerate(side_by_side(item.standard, item.result)):
            passed = item.passed if place == 0 else None
            row = {"mark": mark(number, place), "name": item.name, "standard": standard, "result": result}
            yield row | {"passed": passed}


def _problem_rows(items: Sequence[AcceptanceItem]) -> Iterator[Values]:
    """Yield the rows of the table of problems: whatever failed, fell short, or was mended."""
    for number, item in enumerate(items, start=1):
        if item.passed and not item.below_standard and item.remedy is None:
            continue
        for place, (problem, remedy) in enumerate(side_by_side(item.result, item.remedy or "—")):
            retested = item.retested_on if place == 0 else None
            row = {"mark": mark(number, place), "name": item.name, "problem": problem, "remedy": remedy}
            yield row | {"retested_on": retested, "is_first": place == 0}


def _attendant(deal: Deal, name: str) -> Values:
    """Return a person present with party and office where the record knows them; what it does not know stays None."""
    for contact in deal.customer.contacts:
        if contact.name == name:
            return {"name": name, "party": deal.customer.name, "role": contact.role}
    for own in (deal.company.signer, deal.company.finance_contact):
        if own is not None and own.name == name:
            return {"name": name, "party": deal.company.name, "role": own.role}
    if name == deal.terms.contract.owner:
        return {"name": name, "party": deal.company.name, "role": "销售负责人"}
    return {"name": name, "party": None, "role": None}
