"""`docgen issue`, `void` and `replace`: papers go out, are withdrawn, or make room for better ones."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.packet import Also, Without, chosen, show_packet
from docgen.errors import Refused
from docgen.kinds.dossier import Mended
from docgen.services.corrections import Stated
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, draft_document, issue_document
from docgen.services.office import Office
from docgen.services.outside import require_outside
from docgen.services.packets import bind_packet, require_attachments
from docgen.services.prepare_issue import Request
from docgen.services.replace_paper import replace_paper
from docgen.services.void_paper import void_paper

AsOf = Annotated[str | None, typer.Option(help="按某日的情况 · facts as of a day")]
Dated = Annotated[str | None, typer.Option(help="文件日期（须写理由）· the paper's date")]
Reason = Annotated[str | None, typer.Option(help="理由 · why")]
Out = Annotated[Path | None, typer.Option(help="另存一份到文件夹 · also copy into a folder")]
Number = Annotated[str, typer.Argument(metavar="NO", help="文件编号 · the paper's number")]
_RECORD_SUFFIXES = {".yaml", ".yml", ".json"}


def issue(  # noqa: PLR0913  # a command's options are its arguments
    deal: Annotated[str, typer.Argument(metavar="DEAL", help="合同编号，或先导入的档案文件 · number or record file")],
    kinds: Annotated[list[str], typer.Argument(metavar="KIND…", help="文书种类：代号或中文名 · kinds")],
    *,
    face: Annotated[list[str] | None, typer.Option(help="只出某种形式 pdf、docx · only this face")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="草稿：水印、不编号、不归档 · a draft")] = False,
    seq: Annotated[int | None, typer.Option(help="第几期、第几次变更或验收 · which instalment, change …")] = None,
    as_of: AsOf = None,
    dated: Dated = None,
    reason: Reason = None,
    paper: Annotated[str | None, typer.Option(help="所涉及的文书编号 · the paper a notice is about")] = None,
    what: Annotated[list[str] | None, typer.Option(help="更正事项 · what is corrected")] = None,
    old: Annotated[list[str] | None, typer.Option("--from", help="原文书所载 · as printed")] = None,
    new: Annotated[list[str] | None, typer.Option("--to", help="更正为 · what is right")] = None,
    remark: Annotated[str | None, typer.Option(help="对客户的说明 · words for the customer")] = None,
    again: Annotated[bool, typer.Option("--again", help="已出具过仍再出一份 · issue once more")] = False,
    packet: Annotated[bool, typer.Option("--packet", help="连同附件合订为一个 PDF · bind the attachments")] = False,
    without: Without = None,
    also: Also = None,
    out: Out = None,
) -> None:
    """出具文书：检查、编号、成文、校验、归档 · issue papers."""
    office = console.office()
    number = _deal_number(office, deal)
    stated = Stated(_mended(what or [], old or [], new or []), remark)
    requests = [
        Request(
            deal=number,
            kind=kind,
            seq=seq,
            as_of=console.day(as_of, "--as-of"),
            dated=console.day(dated, "--dated"),
            reason=reason,
            faces=tuple(face or ()),
            again=again,
            about=paper,
            stated=stated,
        )
        for kind in kinds
    ]
    if out is not None:
        require_outside(office, out)
    if draft:
        done = [draft_document(office, request, out or Path.cwd()) for request in requests]
    else:
        for request in requests if packet else ():
            require_attachments(office, request, choice=chosen(without, also))
        done = [issue_document(office, request) for request in requests]
        _copy_out(done, out)
    bound = [bind_packet(office, one.number, choice=chosen(without, also)) for one in done if packet and not draft]
    if bound and console.wants_json():
        console.dump({"issued": done, "packets": bound})
        return
    _show(done)
    for one in bound:
        show_packet(one)


def void(number: Number, reason: Annotated[str, typer.Option(help="作废理由 · why")]) -> None:
    """作废文书：留档，编号不再使用 · void a paper."""
    done = void_paper(console.office(), number, reason=reason)
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.voided", number=done.number, title=done.title, reason=done.reason)


def replace(number: Number, *, as_of: AsOf = None, dated: Dated = None, reason: Reason = None, out: Out = None) -> None:
    """按最新档案重新出具，替换原文书 · issue anew in its place."""
    office = console.office()
    if out is not None:
        require_outside(office, out)
    done = replace_paper(
        office,
        number,
        as_of=console.day(as_of, "--as-of"),
        dated=console.day(dated, "--dated"),
        reason=reason,
    )
    _copy_out([done], out)
    _show([done])


def _mended(what: list[str], old: list[str], new: list[str]) -> tuple[Mended, ...]:
    """Return the corrections stated as --what, --from and --to, which go together in their order."""
    if not len(what) == len(old) == len(new):
        raise Refused.of("cli.correction-pairs", "", what=len(what), old=len(old), new=len(new))
    return tuple(map(Mended, what, old, new))


def _deal_number(office: Office, deal: str) -> str:
    path = Path(deal)
    if path.suffix.lower() not in _RECORD_SUFFIXES:
        return deal
    imported = import_deal(office, path)
    if not console.wants_json():
        console.show_findings(imported.findings)
    return imported.contract_no


def _copy_out(done: list[Issued], out: Path | None) -> None:
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    for one in done:
        for path in one.files:
            shutil.copyfile(path, out / path.name)


def _show(done: list[Issued]) -> None:
    if console.wants_json():
        console.dump({"issued": done})
        return
    for one in done:
        console.show_findings(one.findings)
        code = "cli.issued" if one.number else "cli.drafted"
        console.say(code, number=one.number, title=one.title, letter=one.letter_number or "", pages=one.pages)
        for path in one.files:
            console.say("cli.file-line", path=path)
