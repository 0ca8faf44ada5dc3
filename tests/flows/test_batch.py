"""Batches: everybody due gets one letter, whatever happens on the way; what is refused is said, item by item."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from openpyxl import load_workbook

from docgen.archive.eventlog import read
from docgen.errors import NotFound, Refused
from docgen.papers import pdf
from docgen.services import batch_workers
from docgen.services.archive_care import verify_archive
from docgen.services.batch import letters_due, order_for, plan_due, plan_listed, preview, resume_batch, run_batch
from docgen.services.batch_results import write_results
from docgen.services.batch_sent import send_batch
from docgen.services.due_board import Wanted, due_board
from docgen.services.import_deal import import_deal
from docgen.services.letters import Dispatch
from docgen.services.office import Office, open_office
from docgen.services.void_paper import void_paper
from docgen.store import database, ledger
from docgen.store import letters as stored
from docgen.workspace import data_root

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLE = (data_root() / "samples" / "deals" / "xx-tech.yaml").read_text(encoding="utf-8")
KIND = "预付款通知单"
DAY = date(2024, 3, 12)
PDF_ONLY = ("pdf",)
WHY = "测试"
LARGEST_WORKER_MB = 400
LARGEST_GROWTH_MB = 200


def import_many(office: Office, count: int, folder: Path) -> list[str]:
    """Import copies of the sample deal under numbers of their own, unpaid as of the day."""
    numbers = []
    for n in range(1, count + 1):
        text = SAMPLE
        for old in ("2024031001", "XXKJ-CG-2024-017"):
            text = text.replace(old, old[:-2] + f"{n:05}")
        path = folder / f"deal{n}.yaml"
        path.write_text(text, encoding="utf-8")
        numbers.append(import_deal(office, path).contract_no)
    return numbers


@pytest.fixture
def deals(office: Office, tmp_path: Path) -> list[str]:
    return import_many(office, 4, tmp_path)


def order_of(office: Office, plan):  # noqa: ANN001, ANN201  # a test's short cut
    return order_for(office, plan, dated=DAY, reason=WHY, faces=PDF_ONLY)


def letters(office: Office) -> Counter[str]:
    return Counter(row.contract_no for row in ledger.papers() if row.item_type == "issued")


def test_whoever_is_due_gets_one_and_a_preview_issues_nothing(office: Office, deals: list[str]) -> None:
    plan = plan_due(office, KIND, as_of=DAY)
    assert sorted(item.deal for item in plan.items) == deals
    seen = preview(office, plan, order_of(office, plan))
    assert [each.is_ready for each in seen.items] == [True] * 4
    assert letters(office) == Counter()
    told: list[tuple[int, int]] = []
    done = run_batch(office, plan, order_of(office, plan), workers=0, progress=lambda _, n, of: told.append((n, of)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert letters(office) == Counter(deals)
    assert (len(done.issued), len(done.failed), done.is_stopped) == (4, 0, False)
    assert done.amount == 4 * done.issued[0].amount > 0
    assert plan_due(office, KIND, as_of=DAY).items == ()
    again = resume_batch(office, done.order.id, workers=0)
    assert letters(office) == Counter(deals)
    assert all(each.is_earlier for each in again.results)


def test_what_is_refused_is_told_and_stops_nothing(office: Office, deals: list[str], tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"合同编号\n{deals[0]}\n=HYPERLINK(1)\n{deals[1]},1\n{deals[0]}\n# note\n", encoding="gb18030")
    plan = plan_listed(office, KIND, path, as_of=DAY)
    assert [each.why.code for each in plan.not_chosen] == ["services.batch-listed-twice"]
    done = run_batch(office, plan, order_of(office, plan), workers=0)
    assert [each.is_issued for each in done.results] == [True, False, True]
    written = write_results(office, done, tmp_path / "out")
    sheet = load_workbook(written.workbook).worksheets[0]
    cells = [cell for row in sheet.iter_rows(min_row=4) for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "=HYPERLINK(1)" for cell in cells)
    assert written.papers is not None
    with zipfile.ZipFile(written.papers) as package:
        assert len(package.infolist()) == 2
        assert all(info.flag_bits & 0x800 for info in package.infolist())
        assert package.read(package.infolist()[0]) == done.issued[0].files[0].read_bytes()
    once = run_batch(office, plan, order_of(office, plan), workers=0)
    assert {each.code for one in once.failed for each in one.findings} >= {"issuing.already-issued", "store.no-deal"}
    assert letters(office) == Counter(deals[:2])


def test_the_print_file_has_totals_separators_and_every_page(office: Office, deals: list[str], tmp_path: Path) -> None:
    plan = plan_due(office, KIND, as_of=DAY)
    done = run_batch(office, plan, order_of(office, plan), workers=0)
    written = write_results(office, done, tmp_path, as_print=True)
    assert written.papers is not None
    data = written.papers.read_bytes()
    texts = ["".join(text.split()) for text in pdf.page_texts(data)]
    assert len(texts) == 1 + 1 + done.pages
    assert f"¥{done.amount:,}" in texts[0]
    assert "第1户，共1户" in texts[1]
    at = 2
    for each in done.issued:
        own = [("".join(text.split())) for text in pdf.page_texts(each.files[0].read_bytes())]
        assert texts[at : at + each.pages] == own
        at += each.pages
    picture = pypdfium2.PdfDocument(data)[2].render(scale=1).to_numpy()
    assert (picture == pypdfium2.PdfDocument(done.issued[0].files[0])[0].render(scale=1).to_numpy()).all()
    assert deals


def test_a_stopped_batch_goes_on_where_it_stopped(office: Office, deals: list[str]) -> None:
    plan = plan_due(office, KIND, as_of=DAY)
    asked = iter([False, False, True])
    done = run_batch(office, plan, order_of(office, plan), workers=0, stopped=lambda: next(asked))
    assert done.is_stopped
    assert letters(office).total() == 2
    rest = resume_batch(office, done.order.id, workers=0)
    assert letters(office) == Counter(deals)
    assert [each.is_earlier for each in rest.results] == [True, True, False, False]
    with pytest.raises(NotFound):
        resume_batch(office, "20240101-0000")
    with pytest.raises(Refused):
        run_batch(office, plan_due(office, KIND, as_of=DAY), done.order, workers=0)


RUN = "from docgen.cli.main import run; run()"


def started(root: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", RUN, "batch", *words, "--out", str(root / "out"), "--workers", "2", "--json"]
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), "DOCGEN_WORKSPACE": str(root)}
    return subprocess.Popen(command, env=env, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True)  # fmt: skip


def kill_and_resume(root: Path, deals: list[str], *, papers: int, is_whole_group: bool) -> None:
    """Kill the batch once so many papers stand, then resume it, and hold it to one letter a deal."""
    new = (KIND, "--due", "--as-of", DAY.isoformat(), "--dated", DAY.isoformat(), "--reason", WHY, "--face", "pdf")
    batch = started(root, *new)
    deadline = time.monotonic() + 300
    pattern = f"archive/*/*/*{KIND}.pdf"
    while len(list(root.glob(pattern))) < papers and batch.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    (os.killpg if is_whole_group else os.kill)(batch.pid, signal.SIGKILL)
    batch.wait()
    office = open_office(root, actor="张三")
    events = [entry for folder in office.archive.folders() for entry in read(folder)[0]]
    begun = [str(entry.payload["id"]) for entry in events if entry.type == "batch.started"]
    if begun:
        done = resume_batch(office, begun[0], workers=0)
    else:  # killed before it began: nothing may stand, and a new one does all
        assert letters(office) == Counter()
        plan = plan_due(office, KIND, as_of=DAY)
        done = run_batch(office, plan, order_of(office, plan), workers=0)
    assert [each.is_issued for each in done.results] == [True] * len(deals), done.failed
    assert letters(office) == Counter(deals)
    events = [entry for folder in office.archive.folders() for entry in read(folder)[0]]
    numbers = [str(entry.payload["number"]) for entry in events if entry.type == "number.allotted"]
    assert len(numbers) == len(set(numbers))
    used = [row.number for row in ledger.papers()] + [one.letter_number for one in done.results]
    assert len(used) == len(set(used))
    assert [one for one in verify_archive(office).findings if one.severity.value == "error"] == []


def test_killed_and_resumed_each_gets_exactly_one_letter(office: Office, deals: list[str], root: Path) -> None:
    assert office
    database.disconnect()
    kill_and_resume(root, deals, papers=1, is_whole_group=True)


def test_workers_that_all_die_end_the_batch_and_what_is_left_waits(
    office: Office, deals: list[str], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_workers, "GIVE_UP_AFTER", 2)
    plan, settings = plan_due(office, KIND, as_of=DAY), root / "docgen.toml"
    good = settings.read_bytes()
    settings.write_bytes(b"no settings at all")  # no worker can open the office any more
    done = run_batch(office, plan, order_of(office, plan), workers=1)
    assert (done.is_stopped, len(done.issued), len(done.failed), done.wanted) == (True, 0, 2, len(deals))
    assert {finding.code for each in done.failed for finding in each.findings} == {"services.batch-worker-died"}
    settings.write_bytes(good)
    rest = resume_batch(office, done.order.id, workers=1)
    assert (rest.is_stopped, len(rest.issued)) == (False, len(deals))
    assert letters(office) == Counter(deals)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_killed_anywhere_and_resumed(office: Office, root: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # where to kill is no secret
    deals = import_many(office, 8, tmp_path)
    database.disconnect()
    kill_and_resume(root, deals, papers=chance.randrange(8), is_whole_group=chance.random() < 0.5)


@pytest.mark.slow
def test_many_letters_keep_memory_and_pace(office: Office, tmp_path: Path) -> None:
    """Issue as many letters as SOAK_LETTERS says (a thousand by default; ten thousand in the soak) with two workers."""
    count = int(os.environ.get("SOAK_LETTERS", "1000"))
    deals = import_many(office, count, tmp_path)
    plan = plan_due(office, KIND, as_of=DAY)
    assert len(plan.items) == count
    watch = Watch(count)
    done = run_batch(office, plan, order_of(office, plan), workers=2, progress=watch)
    assert letters(office) == Counter(deals), done.failed[:5]
    assert len({each.number for each in done.issued} | {each.letter_number for each in done.issued}) == 2 * count
    assert watch.largest < LARGEST_WORKER_MB
    own = resident_mb(os.getpid())
    began = time.monotonic()
    for as_print in (False, True):
        assert write_results(office, done, tmp_path / "out", as_print=as_print).papers
    grown, seconds = resident_mb(os.getpid()) - own, time.monotonic() - began
    assert grown < LARGEST_GROWTH_MB
    watch.told.append(f"zip and print file in {seconds:.0f} s, this process + {grown:.0f} MB")
    tell_soak([f"{count} letters, two workers", *watch.told])


class Watch:
    """Notes the memory of each worker at every hundredth letter, and letters a second over every twentieth of all."""

    def __init__(self, count: int) -> None:
        self.largest, self.told = 0.0, []
        self._step = max(50, count // 20)
        self._last = 0, time.monotonic()

    def __call__(self, _: str, done: int, of: int) -> None:
        if done % 100 and done % self._step and done != of:
            return
        now = [resident_mb(pid) for pid in children()]
        self.largest = max([self.largest, *now])
        if done and (done % self._step == 0 or done == of):
            before, began = self._last
            self._last = done, time.monotonic()
            pace, workers = (done - before) / (self._last[1] - began), ", ".join(f"{each:.0f}" for each in now)
            self.told.append(
                f"{done:>6} letters: {pace:5.2f} a second; workers {workers} MB, the largest so far {self.largest:.0f}"
            )


def children() -> list[int]:
    """Return the processes this one has started."""
    return [int(pid) for each in Path("/proc/self/task").glob("*/children") for pid in each.read_text().split()]


def resident_mb(pid: int) -> float:
    """Return the memory a process has in use, MB; 0 where it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


def tell_soak(lines: list[str]) -> None:
    """Say what was measured: into the file the soak names, else to whoever runs `pytest -s`."""
    named = os.environ.get("SOAK_FIGURES")
    if named is None:
        print("\n".join(lines))  # noqa: T201  # `pytest -s` shows it
        return
    with Path(named).open("a", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)


def test_a_batch_taken_to_the_post_is_told_in_one_word(office: Office, deals: list[str], tmp_path: Path) -> None:
    plan = plan_due(office, KIND, as_of=DAY)
    done = run_batch(office, plan, order_of(office, plan), workers=0)
    first, second = (each.number for each in done.issued[:2])
    listed = tmp_path / "单号.csv"
    listed.write_text(f"文件编号,单号\n{first},EMS1\n{second}-99,EMS2\n", encoding="utf-8")
    told = Dispatch(office.today(), channel="ems")
    with pytest.raises(Refused) as refused:
        send_batch(office, done.order.id, told, tracking=listed)
    assert [each.code for each in refused.value.findings] == ["services.batch-tracking-foreign"]
    assert stored.letters(number=first) == ()
    void_paper(office, second, reason="写错了")
    listed.write_text(f"文件编号,单号\n{first},EMS1\n", encoding="utf-8")
    sent = send_batch(office, done.order.id, told, tracking=listed)
    assert [each.is_sent for each in sent] == [each.number != second for each in sent]
    assert [each.tracking for each in stored.letters(number=first)] == ["EMS1"]
    assert {each.code for one in sent for each in one.findings} == {
        "services.not-current", "services.letter-without-tracking",
    }  # fmt: skip
    again = send_batch(office, done.order.id, told)
    assert not any(each.is_sent for each in again)
    assert [len(stored.letters(number=each)) for each in (first, second)] == [1, 0]
    with pytest.raises(NotFound):
        send_batch(office, "20240101-0000", told)


def test_the_board_says_which_letters_go_out_now(office: Office, deals: list[str]) -> None:
    rows = due_board(office, Wanted(as_of=DAY)).rows
    (due,) = letters_due(rows)
    assert (due.title, due.count, due.amount) == (KIND, len(deals), sum(row.balance for row in rows if row.seq == 1))
