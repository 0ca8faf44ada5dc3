"""`docgen repayment` and `docgen account`: plans for late money, changes of our account; written down, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Deal, Reason, Revision
from docgen.services.repaying import PlanTold, add_plan, withdraw_plan

repayment_app = typer.Typer(no_args_is_help=True, help="还款安排：登记、撤回 · repayment plans")
account_app = typer.Typer(no_args_is_help=True, help="收款账户变更：登记、撤回 · changes of our account")
Seq = Annotated[int, typer.Argument(metavar="SEQ", help="序号 · which one")]
PlanFile = Annotated[Path, typer.Option("--file", help="内容（YAML 或 JSON）· what it says")]


@repayment_app.command("new")
def new(number: Deal, *, file: PlanFile, revision: Revision = None) -> None:
    """登记还款安排，随后可出具还款协议 · add a repayment plan to the record."""
    _show(add_plan(console.office(), number, "repayment", file, revision=revision), "cli.repayment-added")


@repayment_app.command("withdraw")
def withdraw(number: Deal, seq: Seq, *, reason: Reason, revision: Revision = None) -> None:
    """撤回还款安排，原记录留存 · take a plan back; it stays readable."""
    done = withdraw_plan(console.office(), number, "repayment", seq, reason=reason, revision=revision)
    _show(done, "cli.plan-withdrawn")


@account_app.command("new")
def new_account(number: Deal, *, file: PlanFile, revision: Revision = None) -> None:
    """登记收款账户变更；账户变更函审批出具后才生效 · add a change of account; only its letter moves money."""
    _show(add_plan(console.office(), number, "account_change", file, revision=revision), "cli.account-change-added")


@account_app.command("withdraw")
def withdraw_account(number: Deal, seq: Seq, *, reason: Reason, revision: Revision = None) -> None:
    """撤回账户变更，原记录留存 · take a change of account back."""
    done = withdraw_plan(console.office(), number, "account_change", seq, reason=reason, revision=revision)
    _show(done, "cli.plan-withdrawn")


def _show(done: PlanTold, code: str) -> None:
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    console.say(code, contract=done.contract_no, seq=done.seq, revision=done.revision)
