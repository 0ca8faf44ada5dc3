"""The bounds of a test session (tests/conftest.py) hold: each way out is tried."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[2]

SOME_TESTS = """
import pytest

def test_lacks_a_tool():
    pytest.skip("veraPDF is not installed")

@pytest.mark.skipif(True, reason="by design: only on Windows")
def test_elsewhere():
    assert False

@pytest.mark.xfail(reason="known", strict=True)
def test_known():
    assert False

def test_good():
    assert True
"""


def test_a_foreign_address_cannot_be_reached() -> None:
    with socket.socket() as line, pytest.raises(RuntimeError, match=r"may not reach 192\.0\.2\.1"):
        line.connect(("192.0.2.1", 80))


def test_a_foreign_name_cannot_be_looked_up() -> None:
    with pytest.raises(RuntimeError, match=r"may not reach example\.invalid"):
        socket.getaddrinfo("example.invalid", 443)


def test_our_own_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as line:
        assert line.getpeername()[0] == "127.0.0.1"


def test_the_trial_workspace_cannot_be_written() -> None:
    with pytest.raises(RuntimeError, match="may not change"):
        (ROOT / "archive" / "scan.pdf").write_bytes(b"")
    with pytest.raises(RuntimeError, match="may not change"):
        (ROOT / "inbox" / "new").mkdir(parents=True)
    with pytest.raises(RuntimeError, match="may not change"):
        (ROOT / "docgen.db-wal").unlink(missing_ok=True)
    with pytest.raises(RuntimeError, match="may not change"):
        sqlite3.connect(ROOT / "docgen.db")


def test_reading_the_checkout_is_fine() -> None:
    assert (ROOT / "archive" / "README.md").is_file()


def test_home_and_working_folder_are_empty_places() -> None:
    assert Path.home() == Path(os.environ["HOME"])
    assert Path.home().name.startswith("docgen-tests-")
    assert Path.cwd().is_relative_to(Path.home())
    assert [name for name in os.environ if name.startswith("DOCGEN_WORKSPACE")] == []


def test_our_own_warnings_are_errors() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn_explicit("old", DeprecationWarning, "money.py", 1, module="docgen.deals.money")


def test_no_example_has_a_deadline_on_a_busy_machine() -> None:
    assert settings().deadline is None


def test_ci_turns_a_skip_for_want_of_a_tool_into_a_failure(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_some.py").write_text(SOME_TESTS, encoding="utf-8")
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_engine')\n", encoding="utf-8")
    assert "1 passed, 3 skipped, 1 xfailed" in _closing_line(tmp_path, ci="false", options=[])
    closing = _closing_line(tmp_path, ci="true", options=["--continue-on-collection-errors"])
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in closing


def _closing_line(folder: Path, *, ci: str, options: list[str]) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *options, str(folder)]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "CI": ci}, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout.strip().splitlines()[-1]
