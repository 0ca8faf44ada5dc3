"""The catalogue: which papers exist, found by looking at folders, asked for by id or by Chinese title."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docgen.errors import NotFound, TemplateRefused
from docgen.findings import Finding, error
from docgen.kinds.kind import Kind, KindSpec, parse_spec

KIND_FILE = "kind.toml"
_NOT_HASHED = "golden"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All kinds by id; a later root overrides an earlier one, so a workspace's own template wins over the shipped."""

    kinds: Mapping[str, Kind]

    def get(self, name: str) -> Kind:
        """Return the kind with this id or Chinese title.

        Raises:
            NotFound: there is none; the finding suggests the nearest names.
        """
        for kind in self.kinds.values():
            if name in {kind.spec.id, kind.spec.title, kind.spec.overdue_title, kind.spec.reminder_title}:
                return kind
        raise NotFound.of("kinds.unknown-kind", name, name=name, suggestions=self._suggestions(name))

    def _suggestions(self, name: str) -> str:
        names = [spelling for kind in self for spelling in (kind.spec.title, kind.spec.id)]
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
        return "、".join(near or [kind.spec.title for kind in self])

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.kinds.values())


def load_kind(folder: Path) -> Kind:
    """Read one kind's folder.

    Raises:
        TemplateRefused: kind.toml is missing or wrong, is named otherwise than its folder, or a face's file is missing.
    """
    path = folder / KIND_FILE
    if not path.is_file():
        raise TemplateRefused.of("kinds.no-kind-file", str(folder), folder=folder.name)
    spec = parse_spec(path.read_text(encoding="utf-8"), where=f"{folder.name}/{KIND_FILE}")
    kind = Kind(spec, folder, _hashes(folder))
    findings = list(_missing(kind))
    if findings:
        raise TemplateRefused(findings)
    return kind


def load_catalogue(*roots: Path) -> Catalogue:
    """Read every kind under the roots; folders without a kind.toml (fonts, shared fragments) are not kinds.

    Raises:
        TemplateRefused: any kind is wrong; the findings of all of them at once.
    """
    kinds: dict[str, Kind] = {}
    findings: list[Finding] = []
    for root in roots:
        for path in sorted(root.glob(f"*/{KIND_FILE}")):
            try:
                kinds[path.parent.name] = load_kind(path.parent)
            except TemplateRefused as refusal:
                findings += refusal.findings
    findings += _twins([kind.spec for kind in kinds.values()])
    if findings:
        raise TemplateRefused(findings)
    return Catalogue(kinds)


def _missing(kind: Kind) -> Iterator[Finding]:
    where = f"{kind.folder.name}/{KIND_FILE}"
    if kind.spec.id != kind.folder.name:
        yield error("kinds.folder-name", where, id=kind.spec.id, folder=kind.folder.name)
    wanted = [kind.folder / kind.spec.wording, *map(kind.face_file, kind.spec.faces)]
    for path in wanted:
        if not path.is_file():
            yield error("kinds.file-missing", where, file=path.name, folder=kind.folder.name)


def _twins(specs: list[KindSpec]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for spec in specs:
        for mark in (f"title {spec.title}", f"number {spec.code}"):
            if mark in seen:
                yield error("kinds.twins", spec.id, what=mark.split(" ", 1)[1], other=seen[mark])
            seen[mark] = spec.id


def _hashes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return {
        relative.as_posix(): hashlib.sha256((folder / relative).read_bytes()).hexdigest()
        for relative in (path.relative_to(folder) for path in files)
        if relative.parts[0] != _NOT_HASHED and not relative.name.startswith((".", "~$"))
    }
