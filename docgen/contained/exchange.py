"""One question and one answer over a child's pipes, with a clock, a size limit and its last words kept.

All three pipes are served at once: a child that fills its standard error while the parent is still writing to it would
otherwise stop both for ever.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from typing import Any

from docgen.contained import wire

LOG_TAIL = 4096
_CHUNK = 65536


class Silence(Exception):
    """The child closed its side before it had answered."""


class TooMuch(Exception):
    """The child's answer is larger than allowed."""


class Exchange:
    """The parent's ends of a child's three pipes."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        if child.stdin is None or child.stdout is None or child.stderr is None:
            raise ValueError("a child without pipes cannot be asked")
        self._to, self._answers, self._log = (pipe.fileno() for pipe in (child.stdin, child.stdout, child.stderr))
        for descriptor in (self._to, self._answers, self._log):
            os.set_blocking(descriptor, False)
        self._tail = b""

    def ask(self, call: bytes, *, seconds: float, at_most: int) -> Any:  # noqa: ANN401  # JSON-like
        """Send one frame and return the answer's value.

        Raises:
            TimeoutError: no answer within so many seconds.
            TooMuch: the answer is larger than `at_most` bytes.
            Silence: the child ended or closed its pipe.
            BadFrame: the answer is not one.
        """
        until = time.monotonic() + seconds
        rest, received = memoryview(call), bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(self._to, selectors.EVENT_WRITE)
            ready.register(self._answers, selectors.EVENT_READ)
            ready.register(self._log, selectors.EVENT_READ)
            while True:
                for key, _ in self._wait(ready, until):
                    if key.fd == self._to:
                        rest = self._write(ready, rest)
                    elif key.fd == self._log:
                        self._hear(ready)
                    elif self._receive(received, at_most):
                        size = wire.HEADER.size
                        return wire.unpack(bytes(received[:size]), bytes(received[size:]))

    def log_tail(self) -> str:
        """Return the last of what the child wrote to its standard error."""
        while (chunk := self._read(self._log)) not in {b"", None}:
            self._tail = (self._tail + (chunk or b""))[-LOG_TAIL:]
        return self._tail.decode("utf-8", "replace")

    @staticmethod
    def _wait(ready: selectors.BaseSelector, until: float) -> list[tuple[selectors.SelectorKey, int]]:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return ready.select(left)

    def _write(self, ready: selectors.BaseSelector, rest: memoryview) -> memoryview:
        try:
            rest = rest[os.write(self._to, rest[:_CHUNK]) :]
        except BrokenPipeError as broken:
            raise Silence from broken
        if not rest:
            ready.unregister(self._to)
        return rest

    def _hear(self, ready: selectors.BaseSelector) -> None:
        chunk = self._read(self._log)
        if chunk == b"":
            ready.unregister(self._log)
        self._tail = (self._tail + (chunk or b""))[-LOG_TAIL:]

    def _receive(self, received: bytearray, at_most: int) -> bool:
        """Take what has come; tell whether the answer is whole."""
        chunk = self._read(self._answers)
        if chunk == b"":
            raise Silence
        received += chunk or b""
        if len(received) < wire.HEADER.size:
            return False
        size = wire.body_size(bytes(received[: wire.HEADER.size]))
        if size > at_most:
            raise TooMuch
        return len(received) >= wire.HEADER.size + size

    @staticmethod
    def _read(descriptor: int) -> bytes | None:
        try:
            return os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return None
