"""Run the command line many times over without starting Python each time, each run stopped by strace where it is told.

One process imports docgen and waits; for each command it forks a child, which waits until strace is attached (or need
not be), then runs the command as the real one would. Only the import is saved: a child reads its own environment, opens
its own office and ends with its own exit code. Children of a command (contained parsers) are not traced: what they are
killed by is a matter of tests/contained.

    python tests/flows/forking.py     the process that waits; it is started by `Commands`
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHECKOUT = Path(__file__).resolve().parents[2]
PASSED = {"PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV"}
SECONDS = 300
_NEVER_IMPORTED = ("docgen.contained", "docgen.store.migrations")
_PR_SET_PTRACER, _ANY = 0x59616D61, -1
"""See prctl(2): a child may be traced by a process that is not its parent, where the kernel restricts that."""


@dataclass(frozen=True)
class Job:
    """One command: its words, where it runs, what it is typed, where its output goes, and whether it may read print."""

    words: tuple[str, ...]
    folder: str
    env: Mapping[str, str]
    typed: str
    out: str
    err: str
    reads_print: bool = True


class Commands:
    """Runs commands of docgen one after the other, as a session of tests does."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        env = {name: value for name, value in os.environ.items() if name in PASSED} | {"PYTHONPATH": str(CHECKOUT)}
        self._server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(timeout=30)

    def run(
        self, words: Sequence[str], root: Path, *, typed: str = "", strace: Sequence[str] = (), reads_print: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run one command in a workspace; `strace` are options for strace, which follows this process alone."""
        files = {name: self.scratch / name for name in ("in", "out", "err")}
        files["in"].write_text(typed, encoding="utf-8")
        told = {name: str(path) for name, path in files.items()}
        job = Job(tuple(words), str(root), _environment(root), told["in"], told["out"], told["err"], reads_print)
        pid = int(self._ask(json.dumps(asdict(job))))
        tracer = _attached(pid, strace) if strace else None
        code = int(self._ask("go"))
        if tracer is not None:
            tracer.communicate(timeout=SECONDS)
        out, err = (files[name].read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(list(words), code, out, err)

    def run_anew(self, words: Sequence[str], root: Path, *, strace: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as a person starts it, from its first system call on under strace, with all its children."""
        command = [
            "strace",
            "-f",
            "-qq",
            *strace,
            sys.executable,
            "-c",
            "from docgen.cli.main import run; run()",
            *words,
        ]
        return subprocess.run(
            command, env=_environment(root), cwd=root, capture_output=True, text=True, check=False, timeout=SECONDS
        )

    def count(
        self, words: Sequence[str], root: Path, calls: Sequence[str], *, typed: str = "", reads_print: bool = True
    ) -> Counter[str]:
        """Return how often a command's own process makes each of these system calls."""
        log = self.scratch / "calls"
        traced = ("-o", str(log), f"--trace={','.join(calls)}")
        self.run(words, root, typed=typed, strace=traced, reads_print=reads_print)
        return Counter(line.split("(", 1)[0] for line in log.read_text(errors="replace").splitlines() if "(" in line)

    @staticmethod
    def inject(call: str, how: str, number: int) -> tuple[str, ...]:
        """Return strace's options that stop a process at its n-th call (`signal=KILL`) or fail it (`error=EIO`)."""
        return ("-o", os.devnull, f"--trace={call}", f"--inject={call}:{how}:when={number}")

    @staticmethod
    def points(total: int, step: int, *words: str) -> range:
        """Return which calls a sweep stops, from 1; where KILLS_EVERY thins them out, other words begin elsewhere."""
        step *= int(os.environ.get("KILLS_EVERY", "1"))
        return range(1 + zlib.crc32(" ".join(words).encode()) % min(step, max(total, 1)), total + 1, step)

    def _ask(self, line: str) -> str:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(line + "\n")
        self._server.stdin.flush()
        return self._server.stdout.readline()


def _environment(root: Path) -> dict[str, str]:
    passed = {name: value for name, value in os.environ.items() if name in PASSED}
    return passed | {"PYTHONPATH": str(CHECKOUT), "DOCGEN_WORKSPACE": str(root)}


def _attached(pid: int, options: Sequence[str]) -> subprocess.Popen[str]:
    """Return strace once it holds the process: from its next system call on, all of them are looked at."""
    tracer = subprocess.Popen(["strace", "-p", str(pid), *options], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    told = tracer.stderr.readline()
    assert "attached" in told, f"strace cannot follow a process: {told}"
    return tracer


def serve() -> None:
    """Import docgen, then run one command for each line that comes in."""
    import docgen  # noqa: PLC0415  # by the process that waits alone
    from docgen.cli.main import main  # noqa: PLC0415
    from docgen.papers import ocr  # noqa: PLC0415

    for module in pkgutil.walk_packages(docgen.__path__, "docgen."):
        if not module.name.startswith(_NEVER_IMPORTED) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for line in sys.stdin:
        job = Job(**json.loads(line))
        held, freed = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(freed)
            _become(job)
            if not job.reads_print:
                ocr.MODULES = ("no such module",)  # type: ignore[assignment]
            os.read(held, 1)
            code = main(list(job.words))
            sys.stdout.flush()
            sys.stderr.flush()
            sys.exit(code)
        os.close(held)
        _tell(pid)
        sys.stdin.readline()
        os.close(freed)
        _tell(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _become(job: Job) -> None:
    """Make this process look as if it had been started for the command."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(_ANY), 0, 0, 0)
    streams: dict[int, tuple[str, int]] = {
        0: (job.typed, os.O_RDONLY),
        1: (job.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        2: (job.err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    }
    for number, (path, how) in streams.items():
        opened = os.open(path, how, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (_stream(number) for number in streams)
    os.environ.clear()
    os.environ.update(job.env)
    os.chdir(job.folder)
    sys.argv = ["docgen", *job.words]


def _stream(number: int) -> Any:  # noqa: ANN401  # one of the three standard streams
    return os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)


if __name__ == "__main__":
    serve()
