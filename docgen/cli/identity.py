"""Who acts: a name from `--user` or DOCGEN_USER, and a password asked for without showing it.

With `--password-stdin` passwords are read from standard input, one a line, in the order they would be asked for.
"""

from __future__ import annotations

import os
import sys
from getpass import getpass
from typing import Annotated

import typer

from docgen.cli import console
from docgen.errors import Refused, WrongUsage
from docgen.services.people import Identity

USER_VARIABLE = "DOCGEN_USER"
User = Annotated[str | None, typer.Option("--user", help="以谁的身份，默认 DOCGEN_USER · who acts")]
By = Annotated[str | None, typer.Option("--by", help="管理员，默认 DOCGEN_USER · the administrator who does it")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="从标准输入读口令，一行一个 · passwords by line")]


def acting(user: str | None, *, from_stdin: bool) -> Identity:
    """Return who acts, with the password they gave.

    Raises:
        WrongUsage: nobody is named.
    """
    name = user or os.environ.get(USER_VARIABLE) or ""
    if not name:
        raise WrongUsage.of("people.nobody-named", "--user")
    return Identity(name, asked("cli.ask-password", name=name, from_stdin=from_stdin))


def new_password(name: str, *, from_stdin: bool) -> str:
    """Return a new password, asked for twice.

    Raises:
        Refused: the two differ.
    """
    first = asked("cli.ask-new-password", name=name, from_stdin=from_stdin)
    if not from_stdin and asked("cli.ask-again", name=name, from_stdin=False) != first:
        raise Refused.of("people.passwords-differ", "password")
    return first


def asked(code: str, *, name: str, from_stdin: bool) -> str:
    """Return one password: from the next line of standard input, or typed unseen at the terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return getpass(console.words(code, name=name))
