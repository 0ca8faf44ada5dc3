from __future__ import annotations

import os
from pathlib import Path

from docgen.intake.settling import StabilityTracker

OLD = 946_684_800
"""The first second of 2000: scanners like to keep the date of the job."""


def names(found: list) -> list[tuple[str, bool]]:
    return [(settled.path.name, settled.is_whole) for settled in found]


def test_a_file_settles_after_it_stood_still_while_we_watched(tmp_path: Path) -> None:
    scan = tmp_path / "a.pdf"
    scan.write_bytes(b"whole")
    tracker = StabilityTracker(2, reads_whole=lambda _: True)
    assert tracker.settled([scan], now=100) == []
    assert tracker.settled([scan], now=101.9) == []
    assert names(tracker.settled([scan], now=102)) == [("a.pdf", True)]


def test_an_old_date_is_not_believed(tmp_path: Path) -> None:
    scan = tmp_path / "a.pdf"
    scan.write_bytes(b"whole")
    os.utime(scan, (OLD, OLD))
    tracker = StabilityTracker(2, reads_whole=lambda _: True)
    assert tracker.settled([scan], now=0) == []


def test_appending_starts_the_watch_anew_even_if_the_date_is_put_back(tmp_path: Path) -> None:
    scan = tmp_path / "a.pdf"
    scan.write_bytes(b"page 1")
    os.utime(scan, (OLD, OLD))
    tracker = StabilityTracker(2, reads_whole=lambda _: True)
    tracker.settled([scan], now=0)
    with scan.open("ab") as more:
        more.write(b"page 2")
    os.utime(scan, (OLD, OLD))
    assert tracker.settled([scan], now=2) == []
    assert tracker.settled([scan], now=3.9) == []
    assert names(tracker.settled([scan], now=4)) == [("a.pdf", True)]


def test_a_size_reserved_beforehand_does_not_count_until_it_reads_whole(tmp_path: Path) -> None:
    scan = tmp_path / "a.pdf"
    scan.write_bytes(bytes(20))
    tracker = StabilityTracker(1, reads_whole=lambda path: b"%%EOF" in path.read_bytes())
    assert tracker.settled([scan], now=0) == []
    assert tracker.settled([scan], now=1) == []
    with scan.open("r+b") as filling:
        filling.write(b"%PDF-1.7 ... %%EOF")
    os.utime(scan, ns=(scan.stat().st_mtime_ns, scan.stat().st_mtime_ns))
    assert tracker.settled([scan], now=2) == []
    assert names(tracker.settled([scan], now=3)) == [("a.pdf", True)]


def test_a_broken_file_is_handed_over_as_broken_after_a_while(tmp_path: Path) -> None:
    scan, empty = tmp_path / "a.pdf", tmp_path / "b.pdf"
    scan.write_bytes(b"no pdf")
    empty.touch()
    tracker = StabilityTracker(1, reads_whole=lambda _: False, give_up_seconds=10)
    for now in range(10):
        assert tracker.settled([scan, empty], now=now) == []
    assert names(tracker.settled([scan, empty], now=10)) == [("a.pdf", False), ("b.pdf", False)]


def test_an_empty_file_is_not_even_read(tmp_path: Path) -> None:
    scan = tmp_path / "a.pdf"
    scan.touch()
    tracker = StabilityTracker(1, reads_whole=lambda _: True, give_up_seconds=50)
    tracker.settled([scan], now=0)
    assert tracker.settled([scan], now=20) == []


def test_a_file_that_comes_back_under_its_name_is_watched_anew(tmp_path: Path) -> None:
    scan = tmp_path / "a.pdf"
    scan.write_bytes(b"whole")
    tracker = StabilityTracker(1, reads_whole=lambda _: True)
    tracker.settled([scan], now=0)
    tracker.settled([], now=1)
    assert tracker.settled([scan], now=5) == []
    scan.unlink()
    assert tracker.settled([scan], now=7) == []


def test_the_stamp_is_that_of_the_file_that_settled(tmp_path: Path) -> None:
    scan = tmp_path / "a.pdf"
    scan.write_bytes(b"whole")
    tracker = StabilityTracker(0, reads_whole=lambda _: True)
    tracker.settled([scan], now=0)
    (settled,) = tracker.settled([scan], now=0)
    assert (settled.stamp.size, settled.stamp.changed_ns) == (5, scan.stat().st_mtime_ns)
