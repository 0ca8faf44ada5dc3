"""Run what takes hours, and write down how it went: every test, slow ones included, with thousands of examples each.

The result goes to `bench/soak/<date>.txt` (machine, version, slowest tests, closing line) and is committed, so that
"it was soaked" is a file and not a memory. Arguments are passed on to pytest: `python scripts/soak.py tests/archive`;
the ten thousand random deals alone are `python scripts/soak.py tests/deals/test_random_deals.py`. How many letters the
large batch issues is told by SOAK_LETTERS, ten thousand by default; KILLS_EVERY=6 takes every sixth point of the kill
sweeps, which take hours; what tests measure (SOAK_FIGURES names the file
they write to) stands in the result, too.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "soak"
LINES_KEPT = 40
LETTERS = "10000"
_SIZES = ("SOAK_LETTERS", "FIVE_WAYS", "KILLS_", "YEAR_")
"""How the variables begin that tell the long tests how large they are to be."""


def command(arguments: list[str]) -> list[str]:
    """Return the pytest call: all tests, the `soak` profile of examples, the slowest ones named."""
    options = ["-n", "2", "--hypothesis-profile=soak", "--durations=15", "--durations-min=1"]
    return [sys.executable, "-m", "pytest", *options, *arguments]


def run(arguments: list[str], figures: Path) -> tuple[int, list[str]]:
    """Run pytest, showing its output as it comes; return its exit code and its lines."""
    lines = []
    env = {"SOAK_LETTERS": LETTERS, **os.environ, "SOAK_FIGURES": str(figures)}
    with subprocess.Popen(
        command(arguments), cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as tests:
        for line in tests.stdout or ():
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    return tests.returncode, lines


def report(began: datetime, code: int, lines: list[str], asked: list[str], figures: str = "") -> Iterator[str]:
    """Yield the lines of the result file."""
    seconds = (datetime.now(UTC) - began).total_seconds()
    yield f"began    {began.isoformat(timespec='seconds')}, took {seconds / 60:.0f} minutes"
    yield f"commit   {_commit()}"
    yield f"tests    {' '.join(asked) or 'all'}"
    sizes = sorted(f"{name}={said}" for name, said in os.environ.items() if name.startswith(_SIZES))
    yield f"sizes    {' '.join(sizes) or 'as the tests have them'}"
    yield f"machine  {platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    yield f"result   {'passed' if code == 0 else f'FAILED (exit code {code})'}"
    yield ""
    if figures:
        yield from figures.splitlines()
        yield ""
    yield from lines[-LINES_KEPT:]


def _free_name(began: datetime) -> Path:
    """Return the result's place; a second run of a day does not write over the first."""
    target = RESULTS / f"{began:%Y-%m-%d}.txt"
    return RESULTS / f"{began:%Y-%m-%d-%H%M}.txt" if target.exists() else target


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def main() -> int:
    """Soak, and write the result."""
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.txt"
        code, lines = run(sys.argv[1:], figures)
        measured = figures.read_text(encoding="utf-8") if figures.exists() else ""
    RESULTS.mkdir(parents=True, exist_ok=True)
    target = _free_name(began)
    target.write_text("\n".join(report(began, code, lines, sys.argv[1:], measured)) + "\n", encoding="utf-8")
    print(target.relative_to(ROOT))
    return code


if __name__ == "__main__":
    sys.exit(main())
