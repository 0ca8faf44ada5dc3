"""Looking at deals: the list, one deal as of a day, and the record as a file to edit and import again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date

import yaml

from docgen.deals.describe import describe
from docgen.services.office import Office
from docgen.store import ledger
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
    papers = [_paper(row) for row in ledger.papers(stored.contract_no)]
    shown: dict[str, object] = {
        **_described(office, stored, papers, as_of=as_of or office.today()),
        "revision": stored.revision,
        "papers": papers,
        "letters": [dataclasses.asdict(row) for row in letters(contract_no=stored.contract_no)],
        "evaluations": [dataclasses.asdict(row) for row in evaluations(stored.contract_no)],
    }
    return shown


def _described(
    office: Office, stored: ledger.StoredDeal, _papers: Sequence[Mapping[str, object]], *, as_of: date
) -> dict[str, object]:
    """Return what follows from the record. The one place where `describe` is handed issued and filed papers."""
    return describe(stored.record, as_of=as_of, calendar=office.calendar)


def _paper(row: ledger.PaperLine) -> Mapping[str, object]:
    return {
        "number": row.number,
        "kind": row.kind,
        "title": row.title,
        "type": row.item_type,
        "subject": row.subject,
        "status": row.status,
        "superseded_by": row.superseded_by or None,
        "version": row.version,
        "at": row.at,
        "files": list(row.files),
    }


def export_deal(_office: Office, reference: str) -> str:
    """Return a deal's record as YAML that `docgen deal import` takes back.

    Raises:
        NotFound: no deal bears the number.
    """
    record = ledger.deal(reference).record.model_dump(mode="json", by_alias=True, exclude_none=True)
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
