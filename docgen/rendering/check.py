"""Is this template fit to be used? Every fault at once, in plain words, with file, line or paragraph, and tag.

Templates are typed by offices, in Word and in editors; their typical slips (a full-width brace, a field misspelt, a tag
cut in two by formatting, text standing beside a row tag and vanishing) print wrong papers without any error in the
engines underneath. So each is looked for by name here, before a template is taken into use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import nodes
from jinja2.exceptions import TemplateError

from docgen.errors import DocgenError
from docgen.findings import Finding, error, has_errors
from docgen.papers.docx import check_docx
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
    """Return what is wrong with a template file (.html, .txt or .docx) of a kind's folder.

    Args:
        path: the template; its folder is the kind's folder.
        shared: the `_shared` folder.
        sample: data as the template will get, from which the existing fields are known; without it, fields are not
            checked.
    """
    try:
        known = None if sample is None else _with_furniture(sample, path.parent, shared)
        if path.suffix.lower() == ".docx":
            return list(_check_docx(path, known))
        return list(_check_text(path, shared, known))
    except DocgenError as problem:
        return list(problem.findings)


def check_wording(kind_folder: Path, *, shared: Path, sample: Mapping[str, object]) -> list[Finding]:
    """Return what is wrong with the wording fragments a kind uses."""
    try:
        fragments = read_fragments(fragment_files(kind_folder, shared))
    except DocgenError as problem:
        return list(problem.findings)
    env, known = environment(escape=False), {**sample, "paper": paper_sample()}
    findings: list[Finding] = []
    for sentence, where in fragments.values():
        findings += _full_width(sentence, where)
        findings += _check_source(env, sentence, where, known)
    return findings


def _with_furniture(sample: Mapping[str, object], kind_folder: Path, shared: Path) -> dict[str, object]:
    wording = dict.fromkeys(read_fragments(fragment_files(kind_folder, shared)), "")
    return {**sample, "paper": paper_sample(), "w": wording}


def _check_text(path: Path, shared: Path, sample: Mapping[str, object] | None) -> Iterator[Finding]:
    source = path.read_text(encoding="utf-8")
    env = environment(AssetLoader(Assets(path.parent, shared)))
    yield from _full_width(source, path.name)
    for number, line in enumerate(source.splitlines(), start=1):
        for match in _REMOTE.finditer(line):
            if not _LINK.search(line[: match.start()]):
                yield error("rendering.asset-refused", f"{path.name}:{number}", url=match[1] or match[2])
    try:
        tree = env.parse(source, path.name, path.name)
        env.compile(source, path.name, path.name)
        uses = template_uses(env, path.name, sample)
    except TemplateError as problem:
        yield syntax_finding(problem, path.name)
        return
    yield from _forbidden(tree, path.name)
    yield from _unknown(uses)


def _check_source(
    env: ItemEnvironment, source: str, where: str, sample: Mapping[str, object] | None
) -> Iterator[Finding]:
    try:
        tree = env.parse(source, where)
        env.compile(source, where, where)
        uses = text_uses(env, source, where, sample)
    except TemplateError as problem:
        yield syntax_finding(problem, where)
        return
    yield from _forbidden(tree, where)
    yield from _unknown(uses)


def _check_docx(path: Path, sample: Mapping[str, object] | None) -> Iterator[Finding]:
    data = path.read_bytes()
    structure = check_docx(data)
    yield from structure
    if has_errors(structure):
        return
    package, env = Package.read(data, path.name), environment()
    for name in package.text_parts():
        slips = list(lint_part(package.parts[name], name))
        yield from slips
        if has_errors(slips):
            continue
        source = jinja_source(package.parts[name], name)
        lines = tuple(source.split("\n"))
        for finding in _check_source(env, source, name, sample):
            yield Finding(finding.code, paragraph_place(finding.where, lines), finding.severity, finding.params)


def _full_width(source: str, where: str) -> Iterator[Finding]:
    for number, line in enumerate(source.splitlines(), start=1):
        if FULL_WIDTH.search(line):
            yield error("rendering.full-width-braces", f"{where}:{number}", text=line.strip()[:60])


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
