"""`docgen kinds`: which papers there are, whether their templates hold, and which variables they use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.findings import has_errors
from docgen.services.kinds import check_kinds, list_clauses, list_kinds, try_kind, variables_of

kinds_app = typer.Typer(no_args_is_help=True, help="文书种类与模板 · kinds of papers")
KindName = Annotated[str, typer.Argument(metavar="KIND", help="代号或中文名 · id or Chinese title")]


@kinds_app.command("list")
def list_() -> None:
    """列出全部文书种类 · list all kinds."""
    rows = list_kinds(console.office())
    if console.wants_json():
        console.dump({"kinds": rows})
        return
    columns = ("cli.col-id", "cli.col-title", "cli.col-number-form", "cli.col-faces", "cli.col-origin")
    console.table("", columns, ((r.id, r.title, r.number, "、".join(r.faces), r.folder) for r in rows))


@kinds_app.command("check")
def check(kind: Annotated[str | None, typer.Argument(metavar="[KIND]")] = None) -> int:
    """检查模板：逐处指出错误 · check templates."""
    checked = check_kinds(console.office(), kind)
    if console.wants_json():
        console.dump({"kinds": checked})
    else:
        for one in checked:
            console.show_findings(one.findings)
            code = "cli.kind-unsound" if has_errors(one.findings) else "cli.kind-sound"
            console.say(code, id=one.id, title=one.title)
    return 1 if any(has_errors(one.findings) for one in checked) else 0


@kinds_app.command("variables")
def variables(kind: KindName) -> None:
    """列出模板用到的全部变量 · every variable the templates use."""
    found = variables_of(console.office(), kind)
    if console.wants_json():
        console.dump(found)
        return
    console.table("", ("cli.col-variable", "cli.col-faces"), ((v.path, "、".join(v.faces)) for v in found.variables))


@kinds_app.command("clauses")
def clauses() -> None:
    """列出条款库：版本、启用日期、理由、使用的种类 · the clause library."""
    found = list_clauses(console.office())
    if console.wants_json():
        console.dump({"clauses": found})
        return
    columns = ("cli.col-clause", "cli.col-title", "cli.col-since", "cli.col-used-by", "cli.col-reason")
    rows = ((c.reference, c.title, c.since, "、".join(c.kinds) or "—", c.reason) for c in found)
    console.table("", columns, rows)


@kinds_app.command("try")
def try_(
    kind: KindName,
    deal: Annotated[str, typer.Option(help="合同编号或档案文件 · number or record file")],
    out: Annotated[Path, typer.Option(help="输出文件夹 · output folder")],
    template: Annotated[Path | None, typer.Option(help="试用这个模板文件（docx 或 html）· a template to try")] = None,
) -> int:
    """用一份档案试排模板，不编号、不归档 · try a template on a deal."""
    done = try_kind(console.office(), kind, deal=deal, out=out, template=template)
    if console.wants_json():
        console.dump(done)
        return 0
    console.show_findings(done.findings)
    for path in done.files:
        console.say("cli.file-line", path=path)
    return 0
