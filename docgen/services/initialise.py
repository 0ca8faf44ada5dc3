"""`docgen init`: make a workspace out of nothing, with the shipped templates, a key and an empty database."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import tomli_w

from docgen.archive.layout import Archive
from docgen.deals.parties import Company
from docgen.errors import Refused
from docgen.services import keyring_file
from docgen.services.retention_rules import copy_table
from docgen.store import database
from docgen.workspace import (
    CONFIG_NAME,
    CONFIG_SCHEMA,
    DEFAULT_ZONE,
    Defaults,
    Workspace,
    data_root,
    is_checkout,
    open_workspace,
)


@dataclass(frozen=True, slots=True)
class Initialised:
    """What was made."""

    root: Path
    company: str
    kinds: tuple[str, ...]


def initialise(root: Path, company: Company) -> Initialised:
    """Make a workspace for one of our companies in an empty or new folder.

    Raises:
        Refused: the folder holds a workspace already, or holds other things.
    """
    _check_room(root)
    root.mkdir(parents=True, exist_ok=True)
    (root / CONFIG_NAME).write_text(_settings(company), encoding="utf-8")
    workspace = open_workspace(root)
    for folder in workspace.folders():
        folder.mkdir(parents=True, exist_ok=True)
    Archive.create(workspace.archive)
    write_company(workspace, company)
    kinds = _copy_templates(workspace)
    _copy_archive_readme(workspace)
    copy_table(workspace)
    keyring_file.create(workspace.key_file)
    database.create(workspace.database)
    return Initialised(root, company.id, kinds)


def write_company(workspace: Workspace, company: Company) -> Path:
    """Write a company's file into companies/."""
    path = workspace.companies / f"{company.id}.toml"
    path.write_text(tomli_w.dumps(company.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    return path


def _check_room(root: Path) -> None:
    if (root / CONFIG_NAME).exists():
        raise Refused.of("services.workspace-exists", str(root))
    if root.exists() and not root.is_dir():
        raise Refused.of("services.not-a-folder", str(root))
    if root.exists() and any(root.iterdir()) and not is_checkout(root):
        raise Refused.of("services.folder-not-empty", str(root))


def _settings(company: Company) -> str:
    return tomli_w.dumps(
        {
            "schema": CONFIG_SCHEMA,
            "company": company.id,
            "timezone": DEFAULT_ZONE,
            "settle_seconds": 2,
            "defaults": asdict(Defaults()),
            "inbox": [{"path": "inbox", "name": "扫描件"}],
        }
    )


def _copy_templates(workspace: Workspace) -> tuple[str, ...]:
    shipped = data_root() / "templates"
    folders = sorted(path for path in shipped.iterdir() if path.is_dir())
    if shipped.resolve() != workspace.templates:
        for folder in folders:
            shutil.copytree(folder, workspace.templates / folder.name, dirs_exist_ok=True)
    return tuple(folder.name for folder in folders if (folder / "kind.toml").is_file())


def _copy_archive_readme(workspace: Workspace) -> None:
    target = workspace.archive / "README.md"
    if target.exists():
        return
    for source in (data_root() / "archive-README.md", data_root() / "archive" / "README.md"):
        if source.is_file():
            shutil.copyfile(source, target)
            return
