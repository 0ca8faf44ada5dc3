"""`docgen retention number` and `appraise`: archive numbers (档号), and what people found who looked (鉴定)."""

from __future__ import annotations

from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.identity import FromStdin, acting
from docgen.errors import WrongUsage
from docgen.retention.trail import Verdict
from docgen.services.appraisals import AppraisalTold, Found, appraise
from docgen.services.archive_numbers import number_items
from docgen.store import ledger

References = Annotated[
    list[str] | None, typer.Argument(metavar="ITEM…", help="归档件号、文书编号或合同 · items, papers or deals")
]


def number(
    items: References = None,
    *,
    contract: Annotated[
        list[str] | None, typer.Option("--contract", metavar="NO", help="整份合同的归档件，可多次 · a whole deal")
    ] = None,
) -> None:
    """编档号：按保管期限表里的格式，件号自动接续，用过不再用 · give archive numbers."""
    office = console.office()
    whole = [ledger.deal(each).contract_no for each in contract or ()]
    told = number_items(office, _named([*(items or ()), *whole]))
    if console.wants_json():
        console.dump({"items": told})
        return
    columns = ("cli.col-archive-no", "cli.col-title", "cli.col-number", "cli.col-item")
    console.table("", columns, ((each.archive_no, each.title, each.number, each.item) for each in told))
    new = sum(each.is_new for each in told)
    console.say("cli.archive-numbered", count=new, known=len(told) - new)


def appraise_(
    items: References = None,
    *,
    result: Annotated[
        str,
        typer.Option(help="keep 继续保存｜extend:日期 延长｜permanent 永久｜may-be-destroyed 可以销毁 · found"),
    ],
    reason: Annotated[str, typer.Option(help="理由 · why")],
    by: Annotated[str | None, typer.Option("--by", help="鉴定人，默认 DOCGEN_USER · who appraises")] = None,
    password_stdin: FromStdin = False,
) -> None:
    """登记鉴定意见：只会延长；“可以销毁”不缩短任何期限 · record an appraisal; it only ever lengthens."""
    office = console.office()
    found = _found(result, reason)
    references = _named(items or [])
    told = appraise(office, references, acting(by, from_stdin=password_stdin), found)
    if console.wants_json():
        console.dump({"appraisals": told})
        return
    for each in told:
        _tell(each)


def _named(references: list[str]) -> list[str]:
    if not references:
        raise WrongUsage.of("cli.nothing-named", "ITEM")
    return references


def _found(result: str, reason: str) -> Found:
    name, _, day = result.partition(":")
    verdict = next((each for each in Verdict if each.value == name), None)
    if verdict is None or bool(day) is not (verdict is Verdict.EXTEND):
        raise WrongUsage.of("cli.no-such-verdict", "--result", result=result)
    return Found(verdict, reason, console.day(day or None, "--result"))


def _tell(each: AppraisalTold) -> None:
    verdict = console.words(f"cli.verdict-{each.verdict}")
    until = f" {each.until}" if each.until else ""
    console.say("cli.appraised", target=each.target.id, verdict=f"{verdict}{until}", papers=each.papers)
    if each.still_wanted:
        console.say("cli.appraisers-wanted", count=each.still_wanted)
