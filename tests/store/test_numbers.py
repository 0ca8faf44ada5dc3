"""A number is given once, whoever asks, however many die while asking, and whatever becomes of the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from docgen.archive.layout import Archive
from docgen.store import database, projection
from docgen.store.models import Number
from docgen.store.numbers import Series, allot

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
SERIES = Series("paper/HT2026031001/YF1", lambda n: f"HT2026031001-YF1-{n:02d}")
PROCESSES, EACH = 8, 200

TAKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from docgen.archive.layout import Archive
from docgen.store import database
from docgen.store.numbers import Series, allot
root, count = Path(sys.argv[1]), int(sys.argv[2])
database.connect(root / "docgen.db")
series = Series("paper/HT2026031001/YF1", lambda n: f"HT2026031001-YF1-{n:02d}")
for _ in range(count):
    print(allot(Archive(root / "archive").company(2026), series, at=datetime.now(UTC), actor="t"), flush=True)
"""


def take(root: Path, count: int, out: Path) -> subprocess.Popen[bytes]:
    with out.open("wb") as sink:
        return subprocess.Popen([sys.executable, "-c", TAKER, str(root), str(count)], stdout=sink)


def whole_lines(out: Path) -> list[str]:
    text = out.read_text()
    return text[: text.rfind("\n") + 1].split()


def test_numbers_run_on_from_one(archive: Archive) -> None:
    home = archive.company(2026)
    taken = [allot(home, SERIES, at=AT, actor="a") for _ in range(3)]
    assert taken == ["HT2026031001-YF1-01", "HT2026031001-YF1-02", "HT2026031001-YF1-03"]


def test_each_series_counts_for_itself_but_a_number_stands_once(archive: Archive) -> None:
    home = archive.company(2026)
    first = allot(home, Series("letter/山海/2026", lambda n: f"第{n:03d}号"), at=AT, actor="a")
    other = allot(home, Series("letter/云图/2026", lambda n: f"第{n:03d}号"), at=AT, actor="a")
    assert (first, other) == ("第001号", "第002号")


def test_numbers_go_on_after_the_database_is_lost(archive: Archive, tmp_path: Path) -> None:
    home = archive.company(2026)
    before = {allot(home, SERIES, at=AT, actor="a") for _ in range(5)}
    database.remove(tmp_path / "docgen.db")
    database.create(tmp_path / "docgen.db")
    projection.catch_up(home)
    assert Number.objects.count() == 5
    assert allot(home, SERIES, at=AT, actor="a") not in before


def test_a_number_logged_but_not_projected_is_not_given_again(archive: Archive, tmp_path: Path) -> None:
    home = archive.company(2026)
    given = allot(home, SERIES, at=AT, actor="a")
    Number.objects.all().delete()
    projection.LogCursor.objects.filter(key=home.key).update(offset=0, seq=0, head="")
    projection.Event.objects.all().delete()
    assert allot(home, SERIES, at=AT, actor="a") != given


def test_eight_processes_of_two_hundred_with_kills_between_never_repeat(archive: Archive, tmp_path: Path) -> None:
    outs = [tmp_path / f"out-{index}" for index in range(PROCESSES)]
    killed = [take(tmp_path, EACH, out) for out in outs]
    kill_in_full_swing(list(zip(killed, outs, strict=True))[: PROCESSES // 2], least=20)
    statuses = [process.wait(timeout=240) for process in killed]
    assert statuses == [-signal.SIGKILL] * 4 + [0] * 4
    missing = [EACH - len(whole_lines(out)) for out in outs[:4]]
    again = [tmp_path / f"again-{index}" for index in range(4)]
    rest = [take(tmp_path, count, out) for count, out in zip(missing, again, strict=True)]
    assert [process.wait(timeout=240) for process in rest] == [0] * 4

    seen = Counter(number for out in (*outs, *again) for number in whole_lines(out))
    assert sum(seen.values()) >= PROCESSES * EACH - 4
    assert not [number for number, times in seen.items() if times > 1]

    database.remove(tmp_path / "docgen.db")
    database.create(tmp_path / "docgen.db")
    home = archive.company(2026)
    projection.catch_up(home)
    assert allot(home, SERIES, at=AT, actor="a") not in seen


def kill_in_full_swing(running: list[tuple[subprocess.Popen[bytes], Path]], *, least: int) -> None:
    """Kill each process once it has taken some numbers, so that the kill falls between or within takings."""
    until = time.monotonic() + 120
    while running and time.monotonic() < until:
        for each in list(running):
            process, out = each
            if len(whole_lines(out)) >= least:
                process.send_signal(signal.SIGKILL)
                running.remove(each)
        time.sleep(0.005)
    assert not running, f"processes too slow: {os.getloadavg()}"
