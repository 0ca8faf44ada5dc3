"""Work that misbehaves on purpose: the tests and `docgen doctor` prove with it that containment holds here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from docgen.errors import Refused
from docgen.findings import error, warning


def echo(*args: Any, **kwargs: Any) -> list[Any]:  # noqa: ANN401  # whatever travels is the point
    """Return what was given."""
    return [list(args), kwargs]


def process_id() -> int:
    """Return the id of the process this runs in."""
    return os.getpid()


def environment() -> dict[str, str]:
    """Return the environment variables this runs with."""
    return dict(os.environ)


def wait(seconds: float) -> str:
    """Wait, using no processor time."""
    time.sleep(seconds)
    return "waited"


def spin() -> None:
    """Use processor time for ever."""
    while True:
        pass


def wait_with_offspring(seconds: float, note: str) -> None:
    """Start a process of its own, write its id into the file `note`, and wait."""
    offspring = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({float(seconds)})"])
    Path(note).write_text(str(offspring.pid), encoding="ascii")
    time.sleep(seconds)


def hoard(megabytes: int) -> int:
    """Take so much memory and fill it."""
    return len(b"\xff" * (megabytes * 1024 * 1024))


def talk(megabytes: int) -> bytes:
    """Return so many bytes."""
    return bytes(megabytes * 1024 * 1024)


def scribble(path: str, megabytes: int) -> None:
    """Write a file of so many bytes."""
    Path(path).write_bytes(bytes(megabytes * 1024 * 1024))


def chatter(lines: int) -> str:
    """Print to standard output and to standard error, as careless libraries do."""
    for number in range(lines):
        sys.stdout.write(f"out {number}\n")
        sys.stderr.write(f"err {number}\n")
    return "said"


def die(number: int = signal.SIGKILL) -> None:
    """End by a signal, as a native library does on a hostile file."""
    os.kill(os.getpid(), number)


def fail(text: str) -> None:
    """Raise an error of no particular kind."""
    raise AssertionError(text)


def refuse() -> None:
    """Refuse with two findings."""
    raise Refused([error("contained.time", "here", seconds=3), warning("contained.memory", "there", path=Path("a"))])


def answer_nonsense() -> None:
    """Write to every pipe what is no answer, and stop, as a subverted child might."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\x00" * 3 + b"\x04" + b"\x00" * 8 + b"{{{{")
        except OSError:
            continue
    time.sleep(60)
