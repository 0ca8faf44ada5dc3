"""The workbook's sheets, walked out of the record's model: what stands once per deal, and one sheet for each list.

Rows are joined by the deal's number (合同编号, or 订单编号 while the contract has none yet); rows of a list within a
list, such as the tested items of one acceptance, also name their parent's running number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docgen.deals.deal import Deal
from docgen.deals.schema import field_of, is_internal, model_within
from docgen.exchange.columns import Column, Path, Typed, column_of

Names = tuple[str, ...]

DEAL_SHEET = "合同"
KEY_TITLE = "合同或订单编号"
COMPANY_TITLE = "我方公司"
EXAMPLE_MARK = "示例"
"""Rows whose number begins so are examples: shown to whoever fills in, never imported."""

CONDITIONS_SHOWN = 2
CONDITIONS_READ = 20
_INLINE: Names = ("trigger", "all_of")
"""The one list that stands within its row: what a payment waits for."""
_WITH_DEFAULT: set[Names] = {("terms", "account")}
"""What the record fills in by itself where nothing is given, although it is never without."""

_CONTRACT: Path = ("terms", "contract")
NUMBER: Path = (*_CONTRACT, "number")
ORDER: Path = (*_CONTRACT, "order_number")
_HOMES: dict[Path, str] = {
    ("customer", "name"): DEAL_SHEET,
    ("customer",): "客户",
    ("facts",): "签订与终止",
    ("internal",): "内部资料",
    ("proposal",): "方案与报价",
}
_FIRST: tuple[Path, ...] = (NUMBER, ORDER, ("company",), ("customer", "name"))
_SKIPPED = {"schema"}
_TITLES: dict[Names, str] = {("changes", "new", "acceptance", "standards"): "变更后验收标准"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `steps` lead from the deal to its rows, one step a list; none where a deal has one row."""

    title: str
    columns: tuple[Column, ...]
    steps: tuple[Names, ...] = ()
    parent_title: str = ""
    is_internal: bool = False

    @property
    def is_single(self) -> bool:
        """Tell whether a deal has exactly one row here."""
        return not self.steps

    @property
    def is_main(self) -> bool:
        """Tell whether this is the sheet that says which deals there are."""
        return self.title == DEAL_SHEET

    @property
    def leading(self) -> tuple[str, ...]:
        """Return the headings that join a row to its deal and its parent; they stand before the fields."""
        key = () if self.is_main else (KEY_TITLE,)
        return (*key, self.parent_title) if self.parent_title else key

    @property
    def titles(self) -> tuple[str, ...]:
        """Return all headings in order."""
        return (*self.leading, *(column.title for column in self.columns))

    def column(self, title: str) -> Column | None:
        """Return the column under a heading."""
        return next((column for column in self.columns if column.title == title), None)


@cache
def sheets(conditions: int = CONDITIONS_SHOWN) -> tuple[Sheet, ...]:
    """Return the sheets in the order of the record; `conditions` is how many fit into a row of the payment plan."""
    walk = _Walk(conditions)
    walk.model(Deal, (), "", is_required=True, internal=False)
    singles = [_single(title, walk.singles[title]) for title in (DEAL_SHEET, *dict.fromkeys(_HOMES.values()))
               if title in walk.singles]  # fmt: skip
    ordered = [singles[0], *_after_main(singles[1:], walk.lists)]
    return tuple({sheet.title: sheet for sheet in ordered}.values())


def _single(title: str, columns: list[Column]) -> Sheet:
    rank = {path: index for index, path in enumerate(_FIRST)}
    ordered = sorted(columns, key=lambda column: rank.get(column.path, len(rank)))
    internal = all(column.is_internal for column in columns)
    return Sheet(title, _with_own_titles(tuple(ordered)), is_internal=internal)


def _after_main(singles: list[Sheet], lists: list[Sheet]) -> Iterator[Sheet]:
    """Yield each sheet of single values before the lists that begin the same way (客户 before 联系人)."""
    heads = {sheet.columns[0].path[0]: sheet for sheet in singles}
    for sheet in lists:
        head = heads.pop(sheet.steps[0][0], None)
        if head is not None:
            yield head
        yield sheet
    yield from heads.values()


class _Walk:
    """One walk through the model: gathers the single values by sheet and a sheet for every list."""

    def __init__(self, conditions: int) -> None:
        self.singles: dict[str, list[Column]] = {}
        self.lists: list[Sheet] = []
        self._conditions = conditions

    def model(self, model: type[BaseModel], path: Names, group: str, *, is_required: bool, internal: bool) -> None:
        """Gather the columns of everything that stands once per deal."""
        for column in self._columns(model, path, (path,), group=group, is_required=is_required, internal=internal):
            self.singles.setdefault(_home(column.path), []).append(column)

    def _columns(  # noqa: PLR0913  # what a column inherits from where it stands
        self,
        model: type[BaseModel],
        path: Names,
        steps: tuple[Names, ...],
        *,
        group: str,
        is_required: bool,
        internal: bool,
    ) -> Iterator[Column]:
        for key, info in model.model_fields.items():
            name = info.alias or key
            own: Names = (*path, name)
            wanted = is_required and info.is_required() and own not in _WITH_DEFAULT
            hidden = internal or is_internal(info)
            inner = model_within(info.annotation)
            if name in _SKIPPED and not path:
                continue
            if own == ("company",):
                description = "从下拉列表选择；公司资料在 companies 文件夹登记"
                yield Column(own, COMPANY_TITLE, description, Typed.TEXT, is_required=True)
            elif inner is None:
                yield column_of(own, info, group=group, is_required=wanted, internal=hidden)
            elif not is_list(info):
                inside = self._columns(inner, own, steps, group=info.title or name, is_required=wanted, internal=hidden)
                yield from inside if info.is_required() or name == "new" else map(_prefixed, inside)
            elif own == _INLINE:
                yield from _inline(own, inner, self._conditions, internal=hidden)
            else:
                self._list(info, inner, steps=(*steps[:-1], own), internal=hidden)

    def _list(
        self,
        info: FieldInfo,
        inner: type[BaseModel],
        *,
        steps: tuple[Names, ...],
        internal: bool,
    ) -> None:
        place = len(self.lists)
        columns = tuple(self._columns(inner, (), (*steps, ()), group="", is_required=True, internal=internal))
        whole = tuple(part for step in steps for part in step)
        title = _TITLES.get(whole) or info.title or whole[-1]
        parent = _parent_title(steps)
        sheet = Sheet(title, _with_own_titles(columns, parent), steps, parent, internal)
        self.lists.insert(place, sheet)


def _prefixed(column: Column) -> Column:
    """Name the group in the heading of a group that may be left out: 客户方签约代表·姓名."""
    return column if "·" in column.title else column.titled(f"{column.group}·{column.title}")


def _inline(path: Names, inner: type[BaseModel], count: int, *, internal: bool) -> Iterator[Column]:
    for index in range(count):
        for key, info in inner.model_fields.items():
            wanted = index == 0 and info.is_required()
            column = column_of(
                (*path, index, key), info, group=f"付款条件{index + 1}", is_required=wanted, internal=internal
            )
            yield column.titled(f"条件{index + 1} {column.title}")


def _parent_title(steps: tuple[Names, ...]) -> str:
    """Return the heading of the parent's running number; empty where the deal itself is the parent."""
    model: type[BaseModel] = Deal
    title = ""
    for step in steps[:-1]:
        model = _model_at(model, step)
        seq = field_of(model, "seq")
        title = (seq.title if seq else None) or ""
    return title


def _model_at(model: type[BaseModel], path: Names) -> type[BaseModel]:
    for name in path:
        info = field_of(model, name)
        inner = model_within(info.annotation) if info else None
        assert inner is not None, path  # noqa: S101  # the walk itself made the path
        model = inner
    return model


def is_list(info: FieldInfo) -> bool:
    """Tell whether a field holds a list."""
    return _is_tuple(info.annotation)


def _is_tuple(annotation: object) -> bool:
    return get_origin(annotation) is tuple or any(_is_tuple(each) for each in get_args(annotation))


def _home(path: Path) -> str:
    fitting = [(len(start), title) for start, title in _HOMES.items() if path[: len(start)] == start]
    return max(fitting)[1] if fitting else DEAL_SHEET


def _with_own_titles(columns: tuple[Column, ...], *taken: str) -> tuple[Column, ...]:
    """Give every column a heading of its own: where two would be the same, the group goes before."""
    times = Counter([*(column.title for column in columns), *taken])
    return tuple(
        column.titled(f"{column.group or '本行'}·{column.title}") if times[column.title] > 1 else column
        for column in columns
    )
