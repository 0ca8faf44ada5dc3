"""The workspace's retention table, and the promise that is written into a paper's sidecar when it is filed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import JsonValue

from docgen.archive.record import Retention
from docgen.deals.deal import Deal
from docgen.deals.milestones import terminated_on
from docgen.errors import Refused
from docgen.retention.reckoning import Starts, deciding, reckon, rule_words
from docgen.retention.table import FILE_NAME, SHIPPED, RetentionClass, RetentionTable, read_table
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.workspace import Workspace

TERMS = "retention_terms"
"""The field of a sidecar's `extra` with the months promised for each class."""


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper about to be filed: kind, document type, the class its kind names, and the days known of it."""

    kind: str
    title: str
    filed_on: date
    dated: date | None = None
    also: tuple[str, ...] = ()


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
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused.of("retention.table-unreadable", FILE_NAME, what=type(problem).__name__) from problem
    return read_table(text, name=FILE_NAME)


def table_path(workspace: Workspace) -> Path:
    """Return where the workspace's own table lies, if it has one."""
    return workspace.root / FILE_NAME


def copy_table(workspace: Workspace) -> None:
    """Give a new workspace the shipped table to edit; one that stands stays."""
    if not table_path(workspace).exists():
        shutil.copyfile(SHIPPED, table_path(workspace))


def promise(
    office: Office, deal: Deal, paper: NewPaper, *, must_file: bool = False, table: RetentionTable | None = None
) -> Promise:
    """Return what is told about retention when a paper is filed: classes, last day if it is known, the rule.

    With `must_file` a wrong table keeps no scan out of the archive: the shipped one is promised, which is the least the
    law asks, and what the mended table says is reckoned whenever somebody looks. `table` is one that was just read.

    Raises:
        Refused: the table breaks its rules, or does not know the class the paper's kind names.
    """
    table = table or (table_for_scans(office) if must_file else table_of(office))
    classes = table.classes_of(kind=paper.kind, title=paper.title, also=paper.also)
    for name in () if must_file else classes:
        if table.find(name) is None:
            known = "、".join(each.id for each in table.classes)
            raise Refused.of("retention.class-unknown", f"{FILE_NAME} {name}", class_name=name, known=known)
    dated = paper.dated or paper.filed_on
    ended = terminated_on(deal, as_of=paper.filed_on)
    terms = reckon(table, classes, Starts(ended, paper.filed_on, dated, max(dated, paper.filed_on)))
    told = Retention(classes=classes, until=deciding(terms).until, rule=deciding(terms).rule)
    return Promise(told, {TERMS: {each.class_id: each.months for each in terms if each.months}})


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
