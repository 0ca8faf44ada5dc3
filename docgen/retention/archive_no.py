"""Archive numbers (档号) as 《归档文件整理规则》(DA/T 22) writes them, where a company uses them.

全宗号-档案门类代码·年度-保管期限代码-机构(问题)代码-件号, such as `A001-WS·2024-D10-XS-0001`: the fonds is the
company's, the period Y for ever or D and years, and 件号 runs within all that stands around it. Pattern and codes stand
under [archive_no] in retention.toml; a company without that table has no archive numbers at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from pydantic import BaseModel, ConfigDict, Field

from docgen.findings import Finding, error

DEFAULT_PATTERN = "{fonds}-{category}·{year}-{period}-{unit}-{item}"
FIELDS = ("fonds", "category", "year", "period", "unit", "item")
NEEDED = ("fonds", "year", "item")
"""Without these two items of one company, or of two years, could bear the same number."""
_FOR_EVER = "Y"
_MONTHS = 12
_PLAIN = re.compile(r"[^\s/\\{}<>\"|?*]+")
_ASIDE = "#"


@dataclass(frozen=True, slots=True)
class KeptFor:
    """The class that keeps an item longest: its id, and its term in months, None for ever."""

    class_id: str
    months: int | None

    @property
    def code(self) -> str:
        """保管期限代码: Y for ever, else D and whole years, begun years counted whole."""
        return _FOR_EVER if self.months is None else f"D{-(-self.months // _MONTHS)}"


class ArchiveNumbering(BaseModel):
    """How a company writes its archive numbers; `categories` and `periods` give a class its own code."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    pattern: str = Field(default=DEFAULT_PATTERN, min_length=1, max_length=120)
    fonds: str = Field(min_length=1, max_length=20)
    category: str = Field(default="WS", max_length=20)
    unit: str = Field(default="", max_length=20)
    width: int = Field(default=4, ge=1, le=8)
    categories: dict[str, str] = {}
    periods: dict[str, str] = {}

    @property
    def used(self) -> tuple[str, ...]:
        """The fields the pattern names, in order; the empty text where a brace names nothing."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.pattern) if name is not None)

    def group(self, *, year: int, kept: KeptFor) -> str:
        """Return everything of a number but its 件号, for an item of a year kept so long."""
        return self._written(year, kept, _ASIDE)

    def number(self, *, year: int, kept: KeptFor, n: int) -> str:
        """Return the n-th number of a group; 件号 widens past its width."""
        return self._written(year, kept, f"{n:0{self.width}d}")

    def _written(self, year: int, kept: KeptFor, item: str) -> str:
        return self.pattern.format(
            fonds=self.fonds,
            category=self.categories.get(kept.class_id, self.category),
            year=year,
            period=self.periods.get(kept.class_id) or kept.code,
            unit=self.unit,
            item=item,
        )


def numbering_wrong(numbering: ArchiveNumbering, class_ids: set[str], *, name: str) -> Iterator[Finding]:
    """Yield what is wrong with the pattern and its codes."""
    where = f"{name} archive_no"
    try:
        used = numbering.used
    except ValueError:
        yield error("retention.archive-no-pattern", where, pattern=numbering.pattern, fields=_told(FIELDS))
        return
    plain = all(not spec and not turn for _, _, spec, turn in Formatter().parse(numbering.pattern))
    if set(used) - set(FIELDS) or len(used) != len(set(used)) or not plain:
        yield error("retention.archive-no-pattern", where, pattern=numbering.pattern, fields=_told(FIELDS))
    missing = [each for each in NEEDED if each not in used]
    if missing:
        yield error("retention.archive-no-lacks", where, fields=_told(missing))
    codes = {"fonds": numbering.fonds, "category": numbering.category, "unit": numbering.unit}
    codes |= {f"categories.{key}": value for key, value in numbering.categories.items()}
    codes |= {f"periods.{key}": value for key, value in numbering.periods.items()}
    for key, value in codes.items():
        is_wanted = key not in FIELDS or key in used
        if is_wanted and not _PLAIN.fullmatch(value):
            yield error("retention.archive-no-code", f"{where}.{key}", field=key, value=value)
    if not _PLAIN.fullmatch(re.sub(r"\{\w*\}", "x", numbering.pattern)):
        yield error("retention.archive-no-code", f"{where}.pattern", field="pattern", value=numbering.pattern)
    for unknown in sorted({*numbering.categories, *numbering.periods} - class_ids):
        known = "、".join(sorted(class_ids))
        yield error("retention.class-unknown", f"{where} {unknown}", class_name=unknown, known=known)


def _told(fields: tuple[str, ...] | list[str]) -> str:
    return "、".join(f"{{{each}}}" for each in fields)
