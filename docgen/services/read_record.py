"""Reading a record file the way a person hands it over: YAML or JSON, with every problem named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record, read_text
from docgen.errors import NotFound, Refused
from docgen.findings import Finding, error, has_errors
from docgen.services.office import Office
from docgen.services.settings import settled

MAX_BYTES = 2_000_000
REVISION = "revision"
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """A record file as read: the deal (None where it could not be understood) and everything found.

    `names_account` tells whether the file itself names the account to pay to, or leaves it to the company's first;
    `revision` is the one the record was exported at, where the file carries it.
    """

    path: Path
    deal: Deal | None
    findings: tuple[Finding, ...]
    names_account: bool = True
    revision: int | None = None

    @property
    def is_sound(self) -> bool:
        """Tell whether the record can be imported."""
        return self.deal is not None and not has_errors(self.findings)


def check_record(office: Office, path: Path, *, companies: Mapping[str, Company] | None = None) -> CheckedRecord:
    """Read and check a record file without keeping anything; `companies` stand in for the workspace's own.

    Raises:
        NotFound: the file is not there.
        Refused: it is no text file or far too large.
    """
    data, findings = read_text(_text(path), name=path.name)
    if data is None or has_errors(findings):
        return CheckedRecord(path, None, tuple(findings))
    data, revision, problems = _without_revision(data)
    findings = [*findings, *problems]
    deal, problems = parse_record(data, companies=office.companies if companies is None else companies)
    findings = [*findings, *problems]
    if deal is not None:
        findings += check(settled(deal, defaults=office.workspace.defaults), calendar=office.calendar)
    return CheckedRecord(path, deal, tuple(findings), names_account=names_account(data), revision=revision)


def read_group(path: Path) -> dict[str, Any]:
    """Read a file that holds one group of values (a fact, a change) as plain text values.

    Raises:
        NotFound: the file is not there.
        Refused: it cannot be read as YAML or JSON, or holds something else.
    """
    data, findings = read_text(_text(path), name=path.name)
    if has_errors(findings):
        raise Refused(findings)
    if not isinstance(data, dict):
        raise Refused.of("services.not-a-group", str(path))
    return data


def _without_revision(data: object) -> tuple[object, int | None, list[Finding]]:
    """Return the record without the revision an export writes on top, and that revision."""
    if not isinstance(data, dict) or REVISION not in data:
        return data, None, []
    rest, text = {name: value for name, value in data.items() if name != REVISION}, data[REVISION]
    if isinstance(text, str) and _NUMBER.fullmatch(text):
        return rest, int(text), []
    return rest, None, [error("services.record-revision", REVISION, value=str(text)[:40])]


def names_account(data: object) -> bool:
    """Tell whether a record's plain values name the account to pay to."""
    terms = data.get("terms") if isinstance(data, dict) else None
    return isinstance(terms, dict) and terms.get("account") is not None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused.of("services.record-too-large", str(path), limit="2 MB")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as problem:
        raise NotFound.of("services.no-file", str(path)) from problem
    except IsADirectoryError as problem:
        raise Refused.of("services.is-a-folder", str(path)) from problem
    except UnicodeDecodeError as problem:
        raise Refused.of("services.record-not-utf8", str(path)) from problem
