"""`docgen init DIR`: a new workspace, asking for our company where it is not given as a file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from docgen.cli import console
from docgen.deals.parties import Company
from docgen.errors import Refused
from docgen.services.initialise import initialise
from docgen.services.office import read_companies
from docgen.workspace import data_root

_ASKED = ("id", "name", "short_name", "letter_code", "uscc", "legal_representative", "address", "phone")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新工作区的文件夹 · folder of the new workspace")],
    company: Annotated[
        Path | None, typer.Option(help="我方公司资料 TOML；不给则逐项询问 · our company as TOML")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="使用虚构的示例公司 · use the fictional company")] = False,  # noqa: FBT002  # a flag
) -> None:
    """新建工作区：模板、归档、收件箱、数据库 · make a workspace."""
    chosen = _sample() if sample else _from_file(company) if company else _asked()
    made = initialise(folder.resolve(), chosen)
    if console.wants_json():
        console.dump(made)
        return
    console.say("cli.initialised", root=made.root, company=chosen.name, kinds="、".join(made.kinds))


def _sample() -> Company:
    companies = read_companies(data_root() / "samples" / "companies")
    return companies[min(companies)]


def _from_file(path: Path) -> Company:
    try:
        return Company.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise Refused.of("services.company-unreadable", str(path), what=str(problem)) from problem
    except ValidationError as problem:
        fields = "、".join(".".join(map(str, row["loc"])) for row in problem.errors())
        raise Refused.of("services.company-wrong", str(path), fields=fields) from problem


def _asked() -> Company:
    answers: dict[str, object] = {name: typer.prompt(_title(name)) for name in _ASKED}
    bank, number = typer.prompt(console.words("cli.ask-bank")), typer.prompt(console.words("cli.ask-account"))
    answers["accounts"] = [{"holder": answers["name"], "bank": bank, "number": number}]
    contact = typer.prompt(console.words("cli.ask-finance-contact"))
    answers["finance_contact"] = {"name": contact, "phone": answers["phone"]}
    try:
        return Company.model_validate(answers)
    except ValidationError as problem:
        fields = "、".join(".".join(map(str, row["loc"])) for row in problem.errors())
        raise Refused.of("services.company-wrong", "init", fields=fields) from problem


def _title(name: str) -> str:
    return str(Company.model_fields[name].title)
