"""A worker's temporary files go with it, and what a killed one left goes at the next start; nobody else's does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from docgen.services.worker_folders import PREFIX, own_folder, sweep_folders

CHECKOUT = Path(__file__).resolve().parents[2]
WORKER = """
import tempfile, time
from docgen.services.worker_folders import own_folder
with own_folder():
    handle, name = tempfile.mkstemp()
    print(name, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_a_worker_makes_goes_with_it(temporary: Path) -> None:
    with own_folder() as folder:
        assert folder.parent == temporary
        _, name = tempfile.mkstemp()
        assert Path(name).parent == folder
    assert list(temporary.iterdir()) == []
    assert tempfile.gettempdir() == str(temporary)


def test_a_killed_workers_folder_is_swept_and_a_living_ones_is_not(temporary: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, "-c", WORKER], env=env, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        made = Path(worker.stdout.readline().strip())
        assert made.is_file()
        assert sweep_folders(older_than=-1) == 0
        assert made.is_file()
        worker.send_signal(signal.SIGKILL)
    assert made.is_file()
    assert sweep_folders() == 0  # too young to tell
    assert sweep_folders(older_than=-1) == 1
    assert list(temporary.iterdir()) == []


def test_what_only_looks_like_a_workers_folder_stays(temporary: Path) -> None:
    (temporary / f"{PREFIX}file").write_text("x")
    (temporary / f"{PREFIX}bare").mkdir()
    kept = temporary / "elsewhere"
    kept.mkdir()
    (kept / ".alive").touch()
    (temporary / f"{PREFIX}link").symlink_to(kept)
    assert sweep_folders(older_than=-1) == 0
    assert len(list(temporary.iterdir())) == 4
    assert (kept / ".alive").is_file()
