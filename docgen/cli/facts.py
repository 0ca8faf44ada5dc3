"""What the commands that record something share: their options, and how a recorded fact is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.services.record_fact import RecordedFact

Deal = Annotated[str, typer.Argument(metavar="NO", help="合同、订单或客户方编号 · any number of the deal")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="字段=值", help="填写一项，可多次 · field=value")]
Source = Annotated[str | None, typer.Option(help="来源：谁说的、哪份单据 · who or what says so")]
Evidence = Annotated[str | None, typer.Option(help="凭据：归档件编号 · an archived item")]
Revision = Annotated[int | None, typer.Option(help="我看到的修订号；他人已改则拒绝 · the revision I read")]
Reason = Annotated[str, typer.Option(help="理由 · why")]
Wrong = Annotated[int, typer.Argument(metavar="REVISION", help="要撤销的那一版，见 show · which revision was wrong")]
OptionalReason = Annotated[str | None, typer.Option("--reason", help="理由 · why")]
File = Annotated[Path | None, typer.Option("--file", help="YAML 或 JSON 文件 · values from a file")]


def show_fact(done: RecordedFact, code: str) -> None:
    """Show a fact that was recorded or withdrawn, and what was worth saying about it."""
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    what = "，".join(f"{name}={value}" for name, value in done.value.items() if value not in (None, [], ""))
    console.say(code, contract=done.contract_no, title=done.title, key=done.key, what=what, revision=done.revision)
