"""scripts/system_packages.sh on machines that lack things: root gets them installed, others are told the one line."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "system_packages.sh"
LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
FINE = "exit 0"
NO_LIBRARIES = 'case "$2" in *ctypes*) exit 1;; esac'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Return a folder that is the whole PATH of a machine: what a bare system has, and nothing else."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    for name in ("sh", "dirname", "cat"):
        (bin_folder / name).symlink_to(str(shutil.which(name)))
    return bin_folder


def _install(machine: Path, name: str, script: str) -> None:
    path = machine / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def _run(machine: Path, what: str = "runtime") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT), what],
        env={"PATH": str(machine), "LOG": str(machine / "log")},
        capture_output=True,
        text=True,
        check=False,
    )


def _apt(machine: Path) -> None:
    _install(machine, "apt-get", 'echo "$@" >> "$LOG"')


def _calls(machine: Path) -> list[str]:
    log = machine / "log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def test_nothing_missing_is_silent_and_changes_nothing(machine: Path) -> None:
    _install(machine, "python3.11", FINE)
    _install(machine, "id", "echo 0")
    _apt(machine)
    done = _run(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert _calls(machine) == []


def test_not_root_is_told_the_one_line_and_nothing_is_installed(machine: Path) -> None:
    _install(machine, "python3.11", NO_LIBRARIES)
    _install(machine, "id", "echo 1000")
    _apt(machine)
    done = _run(machine)
    line = f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {LIBRARIES}"
    assert done.returncode == 1
    assert [told.strip() for told in done.stderr.splitlines() if "apt-get" in told] == [line]
    assert "请由管理员执行" in done.stderr
    assert _calls(machine) == []


def test_root_gets_what_is_missing_installed(machine: Path) -> None:
    _install(machine, "python3.11", NO_LIBRARIES)
    _install(machine, "id", "echo 0")
    _apt(machine)
    assert _run(machine).returncode == 0
    assert _calls(machine) == ["update -qq", f"install -y -qq --no-install-recommends {LIBRARIES}"]


def test_without_python_the_first_thing_named_is_python(machine: Path) -> None:
    _install(machine, "id", "echo 1000")
    done = _run(machine)
    assert done.returncode == 1
    assert f"python3-venv {LIBRARIES}" in done.stderr
    assert "has no apt-get" in done.stderr


def test_python_without_venv_lacks_a_package(machine: Path) -> None:
    _install(machine, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    _install(machine, "id", "echo 1000")
    assert "--no-install-recommends python3-venv\n" in _run(machine).stderr


def test_an_old_python_is_no_python(machine: Path) -> None:
    _install(machine, "python3", 'case "$2" in *version_info*) exit 1;; esac')
    _install(machine, "id", "echo 1000")
    assert "python3-venv" in _run(machine).stderr


def test_the_tests_ask_for_more_than_the_program(machine: Path) -> None:
    _install(machine, "python3.11", FINE)
    _install(machine, "id", "echo 1000")
    told = _run(machine, "tests").stderr
    assert {"poppler-utils", "strace", "libreoffice-writer-nogui", "openjdk-17-jdk-headless"} <= set(told.split())


def test_a_failing_apt_get_fails(machine: Path) -> None:
    _install(machine, "python3.11", NO_LIBRARIES)
    _install(machine, "id", "echo 0")
    _install(machine, "apt-get", "exit 100")
    assert _run(machine).returncode == 100


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "scripts/system_packages.sh", "scripts/make_venv.sh"])
def test_no_address_stands_in_what_installs(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text


def test_the_scripts_can_be_run() -> None:
    scripts = [ROOT / ".ci" / "run", *(ROOT / "scripts").glob("*.sh")]
    assert [path.name for path in scripts if not os.access(path, os.X_OK)] == []
