"""The clause library: texts that contracts share, each kept in all its versions, each version with its reason.

`_shared/clauses/<name>.toml` holds one clause. A kind names the version it takes (`confidentiality@1`), so that a new
version changes no contract until somebody says so, and a contract of years ago can be read beside its own text. A text
may differ for goods, services, and both together.
"""

from __future__ import annotations

import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, model_validator

from docgen.deals.base import Model, label
from docgen.deals.pricing import LineKind
from docgen.deals.terms import Terms
from docgen.errors import TemplateRefused
from docgen.findings import error

FOLDER = "clauses"
"""Where the library lies in the shared templates."""

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Paragraphs = Annotated[tuple[Sentence, ...], Field()]


class Variant(StrEnum):
    """What a contract sells: goods, services, or both."""

    GOODS = "goods"
    SERVICE = "service"
    MIXED = "mixed"


class ClauseVersion(Model):
    """One version: since when, why, and its paragraphs (款), for every contract or by what the contract sells."""

    version: Annotated[int, label("版本", ge=1)]
    since: Annotated[date, label("启用日期")]
    reason: Annotated[Sentence, label("理由", "首版或修改的理由")]
    paragraphs: Annotated[Paragraphs, label("各款", "不分类别时填写")] = ()
    goods: Annotated[Paragraphs, label("各款（货物）")] = ()
    service: Annotated[Paragraphs, label("各款（服务）")] = ()
    mixed: Annotated[Paragraphs, label("各款（货物和服务）")] = ()

    @model_validator(mode="after")
    def _one_text_for_each(self) -> ClauseVersion:
        by_variant = [bool(self.goods), bool(self.service), bool(self.mixed)]
        if bool(self.paragraphs) == any(by_variant) or any(by_variant) != all(by_variant):
            raise ValueError("give paragraphs, or all three of goods, service and mixed")
        return self

    def text(self, variant: Variant) -> tuple[str, ...]:
        """Return the paragraphs of a contract that sells that."""
        return (
            self.paragraphs
            or {
                Variant.GOODS: self.goods,
                Variant.SERVICE: self.service,
                Variant.MIXED: self.mixed,
            }[variant]
        )

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return every paragraph with its place, such as ("goods.2", …), whichever contract uses it."""
        return tuple(
            (f"{name}.{number}", sentence)
            for name in ("paragraphs", *Variant)
            for number, sentence in enumerate(getattr(self, name), start=1)
        )


class Clause(Model):
    """A clause with all its versions, oldest first."""

    title: Annotated[Sentence, label("条款名称")]
    title_en: Annotated[Sentence, label("英文名称")]
    versions: Annotated[tuple[ClauseVersion, ...], label("各版本", min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Clause:
        if [each.version for each in self.versions] != list(range(1, len(self.versions) + 1)):
            raise ValueError("versions count from 1 without a gap")
        if sorted(each.since for each in self.versions) != [each.since for each in self.versions]:
            raise ValueError("a later version cannot be older")
        return self


def variant_of(terms: Terms) -> Variant:
    """Return what the contract sells, by the kinds of its lines."""
    kinds = {line.kind for line in terms.lines}
    if len(kinds) > 1:
        return Variant.MIXED
    return Variant.SERVICE if LineKind.SERVICE in kinds else Variant.GOODS


def library(shared: Path) -> dict[str, Clause]:
    """Return every clause of the library by name.

    Raises:
        TemplateRefused: a file of the library is wrong.
    """
    return {path.stem: _read(path) for path in sorted((shared / FOLDER).glob("*.toml"))}


def pinned(reference: str, shared: Path) -> tuple[Clause, ClauseVersion]:
    """Return the clause and version a kind names, such as `confidentiality@1`.

    Raises:
        TemplateRefused: the library has no such clause or version, or its file is wrong.
    """
    name, _, version = reference.partition("@")
    path = shared / FOLDER / f"{name}.toml"
    clause = _read(path) if path.is_file() else None
    found = next((each for each in clause.versions if str(each.version) == version), None) if clause else None
    if clause is None or found is None:
        known = "、".join(f"{name}@{each.version}" for each in clause.versions) if clause else "—"
        raise TemplateRefused.of("kinds.no-such-clause", f"{FOLDER}/{name}.toml", clause=reference, known=known)
    return clause, found


def _read(path: Path) -> Clause:
    where = f"{FOLDER}/{path.name}"
    try:
        return Clause.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise TemplateRefused.of("kinds.bad-clause-file", where, key="—", problem=str(problem)) from problem
    except ValidationError as problem:
        rows = problem.errors(include_url=False)
        raise TemplateRefused(
            [
                error("kinds.bad-clause-file", where, key=".".join(map(str, row["loc"])) or "—", problem=row["msg"])
                for row in rows
            ]
        ) from problem
