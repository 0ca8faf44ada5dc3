from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from docgen.contained.child import resolve
from docgen.contained.limits import Limits
from docgen.contained.run import CALLS_PER_CHILD, Worker, run
from docgen.errors import DocgenError, LimitExceeded, Refused, UnreadableFile
from docgen.findings import Severity, message_table

DRILLS = "docgen.contained.drills:"
SHORT = Limits(seconds=1.5, memory_mb=400, output_mb=1, file_mb=1)


def code_of(error: DocgenError) -> str:
    (finding,) = error.findings
    return finding.code


def is_alive(process_id: int) -> bool:
    """Tell whether a process still runs; one that is dead but that nobody has reaped yet (state Z) does not."""
    try:
        told = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told.rsplit(")", 1)[1].split()[0] not in {"Z", "X"}


def dies_soon(process_id: int) -> bool:
    """Tell whether a process that was killed a moment ago is dead within five seconds."""
    until = time.monotonic() + 5
    while is_alive(process_id) and time.monotonic() < until:
        time.sleep(0.01)
    return not is_alive(process_id)


def test_values_travel_both_ways() -> None:
    assert run(DRILLS + "echo", 1, "二", b"\x00\xff", key=[None, {"a": 2.5}]) == [
        [1, "二", b"\x00\xff"],
        {"key": [None, {"a": 2.5}]},
    ]


def test_a_large_argument_and_a_large_answer_do_not_block_each_other() -> None:
    large = bytes(range(256)) * 40_000
    assert run(DRILLS + "echo", large) == [[large], {}]


def test_each_run_has_its_own_process() -> None:
    assert len({run(DRILLS + "process_id"), run(DRILLS + "process_id"), os.getpid()}) == 3


@pytest.mark.parametrize(("drill", "arguments"), [("wait", (30,)), ("spin", ())])
def test_waiting_or_working_too_long_is_stopped_by_the_clock(drill: str, arguments: tuple[object, ...]) -> None:
    begin = time.monotonic()
    with pytest.raises(LimitExceeded) as caught:
        run(DRILLS + drill, *arguments, limits=SHORT)
    assert code_of(caught.value) == "contained.time"
    assert time.monotonic() - begin < 10


def test_offspring_dies_with_the_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(LimitExceeded):
        run(DRILLS + "wait_with_offspring", 30, str(note), limits=SHORT)
    assert dies_soon(int(note.read_text(encoding="ascii")))


def test_a_memory_hog_is_stopped() -> None:
    with pytest.raises(LimitExceeded) as caught:
        run(DRILLS + "hoard", 600, limits=SHORT)
    assert code_of(caught.value) == "contained.memory"
    assert run(DRILLS + "hoard", 10, limits=SHORT) == 10 * 1024 * 1024


def test_a_huge_answer_is_stopped() -> None:
    with pytest.raises(LimitExceeded) as caught:
        run(DRILLS + "talk", 2, limits=SHORT)
    assert code_of(caught.value) == "contained.output"


def test_a_huge_file_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded) as caught:
        run(DRILLS + "scribble", str(tmp_path / "big"), 2, limits=SHORT)
    assert code_of(caught.value) == "contained.file"
    assert (tmp_path / "big").stat().st_size <= 1024 * 1024


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_killed_child_is_an_unreadable_file_that_names_the_signal(number: signal.Signals) -> None:
    with pytest.raises(UnreadableFile) as caught:
        run(DRILLS + "die", int(number))
    assert code_of(caught.value) == "contained.died"
    assert caught.value.findings[0].params["cause"] == number.name


def test_too_much_processor_time_is_a_time_limit() -> None:
    with pytest.raises(LimitExceeded) as caught:
        run(DRILLS + "die", int(signal.SIGXCPU))
    assert code_of(caught.value) == "contained.time"


def test_an_unforeseen_error_is_an_unreadable_file() -> None:
    with pytest.raises(UnreadableFile) as caught:
        run(DRILLS + "fail", "odd object")
    assert code_of(caught.value) == "contained.failed"
    assert caught.value.findings[0].params["what"] == "AssertionError: odd object"


def test_a_refusal_travels_with_all_its_findings() -> None:
    with pytest.raises(Refused) as caught:
        run(DRILLS + "refuse")
    first, second = caught.value.findings
    assert (first.code, first.where, first.severity, first.params) == (
        "contained.time",
        "here",
        Severity.ERROR,
        {"seconds": 3},
    )
    assert (second.severity, second.params) == (Severity.WARNING, {"path": "a"})


def test_prints_do_not_spoil_the_answer() -> None:
    assert run(DRILLS + "chatter", 20_000) == "said"


def test_nonsense_on_the_pipe_is_an_unreadable_file() -> None:
    with pytest.raises(UnreadableFile) as caught:
        run(DRILLS + "answer_nonsense", limits=Limits(seconds=5))
    assert code_of(caught.value) == "contained.died"


def test_the_environment_is_scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCGEN_SECRET", "hush")
    seen = run(DRILLS + "environment")
    assert "DOCGEN_SECRET" not in seen
    assert seen["OPENBLAS_NUM_THREADS"] == "1"


@pytest.mark.parametrize(
    "name",
    [
        "os:system",
        "docgen:echo",
        "docgen.contained.drills:Path",
        "docgen.contained.drills:subprocess",
        "docgen.contained.drills:os.system",
        "docgen.contained.child:_answer",
        "docgen.contained.drills:echo()",
        "docgenx.contained:echo",
        "xdocgen.contained:echo",
        "docgen.contained.drills:nothing",
        "docgen.contained.drills",
    ],
)
def test_only_public_functions_of_docgen_are_called(name: str) -> None:
    with pytest.raises(ValueError, match="not a docgen function"):
        resolve(name)


def test_a_forbidden_name_never_runs_in_the_child() -> None:
    with pytest.raises(UnreadableFile) as caught:
        run("os:getpid")
    assert "not a docgen function" in str(caught.value.findings[0].params["what"])


def test_a_worker_keeps_its_child_warm() -> None:
    with Worker() as worker:
        first = worker.run(DRILLS + "process_id")
        with pytest.raises(Refused):
            worker.run(DRILLS + "refuse")
        assert worker.run(DRILLS + "process_id") == first
    assert not is_alive(first)


@pytest.mark.parametrize(("drill", "arguments"), [("die", ()), ("wait", (30,)), ("hoard", (600,)), ("fail", ("x",))])
def test_a_worker_starts_anew_after_a_failure(drill: str, arguments: tuple[object, ...]) -> None:
    with Worker(SHORT) as worker:
        first = worker.run(DRILLS + "process_id")
        with pytest.raises(DocgenError):
            worker.run(DRILLS + drill, *arguments)
        assert not is_alive(first)
        assert worker.run(DRILLS + "process_id") != first


def test_a_worker_whose_child_was_killed_between_calls_goes_on() -> None:
    with Worker() as worker:
        first = worker.run(DRILLS + "process_id")
        os.kill(first, signal.SIGKILL)
        time.sleep(0.2)
        assert worker.run(DRILLS + "process_id") != first


def test_a_worker_replaces_its_child_after_many_calls() -> None:
    with Worker() as worker:
        seen = [worker.run(DRILLS + "process_id") for _ in range(CALLS_PER_CHILD + 1)]
    assert len(set(seen[:CALLS_PER_CHILD])) == 1
    assert seen[-1] != seen[0]


def test_a_worker_gives_each_call_its_whole_time() -> None:
    with Worker(Limits(seconds=1)) as worker:
        assert [worker.run(DRILLS + "wait", 0.4) for _ in range(4)] == ["waited"] * 4


def test_no_file_descriptor_is_left_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(DocgenError):
            run(DRILLS + "die")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_every_code_has_its_sentences() -> None:
    table = message_table()
    codes = [f"contained.{name}" for name in ("time", "memory", "output", "file", "died", "failed")]
    assert all(table[code].zh and table[code].en and table[code].zh_next and table[code].en_next for code in codes)
