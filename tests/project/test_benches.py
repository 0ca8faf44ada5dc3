"""Every benchmark can still be loaded: they run by hand, and a name they use may have moved since."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "bench").glob("*.py"))
LOAD = """
import runpy, sys, traceback
sys.path.insert(0, sys.argv[1])
broken = 0
for path in sys.argv[2:]:
    try:
        runpy.run_path(path, run_name="loaded")
    except Exception:
        broken += 1
        traceback.print_exc()
sys.exit(broken)
"""


def test_every_benchmark_loads() -> None:
    assert len(SCRIPTS) > 5
    command = [sys.executable, "-c", LOAD, str(ROOT / "bench"), *map(str, SCRIPTS)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
