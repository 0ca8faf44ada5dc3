"""The entry point: options that may stand anywhere, one place where errors become words and exit codes.

Exit codes: 0 done · 1 refused, findings printed · 2 wrong usage · 3 unexpected error (log named) · 4 verify found
damage · 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import Abort, TyperException

from docgen.cli import console, disposal
from docgen.cli.approval import approval_app, approve, reject
from docgen.cli.archive import archive_app
from docgen.cli.archive_move import move
from docgen.cli.backup import backup_app, restore, upgrade
from docgen.cli.batch import batch
from docgen.cli.change import change_app
from docgen.cli.company import company_app
from docgen.cli.customer import customer_app
from docgen.cli.deal import deal_app
from docgen.cli.demo import demo
from docgen.cli.doctor import doctor
from docgen.cli.due import due
from docgen.cli.event import event_app
from docgen.cli.filing import file_paths, inbox_app, watch
from docgen.cli.init import init
from docgen.cli.issue import issue, replace, void
from docgen.cli.key import key_app
from docgen.cli.kinds import kinds_app
from docgen.cli.letter import letter_app
from docgen.cli.mirror import mirror_app
from docgen.cli.originals import handover_app, original
from docgen.cli.packet import packet
from docgen.cli.payment import payment_app
from docgen.cli.repayment import account_app, repayment_app
from docgen.cli.retention import retention_app
from docgen.cli.retention_marks import appraise_, number
from docgen.cli.review import review_app
from docgen.cli.user import user_app
from docgen.errors import DocgenError
from docgen.findings import error
from docgen.services import logging as office_log

INTERRUPTED = 130
UNEXPECTED = 3
WRONG_USAGE = 2

app = typer.Typer(
    name="docgen",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="销售文书：建档、出具、签回归档 · deal records to numbered papers to filed scans",
)
app.command("init")(init)
app.command("demo")(demo)
app.command("doctor")(doctor)
app.add_typer(deal_app, name="deal")
app.command("due")(due)
app.add_typer(event_app, name="event")
app.add_typer(payment_app, name="payment")
app.add_typer(repayment_app, name="repayment")
app.add_typer(account_app, name="account")
app.add_typer(change_app, name="change")
app.add_typer(kinds_app, name="kinds")
app.command("issue")(issue)
app.command("packet")(packet)
app.command("batch")(batch)
app.command("void")(void)
app.command("replace")(replace)
app.add_typer(letter_app, name="letter")
app.command("file")(file_paths)
app.command("watch")(watch)
app.add_typer(inbox_app, name="inbox")
archive_app.command("original")(original)
archive_app.add_typer(handover_app, name="handover")
archive_app.command("move")(move)
app.add_typer(archive_app, name="archive")
app.add_typer(backup_app, name="backup")
app.command("restore")(restore)
app.add_typer(mirror_app, name="mirror")
app.command("upgrade")(upgrade)
app.add_typer(key_app, name="key")
app.add_typer(company_app, name="company")
app.add_typer(customer_app, name="customer")
app.add_typer(review_app, name="review")
for _verb in ("propose", "proposals", "approve", "reject", "withdraw", "dispose"):
    retention_app.command(_verb)(getattr(disposal, _verb))
retention_app.add_typer(disposal.proposal_app, name="proposal")
retention_app.command("number")(number)
retention_app.command("appraise")(appraise_)
app.add_typer(retention_app, name="retention")
app.add_typer(user_app, name="user")
app.add_typer(approval_app, name="approval")
app.command("approve")(approve)
app.command("reject")(reject)


def run() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; every error is mapped here and nowhere else."""
    console.prepare_streams()
    options, rest = console.take_global_options(arguments)
    if options is None:
        return WRONG_USAGE
    with console.using(options):
        return _run(rest)


def _run(arguments: Sequence[str]) -> int:  # one line an outcome
    try:
        result = app(args=list(arguments), prog_name="docgen", standalone_mode=False)
    except DocgenError as problem:
        office_log.refused(problem)
        console.show_findings(problem.findings)
        return problem.exit_code
    except TyperException as problem:
        getattr(problem, "show", print)()
        return WRONG_USAGE
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except BrokenPipeError:
        console.silence()
        return 0
    except Exception as problem:  # noqa: BLE001  # the last net: name the log, never show a stack trace
        log = console.log_unexpected(problem)
        console.show_findings([error("core.unexpected", what=type(problem).__name__, log=log)])
        return UNEXPECTED
    return result if isinstance(result, int) else 0
