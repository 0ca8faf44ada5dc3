"""constraints.txt: exact, plain, complete. A pin with an address would tie every checkout to one machine's mirror."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PLAIN_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9][A-Za-z0-9.+!]*)")


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    matches = [(line, PLAIN_PIN.fullmatch(line)) for line in lines if not line.startswith("#")]
    assert [line for line, match in matches if match is None] == []
    return {canonicalize_name(match[1]): match[2] for _, match in matches if match}


def _wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(line) for line in [*project["dependencies"], *(line for extra in extras for line in extra)]]


def test_every_line_is_a_plain_pin() -> None:
    assert len(_pins()) > 50


@pytest.mark.parametrize("wanted", _wanted(), ids=lambda wanted: wanted.name)
def test_every_dependency_is_pinned_within_its_range(wanted: Requirement) -> None:
    pin = _pins()[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(pin)


@pytest.mark.parametrize(("name", "floor"), [("jinja2", (3, 1, 6)), ("weasyprint", (69,))])
def test_security_floors_hold(name: str, floor: tuple[int, ...]) -> None:
    assert tuple(int(part) for part in _pins()[name].split(".")) >= floor


def test_docgen_itself_is_not_pinned() -> None:
    assert "docgen" not in _pins()


def test_no_lock_file_records_addresses() -> None:
    names = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"}
    assert [path.name for path in ROOT.iterdir() if path.name in names] == []
