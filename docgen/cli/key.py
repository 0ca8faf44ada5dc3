"""`docgen key`: list, rotate, the sheet for the safe, and typing a key in again from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.services.keys import KeyLine, enter_key, key_sheet, list_keys, rotate_key
from docgen.services.outside import require_outside

key_app = typer.Typer(no_args_is_help=True, help="识别码密钥 · the keys of page codes")
_OWN_EYES = 0o600


@key_app.command("list")
def list_() -> None:
    """列出密钥的编号和指纹（不显示密钥本身）· list ids and fingerprints."""
    rows = list_keys(console.office())
    if console.wants_json():
        console.dump({"keys": rows})
        return
    columns = ("cli.col-key", "cli.col-fingerprint", "cli.col-in-use", "cli.col-at")
    console.table("", columns, (_row(row) for row in rows))


@key_app.command("rotate")
def rotate() -> None:
    """换一把新密钥；旧文件上的识别码仍可识别 · sign new papers with a new key."""
    _told("cli.key-rotated", rotate_key(console.office()))


@key_app.command("sheet")
def sheet(out: Annotated[Path, typer.Argument(metavar="OUT.txt", help="恢复单，打印后锁入保险柜 · print it")]) -> None:
    """生成密钥恢复单 · write the recovery sheet."""
    office = console.office()
    require_outside(office, out)
    made = key_sheet(office)
    out.touch(mode=_OWN_EYES)
    out.chmod(_OWN_EYES)
    out.write_text(made.text(), encoding="utf-8")
    if console.wants_json():
        console.dump({"sheet": out, "keys": [row[0] for row in made.rows]})
    else:
        console.say("cli.key-sheet", path=out, count=len(made.rows))


@key_app.command("enter")
def enter(
    *, replace: Annotated[bool, typer.Option("--replace", help="替换同编号的密钥 · put it in another's place")] = False
) -> None:
    """按恢复单输入密钥 · type a key in from the sheet."""
    text = typer.prompt(console.words("cli.key-ask"), hide_input=False)
    _told("cli.key-entered", enter_key(console.office(), text, replace=replace))


def _told(code: str, line: KeyLine) -> None:
    if console.wants_json():
        console.dump({"key": line})
    else:
        console.say(code, id=line.id, fingerprint=line.fingerprint)


def _row(line: KeyLine) -> tuple[object, ...]:
    return line.id, line.fingerprint, console.words("cli.yes") if line.is_current else "", (line.noted_at or "")[:19]
