"""The office: an opened workspace that every service works in, with its clock, keys, kinds and the person acting."""

from __future__ import annotations

import filecmp
import getpass
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from docgen.archive.layout import Archive, Folder
from docgen.codes.payload import Keyring
from docgen.deals.parties import Company
from docgen.deals.workdays import Calendar
from docgen.errors import Damage, NotFound, Refused
from docgen.kinds.catalogue import Catalogue, load_catalogue
from docgen.kinds.kind import Kind
from docgen.services import keyring_file
from docgen.services import logging as log
from docgen.store import database, projection
from docgen.store.journal import writing
from docgen.workspace import Workspace, data_root, open_workspace

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


def os_user() -> str:
    """Return who runs this process, for the log of acts."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


@dataclass(frozen=True)
class Office:
    """A workspace opened for work. `clock` is the only source of time; `actor` is written beside every act."""

    workspace: Workspace
    clock: Clock = system_clock
    actor: str = field(default_factory=os_user)

    @cached_property
    def archive(self) -> Archive:
        """Return the archive of this workspace."""
        return Archive(self.workspace.archive)

    @cached_property
    def keyring(self) -> Keyring:
        """Return the keys page codes are signed with."""
        return keyring_file.read(self.workspace.key_file)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Return the document kinds of this workspace; its own folders win over the shipped ones."""
        return load_catalogue(data_root() / "templates", self.workspace.templates)

    @cached_property
    def calendar(self) -> Calendar:
        """Return the working-day calendar."""
        return Calendar()

    @cached_property
    def shared_templates(self) -> Path:
        """Return the folder of shared template parts: the workspace's own, else the shipped."""
        own = self.workspace.templates / "_shared"
        return own if own.is_dir() else data_root() / "templates" / "_shared"

    @cached_property
    def _shipped(self) -> Catalogue:
        return load_catalogue(data_root() / "templates")

    @cached_property
    def _shares_shipped_parts(self) -> bool:
        shipped = data_root() / "templates" / "_shared"
        return self.shared_templates == shipped or is_same_tree(self.shared_templates, shipped)

    def shipped_kind(self, kind_id: str) -> Kind | None:
        """Return the kind of an id as the program ships it, None for an office's own."""
        return self._shipped.kinds.get(kind_id)

    def is_shipped(self, kind: Kind) -> bool:
        """Tell whether a kind's templates, shared parts included, are byte for byte those the program ships."""
        own = self._shipped.kinds.get(kind.spec.id)
        return own is not None and own.hashes == kind.hashes and self._shares_shipped_parts

    @cached_property
    def companies(self) -> Mapping[str, Company]:
        """Return our own companies by id."""
        return read_companies(self.workspace.companies)

    def forget_companies(self) -> None:
        """Read companies/ again at the next use: one of its files was changed."""
        self.__dict__.pop("companies", None)

    def forget_keys(self) -> None:
        """Read the key file again at the next use: it was changed."""
        self.__dict__.pop("keyring", None)

    def now(self) -> datetime:
        """Return the instant of this act, in UTC."""
        return self.clock()

    def today(self) -> date:
        """Return today's business date in the workspace's time zone."""
        return self.clock().astimezone(self.workspace.timezone).date()


def open_office(root: Path, *, clock: Clock = system_clock, actor: str | None = None) -> Office:
    """Open a workspace for work and finish in the tables what a crash may have left half done.

    Raises:
        NotFound: no workspace, or its database is gone.
        Refused: its settings or tables do not fit this program.
    """
    workspace = open_workspace(root)
    database.connect(workspace.database)
    office = Office(workspace, clock, actor or os_user())
    for folder in projection.dirty_folders(office.archive):
        _finish(office, folder)
    return office


def _finish(office: Office, folder: Folder) -> None:
    """Bring the tables up to one folder's log; a damaged log stops work on its own contract only."""
    try:
        with writing(folder, at=office.now(), actor=os_user()):  # a reader's start finishes others' work, too
            pass
    except Damage as problem:
        log.refused(problem)


def is_same_tree(one: Path, other: Path) -> bool:
    """Tell whether two folders hold the same files with the same bytes."""
    names = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    if names != {path.relative_to(other) for path in other.rglob("*") if path.is_file()}:
        return False
    return all(filecmp.cmp(one / name, other / name, shallow=False) for name in names)


def read_companies(folder: Path) -> dict[str, Company]:
    """Read companies/*.toml.

    Raises:
        Refused: a file cannot be read or breaks the schema; every problem names its file and field.
    """
    companies = (_read_company(path) for path in sorted(folder.glob("*.toml")))
    return {company.id: company for company in companies}


def _read_company(path: Path) -> Company:
    try:
        return Company.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Refused.of("services.company-unreadable", str(path), what=str(problem)) from problem
    except ValidationError as problem:
        fields = "、".join(".".join(map(str, row["loc"])) for row in problem.errors())
        raise Refused.of("services.company-wrong", str(path), fields=fields) from problem


def company_named(office: Office, company_id: str) -> Company:
    """Return one of our companies.

    Raises:
        NotFound: companies/ holds none of that id.
    """
    company = office.companies.get(company_id)
    if company is None:
        raise NotFound.of("services.no-company", company_id, known="、".join(sorted(office.companies)) or "—")
    return company
