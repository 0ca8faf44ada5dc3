"""Looking at deals: the list, one deal as of a day, and the record as a file to edit and import again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date

import yaml

from docgen.deals.describe import describe
from docgen.deals.paperwork import WHOLE_CONTRACT, Direction, PaperSeen
from docgen.services.dossier import paper_day
from docgen.services.office import Office
from docgen.services.read_record import REVISION
from docgen.services.retention import Desk
from docgen.services.retention_rules import contract_term
from docgen.store import ledger
from docgen.store.customers import survivor_of
from docgen.store.history import evaluations
from docgen.store.letters import letters


def list_deals(_office: Office) -> tuple[ledger.DealLine, ...]:
    """Return all deals, newest first."""
    return ledger.deals()


def show_deal(office: Office, reference: str, *, as_of: date | None = None) -> dict[str, object]:
    """Return a deal as of a day (today by default): the JSON other programs read.

    Raises:
        NotFound: no deal bears the number.
    """
    stored = ledger.deal(reference)
    rows = ledger.papers(stored.contract_no)
    shown: dict[str, object] = {
        **describe(
            stored.record,
            as_of=as_of or office.today(),
            calendar=office.calendar,
            revision=stored.revision,
            papers=_seen(office, rows),
            term=contract_term(office),
        ),
        "retention": Desk(office).block(stored.contract_no, as_of=as_of or office.today()),
        "customer_now": _customer_now(stored.customer_id),
        "papers": [_paper(row) for row in rows],
        "letters": [dataclasses.asdict(row) for row in letters(contract_no=stored.contract_no)],
        "evaluations": [dataclasses.asdict(row) for row in evaluations(stored.contract_no)],
    }
    return shown


def _customer_now(filed_under: str) -> Mapping[str, str]:
    """Return what the register calls the customer today; the record keeps the name at signing."""
    living, name = survivor_of(filed_under)
    return {"id": living, "name": name}


def _seen(office: Office, rows: Sequence[ledger.PaperLine]) -> list[PaperSeen]:
    """Return the standing papers as the record's milestones ask for them: ours by their date, others' by arrival."""
    issued = {row.document_id: row for row in rows if row.item_type == "issued" and row.status == "current"}
    own = [PaperSeen(row.title, Direction.OWN, paper_day(office, row), row.subject) for row in issued.values()]
    filed = [row for row in rows if row.item_type == "filed" and (not row.answers or row.answers in issued)]
    return own + [
        PaperSeen(row.title, Direction.INCOMING, paper_day(office, row), _answered(issued.get(row.answers)))
        for row in filed
    ]


def _answered(row: ledger.PaperLine | None) -> str:
    return row.subject if row else WHOLE_CONTRACT


def _paper(row: ledger.PaperLine) -> Mapping[str, object]:
    return {
        "number": row.number,
        "kind": row.kind,
        "title": row.title,
        "type": row.item_type,
        "subject": row.subject,
        "status": "disposed" if row.is_disposed else row.status,
        "superseded_by": row.superseded_by or None,
        "version": row.version,
        "at": row.at,
        "files": list(row.files),
    }


def export_deal(_office: Office, reference: str) -> str:
    """Return a deal's record as YAML that `docgen deal import` takes back, with the revision it stands at.

    Raises:
        NotFound: no deal bears the number.
    """
    stored = ledger.deal(reference)
    kept = stored.record.model_dump(mode="json", by_alias=True, exclude_none=True)
    record = {"schema": kept.pop("schema"), REVISION: stored.revision, **kept}
    record["company"] = record["company"]["id"]
    return str(yaml.dump(_as_text(record), allow_unicode=True, sort_keys=False, width=110))


def _as_text(value: object) -> object:
    """Return the record with true and false as words, since a record file knows only text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items() if item not in ([], {})}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return value
