"""What holds for every test: no network, no real workspace, no home folder, and no silent skip where it counts.

* Only 127.0.0.1, ::1 and Unix sockets can be reached; a look-up of any other name fails.
* The checkout is a trial workspace, so its `archive/`, `inbox/` … cannot be written from here, nor can a workspace
  named in the environment. The session's working folder is an empty one: tests name files by full path.
* HOME is an empty folder, gone afterwards.
* With CI=true a skipped test fails, unless its reason begins with "by design:"; everything else is a missing tool.
* Hypothesis runs by profile: `dev` (fresh examples, remembered), `ci` (the same examples each time), `soak` (many).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() == "true"
LOOPBACK = {"", "localhost", "127.0.0.1", "::1"}
WORKSPACE_FOLDERS = ["archive", "inbox", "review", "backup", "log", "companies", "demo"]
WORKSPACE_FILES = ["docgen.toml", "docgen.key", "docgen.db"]
TRIAL_WORKSPACE = (*(f"{ROOT}/{name}/" for name in WORKSPACE_FOLDERS), *(f"{ROOT}/{name}" for name in WORKSPACE_FILES))
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NETWORK_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
WITH_FOLDER_HANDLE = {"os.mkdir", "os.rename", "os.remove", "os.rmdir"}
NO_FOLDER_HANDLE = -1
CHANGES = WITH_FOLDER_HANDLE | {"os.truncate", "shutil.rmtree", "sqlite3.connect"}
BY_DESIGN = "by design:"


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


class OutOfBounds(RuntimeError):
    """A test reached for the network or for a real workspace."""


def _guard(event: str, args: tuple[Any, ...]) -> None:
    if event in NETWORK_EVENTS:
        _check_address(args[1])
    elif event in LOOK_UPS:
        _check_host(args[0])
    elif event == "open":
        if args[2] & WRITING:
            _check_path(args[0])
    elif event in CHANGES and (args[-1] == NO_FOLDER_HANDLE or event not in WITH_FOLDER_HANDLE):
        for path in args[:2]:
            _check_path(path)


def _check_address(address: object) -> None:
    if isinstance(address, tuple):
        _check_host(address[0])


def _check_host(host: object) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is not None and name not in LOOPBACK:
        raise OutOfBounds(f"a test may not reach {name}")


def _check_path(path: object) -> None:
    if not isinstance(path, str | os.PathLike):
        return
    full = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  # called for each file opened: Path() is slow
    if full.startswith(TRIAL_WORKSPACE):
        raise OutOfBounds(f"a test may not change {full}")


def _leave_home() -> Path:
    """Give this session a home of its own and forget what the environment says about real workspaces."""
    for name in [name for name in os.environ if name.startswith(("DOCGEN_", "XDG_"))]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="docgen-tests-"))
    os.environ["HOME"] = str(home)
    return home


set_hypothesis_home_dir(ROOT / ".hypothesis")
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("soak", max_examples=10_000, deadline=None, database=None, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")

HOME = _leave_home()
sys.addaudithook(_guard)


@pytest.fixture(autouse=True, scope="session")
def _away_from_the_checkout() -> None:
    work = HOME / "work"
    work.mkdir(exist_ok=True)
    os.chdir(work)


def pytest_unconfigure() -> None:
    os.chdir(ROOT)
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return _no_silent_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _no_silent_skip(report)


def _no_silent_skip(report: Report) -> Report:
    if not IN_CI or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if reason.removeprefix("Skipped: ").startswith(BY_DESIGN):
        return report
    report.outcome = "failed"
    report.longrepr = f"skipped in CI, which must have every tool: {reason}"
    return report
