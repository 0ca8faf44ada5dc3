from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from docgen.kinds.catalogue import load_catalogue
from docgen.rendering.golden import Case, Rendered, load_case, render_case

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(ROOT / "templates")
CASES = tuple(
    (kind.spec.id, path.parent.name) for kind in CATALOGUE for path in sorted(kind.folder.glob("golden/*/case.toml"))
)


@cache
def case_of(name: tuple[str, str]) -> Case:
    kind = CATALOGUE.get(name[0])
    return load_case(kind.folder / "golden" / name[1], kind, root=ROOT)


@cache
def rendered_of(name: tuple[str, str]) -> Rendered:
    return render_case(case_of(name))


@pytest.fixture(params=CASES, ids="/".join)
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


@pytest.fixture
def rendered(case: Case) -> Rendered:
    return rendered_of((case.kind.spec.id, case.folder.name))
