"""Wording shared by the faces of a paper: one sentence, written once, printed by PDF and Word alike.

A fragment file is TOML: key = "sentence with {{ fields }}". The sentences are filled with the paper's own data under
the same rules as a template, and offered to every face as `w.<key>`; so the two faces cannot drift apart.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from docgen.errors import TemplateRefused
from docgen.rendering.printed import PrintedValue, note_all, recording
from docgen.rendering.sandbox import compile_text, environment, fill


class Wording(Mapping[str, str]):
    """The filled sentences by key; using one notes the amounts and dates it prints."""

    def __init__(self, sentences: Mapping[str, tuple[str, tuple[PrintedValue, ...]]]) -> None:
        self._sentences = dict(sentences)

    def __getitem__(self, key: str) -> str:
        """Return the sentence, noting what it prints."""
        text, values = self._sentences[key]
        note_all(values)
        return text

    def __contains__(self, key: object) -> bool:
        return key in self._sentences

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


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
            if not isinstance(sentence, str):
                raise TemplateRefused.of(
                    "rendering.wording-unreadable", f"{file.name}:{key}", what=type(sentence).__name__
                )
            found[key] = (sentence.strip(), f"{file.name}:{key}")
    return found


def fill_wording(fragments: Mapping[str, tuple[str, str]], context: Mapping[str, object]) -> Wording:
    """Fill every sentence with the paper's data.

    Raises:
        TemplateRefused: naming file and key of the sentence that could not be filled.
    """
    env = environment(escape=False)
    sentences: dict[str, tuple[str, tuple[PrintedValue, ...]]] = {}
    for key, (sentence, where) in fragments.items():
        with recording() as printed:
            text = fill(compile_text(env, sentence, where), context, where=where)
        sentences[key] = (text, tuple(printed.values))
    return Wording(sentences)


def fragment_files(kind_folder: Path, shared: Path) -> list[Path]:
    """Return the fragment files of a kind: `_shared/wording/*.toml`, then the kind's own `wording.toml`."""
    own = kind_folder / "wording.toml"
    return [*sorted((shared / "wording").glob("*.toml")), *([own] if own.is_file() else [])]
