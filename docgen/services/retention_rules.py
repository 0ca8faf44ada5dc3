"""The workspace's retention table, and the promise that is written into a paper's sidecar when it is filed.

A table may be edited at any time. Where it lengthens, it is followed at once; where it shortens, what was promised at
filing stays, and `docgen retention table` says how many papers that concerns.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import JsonValue

from docgen.archive.record import Retention
from docgen.deals.deal import Deal
from docgen.deals.milestones import terminated_on
from docgen.deals.retention import MANUAL, Term
from docgen.errors import Refused
from docgen.findings import Finding, warning
from docgen.rendering.kept import Kept, seen
from docgen.retention.reckoning import Starts, deciding, length_words, reckon, rule_words
from docgen.retention.table import (
    CONTRACT_PAPER,
    FILE_NAME,
    SHIPPED,
    RetentionClass,
    RetentionTable,
    Start,
    read_table,
)
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.store import ledger
from docgen.workspace import Workspace

TERMS = "retention_terms"
"""The field of a sidecar's `extra` with the months promised for each class."""
CONTRACT_KIND = "sales-contract"
CONTRACT_WORDS = ("合同", "协议", "订单")


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper about to be filed: kind, document type, the class its kind names, and the days known of it.

    `answers` tells that it is the signed copy of a paper: a contract came of that.
    """

    kind: str
    title: str
    filed_on: date
    dated: date | None = None
    also: tuple[str, ...] = ()
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """What the sidecar says of retention, and the terms it keeps in `extra`."""

    retention: Retention
    extra: Mapping[str, JsonValue]


def table_of(office: Office) -> RetentionTable:
    """Return the workspace's retention table, the shipped one where it has none of its own.

    Raises:
        Refused: the table cannot be read, or breaks its rules; every problem at once.
    """
    own = table_path(office.workspace)
    path = own if own.exists() else SHIPPED
    try:
        return _tables.get(seen(path), lambda: read_table(path.read_text(encoding="utf-8-sig"), name=FILE_NAME))
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused.of("retention.table-unreadable", FILE_NAME, what=type(problem).__name__) from problem


_tables: Kept[RetentionTable] = Kept(4)
"""Tables as read, good while their file stays the same."""


def table_path(workspace: Workspace) -> Path:
    """Return where the workspace's own table lies, if it has one."""
    return workspace.root / FILE_NAME


def copy_table(workspace: Workspace) -> None:
    """Give a new workspace the shipped table to edit; one that stands stays."""
    if not table_path(workspace).exists():
        shutil.copyfile(SHIPPED, table_path(workspace))


def promise(
    office: Office, deal: Deal | None, paper: NewPaper, *, must_file: bool = False, table: RetentionTable | None = None
) -> Promise:
    """Return what is told about retention when a paper is filed: classes, last day if it is known, the rule.

    With `must_file` a wrong table keeps no scan out of the archive: the shipped one is promised, which is the least the
    law asks, and what the mended table says is reckoned whenever somebody looks. A paper of the company itself has no
    deal, so that a term that begins with a contract's end stays open. `table` is one that was just read.

    Raises:
        Refused: the table breaks its rules, or does not know the class the paper's kind names.
    """
    table = table or (table_for_scans(office) if must_file else table_of(office))
    classes = _classes(table, deal, paper)
    for name in () if must_file else classes:
        if table.find(name) is None:
            known = "、".join(each.id for each in table.classes)
            raise Refused.of("retention.class-unknown", f"{FILE_NAME} {name}", class_name=name, known=known)
    dated = paper.dated or paper.filed_on
    ended = terminated_on(deal, as_of=paper.filed_on) if deal else None
    terms = reckon(table, classes, Starts(ended, paper.filed_on, dated, max(dated, paper.filed_on)))
    told = Retention(classes=classes, until=deciding(terms).until, rule=deciding(terms).rule)
    return Promise(told, {TERMS: {each.class_id: each.months for each in terms if each.months}})


def _classes(table: RetentionTable, deal: Deal | None, paper: NewPaper) -> tuple[str, ...]:
    """Return a new paper's classes; what its kind names holds only once there is a contract, if the table says so."""
    if deal is not None and table.is_before_contract(kind=paper.kind, title=paper.title) and not paper.answers:
        number = deal.terms.contract.number
        if not is_contracted(deal, ledger.papers(number) if number else ()):
            return table.classes_of(kind=paper.kind, title=paper.title, has_contract=False)
    return table.classes_of(kind=paper.kind, title=paper.title, also=paper.also)


def is_contracted(deal: Deal, rows: Iterable[ledger.PaperLine]) -> bool:
    """Tell whether a contract came of a deal, as far as anything speaks for it: in doubt, yes.

    Any fact recorded, a contract issued and not voided, anything signed that came back, any paper from outside that
    calls itself contract, agreement or order.
    """
    return bool(deal.facts.model_dump(exclude_defaults=True)) or any(map(_speaks_of_contract, rows))


def _speaks_of_contract(row: ledger.PaperLine) -> bool:
    if row.item_type == "issued":
        return row.kind == CONTRACT_KIND and row.status != "void"
    return bool(row.answers) or any(word in row.title for word in CONTRACT_WORDS)


def contract_term(office: Office) -> Term:
    """Return how long contract papers are kept: by the office's table, by the shipped one where that is wrong."""
    found = table_for_scans(office).find(CONTRACT_PAPER)
    return Term(found.term) if found else MANUAL


def shortened(office: Office) -> tuple[Finding, ...]:
    """Return a warning for each class whose term the table gives shorter than papers were promised at filing.

    Raises:
        Refused: the table is wrong.
    """
    table, promises = table_of(office), defaultdict[str, list[int]](list)
    for row in ledger.papers():
        for name, months in promised_terms(row.sidecar.get("extra")).items():
            promises[name].append(months)
    less = {name: months for name, months in promises.items() if _is_less(table, name, months)}
    return tuple(_shortened(table, name, months) for name, months in sorted(less.items()))


def _is_less(table: RetentionTable, name: str, promised: Sequence[int]) -> bool:
    found = table.find(name)
    return found is None or (found.begins is not Start.NEVER and found.term < max(promised))


def _shortened(table: RetentionTable, name: str, promised: Sequence[int]) -> Finding:
    found = table.find(name)
    where, papers = f"{FILE_NAME} {name}", sum(each > (found.term if found else 0) for each in promised)
    if found is None:
        return warning("retention.class-struck", where, class_name=name, papers=papers)
    return warning(
        "retention.table-shortened",
        where,
        title=found.title,
        now=length_words(found.term),
        promised=length_words(max(promised)),
        papers=papers,
    )


def promised_terms(extra: object) -> dict[str, int]:
    """Return the months a sidecar's `extra` promises by class."""
    terms = extra.get(TERMS) if isinstance(extra, dict) else None
    if not isinstance(terms, dict):
        return {}
    return {str(name): months for name, months in terms.items() if isinstance(months, int)}


def table_for_scans(office: Office) -> RetentionTable:
    """Return the workspace's table, or the shipped one where it is wrong: it keeps no scan out of the archive."""
    try:
        return table_of(office)
    except Refused as problem:
        log.refused(problem)
        return read_table(SHIPPED.read_text(encoding="utf-8"), name=FILE_NAME)


def words_of(found: RetentionClass) -> str:
    """Return a class's rule in words: 合同终止后5年."""
    return rule_words(found.begins, found.term)
