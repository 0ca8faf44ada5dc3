"""Is this template fit to be used? Every fault at once, in plain words, with file, line or paragraph, and tag.

Templates are typed by offices, in Word and in editors; their typical slips (a full-width brace, a field misspelt, a tag
cut in two by formatting, text standing beside a row tag and vanishing) print wrong papers without any error in the
engines underneath. So each is looked for by name here, before a template is taken into use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import nodes
from jinja2.exceptions import TemplateError

from docgen.errors import DocgenError
from docgen.findings import Finding, error, has_errors
from docgen.papers.docx import check_docx
from docgen.rendering.articles import CLAUSE, HEAD, Article, read_articles
from docgen.rendering.assets import AssetLoader, Assets
from docgen.rendering.docx import jinja_source, paragraph_place
from docgen.rendering.docxlint import FULL_WIDTH, lint_part
from docgen.rendering.ooxml import Package
from docgen.rendering.paper import paper_sample
from docgen.rendering.sandbox import ItemEnvironment, environment, syntax_finding
from docgen.rendering.variables import Use, template_uses, text_uses
from docgen.rendering.wording import fragment_files, read_fragments

_AWAY = r"""(?:https?:|ftp:|file:|//|\\\\)[^"'\s>)]*"""
_REMOTE = re.compile(rf"""(?:src|href|data)\s*=\s*["']?\s*({_AWAY})|url\(\s*["']?\s*({_AWAY})""", re.IGNORECASE)
_LINK = re.compile(r"<a\s[^>]*$", re.IGNORECASE)


def check_template(path: Path, *, shared: Path, sample: Mapping[str, object] | None = None) -> list[Finding]:
    """Return what is wrong with a template file (.html, .txt or .docx) and the wording sentences it uses.

    Args:
        path: the template; its folder is the kind's folder.
        shared: the `_shared` folder.
        sample: data as the template will get, from which the existing fields are known; `paper` and `w` are added
            here. Without it, fields are not checked.
    """
    return _inspect(path, shared, sample).findings


def fields_used(path: Path, *, shared: Path, sample: Mapping[str, object] | None = None) -> list[Use]:
    """Return every use of a field in a template and in the wording sentences it uses, in order.

    Raises:
        TemplateRefused: the template cannot be read at all.
    """
    return _inspect(path, shared, sample).uses


@dataclass
class _Inspection:
    fragments: Mapping[str, tuple[str, str]]
    sample: Mapping[str, object] | None
    articles: Mapping[str, Article] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    def text(self, env: ItemEnvironment, source: str, where: str) -> None:
        """Inspect template text that stands alone: a Word part made into Jinja, or a sentence."""
        try:
            tree = env.parse(source, where)
            env.compile(source, where, where)
            uses = text_uses(env, source, where, self.sample)
        except TemplateError as problem:
            self.findings.append(syntax_finding(problem, where))
            return
        self.findings += [*_forbidden(tree, where), *_unknown(uses)]
        self.uses += uses

    def sentences(self) -> None:
        """Inspect the wording sentences used so far, once each."""
        env = environment(escape=False)
        keys = dict.fromkeys(use.path.removeprefix("w.") for use in self.uses if use.path.startswith("w."))
        clauses = [self.articles.get(key.removeprefix(CLAUSE)) for key in keys if key.startswith(CLAUSE)]
        paragraphs = [each for article in clauses if article for each in article.all_sentences()]
        for sentence, where in [*(self.fragments[key] for key in keys if key in self.fragments), *paragraphs]:
            self.findings += _full_width(sentence, where)
            self.text(env, sentence, where)


def _inspect(path: Path, shared: Path, sample: Mapping[str, object] | None) -> _Inspection:
    seen = _Inspection({}, None)
    try:
        fragments = read_fragments(fragment_files(path.parent, shared))
        articles = read_articles(path.parent, shared)
        seen = _Inspection(fragments, None if sample is None else _known(sample, fragments, articles), articles)
        if path.suffix.lower() == ".docx":
            _inspect_docx(path, seen)
        else:
            _inspect_text(path, shared, seen)
        seen.sentences()
    except DocgenError as problem:
        seen.findings += problem.findings
    return seen


def _known(
    sample: Mapping[str, object], fragments: Mapping[str, object], articles: Mapping[str, object]
) -> dict[str, object]:
    """Return the sample with what rendering adds: the words of header and footer in `paper`, the sentences in `w`."""
    given = sample.get("paper")
    paper = {**given, **paper_sample()} if isinstance(given, Mapping) else paper_sample()
    heads, clauses = (HEAD + name for name in articles), (CLAUSE + name for name in articles)
    words = {**dict.fromkeys(fragments, ""), **dict.fromkeys(heads, ""), **{name: [""] for name in clauses}}
    return {**sample, "paper": paper, "w": words}


def _inspect_text(path: Path, shared: Path, seen: _Inspection) -> None:
    source = path.read_text(encoding="utf-8")
    env = environment(AssetLoader(Assets(path.parent, shared)))
    seen.findings += [*_full_width(source, path.name), *_remote(source, path.name)]
    try:
        tree = env.parse(source, path.name, path.name)
        env.compile(source, path.name, path.name)
        uses = template_uses(env, path.name, seen.sample)
    except TemplateError as problem:
        seen.findings.append(syntax_finding(problem, path.name))
        return
    seen.findings += [*_forbidden(tree, path.name), *_unknown(uses)]
    seen.uses += uses


def _inspect_docx(path: Path, seen: _Inspection) -> None:
    data = path.read_bytes()
    seen.findings += check_docx(data)
    if has_errors(seen.findings):
        return
    package, env = Package.read(data, path.name), environment()
    for name in package.text_parts():
        slips = list(lint_part(package.parts[name], name))
        seen.findings += slips
        if has_errors(slips):
            continue
        source = jinja_source(package.parts[name], name)
        part = _Inspection({}, seen.sample)
        part.text(env, source, name)
        lines = tuple(source.split("\n"))
        seen.findings += [Finding(f.code, paragraph_place(f.where, lines), f.severity, f.params) for f in part.findings]
        seen.uses += part.uses


def _full_width(source: str, where: str) -> Iterator[Finding]:
    for number, line in enumerate(source.splitlines(), start=1):
        if FULL_WIDTH.search(line):
            yield error("rendering.full-width-braces", f"{where}:{number}", text=line.strip()[:60])


def _remote(source: str, where: str) -> Iterator[Finding]:
    for number, line in enumerate(source.splitlines(), start=1):
        for match in _REMOTE.finditer(line):
            if not _LINK.search(line[: match.start()]):
                yield error("rendering.asset-refused", f"{where}:{number}", url=match[1] or match[2])


def _forbidden(tree: nodes.Template, where: str) -> Iterator[Finding]:
    """Yield what the sandbox would refuse when the template is filled, whichever branch it stands in."""
    for call in tree.find_all(nodes.Call):
        name = call.node
        if isinstance(name, nodes.Getattr | nodes.Getitem):
            yield error("rendering.forbidden", f"{where}:{call.lineno}", what=str(getattr(name, "attr", "…")) + "()")
    for use in tree.find_all((nodes.Getattr, nodes.Getitem)):
        attribute = getattr(use, "attr", None) or getattr(getattr(use, "arg", None), "value", None)
        if isinstance(attribute, str) and attribute.startswith("_"):
            yield error("rendering.forbidden", f"{where}:{use.lineno}", what=attribute)
    for power in tree.find_all((nodes.Pow, nodes.Mod)):
        if isinstance(power, nodes.Pow) or _is_text(power.left):
            yield error("rendering.forbidden", f"{where}:{power.lineno}", what=power.operator)


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _unknown(uses: list[Use]) -> Iterator[Finding]:
    for use in dict.fromkeys(use for use in uses if not use.exists):
        yield error("rendering.unknown-field", f"{use.file}:{use.line}", what=use.path)
