"""Findings: what is wrong (or worth saying) about data, all at once, each with code, place and remedy.

Bad data is never an exception by itself: a check returns every finding it can make, and the caller decides whether to
go on. The sentences stand in `docgen/messages/*.toml`, keyed by code, in Chinese and English.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

Language = Literal["zh", "en"]


class Severity(StrEnum):
    """How much a finding weighs: an error stops the work, a warning wants a look, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the message table: what happened and what to do next, in both languages."""

    zh: str
    en: str
    zh_next: str = ""
    en_next: str = ""


@cache
def message_table() -> Mapping[str, Message]:
    """Return all messages by code, read once from the packaged TOML files.

    Raises:
        ValueError: two files define the same code.
    """
    table: dict[str, Message] = {}
    for entry in sorted(resources.files("docgen.messages").iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml"):
            continue
        for code, row in tomllib.loads(entry.read_text(encoding="utf-8")).items():
            if code in table:
                raise ValueError(f"message code defined twice: {code}")
            table[code] = Message(**row)
    return MappingProxyType(table)


def current_language() -> Language:
    """Return the language for this process: Chinese, unless DOCGEN_LANG begins with "en"."""
    return "en" if os.environ.get("DOCGEN_LANG", "zh").lower().startswith("en") else "zh"


def sentence(code: str, params: Mapping[str, object] | None = None, *, language: Language | None = None) -> str:
    """Return the sentence for a code with its parameters filled in; an unknown code is returned as it is."""
    row = message_table().get(code)
    if row is None:
        return code
    return _fill(row.en if (language or current_language()) == "en" else row.zh, params)


def remedy(code: str, params: Mapping[str, object] | None = None, *, language: Language | None = None) -> str:
    """Return what to do next for a code; empty where there is nothing to do."""
    row = message_table().get(code)
    if row is None:
        return ""
    return _fill(row.en_next if (language or current_language()) == "en" else row.zh_next, params)


class _Lenient(dict[str, object]):
    """A parameter that a sentence names but nobody gave is shown as its name, never as a crash while reporting."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _fill(text: str, params: Mapping[str, object] | None) -> str:
    return text.format_map(_Lenient(params or {}))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: code, place (field path, file, page), weight, and the values its sentence needs."""

    code: str
    where: str = ""
    severity: Severity = Severity.ERROR
    params: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: Language | None = None) -> str:
        """Return what was found, in words."""
        return sentence(self.code, {"where": self.where, **self.params}, language=language)

    def remedy(self, language: Language | None = None) -> str:
        """Return what to do next, in words."""
        return remedy(self.code, {"where": self.where, **self.params}, language=language)

    def as_json(self) -> dict[str, object]:
        """Return plain values for `--json` and for records kept on disk."""
        return {
            "code": self.code,
            "where": self.where,
            "severity": self.severity.value,
            "sentence": self.sentence(),
            "remedy": self.remedy(),
            "params": {key: str(value) for key, value in self.params.items()},
        }


def error(code: str, where: str = "", **params: object) -> Finding:
    """Make a finding that stops the work."""
    return Finding(code, where, Severity.ERROR, params)


def warning(code: str, where: str = "", **params: object) -> Finding:
    """Make a finding that wants a look but stops nothing."""
    return Finding(code, where, Severity.WARNING, params)


def note(code: str, where: str = "", **params: object) -> Finding:
    """Make a finding that only informs."""
    return Finding(code, where, Severity.NOTE, params)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding stops the work."""
    return any(finding.severity is Severity.ERROR for finding in findings)
