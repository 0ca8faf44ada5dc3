"""A bank's statement as people download it: which column says what, and each line in the trade's own types.

Every bank names its columns differently, writes GB18030 or UTF-8, with commas or tabs, amounts in one column with a
direction or in two. What the headings say is guessed from the words banks use, shown, and remembered by the caller; a
line that cannot be read in one way only is a finding, never a guess.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from docgen.errors import LimitExceeded, Refused, UnreadableFile
from docgen.exchange.reader import read_workbook
from docgen.findings import Finding, error

MAX_BYTES = 30 * 1024 * 1024
MAX_ROWS = 100_000
HEADING_WITHIN = 40
"""Rows among which the headings are looked for; above them stand the account and the period."""
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "on": ("交易日期", "记账日期", "入账日期", "交易时间", "交易日", "到账日期", "日期", "date"),
    "credit": ("贷方发生额", "贷方金额", "收入金额", "转入金额", "存入金额", "收入", "贷方", "credit"),
    "debit": ("借方发生额", "借方金额", "支出金额", "转出金额", "取出金额", "支出", "借方", "debit"),
    "amount": ("交易金额", "发生额", "金额", "amount"),
    "direction": ("借贷标志", "借贷方向", "收支标志", "借贷", "借/贷", "收/支", "收支", "方向"),
    "payer": ("对方户名", "对方名称", "对方单位名称", "对方账户名称", "付款人名称", "付款人户名", "付款人", "付款方",
              "交易对手", "payer"),
    "reference": ("交易流水号", "银行流水号", "核心流水号", "业务流水号", "流水号", "交易参考号", "参考号",
                  "凭证号", "reference"),
    "balance": ("账户余额", "余额", "balance"),
})  # fmt: skip
MEMOS = ("附言", "摘要", "用途", "备注", "交易说明", "memo")
_IN, _OUT = (
    {"贷", "贷方", "收", "收入", "转入", "来账", "c", "cr"},
    {"借", "借方", "支", "支出", "转出", "往账", "d", "dr"},
)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\sT]+\d{1,2}[:时].*)?\Z", re.ASCII)
_SHORT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s*\d{6}|\s+\d{1,2}:.*)?\Z", re.ASCII)
_SUM_ROW = re.compile(r"合计|总计|小计|累计|共\s*\d+\s*笔|承前页|过次页|期初|期末")
_FEN = Decimal("0.01")
_NOTHING = (None, "")


@dataclass(frozen=True, slots=True)
class Layout:
    """A bank's way to head its columns: its headings, and the heading that says each thing; `memo` may be several."""

    headings: tuple[str, ...]
    columns: Mapping[str, str]
    memo: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Return what the same layout bears again: a hash of its headings."""
        return hashlib.sha256("\x1f".join(self.headings).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line: money that came in (positive), was taken back (negative) or went out (`is_ours`, no customer's money).

    `reference` is the bank's, else one made of what the line says, the same in every overlapping statement.
    """

    row: int
    on: date
    amount: Decimal
    is_ours: bool
    payer: str
    memo: str
    reference: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as read: layout, whether it was known, lines, and what is wrong with it (then nothing is taken)."""

    layout: Layout
    lines: tuple[StatementLine, ...]
    findings: tuple[Finding, ...]


def read_statement(
    data: bytes, *, name: str, known: Mapping[str, Layout] | None = None, columns: Mapping[str, str] | None = None
) -> Statement:
    """Read a statement; `known` are remembered layouts by fingerprint, `columns` what a person says now.

    Raises:
        UnreadableFile: neither a workbook nor text in an encoding banks use.
        LimitExceeded: too large.
        Refused: no row of headings was found, or one that a person named is not there.
    """
    rows = _rows(data, name)
    at, layout = _headings(rows, known or {}, columns or {})
    lines: list[StatementLine] = []
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[at + 1 :], at + 2):
        cells = dict(zip(layout.headings, row, strict=False))
        if not any(each not in _NOTHING for each in row) or _is_sum(row):
            continue
        read = _line(number, cells, layout, seen)
        if isinstance(read, StatementLine):
            lines.append(read)
        else:
            findings.append(read)
    return Statement(layout, tuple(lines), tuple(findings))


def _rows(data: bytes, name: str) -> list[list[object]]:
    if len(data) > MAX_BYTES:
        raise LimitExceeded.of("exchange.too-large", megabytes=MAX_BYTES // (1024 * 1024))
    if name.lower().endswith((".xlsx", ".xls")) or data.startswith(b"PK"):
        sheets = [sheet for sheet in read_workbook(data) if sheet.rows]
        return [list(row) for row in sheets[0].rows] if sheets else []
    text = _decoded(data)
    rows: list[list[object]] = []
    mark = _delimiter(text)
    table = csv.reader(io.StringIO(text), delimiter=mark)
    try:
        for row in table:
            rows.append([cell.strip().strip("\t") for cell in row])
            if len(rows) > MAX_ROWS:
                raise LimitExceeded.of("exchange.reaches-too-far", name, rows=MAX_ROWS, columns=len(row))
            if any("\n" in cell and _holds_a_line(cell, mark) for cell in row):
                raise Refused.of("exchange.statement-open-quote", name, row=len(rows))
    except csv.Error as problem:
        raise Refused.of("exchange.statement-open-quote", name, row=len(rows) + 1) from problem
    return rows


def _holds_a_line(cell: str, mark: str) -> bool:
    """Tell whether a quotation mark that never closed has swallowed the next line: it has a day among its fields."""
    return any(
        read_day(part) is not None for line in cell.splitlines()[1:] if mark in line for part in line.split(mark)
    )


def _decoded(data: bytes) -> str:
    """Return the text: by its byte order mark, else UTF-8, else GB18030, which any bank program on Windows writes."""
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile.of("exchange.not-a-statement")


def _delimiter(text: str) -> str:
    lines = text.splitlines()[:HEADING_WITHIN]
    return max(",\t;|，", key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _headings(
    rows: Sequence[Sequence[object]], known: Mapping[str, Layout], columns: Mapping[str, str]
) -> tuple[int, Layout]:
    best: tuple[int, Layout] | None = None
    for at, row in enumerate(rows[:HEADING_WITHIN]):
        headings = _named(row)
        guess = _guessed(headings)
        guess = known.get(guess.fingerprint, guess)
        if columns:
            guess = _told(guess, columns) if set(columns.values()) <= set(headings) else guess
        if _is_whole(guess) and (best is None or len(guess.columns) > len(best[1].columns)):
            best = at, guess
    if best is None:
        raise Refused.of("exchange.statement-no-headings", rows=HEADING_WITHIN)
    missing = [name for name in columns.values() if name not in best[1].headings]
    if missing:
        raise Refused.of("exchange.statement-no-such-heading", "、".join(missing), known="、".join(best[1].headings))
    return best


def _named(row: Sequence[object]) -> tuple[str, ...]:
    """Return headings without blanks; empty or repeated ones get their number, so that each is one column."""
    found: list[str] = []
    for index, cell in enumerate(row, 1):
        name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(cell or "")))
        found.append(name if name and name not in found else f"{name}#{index}")
    return tuple(found)


def _guessed(headings: tuple[str, ...]) -> Layout:
    columns: dict[str, str] = {}
    for fits in (_is_word, _has_word):
        for field in ("direction", *FIELDS):
            free = [heading for heading in headings if heading not in columns.values()]
            found = (heading for word in FIELDS[field] for heading in free if fits(_plain(heading), word))
            chosen = None if field in columns else next(found, None)
            if chosen:
                columns[field] = chosen
    taken = set(columns.values())
    memo = tuple(each for each in headings if each not in taken and any(word in _plain(each) for word in MEMOS))
    return Layout(headings, columns, memo)


def _is_word(heading: str, word: str) -> bool:
    return heading == word


def _has_word(heading: str, word: str) -> bool:
    return word in heading and "账号" not in heading and "行名" not in heading


def _plain(heading: str) -> str:
    return re.sub(r"\(.*?\)|\[.*?\]", "", heading).lower()


def _told(layout: Layout, columns: Mapping[str, str]) -> Layout:
    memo = (columns["memo"],) if "memo" in columns else layout.memo
    kept = {field: name for field, name in layout.columns.items() if name not in columns.values()}
    told = {field: name for field, name in columns.items() if field in FIELDS}
    return Layout(layout.headings, {**kept, **told}, tuple(each for each in memo if each not in told.values()))


def _is_whole(layout: Layout) -> bool:
    has_amount = "credit" in layout.columns or "amount" in layout.columns
    return "on" in layout.columns and has_amount and ("payer" in layout.columns or bool(layout.memo))


def _is_sum(row: Sequence[object]) -> bool:
    first = next((str(cell) for cell in row if cell not in _NOTHING), "")
    return bool(_SUM_ROW.search(first)) and read_day(first) is None


def _line(number: int, cells: Mapping[str, object], layout: Layout, seen: dict[str, int]) -> StatementLine | Finding:
    def cell(field: str) -> object:
        return cells.get(layout.columns.get(field, "\x00"))

    where = f"第 {number} 行"
    on = read_day(cell("on"))
    if on is None:
        return error("exchange.statement-day", where, value=str(cell("on") or "—")[:40])
    amount = _amount(cell)
    if amount is None:
        told = " / ".join(str(cell(each)) for each in ("amount", "credit", "debit", "direction") if cell(each))
        return error("exchange.statement-amount", where, value=told[:60] or "—")
    memo = " ".join(_words(cells.get(name)) for name in layout.memo if cells.get(name) not in _NOTHING)
    payer = _words(cell("payer"))
    is_out = _is_out(cell)
    is_back = _says_back(memo) if is_out else amount < 0
    is_ours = is_out and not is_back
    signed = -abs(amount) if is_back else amount
    reference = _words(cell("reference")) or _made_up(
        (on.isoformat(), f"{signed:.2f}", payer, memo, _words(cell("balance"))), seen
    )
    return StatementLine(number, on, signed, is_ours, payer, memo, reference)


def _amount(cell: Callable[[str], object]) -> Decimal | None:
    """Return what a line moved: the credit column, else the debit one, else the one amount with its direction."""
    for field in ("credit", "debit", "amount"):
        value = cell(field)
        if value in _NOTHING or (isinstance(value, str) and not value.strip(" -—")):
            continue
        amount = read_amount(value)
        if amount is None:
            return None
        if amount:
            return amount
    return None


def _is_out(cell: Callable[[str], object]) -> bool:
    """Tell whether money left our account: by direction, else by the column the amount stands in."""
    word = _words(cell("direction")).lower()
    if word in _IN | _OUT:
        return word in _OUT
    return not read_amount(cell("credit")) and bool(read_amount(cell("debit")))


def _says_back(memo: str) -> bool:
    return any(word in memo for word in ("冲正", "冲账", "退票", "退汇", "撤销", "抹账"))


def _made_up(said: tuple[str, ...], seen: dict[str, int]) -> str:
    """Return a reference for a line without one; twins of a day are told apart by their place among themselves."""
    text = "|".join(said)
    seen[text] = seen.get(text, 0) + 1
    return "无流水号-" + hashlib.sha256(f"{text}|{seen[text]}".encode()).hexdigest()[:16]


def _words(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(value or ""))).strip()


def read_day(value: object) -> date | None:
    """Return a day written as 2024-03-11, 2024/3/11, 2024.3.11, 2024年3月11日, 20240311 or an Excel date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _words(value)
    match = _DAY.match(text) or _SHORT_DAY.match(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def read_amount(value: object) -> Decimal | None:
    """Return an amount in 元: thousands commas, full-width digits, ￥, brackets or a minus for what is taken back."""
    if isinstance(value, bool) or value in _NOTHING:
        return None
    if isinstance(value, float):
        value = f"{value:.6f}".rstrip("0")
    text = _words(value).replace(" ", "").replace(",", "").replace("¥", "").removesuffix("元").removeprefix("CNY")
    negative = text.startswith("(") and text.endswith(")")
    try:
        amount = Decimal(text.strip("()"))
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount != amount.quantize(_FEN):
        return None
    return (-amount if negative else amount).quantize(_FEN)


def layout_rows(layouts: Mapping[str, Layout]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield layouts as plain values for the file that remembers them."""
    for fingerprint, each in layouts.items():
        yield (
            fingerprint,
            {"headings": list(each.headings), "columns": dict(each.columns), "memo": list(each.memo)},
        )
