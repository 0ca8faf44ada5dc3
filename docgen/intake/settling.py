"""When a dropped file is finished: nothing announces it, so it is watched until it has stood still and reads whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docgen.intake.inbox import Stamp


@dataclass(frozen=True, slots=True)
class Settled:
    """A file that has come to rest; `is_whole` is False where it never read to its end and we stopped waiting."""

    path: Path
    stamp: Stamp
    is_whole: bool


@dataclass(slots=True)
class _Watched:
    stamp: Stamp
    ctime_ns: int
    since: float
    next_try: float


class StabilityTracker:
    """Tells which files are finished.

    A file is finished when its size and times have not moved for `settle_seconds` *while we watched* and it then
    reads to its end. The file's own date is not believed: scanners keep the date of the paper job, copies keep the
    original's, so an old date says nothing. Size alone is not believed either: some scanners reserve the final size
    first and fill it later, which only reading shows. A file that stands still but does not read is tried again until
    `give_up_seconds` have passed and is then handed over as not whole: broken files must reach a person, not lie in
    the inbox for ever.

    Seconds are those of a monotonic clock that the caller passes in.
    """

    def __init__(
        self, settle_seconds: float, *, reads_whole: Callable[[Path], bool], give_up_seconds: float = 300.0
    ) -> None:
        self._settle = settle_seconds
        self._give_up = max(give_up_seconds, settle_seconds)
        self._reads_whole = reads_whole
        self._watched: dict[Path, _Watched] = {}

    def settled(self, paths: Iterable[Path], *, now: float) -> list[Settled]:
        """Look at the present files once more and return those that are finished, in the order given.

        Files no longer named are forgotten, so one that comes back under the same name starts anew.
        """
        return list(self.each_settled(paths, now=now))

    def each_settled(self, paths: Iterable[Path], *, now: float) -> Iterator[Settled]:
        """Do as `settled`, handing each file over before the next is read: a long backlog moves from the start."""
        present = list(paths)
        self._watched = {path: self._watched[path] for path in present if path in self._watched}
        for path in present:
            if (found := self._look(path, now)) is not None:
                yield found

    def _look(self, path: Path, now: float) -> Settled | None:
        try:
            stamp, ctime_ns = Stamp.of(path), path.stat(follow_symlinks=False).st_ctime_ns
        except OSError:
            self._watched.pop(path, None)
            return None
        known = self._watched.get(path)
        if known is None or (known.stamp, known.ctime_ns) != (stamp, ctime_ns):
            self._watched[path] = _Watched(stamp, ctime_ns, now, now + self._settle)
            return None
        return self._try(path, known, now) if now >= known.next_try else None

    def _try(self, path: Path, known: _Watched, now: float) -> Settled | None:
        is_whole = known.stamp.size > 0 and self._reads_whole(path)
        if is_whole or now - known.since >= self._give_up:
            return Settled(path, known.stamp, is_whole)
        known.next_try = now + self._settle
        return None
