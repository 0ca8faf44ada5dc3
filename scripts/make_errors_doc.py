"""Write docs/errors.md: every message a user may read, by code, in Chinese and English, with the remedy.

The page is made from docgen/messages/*.toml and the tree in docgen/errors.py, so it cannot drift from what the program
says; tests/project compares it with what this script would write. Run `make docs` after changing a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from docgen import errors
from docgen.errors import DocgenError
from docgen.findings import Message, message_table

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "errors.md"

INTRODUCTION = """\
# 错误与提示 · Errors and findings

Written by `make docs` from `docgen/messages/*.toml`; do not edit by hand.

程序给出的每一条提示都有一个代码。按代码在本页查找：第一行说发生了什么，“怎么办”说下一步做什么。
`{…}` 处在实际提示中是具体的值；`where` 是出错的位置（字段、文件、页）。

Every message carries a code. The first line says what happened, "Next" says what to do; `{…}` stands for the value at
hand, `where` for the place (field, file, page).

## 退出码 · Exit codes

| exit code | error | meaning |
|---|---|---|
| 0 | | done |
"""
LAST_EXIT_CODE = "| 130 | | interrupted (Ctrl-C) |\n"


def page() -> str:
    """Return the whole page."""
    return INTRODUCTION + "".join(_exit_codes()) + LAST_EXIT_CODE + "".join(_chapters())


def _exit_codes() -> Iterator[str]:
    tree = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DocgenError)]
    for kind in sorted(tree, key=lambda kind: (kind.exit_code, kind.__name__)):
        sentence = (kind.__doc__ or "").splitlines()[0]
        yield f"| {kind.exit_code} | `{kind.__name__}` | {sentence} |\n"


def _chapters() -> Iterator[str]:
    for room, codes in groupby(sorted(message_table()), key=lambda code: code.split(".")[0]):
        yield f"\n## {room}\n"
        yield from (_entry(code, message_table()[code]) for code in codes)


def _entry(code: str, row: Message) -> str:
    zh = _paragraph(row.zh, f"怎么办：{row.zh_next}" if row.zh_next else "")
    en = _paragraph(row.en, f"Next: {row.en_next}" if row.en_next else "")
    return f"\n### `{code}`\n\n{zh}\n\n{en}\n"


def _paragraph(*lines: str) -> str:
    return "  \n".join(line.replace("<", "\\<") for line in lines if line)


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {len(message_table())} codes")


if __name__ == "__main__":
    main()
