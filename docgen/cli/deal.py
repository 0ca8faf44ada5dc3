"""`docgen deal`: check, import, list, show and export records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from docgen.cli import console
from docgen.cli.workbook import show_workbook, workbook
from docgen.deals.schema import json_schema
from docgen.errors import Refused, WrongUsage
from docgen.findings import Finding, has_errors
from docgen.services.deals import export_deal, list_deals, show_deal
from docgen.services.import_deal import Imported, import_deal
from docgen.services.import_workbook import WorkbookTaken, check_workbook, import_workbook, is_workbook
from docgen.services.outside import require_outside
from docgen.services.overwriting import Allow
from docgen.services.read_record import CheckedRecord, check_record

deal_app = typer.Typer(no_args_is_help=True, help="合同档案 · deal records")
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="YAML、JSON 档案或 Excel 工作簿 · record files")]
deal_app.command("workbook")(workbook)
Reference = Annotated[str, typer.Argument(metavar="NO", help="合同、订单或客户方编号 · any number of the deal")]


@deal_app.command("check")
def check(files: Files) -> int:
    """逐项检查档案，一次列出全部问题 · name every problem at once."""
    office = console.office()
    checked = [check_record(office, path) for path in files if not is_workbook(path)]
    books = [check_workbook(office, path) for path in files if is_workbook(path)]
    if console.wants_json():
        console.dump({"records": [_as_json(one) for one in checked], "workbooks": books})
    else:
        for one in checked:
            console.show_findings(one.findings)
            code = "cli.record-sound" if one.is_sound else "cli.record-unsound"
            console.say(code, path=one.path, count=len(one.findings))
        for book in books:
            show_workbook(book)
    return 0 if all(one.is_sound for one in checked) and all(book.is_whole for book in books) else 1


@deal_app.command("import")
def import_(  # noqa: PLR0913  # a command's options are its arguments
    files: Files,
    *,
    reason: Annotated[str | None, typer.Option(help="更正已记录事实的理由 · why a recorded fact changes")] = None,
    revision: Annotated[int | None, typer.Option(help="我看到的修订号；他人已改则拒绝 · the revision I read")] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="工作簿：先导入没有错的成交 · the faultless deals")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="确认按文件改写已有的约定和资料 · write over what stands")
    ] = False,
    another: Annotated[
        bool, typer.Option("--another", help="内容相同也另建一份合同 · a second deal of the same content")
    ] = False,
) -> int:
    """导入档案：新建或更新 · enter new deals or new revisions."""
    office = console.office()
    allow = [each for each, is_given in ((Allow.OVERWRITE, overwrite), (Allow.ANOTHER, another)) if is_given]
    done: list[Imported] = []
    books: list[WorkbookTaken] = []
    refused: list[Finding] = []
    for path in files:
        if is_workbook(path):
            if revision is not None:
                raise WrongUsage.of("cli.revision-not-for-workbooks", path.name)
            books.append(import_workbook(office, path, partial=partial, reason=reason, allow=allow))
            continue
        try:
            done.append(import_deal(office, path, reason=reason, revision=revision, allow=allow))
        except Refused as problem:
            refused += problem.findings if len(files) == 1 else [_in_file(one, path) for one in problem.findings]
    if console.wants_json():
        console.dump({"imported": done, "findings": refused, "workbooks": books})
        return 1 if refused or not all(book.is_whole for book in books) else 0
    for one in done:
        console.show_findings(one.findings)
        _say_imported(one)
    for book in books:
        show_workbook(book)
    console.show_findings(refused)
    return 1 if refused or not all(book.is_whole for book in books) else 0


@deal_app.command("list")
def list_() -> None:
    """列出全部合同 · list all deals."""
    rows = list_deals(console.office())
    if console.wants_json():
        console.dump({"deals": rows})
        return
    columns = ("cli.col-contract", "cli.col-customer", "cli.col-title", "cli.col-order", "cli.col-total",
               "cli.col-revision", "cli.col-issued", "cli.col-returned")  # fmt: skip
    console.table(
        "",
        columns,
        (
            (r.contract_no, r.customer_name, r.title, r.order_no, r.total, r.revision, r.papers, r.returned)
            for r in rows
        ),
    )


@deal_app.command("show")
def show(
    number: Reference,
    as_of: Annotated[str | None, typer.Option(help="截至日期 · as of a day, 2024-03-31")] = None,
) -> None:
    """显示合同在某日的情况 · show a deal as of a day."""
    shown = show_deal(console.office(), number, as_of=console.day(as_of, "--as-of"))
    if console.wants_json():
        console.dump(shown)
        return
    _show_words(shown)


@deal_app.command("export")
def export(
    number: Reference,
    out: Annotated[Path | None, typer.Option(help="写入文件 · write to a file")] = None,
) -> None:
    """导出可再次导入的 YAML · the record as YAML."""
    office = console.office()
    text = export_deal(office, number)
    if out is None:
        typer.echo(text, nl=False)
    else:
        require_outside(office, out).write_text(text, encoding="utf-8")
        console.say("cli.written", path=out)


@deal_app.command("schema")
def schema() -> None:
    """输出档案格式的 JSON Schema · the record's JSON Schema."""
    console.dump(json_schema())


def _in_file(finding: Finding, path: Path) -> Finding:
    """Return a finding that names its file, where several are imported at once."""
    return replace(finding, where=f"{path.name}: {finding.where}")


def _as_json(one: CheckedRecord) -> dict[str, object]:
    return {"path": one.path, "is_sound": one.is_sound, "findings": one.findings, "errors": has_errors(one.findings)}


def _say_imported(one: Imported) -> None:
    code = "cli.deal-created" if one.is_new else "cli.deal-updated" if one.events else "cli.deal-unchanged"
    console.say(code, contract=one.contract_no, customer=one.customer_name, revision=one.revision, events=one.events)


def _show_words(shown: Mapping[str, object]) -> None:
    printer = console.out()
    for key in ("number", "customer", "title", "version", "revision", "signed_on"):
        value = shown.get(key)
        if value is not None:
            heading = console.words("cli.field-" + key.replace("_", "-"))
            printer.print(
                f"[bold]{escape(heading)}[/] {escape(str(value['name'] if isinstance(value, dict) else value))}"
            )
    totals = shown.get("totals")
    if isinstance(totals, dict):
        heading = console.words("cli.field-total")
        printer.print(f"[bold]{escape(heading)}[/] ¥{totals['incl']}  人民币{totals['upper']}")
    _show_instalments(_rows(shown, "instalments"))
    for name in ("repayments", "account_changes"):
        for plan in _rows(shown, name):
            console.say(f"cli.has-{name.replace('_', '-')}", **_plan_words(plan))
    if shown.get("refunded") not in {None, "0.00"}:
        console.say("cli.has-refunds", amount=shown["refunded"])
    _show_papers(_rows(shown, "papers"))


def _plan_words(plan: Mapping[str, Any]) -> dict[str, object]:
    """Return what one line says of a repayment plan or a change of account."""
    parts = "、".join(f"{part['on']} {part['amount']}" for part in plan.get("parts", ()))
    standing = plan["withdrawn"] and console.words("cli.word-withdrawn", reason=plan["withdrawn"])
    signed = plan.get("signed_copy_on")
    standing = standing or (console.words("cli.word-signed-copy", on=signed) if signed else "")
    account = plan.get("account") or {}
    return {
        "seq": plan["seq"], "principal": plan.get("principal"), "penalty": plan.get("penalty"), "parts": parts,
        "on": plan.get("on"), "bank": account.get("bank"), "account": account.get("number"), "standing": standing,
    }  # fmt: skip


def _rows(shown: Mapping[str, object], name: str) -> list[dict[str, Any]]:
    rows = shown.get(name)
    return list(rows) if isinstance(rows, list | tuple) else []


def _show_instalments(rows: list[dict[str, Any]]) -> None:
    names = ("seq", "kind", "amount", "due", "paid", "balance", "status")
    cells = ((r["seq"], r["title"], r["amount"], r["due"], r["paid"], r["balance"], r["status_text"]) for r in rows)
    console.table(console.words("cli.title-instalments"), [f"cli.col-{name}" for name in names], cells)


def _show_papers(rows: list[dict[str, Any]]) -> None:
    names = ("number", "title", "type", "status", "files")
    cells = (
        (
            row["number"],
            row["title"],
            console.words(f"cli.type-{row['type']}"),
            console.words(f"cli.status-{row['status']}"),
            "\n".join(row["files"]),
        )
        for row in rows
    )
    console.table(console.words("cli.title-papers"), [f"cli.col-{name}" for name in names], cells)
