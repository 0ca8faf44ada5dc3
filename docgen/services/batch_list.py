"""A list of deals as people keep them: a number a line in a text file, or the first column of a workbook."""

from __future__ import annotations

from pathlib import Path

from docgen.errors import Refused
from docgen.exchange.cells import Raw
from docgen.exchange.reader import read_workbook

_COMMENT = "#"
_HEADINGS = {"合同编号", "合同", "编号", "订单号", "订单编号", "文件编号", "deal", "contract"}


def read_list(path: Path) -> list[tuple[str, int | None]]:
    """Return deal numbers in order, each with the number of its part where one stands beside it.

    Text: `HT2024031001` or `HT2024031001,2` a line, UTF-8 or GB18030; lines that begin with # are notes.

    Raises:
        Refused: the file is not there, cannot be read, or names no deal.
    """
    return [(deal, _seq(seq, path)) for deal, seq in read_pairs(path)]


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Return the first two cells of each line of a list; notes, headings and empty lines are left out.

    Raises:
        Refused: the file is not there, cannot be read, or lists nothing.
    """
    if not path.is_file():
        raise Refused.of("services.batch-no-list", str(path), path=path)
    rows = _of_workbook(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _of_text(path)
    found = [(word, beside) for word, beside in rows
             if word and not word.startswith(_COMMENT) and word not in _HEADINGS]  # fmt: skip
    if not found:
        raise Refused.of("services.batch-list-empty", str(path), path=path)
    return found


def _of_text(path: Path) -> list[tuple[str, str]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    cells = (line.replace("\t", ",").split(",") for line in text.splitlines())
    return [(row[0].strip(), row[1].strip() if len(row) > 1 else "") for row in cells]


def _of_workbook(path: Path) -> list[tuple[str, str]]:
    rows = read_workbook(path.read_bytes())[0].rows
    return [(_word(row, 0), _word(row, 1)) for row in rows if row]


def _word(row: list[Raw], at: int) -> str:
    value = row[at] if at < len(row) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _seq(text: str, path: Path) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise Refused.of("services.batch-list-part", str(path), text=text)
    return int(text)
