"""Taking back what was wrongly done to a customer's entry: an edit, a new name, a merge. Each is an event of its own.

Nothing is struck from the log. An undone edit is followed by an event that carries the entry as it then stands, so that
a rebuild reads the same answer from the customer's own log alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docgen.archive.names import fold
from docgen.errors import Refused
from docgen.findings import Finding, warning
from docgen.services import logging as log
from docgen.services.customers import CustomerEdited, check_code, history_of, open_entry, read_entry, twins
from docgen.services.edits import Edit, taken_back
from docgen.services.office import Office
from docgen.services.register_customer import home_of
from docgen.services.staleness import require_same
from docgen.services.undoing import require_unmoved, undoable
from docgen.store import customers, history, ledger
from docgen.store.customers import StoredCustomer, customer
from docgen.store.journal import writing


@dataclass(frozen=True, slots=True)
class Unmerged:
    """Who stands alone again, beside whom, and why; `left_behind` are the deals that stay with the other."""

    customer: StoredCustomer
    other: StoredCustomer
    reason: str
    left_behind: tuple[str, ...]
    findings: tuple[Finding, ...]


def undo_customer(
    office: Office, customer_id: str, wrong: int, edit: Edit, *, revision: int | None = None
) -> CustomerEdited:
    """Take back the edit or new name that made revision `wrong` of a customer's entry; other edits stay.

    Raises:
        NotFound: no customer bears the id, or its entry has no such revision.
        Refused: no reason; it is no edit, was taken back already, or what it wrote was changed again since.
        StaleRevision: the entry was changed since `revision`.
    """
    if not (edit.reason or "").strip():
        raise Refused.of("services.reason-missing", customer_id)
    with open_entry(office, customer_id, revision) as (journal, standing):
        undone = _edit_of(str(standing["id"]), wrong)
        changes = _reversed(undone)
        values, moved = taken_back(standing, _changes_of(undone))
        require_unmoved(str(standing["id"]), wrong, moved)
        after = read_entry(values)
        findings = [*check_code(after), *twins(after)]
        told = {"id": after.id, "undoes": wrong, "customer": after.model_dump(mode="json"), "changes": changes}
        journal.append(customers.UNDONE, {**told, **_borne_from(str(standing["id"]), after.name), **edit.told()})
        findings += journal.findings
    log.record("customer-undone", count=len(changes))
    return CustomerEdited(customer(str(standing["id"])), tuple(changes), tuple(findings))


def unmerge_customer(office: Office, gone: str, *, reason: str, revision: int | None = None) -> Unmerged:
    """Take a merge back: the id means its own customer again.

    Deals entered under the survivor meanwhile stay there, since no folder ever moves; those that bear a name of the
    customer are named.

    Raises:
        NotFound: no customer bears the id.
        Refused: it was not merged, or the reason is empty.
        StaleRevision: its entry was changed since `revision`.
    """
    if not reason.strip():
        raise Refused.of("services.reason-missing", gone)
    home = office.archive.company(office.today().year)
    with writing(home, at=office.now(), actor=office.actor):
        one = customer(gone)
        if revision is not None:
            require_same(gone, revision, history_of(gone), zone=office.workspace.timezone)
        if not one.merged_into:
            raise Refused.of("services.not-merged", gone)
        other = customer(one.merged_into)
        findings: list[Finding] = []
        for each, event, payload in (
            (
                one,
                customers.UNMERGED,
                {"id": gone, "from": other.id, **_undoing(gone, customers.MERGED, into=other.id)},
            ),
            (
                other,
                customers.RELEASED,
                {"id": other.id, "released": gone, **_undoing(other.id, customers.ABSORBED, **{"from": gone})},
            ),
        ):
            with writing(home_of(office, each.id, each.name), at=office.now(), actor=office.actor) as journal:
                journal.append(event, {**payload, "reason": reason.strip()})
                findings += journal.findings
    log.record("customers-unmerged")
    left = _left_behind(one, other)
    if left:
        findings.append(warning("services.deals-left-behind", gone, other=other.id, contracts="、".join(left)))
    return Unmerged(customer(gone), customer(other.id), reason.strip(), left, tuple(findings))


def _edit_of(customer_id: str, wrong: int) -> history.PastEvent:
    event = undoable(customer_id, _events(customer_id), history_of(customer_id), wrong)
    if event.type == customers.ABSORBED:
        raise Refused.of("services.undone-by-unmerge", customer_id, revision=wrong, gone=event.payload["from"])
    if not _changes_of(event):
        raise Refused.of("services.not-undoable", customer_id, revision=wrong)
    return event


def _events(customer_id: str) -> tuple[history.PastEvent, ...]:
    return history.past_events(types=customers.CUSTOMER_EVENTS, key=f"_customer/{customer_id}")


def _changes_of(event: history.PastEvent) -> list[Mapping[str, Any]]:
    """Return what an event changed; a new name also put the former one on its list."""
    if event.type != customers.RENAMED:
        return list(event.payload.get("changes") or ())
    entry = event.payload["customer"]
    former = entry["former_names"]
    place = f"former_names[{len(former) - 1}]"
    return [
        {"field": "name", "old": former[-1]["name"], "new": entry["name"]},
        {"field": place, "old": None, "new": former[-1]},
    ]


def _reversed(event: history.PastEvent) -> list[dict[str, Any]]:
    return [{"field": row["field"], "old": row["new"], "new": row["old"]} for row in _changes_of(event)]


def _borne_from(customer_id: str, name: str) -> dict[str, str]:
    """Return the day a name that comes back was borne from, where an earlier event tells it."""
    told = [each.payload for each in _events(customer_id) if each.payload.get("since")]
    days = [each["since"] for each in told if each["customer"]["name"] == name]
    return {"since": days[-1]} if days else {}


def _undoing(customer_id: str, event_type: str, **told: str) -> dict[str, int]:
    """Return the revision of the last event of a type that says this, as an event that takes it back names it."""
    same = [row for row in _events(customer_id) if row.type == event_type and told.items() <= row.payload.items()]
    return {"undoes": same[-1].revision} if same and same[-1].revision else {}


def _left_behind(one: StoredCustomer, other: StoredCustomer) -> tuple[str, ...]:
    """Return the deals of the other that were written under a name of the one."""
    names = {fold(each.name) for each in one.names} - {fold(each.name) for each in other.names}
    return tuple(
        row.contract_no for row in ledger.deals() if row.filed_under == other.id and fold(row.signed_as) in names
    )
