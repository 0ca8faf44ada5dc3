"""Wording shared by the faces of a paper: one sentence, written once, printed by PDF and Word alike.

A fragment file is TOML: key = "sentence with {{ fields }}". A sentence is filled with the paper's own data under the
same rules as a template when a face uses it as `w.<key>`; so the two faces cannot drift apart, and a sentence that only
other papers use may name fields this paper does not have.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from jinja2 import Template

from docgen.errors import TemplateRefused
from docgen.kinds.clauses import FOLDER as CLAUSE_FOLDER
from docgen.rendering.articles import CLAUSE, HEAD, Article, read_articles
from docgen.rendering.kept import Kept, all_seen
from docgen.rendering.sandbox import ItemEnvironment, compile_text, environment, fill

SENTENCES_KEPT = 4096
_fragments: Kept[dict[str, tuple[str, str]]] = Kept(64)
_articles: Kept[Mapping[str, Article]] = Kept(64)


class Wording(Mapping[str, str | list[str]]):
    """The sentences by key, each filled when it is used; what it prints is noted at that moment, in order.

    Of the articles of a contract, `head_…` is a text and `clause_…` the list of its paragraphs. Looking one up
    raises TemplateRefused, naming file and key, when the sentence cannot be filled.
    """

    def __init__(
        self,
        fragments: Mapping[str, tuple[str, str]],
        context: Mapping[str, object],
        articles: Mapping[str, Article] | None = None,
    ) -> None:
        self._fragments = fragments
        self._context = context
        self._heads = {HEAD + name: article.head for name, article in (articles or {}).items()}
        self._clauses = {CLAUSE + name: article for name, article in (articles or {}).items()}

    def __getitem__(self, key: str) -> str | list[str]:
        """Return the sentence filled, or a clause's paragraphs; they are escaped by the face that prints them."""
        if key in self._heads:
            return self._heads[key]
        if key in self._clauses:
            sentences = self._clauses[key].sentences(str(self._context["variant"]))
            return [text for text in (self._filled(*each) for each in sentences) if text]
        return self._filled(*self._fragments[key])

    def _filled(self, sentence: str, where: str) -> str:
        return fill(_compiled(sentence, where), self._context, where=where)

    def __contains__(self, key: object) -> bool:
        return key in self._fragments or key in self._heads or key in self._clauses

    def __iter__(self) -> Iterator[str]:
        yield from (*self._fragments, *self._heads, *self._clauses)

    def __len__(self) -> int:
        return len(self._fragments) + len(self._heads) + len(self._clauses)


@lru_cache(maxsize=1)
def _environment() -> ItemEnvironment:
    return environment(escape=False)


@lru_cache(maxsize=SENTENCES_KEPT)
def _compiled(sentence: str, where: str) -> Template:
    """Return a sentence compiled; a worker fills the same ones for every paper."""
    return compile_text(_environment(), sentence, where)


def read_fragments(files: Sequence[Path]) -> dict[str, tuple[str, str]]:
    """Return key → (sentence, "file:key") of fragment files; a later file (the kind's) wins over an earlier (shared).

    Raises:
        TemplateRefused: a file is not TOML, or a value is not a sentence.
    """
    found: dict[str, tuple[str, str]] = {}
    for file in files:
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise TemplateRefused.of("rendering.wording-unreadable", file.name, what=str(problem)) from problem
        for key, sentence in table.items():
            where = f"{file.name}:{key}"
            if not isinstance(sentence, str):
                raise TemplateRefused.of("rendering.wording-unreadable", where, what=type(sentence).__name__)
            found[key] = (sentence.strip(), where)
    return found


def wording_of(kind_folder: Path, shared: Path, context: Mapping[str, object]) -> Wording:
    """Return the wording a kind's templates may use: `_shared/wording/*.toml`, its own, and its clauses."""
    files = fragment_files(kind_folder, shared)
    fragments = _fragments.get(all_seen(files), lambda: read_fragments(files))
    return Wording(fragments, context, _articles_of(kind_folder, shared))


def _articles_of(kind_folder: Path, shared: Path) -> Mapping[str, Article]:
    kind = kind_folder / "kind.toml"
    files = [*([kind] if kind.is_file() else []), *sorted((shared / CLAUSE_FOLDER).glob("*.toml"))]
    return _articles.get((str(kind_folder), all_seen(files)), lambda: read_articles(kind_folder, shared))


def fragment_files(kind_folder: Path, shared: Path) -> list[Path]:
    """Return the fragment files of a kind, shared ones first."""
    own = kind_folder / "wording.toml"
    return [*sorted((shared / "wording").glob("*.toml")), *([own] if own.is_file() else [])]
