"""Reading a record as people write it: YAML or JSON text in, a deal or every problem at once out.

All scalars of a file are text (`no:` is a key, `0012` and `1E5` stay as typed); only the record's own types decide
what they mean. Duplicate keys, references and tags are refused: what a person cannot see is not accepted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from docgen.deals.deal import Deal
from docgen.deals.explaining import findings_of, shown
from docgen.deals.parties import Company
from docgen.deals.plainyaml import MAX_DEPTH, Unacceptable, load
from docgen.deals.upcast import upcast
from docgen.errors import Refused
from docgen.findings import Finding, error

MAX_BYTES = 2_000_000


def read_text(text: str, *, name: str) -> tuple[object | None, list[Finding]]:
    """Return the plain values of a YAML or JSON text, or None with what stands in the way.

    `name` is the file's name: it is shown in findings, and `.json` reads as JSON. At most 2 MB and 30 levels.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return None, [error("deals.file-too-large", name, limit="2 MB")]
    try:
        plain = _load_json(text) if name.lower().endswith(".json") else load(text.removeprefix("\ufeff"))
    except Unacceptable as problem:
        return None, [error(problem.code, name, **problem.params)]
    if plain is None:
        return None, [error("deals.file-empty", name)]
    return plain, []


def parse_record(data: object, *, companies: Mapping[str, Company]) -> tuple[Deal | None, list[Finding]]:
    """Return the deal that plain values describe, or None with every problem, each with path and Chinese title.

    Our company may be given by its id in `companies` or in full; the account defaults to the company's first. Only
    the form is checked here; docgen.deals.checks asks whether the record makes sense.
    """
    if not isinstance(data, dict):
        return None, [error("deals.not-a-record", value=shown(data))]
    try:
        lifted = upcast(data)
    except Refused as refusal:
        return None, list(refusal.findings)
    whole, findings = _with_company(lifted, companies)
    try:
        deal = Deal.model_validate(whole)
    except ValidationError as problem:
        found = findings_of(problem)
        return None, findings + [each for each in found if not findings or not _follows(each)]
    return (None if findings else deal), findings


def _with_company(data: dict[str, Any], companies: Mapping[str, Company]) -> tuple[dict[str, Any], list[Finding]]:
    given = data.get("company")
    if not isinstance(given, str):
        return _with_account(data, given), []
    company = companies.get(given.strip())
    if company is None:
        known = "、".join(sorted(companies)) or "（尚未登记）"
        return data, [error("deals.company-unknown", "company", title="我方公司", value=shown(given), known=known)]
    full = company.model_dump(mode="json")
    return _with_account({**data, "company": full}, full), []


def _with_account(data: dict[str, Any], company: object) -> dict[str, Any]:
    terms = data.get("terms")
    accounts = company.get("accounts") if isinstance(company, dict) else None
    if not isinstance(terms, dict) or terms.get("account") is not None:
        return data
    if not isinstance(accounts, list | tuple) or not accounts:
        return data
    return {**data, "terms": {**terms, "account": accounts[0]}}


def _follows(finding: Finding) -> bool:
    """Tell whether a finding only follows from an unknown company."""
    return finding.where in {"company", "terms.account"}


def _load_json(text: str) -> object:
    try:
        plain = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=str,
            parse_int=str,
            parse_constant=_no_constant,
            object_pairs_hook=_without_twins,
        )
    except json.JSONDecodeError as problem:
        raise Unacceptable("deals.json-broken", line=problem.lineno, column=problem.colno) from problem
    except RecursionError as problem:
        raise Unacceptable("deals.json-too-deep", limit=MAX_DEPTH) from problem
    _refuse_depth(plain)
    return plain


def _refuse_depth(plain: object) -> None:
    level, depth = [plain], 0
    while level := [inner for each in level for inner in _within(each)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise Unacceptable("deals.json-too-deep", limit=MAX_DEPTH)


def _within(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _no_constant(text: str) -> object:
    raise Unacceptable("deals.json-constant", value=text)


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, value in pairs:
        if key in made:
            raise Unacceptable("deals.json-key-twice", key=shown(key))
        made[key] = value
    return made
