"""Run a docgen function in a child process that can be stopped: for foreign files and users' templates.

A hostile or merely odd file can make a native library hang, eat all memory or crash. In a child, that costs one file
an error and the program nothing. The child gets no environment worth stealing, limits set by the kernel
(setrlimit(2)), a wall clock, and a process group of its own that is killed whole.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from docgen import errors
from docgen.contained import wire
from docgen.contained.exchange import Exchange, Silence, TooMuch
from docgen.contained.limits import DEFAULT, MEGABYTE, Limits
from docgen.errors import DocgenError, LimitExceeded, UnreadableFile
from docgen.findings import Finding, Severity

__all__ = ["DEFAULT", "Limits", "Worker", "run"]

CALLS_PER_CHILD = 200
"""A warm child is replaced after so many calls: native libraries leak."""

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_ERROR_TYPES = {
    name: thing for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, DocgenError)
}


def run(function: str, /, *args: Any, limits: Limits = DEFAULT, **kwargs: Any) -> Any:  # noqa: ANN401  # JSON-like
    """Run `docgen.package.module:function` once in a fresh child and return its JSON-like result.

    Raises:
        LimitExceeded: it took too much time or memory, or its answer or a file it wrote grew too large.
        UnreadableFile: the child died or failed in a way nobody foresaw.
        DocgenError: whatever the function itself raised of docgen's errors, findings included.
    """
    with Worker(limits) as worker:
        return worker.run(function, *args, **kwargs)


class Worker:
    """One warm child for many calls, one at a time; replaced after any failure and after many calls.

    Each call gets the whole allowance of time again. A context manager: leaving it ends the child.
    """

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._exchange: Exchange | None = None
        self._calls = 0
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, function: str, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # JSON-like
        """Run one function in the warm child; the errors are those of `run`."""
        call = wire.pack({"function": function, "seconds": self.limits.seconds, "args": args, "kwargs": kwargs})
        with self._turn:
            try:
                answer = self._ask(call)
            except BaseException:
                self.close()
                raise
            if ("value" not in answer and "error" not in answer) or self._calls >= CALLS_PER_CHILD:
                self.close()
        return self._opened(answer)

    def close(self) -> None:
        """End the child, and whatever it started, now."""
        child, self._child, self._exchange = self._child, None, None
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _ask(self, call: bytes) -> dict[str, Any]:
        if self._child is not None and self._child.poll() is not None:
            self.close()
        exchange = self._exchange or self._start()
        self._calls += 1
        try:
            answer = exchange.ask(call, seconds=self.limits.seconds, at_most=self.limits.output_mb * MEGABYTE)
        except TimeoutError:
            raise LimitExceeded.of("contained.time", seconds=self.limits.seconds) from None
        except TooMuch as much:
            raise LimitExceeded.of("contained.output", megabytes=self.limits.output_mb) from much
        except Silence as silence:
            raise self._cause_of_death(exchange) from silence
        except wire.BadFrame as nonsense:
            raise UnreadableFile.of("contained.died", cause="nonsense", log=exchange.log_tail()) from nonsense
        if not isinstance(answer, dict):
            raise UnreadableFile.of("contained.died", cause="nonsense", log=exchange.log_tail())
        return answer

    def _start(self) -> Exchange:
        memory, file_size = self.limits.memory_mb * MEGABYTE, self.limits.file_mb * MEGABYTE
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "docgen.contained.child", str(memory), str(file_size)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_scrubbed_environment(),
            start_new_session=True,
        )
        self._calls = 0
        self._exchange = Exchange(self._child)
        return self._exchange

    def _cause_of_death(self, exchange: Exchange) -> DocgenError:
        assert self._child is not None, "only a started child falls silent"  # noqa: S101  # narrows the type
        try:
            status = self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0
        if status == -signal.SIGXCPU:
            return LimitExceeded.of("contained.time", seconds=self.limits.seconds)
        log = exchange.log_tail()
        if "MemoryError" in log or "bad_alloc" in log:
            return LimitExceeded.of("contained.memory", megabytes=self.limits.memory_mb)
        cause = signal.Signals(-status).name if status < 0 else f"exit {status}"
        return UnreadableFile.of("contained.died", cause=cause, log=log)

    def _opened(self, answer: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON-like
        if "value" in answer:
            return answer["value"]
        if answer.get("limit") == "memory":
            raise LimitExceeded.of("contained.memory", megabytes=self.limits.memory_mb)
        if answer.get("limit") == "file":
            raise LimitExceeded.of("contained.file", megabytes=self.limits.file_mb)
        if "error" in answer:
            raise _as_error(answer["error"])
        raise UnreadableFile.of("contained.failed", what=str(answer.get("crash", "")))


def _as_error(told: Any) -> DocgenError:  # noqa: ANN401  # what a child says is checked here
    try:
        findings = [
            Finding(str(one["code"]), str(one["where"]), Severity(one["severity"]), dict(one["params"]))
            for one in told["findings"]
        ]
        return _ERROR_TYPES[told["type"]](findings)
    except (KeyError, TypeError, ValueError):
        return UnreadableFile.of("contained.died", cause="nonsense", log="")


def _scrubbed_environment() -> dict[str, str]:
    """Return the few variables a child needs; one thread per numeric library, for threads cost address space."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "PYTHONPATH": str(_PACKAGE_ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
