from __future__ import annotations

import hashlib
import json
import multiprocessing
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from docgen.archive.eventlog import append, head, locked, read
from docgen.archive.layout import Archive, Folder
from docgen.archive.recovery import recover
from docgen.errors import Damage, Refused, StorageProblem

AT = datetime(2024, 3, 11, 2, 0, tzinfo=UTC)


def log(folder: Folder, number: int) -> None:
    with locked(folder):
        append(folder, "payment-received", {"amount": "85500.00", "n": number}, at=AT, actor="王五")


def test_a_line_is_sealed_as_the_format_says(folder: Folder) -> None:
    log(folder, 1)
    log(folder, 2)
    first, second = (json.loads(line) for line in folder.events.read_bytes().splitlines())
    body = {key: value for key, value in second.items() if key != "hash"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert second["hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert second["prev"] == first["hash"]
    assert first["prev"] == hashlib.sha256(b"docgen-archive:1:SO2024031001").hexdigest()
    assert (first["seq"], second["seq"]) == (1, 2)


def test_reading_goes_on_from_the_offset_reached(folder: Folder) -> None:
    log(folder, 1)
    _, offset = read(folder)
    assert read(folder, offset=offset) == ([], offset)
    log(folder, 2)
    entries, end = read(folder, offset=offset)
    assert [entry.payload["n"] for entry in entries] == [2]
    assert end == folder.events.stat().st_size
    with pytest.raises(Damage) as damage:
        read(folder, offset=end + 1)
    assert damage.value.findings[0].code == "archive.log-shorter"


@pytest.mark.parametrize("tail", [b'{"actor":"', b"\0" * 40, b"\0" * 40 + b"\n"])
def test_half_a_line_is_no_entry_and_is_set_aside_by_the_next_write(folder: Folder, tail: bytes) -> None:
    log(folder, 1)
    with folder.events.open("ab") as file:
        file.write(tail)
    assert len(read(folder)[0]) == 1
    log(folder, 2)
    assert [entry.payload["n"] for entry in read(folder)[0]] == [1, 2]
    (aside,) = folder.unfinished.iterdir()
    assert aside.read_bytes() == tail


def test_recover_says_that_it_set_a_torn_line_aside(folder: Folder) -> None:
    log(folder, 1)
    with folder.events.open("ab") as file:
        file.write(b"torn")
    assert [finding.code for finding in recover(folder)] == ["archive.torn-line-set-aside"]
    assert recover(folder) == []


def test_nothing_is_added_to_an_edited_line(folder: Folder) -> None:
    log(folder, 1)
    folder.events.write_bytes(folder.events.read_bytes().replace(b"85500", b"85501"))
    with pytest.raises(Damage):
        log(folder, 2)
    with pytest.raises(Damage):
        read(folder)
    with pytest.raises(Damage):
        head(folder)


def test_a_very_long_last_line_is_found(folder: Folder) -> None:
    log(folder, 1)
    with locked(folder):
        append(folder, "terms", {"text": "长" * 300_000}, at=AT, actor="王五")
    log(folder, 3)
    assert head(folder).seq == 3
    assert [entry.seq for entry in read(folder)[0]] == [1, 2, 3]


@pytest.mark.parametrize("value", [Decimal("1.00"), 1.5, b"x", {1: "a"}, ["\ud800"], AT])
def test_only_plain_values_are_kept(folder: Folder, value: object) -> None:
    with locked(folder), pytest.raises(Refused) as refused:
        append(folder, "x", {"deep": {"value": value}}, at=AT, actor="a")
    assert refused.value.findings[0].code == "archive.not-plain"
    assert refused.value.findings[0].where.startswith("payload.deep.value")
    assert folder.events.read_bytes() == b""


def test_an_instant_is_kept_in_utc_and_needs_an_offset(folder: Folder) -> None:
    with locked(folder):
        entry = append(folder, "x", {}, at=datetime(2024, 3, 11, 10, tzinfo=timezone(timedelta(hours=8))), actor="a")
        assert entry.at.isoformat() == "2024-03-11T02:00:00+00:00"
        with pytest.raises(Refused):
            append(folder, "x", {}, at=datetime(2024, 3, 11), actor="a")  # noqa: DTZ001  # the naive instant is the point


def test_append_without_the_lock_is_a_fault_of_the_program(folder: Folder) -> None:
    with pytest.raises(RuntimeError):
        append(folder, "x", {}, at=AT, actor="a")


def test_the_lock_is_reentrant_in_a_thread_and_waits_in_another(folder: Folder) -> None:
    seen: list[str] = []

    def other() -> None:
        try:
            with locked(folder, seconds=0.05):
                seen.append("got it")
        except StorageProblem as problem:
            seen.append(problem.findings[0].code)

    with locked(folder), locked(folder):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    other()
    assert seen == ["archive.locked", "got it"]


def _append_many(root: Path, process: int) -> None:
    folder = Archive(root).find("SO2024031001")
    for number in range(25):
        log(folder, process * 1000 + number)


def test_eight_processes_append_at_once_and_the_chain_holds(archive: Archive, folder: Folder) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_append_many, args=(archive.root, number)) for number in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    entries, _ = read(folder)
    assert [entry.seq for entry in entries] == list(range(1, 201))
    assert len({entry.payload["n"] for entry in entries}) == 200
