"""Our own companies: list, show, edit. Their data stands in companies/*.toml; every edit is an event as well.

Money goes where a letter says, so a change of bank account is an event of its own, with evidence and with old and new
values. Deals already recorded keep the account they were written with.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError
from stdnum.cn import uscc

from docgen.deals.explaining import findings_of
from docgen.deals.parties import Company
from docgen.errors import Refused
from docgen.findings import Finding, warning
from docgen.services import logging as log
from docgen.services.assignments import assigned
from docgen.services.deal_history import HistoryLine, in_words
from docgen.services.edits import Edit, field_changes, taken_back
from docgen.services.office import Office, company_named
from docgen.services.staleness import require_same
from docgen.services.undoing import require_unmoved, undoable
from docgen.store import history
from docgen.store.journal import Journal, writing
from docgen.store.projection import ACCOUNT_CHANGED, COMPANY_EDITED, COMPANY_EVENTS, COMPANY_UNDONE


@dataclass(frozen=True, slots=True)
class CompanyShown:
    """One of our companies, the number of edits docgen knows of, its history, and what is odd about it."""

    company: Company
    revision: int
    history: tuple[HistoryLine, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class CompanyEdited:
    """A company after an edit, and what changed."""

    company: Company
    changes: tuple[Mapping[str, Any], ...]
    revision: int
    findings: tuple[Finding, ...]


def list_companies(office: Office) -> tuple[Company, ...]:
    """Return our own companies by id."""
    return tuple(office.companies[name] for name in sorted(office.companies))


def show_company(office: Office, company_id: str) -> CompanyShown:
    """Return one of our companies, with a warning where its file was changed past the log.

    Raises:
        NotFound: companies/ holds none of that id.
    """
    company = company_named(office, company_id)
    lines = _history(company_id)
    return CompanyShown(company, len(lines), lines, (*_check(company), *_against_log(company)))


def edit_company(
    office: Office, company_id: str, assignments: Sequence[str], edit: Edit, *, revision: int | None = None
) -> CompanyEdited:
    """Change fields of one of our companies: into the log first, then into its file.

    Raises:
        NotFound: companies/ holds none of that id.
        Refused: a field cannot be read so, the id, or an account is changed without evidence.
        StaleRevision: the company was edited since `revision`.
    """
    with _open(office, company_id, revision) as (journal, before):
        after = _read(assigned(before, assignments), company_id)
        changes = field_changes(before, after.model_dump(mode="json"))
        if changes:
            _require_evidence(changes, company_id, edit)
            payload = {"id": company_id, "changes": changes, "company": after.model_dump(mode="json"), **edit.told()}
            journal.append(ACCOUNT_CHANGED if _accounts(changes) else COMPANY_EDITED, payload)
            _write(company_file(office, company_id), after)
            office.forget_companies()
    log.record("company-edited", count=len(changes))
    findings = (*_check(after), *journal.findings)
    return CompanyEdited(after, tuple(changes), len(_history(company_id)), findings)


def undo_company(
    office: Office, company_id: str, wrong: int, edit: Edit, *, revision: int | None = None
) -> CompanyEdited:
    """Take back the edit that made revision `wrong` of a company, by an event of its own; other edits stay.

    Raises:
        NotFound: companies/ holds none of that id, or there is no such revision.
        Refused: no reason; it was taken back already, what it wrote was changed again since, or an account would
            change without evidence.
        StaleRevision: the company was edited since `revision`.
    """
    if not (edit.reason or "").strip():
        raise Refused.of("services.reason-missing", company_id)
    with _open(office, company_id, revision) as (journal, before):
        undone = undoable(company_id, _events(company_id), _history(company_id), wrong)
        values, moved = taken_back(before, undone.payload["changes"])
        require_unmoved(company_id, wrong, moved)
        after = _read(values, company_id)
        changes = field_changes(before, after.model_dump(mode="json"))
        _require_evidence(changes, company_id, edit)
        told = {"id": company_id, "undoes": wrong, "changes": changes, "company": after.model_dump(mode="json")}
        journal.append(COMPANY_UNDONE, {**told, **edit.told()})
        _write(company_file(office, company_id), after)
        office.forget_companies()
    log.record("company-undone", count=len(changes))
    findings = (*_check(after), *journal.findings)
    return CompanyEdited(after, tuple(changes), len(_history(company_id)), findings)


@contextmanager
def _open(office: Office, company_id: str, revision: int | None) -> Iterator[tuple[Journal, dict[str, Any]]]:
    """Hold the company's log for writing and give its data as they stand under the lock."""
    company_named(office, company_id)
    home = office.archive.company(office.today().year)
    with writing(home, at=office.now(), actor=office.actor) as journal:
        if revision is not None:
            require_same(company_id, revision, _history(company_id), zone=office.workspace.timezone)
        office.forget_companies()
        yield journal, company_named(office, company_id).model_dump(mode="json")


def company_file(office: Office, company_id: str) -> Path:
    """Return the file of companies/ that holds a company."""
    for path in sorted(office.workspace.companies.glob("*.toml")):
        if tomllib.loads(path.read_text(encoding="utf-8")).get("id") == company_id:
            return path
    return office.workspace.companies / f"{company_id}.toml"


def _read(values: Mapping[str, Any], company_id: str) -> Company:
    try:
        company = Company.model_validate(values)
    except ValidationError as problem:
        raise Refused(findings_of(problem, Company, within="company.")) from problem
    if company.id != company_id:
        raise Refused.of("services.not-edited-so", "company.id")
    return company


def _accounts(changes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [change for change in changes if str(change["field"]).startswith("accounts")]


def _require_evidence(changes: Sequence[Mapping[str, Any]], company_id: str, edit: Edit) -> None:
    if _accounts(changes) and not (edit.evidence or "").strip():
        raise Refused.of("services.account-needs-evidence", f"company.{_accounts(changes)[0]['field']}", id=company_id)


def _check(company: Company) -> Iterator[Finding]:
    if not uscc.is_valid(company.uscc):
        yield warning("deals.uscc-doubtful", "company.uscc", value=company.uscc)
    for index, account in enumerate(company.accounts):
        if account.holder != company.name:
            where = f"company.accounts[{index}].holder"
            yield warning("deals.holder-differs", where, holder=account.holder, name=company.name)


def _against_log(company: Company) -> Iterator[Finding]:
    """Name the fields that were changed in the file by hand since docgen last wrote it."""
    events = _events(company.id)
    if not events:
        return
    changes = field_changes(events[-1].payload["company"], company.model_dump(mode="json"))
    if changes:
        fields = "、".join(str(change["field"]) for change in changes)
        yield warning("services.company-file-differs", f"companies/{company.id}.toml", fields=fields)


def _events(company_id: str) -> tuple[history.PastEvent, ...]:
    return history.past_events(types=COMPANY_EVENTS, payload_id=company_id)


def _history(company_id: str) -> tuple[HistoryLine, ...]:
    return tuple(in_words(_events(company_id)))


def _write(path: Path, company: Company) -> None:
    """Replace the file as a whole, durably: a crash leaves the old one or the new one."""
    text = tomli_w.dumps(company.model_dump(mode="json", exclude_none=True))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".new", delete=False) as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    if path.exists():
        shutil.copymode(path, handle.name)
    Path(handle.name).replace(path)
