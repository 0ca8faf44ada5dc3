"""What we ship: the program, its templates and samples; never an archive, a scan, a key or a database.

Built from a copy of the checkout in which a lively trial workspace was planted, nested .gitignore and all: with such a
one a build tool once packed a signed scan.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANTED = {
    "archive/云帆科技有限公司/HT2024031001/补充协议-扫描件.pdf": b"%PDF-1.7 signed",
    "archive/云帆科技有限公司/HT2024031001/.gitignore": b"!*\n",
    "archive/.gitignore": b"!*\n",
    "inbox/SCAN0001.pdf": b"%PDF-1.7 scanned",
    "review/2024-03-11-deadbeef/original.pdf": b"%PDF-1.7 waiting",
    "demo/archive/x/HT2024031001/paper.pdf": b"%PDF-1.7 demo",
    "log/docgen-2024-03-11.log": b"log",
    "backup/2024-03-11.zip": b"backup",
    "docgen.db": b"SQLite format 3\0",
    "docgen.key": b"secret",
    "docgen.toml": b"schema = 1\n",
    ".venv/pyvenv.cfg": b"",
}
FORBIDDEN_PARTS = {"inbox", "review", "demo", "log", "backup", ".venv", "docgen.db", "docgen.key", "docgen.toml"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both distributions from a planted copy of what git tracks; return the folder they lie in."""
    if not (ROOT / ".git").exists():
        pytest.skip("by design: only a git checkout knows which files are ours")
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)
    for name, data in PLANTED.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(out)], cwd=tree, check=True, capture_output=True
    )
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> set[str]:
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist(built: Path) -> set[str]:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_no_workspace_is_shipped(wheel: set[str], sdist: set[str]) -> None:
    bad = [name for name in wheel | sdist if FORBIDDEN_PARTS & set(PurePosixPath(name).parts[:1])]
    assert bad == []
    assert [name for name in wheel | sdist if name.endswith((".pdf", ".db", ".key", ".zip"))] == []
    assert [name for name in sdist if name.startswith("archive/")] == ["archive/README.md"]


def test_the_wheel_holds_the_package_and_its_data_only(wheel: set[str]) -> None:
    tops = {PurePosixPath(name).parts[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"docgen"}
    assert "docgen/findings.py" in wheel
    assert "docgen/_data/archive-README.md" in wheel


@pytest.mark.parametrize("folder", ["templates", "samples"])
def test_templates_and_samples_are_shipped_whole(folder: str, wheel: set[str], sdist: set[str]) -> None:
    tracked = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, check=True, text=True)
    names = {name for name in tracked.stdout.split("\0") if name and (ROOT / name).is_file()}
    assert names
    assert names - sdist == set()
    assert {f"docgen/_data/{name}" for name in names} - wheel == set()


def test_the_installed_package_finds_its_data(built: Path, tmp_path: Path) -> None:
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)  # noqa: S202  # our own wheel, made a moment ago
    asked = "from docgen.workspace import data_root; print(data_root())"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, check=True
    )
    found = Path(done.stdout.decode().strip())
    assert found == tmp_path / "docgen" / "_data"
    assert (found / "samples" / "deals").is_dir()
    assert (found / "templates" / "_shared").is_dir()


def test_every_message_file_is_shipped(wheel: set[str]) -> None:
    files = {f"docgen/messages/{path.name}" for path in (ROOT / "docgen" / "messages").glob("*.toml")}
    assert files - wheel == set()


def test_the_sdist_can_be_tested_and_built(sdist: set[str]) -> None:
    needed = {"pyproject.toml", "constraints.txt", "Makefile", ".ci/run", "tests/conftest.py", "scripts/make_venv.sh"}
    assert needed - sdist == set()


def test_nothing_is_large_but_the_fonts(built: Path) -> None:
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        large = [entry.filename for entry in archive.infolist() if entry.file_size > 2_000_000]
    assert [name for name in large if not name.endswith(".ttf")] == []


@pytest.mark.slow
def test_the_wheel_alone_does_the_whole_round(built: Path, tmp_path: Path) -> None:
    """As installed: no checkout around, the sample company, templates, the doctor, and the demo from end to end."""
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "site")  # noqa: S202  # our own wheel, made a moment ago
    env = {"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C"}
    for words in (["init", "office", "--sample"], ["kinds", "check"], ["doctor"], ["demo", str(tmp_path / "demo")]):
        command = [sys.executable, "-P", "-c", "from docgen.cli.main import run; run()", *words]
        place = tmp_path / "office" if (tmp_path / "office").exists() else tmp_path
        done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    assert (tmp_path / "demo" / "archive" / "README.md").is_file()
