"""Hash a folder's files beside the rest of its inspection: SHA-256 and reads leave the interpreter to others meanwhile.

Two threads hash while the third reads log, sidecars and manifest. What is asked for is waited for; nothing is read
twice, and no more of a file is in memory than one thread's room.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from docgen.archive import disk

THREADS = 2
"""More would make a single disk's head wander; one would let it rest while bytes are hashed."""
_ROOM = disk.CHUNK
"""Read at once: each piece costs a turn of the interpreter, for which a thread may wait longer than for the disk."""


class Ahead:
    """Digests on their way, by path."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        """Use these threads; they may serve one folder after the other."""
        self._threads = threads
        self._own = threading.local()
        self._coming: dict[Path, Future[disk.Digest]] = {}

    @contextmanager
    def of(self, paths: Iterable[Path]) -> Iterator[None]:
        """Hash these files while the block runs; at its end no file is open any more, whatever happened."""
        self._coming = {path: self._threads.submit(self._digest, path) for path in paths}
        try:
            yield
        finally:
            for future in self._coming.values():
                future.cancel()
            wait(self._coming.values())
            self._coming = {}

    def _digest(self, path: Path) -> disk.Digest:
        room = getattr(self._own, "room", None)
        if room is None:
            room = self._own.room = memoryview(bytearray(_ROOM))
        return disk.digest(path, room)

    def digest(self, path: Path) -> disk.Digest:
        """Return hash and size of a file, from the threads where it is under way there.

        Raises:
            OSError: it cannot be read.
        """
        coming = self._coming.pop(path, None)
        return disk.digest(path) if coming is None else coming.result()


@contextmanager
def hashing_ahead() -> Iterator[Ahead]:
    """Give the threads for one run of verification."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="hash") as threads:
        yield Ahead(threads)
