"""The sidecar: what is known about one paper at the moment it was put into the archive.

It stands beside the papers as `_docgen/records/<id>.json`, written last: a paper counts when its sidecar stands. It
never changes afterwards; what becomes known later (termination, hold, void) is an event of its own. Only when the paper
is lawfully destroyed does a tombstone take its place (docgen/archive/disposition.py). The whole sidecar
also lies in the event of its deposit, so the log alone can bring it back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, date
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    ValidationError,
)

from docgen.archive import plain
from docgen.errors import Damage, Refused

SCHEMA = 1
DISPOSED = "disposed"
"""The field of `extra` that makes a sidecar a tombstone: when, by which list and proposal, and why the bytes went."""
SCAN_ORIGINAL = "scan-original"
"""The item type of a file of several papers that was taken apart, kept whole beside its parts."""
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$"
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[
    AwareDatetime,
    AfterValidator(lambda at: at.astimezone(UTC)),
    PlainSerializer(lambda at: at.isoformat(), return_type=str, when_used="json"),
]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class CustomerRef(_Record):
    """The customer as known at the time: id in the register and name then in use."""

    id: str
    name: str


class FileRecord(_Record):
    """One face or scan of the paper: name in the contract folder, role (pdf, docx, xlsx, scan, …), hash, bytes."""

    name: str
    role: str
    sha256: Sha256
    size: int = Field(ge=0)
    media_type: str
    pages: int | None = Field(default=None, ge=1)


class DerivedRecord(_Record):
    """A text or report made from the paper: name in `_docgen/derived/` and hash."""

    name: str
    sha256: Sha256


class TemplateRecord(_Record):
    """A template the paper was made with: its name then, and the hash that is its name in `_docgen/templates/`."""

    name: str
    sha256: Sha256


class Retention(_Record):
    """How long the paper is kept, as known at filing: classes, last day or None (unknown: kept), the rule in words."""

    classes: tuple[str, ...] = ()
    until: date | None = None
    rule: str = ""


class Source(_Record):
    """Where bytes came from: the name they arrived under, their hash, the instant of arrival (UTC)."""

    name: str
    sha256: Sha256
    received_at: Instant


class Item(_Record):
    """Everything the depositing service says about a paper; the deposit adds what the disk says.

    `direction` is ours or incoming; `document_id` is the id in the page code; `answers` the document id of the issued
    paper this scan brings back; `version` counts re-scans from 1; `extra` holds what single kinds need
    (`{"audience": "internal"}` keeps the paper out of exports for others).
    """

    id: str = Field(pattern=ID_PATTERN)
    item_type: str
    kind: str
    title: str
    number: str | None = None
    direction: Literal["own", "in"] = "own"
    contract_no: str | None = None
    customer: CustomerRef | None = None
    document_id: str | None = None
    answers: str | None = None
    version: int = Field(default=1, ge=1)
    evidence: list[JsonValue] = Field(default_factory=list)
    findings: list[JsonValue] = Field(default_factory=list)
    retention: Retention = Retention()
    source: Source | None = None
    extra: dict[str, JsonValue] = Field(default_factory=dict)


class Sidecar(Item):
    """The record of one paper in the archive (docs/archive-format.md, "Sidecar")."""

    schema_number: Literal[1] = Field(default=1, alias="schema")
    files: tuple[FileRecord, ...] = Field(min_length=1)
    derived: tuple[DerivedRecord, ...] = ()
    templates: tuple[TemplateRecord, ...] = ()
    at: Instant
    actor: str

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values, the same ones in the sidecar file and in the event."""
        return self.model_dump(mode="json", by_alias=True)

    @property
    def is_internal(self) -> bool:
        """Tell whether the paper is for our own eyes only."""
        return self.extra.get("audience") == "internal"

    @property
    def is_disposed(self) -> bool:
        """Tell whether this is a tombstone: the bytes were destroyed, and only what they were is kept."""
        return isinstance(self.extra.get(DISPOSED), dict)

    def paths(self) -> dict[str, str]:
        """Return the hash of every file of this paper by its path inside the contract folder, forward slashes.

        Of a destroyed paper only the templates are there.
        """
        found = {} if self.is_disposed else self._own_paths()
        return found | {f"_docgen/templates/{template.sha256}": template.sha256 for template in self.templates}

    def _own_paths(self) -> dict[str, str]:
        found = {file.name: file.sha256 for file in self.files}
        return found | {f"_docgen/derived/{derived.name}": derived.sha256 for derived in self.derived}


_UPCASTERS: Mapping[int, Callable[[dict[str, JsonValue]], dict[str, JsonValue]]] = {}
"""From schema n to n + 1; empty while there is only one schema."""


def new_item_id() -> str:
    """Return a fresh opaque id for a paper: 16 random hex digits."""
    return secrets.token_hex(8)


def load_sidecar(value: Mapping[str, JsonValue], *, where: str = "") -> Sidecar:
    """Return the sidecar of plain values of any schema up to ours.

    Raises:
        Refused: archive.schema-too-new, written by a newer docgen.
        Damage: archive.sidecar-unreadable.
    """
    raw = dict(value)
    number = raw.get("schema")
    if isinstance(number, int) and number > SCHEMA:
        raise Refused.of("archive.schema-too-new", where, schema=number, known=SCHEMA)
    while isinstance(number, int) and number in _UPCASTERS:
        raw = _UPCASTERS[number](raw)
        number = raw.get("schema")
    try:
        return Sidecar.model_validate(raw)
    except ValidationError as problem:
        first = problem.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Damage.of("archive.sidecar-unreadable", where, field=field, file=where) from problem


def sidecar_bytes(sidecar: Sidecar) -> bytes:
    """Return the sidecar file's bytes."""
    return plain.pretty(sidecar.as_json())
