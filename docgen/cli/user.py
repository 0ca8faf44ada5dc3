"""`docgen user`: who may act under their own name, with which role and posts."""

from __future__ import annotations

from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.identity import By, FromStdin, acting, new_password
from docgen.services import people
from docgen.services.people import NewUser
from docgen.store import people as stored

user_app = typer.Typer(no_args_is_help=True, help="用户：姓名、角色、审批岗位、口令 · users, roles, posts")
Name = Annotated[str, typer.Argument(metavar="NAME", help="登录名 · the user's name")]


@user_app.command("add")
def add(  # noqa: PLR0913  # a command's options are its arguments
    name: Name,
    *,
    role: Annotated[str, typer.Option(help="sales、legal、finance、archivist、admin、read-only · role")],
    post: Annotated[list[str] | None, typer.Option(help="审批岗位，可多次 · a post routes name")] = None,
    display: Annotated[str, typer.Option(help="印在文书上的姓名 · as printed")] = "",
    by: By = None,
    password_stdin: FromStdin = False,
) -> None:
    """新增用户；第一个必须是管理员 · add a user, the first an admin."""
    office = console.office()
    sponsor = acting(by, from_stdin=password_stdin) if stored.has_admin() else None
    password = new_password(name, from_stdin=password_stdin)
    _show(people.add_user(office, NewUser(name, role, post or (), display), password, by=sponsor), "cli.user-added")


@user_app.command("list")
def list_users() -> None:
    """列出用户 · list users."""
    rows = people.list_users(console.office())
    if console.wants_json():
        console.dump({"users": rows})
        return
    columns = ("cli.col-user", "cli.col-person", "cli.col-role", "cli.col-posts", "cli.col-state")
    console.table(
        "",
        columns,
        ((each.name, each.display, each.role, "、".join(each.posts), _state(each)) for each in rows),
    )


@user_app.command("password")
def password(name: Name, *, by: By = None, password_stdin: FromStdin = False) -> None:
    """改口令：本人凭旧口令，或由管理员 · set a new password."""
    office = console.office()
    stored.user(name)
    sponsor = acting(by or name, from_stdin=password_stdin)
    fresh = new_password(name, from_stdin=password_stdin)
    _show(people.set_password(office, name, fresh, by=sponsor), "cli.user-password")


@user_app.command("disable")
def disable(name: Name, *, by: By = None, password_stdin: FromStdin = False) -> None:
    """停用 · let a user act no longer."""
    office = console.office()
    done = people.set_enabled(office, name, is_enabled=False, by=acting(by, from_stdin=password_stdin))
    _show(done, "cli.user-disabled")


@user_app.command("enable")
def enable(name: Name, *, by: By = None, password_stdin: FromStdin = False) -> None:
    """启用，并解除口令锁定 · let a user act again."""
    office = console.office()
    done = people.set_enabled(office, name, is_enabled=True, by=acting(by, from_stdin=password_stdin))
    _show(done, "cli.user-enabled")


def _show(done: stored.StoredUser, code: str) -> None:
    if console.wants_json():
        console.dump(done)
    else:
        console.say(code, name=done.name, display=done.display, role=done.role, posts="、".join(done.posts) or "—")


def _state(each: stored.StoredUser) -> str:
    if not each.is_enabled:
        return console.words("cli.user-state-disabled")
    return console.words("cli.user-state-waiting" if each.wait_until else "cli.user-state-enabled")
