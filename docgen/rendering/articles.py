"""The articles of a contract, made from the clause library: head and paragraphs under the names its faces use.

`w.head_breach` is 第九条　违约责任, `w.clause_breach` the list of its paragraphs. A paragraph whose sentence comes to
nothing (a term the deal does not have) is left out, and those after it move up.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docgen.kinds.articles import article_words
from docgen.kinds.clauses import FOLDER, ClauseVersion, Variant, pinned

HEAD, CLAUSE = "head_", "clause_"


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its head, and the version of the clause it prints."""

    head: str
    version: ClauseVersion
    where: str

    def sentences(self, variant: str) -> Iterator[tuple[str, str]]:
        """Yield the sentences of a contract that sells that, each with its place."""
        for number, sentence in enumerate(self.version.text(Variant(variant)), start=1):
            yield sentence, f"{self.where}:{variant}.{number}"

    def all_sentences(self) -> Iterator[tuple[str, str]]:
        """Yield every sentence, whatever is sold, each with its place."""
        for place, sentence in self.version.texts:
            yield sentence, f"{self.where}:{place}"


def read_articles(kind_folder: Path, shared: Path) -> Mapping[str, Article]:
    """Return the articles a kind's `clauses` name, by the name templates use; none for a kind without clauses.

    Raises:
        TemplateRefused: the library lacks a clause or version.
    """
    file = kind_folder / "kind.toml"
    if not file.is_file():
        return {}
    wanted = tomllib.loads(file.read_text(encoding="utf-8")).get("clauses", [])
    articles: dict[str, Article] = {}
    for number, reference in enumerate(wanted, start=1):
        clause, version = pinned(reference, shared)
        name = reference.partition("@")[0]
        head = f"{article_words(number)}　{clause.title}"
        articles[name.replace("-", "_")] = Article(head, version, f"{FOLDER}/{name}.toml@{version.version}")
    return articles
