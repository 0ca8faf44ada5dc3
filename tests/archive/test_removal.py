"""No path of the program destroys archived bytes: every call that removes, cuts or replaces a file is known by place.

A call that is new makes this test fail until somebody has said here what it removes, and that it is no archived paper.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "docgen"
REMOVING = {"remove", "unlink", "rmtree", "rmdir", "remove_folder", "truncate", "ftruncate", "cut"}
REPLACING = {"replace", "rename", "move"}
SYSTEM = {"os", "disk", "shutil"}

KNOWN = {
    # the door itself
    "archive/disk.py": {"cut", "move_new", "move_folder_new", "remove", "remove_folder", "swap"},
    # a deposit under way: staged bytes, and placed ones taken back before their event stands
    "archive/deposit.py": {"stage"},
    "archive/plan.py": {"discard", "write_plan"},
    "archive/recovery.py": {"_abandon", "_drop_kept", "recover", "scratch_sidecar", "take_back"},
    # the log's torn tail, set aside first; the manifest, which only grows
    "archive/eventlog.py": {"mend_tail"},
    "archive/manifest.py": {"add"},
    # copies in _incoming/ and half-made folders that never held a paper
    "archive/burst.py": {"_copied"},
    "archive/keep.py": {"_settle", "keep", "let_go", "start_keeping", "sweep_parts"},
    "archive/layout.py": {"_discard"},
    # the backup's own store
    "archive/objects.py": {"put", "sweep"},
    "services/backup_workspace.py": {"_database", "_sweep"},
    # a copy of the archive that is not yet the archive: what a deposit under way left in it, and the mark of a move
    "archive/relocation.py": {"_drop_extra"},
    "services/move_archive.py": {"_finish", "_switch", "move_archive"},
    # the machine that breaks on purpose; tests only
    "archive/faults.py": {"_before", "_before_replace", "_born", "back", "lose"},
    # outside the archive, and the kept copy of a scan that waits in review/ now: the demo's own folder, inbox, review,
    # the database, keys, settings, logs, scratch files
    "demo/story.py": {"_lose_and_rebuild", "prepare_folder"},
    "intake/claiming.py": {"_drop_token", "_put_back", "discard"},
    "intake/waiting.py": {"_building", "settle", "sweep"},
    "services/archive_care.py": {"_put_in_place", "rebuild_database"},
    "services/heartbeat.py": {"beat"},
    "services/placing.py": {"let_wait"},
    "services/import_workbook.py": {"_import"},
    "services/keyring_file.py": {"write"},
    "services/logging.py": {"_remove_oldest"},
    "services/restore_workspace.py": {"_settle_in"},
    "services/verify_run.py": {"finished"},
    "store/database.py": {"remove"},
}
NO_FILES = {("exchange/marking.py", "mark"), ("receivables/matching.py", "_reversal")}
NO_FILES |= {("rendering/wordfurniture.py", "_track_changes")}
"""Calls of these names that remove a sheet, a list's item, an XML element."""


def test_every_call_that_could_destroy_a_file_is_known() -> None:
    known = {(file, function) for file, functions in KNOWN.items() for function in functions}
    assert sorted(_places() - known - NO_FILES) == []


def test_nothing_known_is_gone() -> None:
    known = {(file, function) for file, functions in KNOWN.items() for function in functions}
    assert sorted(known - _places()) == []


def test_only_a_deposit_taken_back_removes_a_paper_from_its_place() -> None:
    """In the archive, `folder.path / …` (a paper's own place) is removed by the rollback alone.

    `_drop_extra` works on a copy that no settings name yet, and removes what the archive itself has not.
    """
    found = {
        (file, function.name)
        for file, function, call in _calls()
        if file.startswith("archive/") and file != "archive/faults.py" and _name(call) in REMOVING
        for word in [ast.unparse(call)]
        if "target" in word or "folder.path" in word or "filed" in word
    }
    rollback = {("archive/recovery.py", "take_back"), ("archive/recovery.py", "recover")}
    assert found == {*rollback, ("archive/relocation.py", "_drop_extra")}


def test_the_scratch_that_recovery_removes_is_never_a_paper() -> None:
    tree = ast.parse((PACKAGE / "archive" / "recovery.py").read_text(encoding="utf-8"))
    scratch = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "_scratch")
    text = ast.unparse(scratch)
    assert "startswith('.')" in text
    assert "endswith('.tmp')" in text
    assert "folder.path" not in text


def _places() -> set[tuple[str, str]]:
    return {(file, function.name) for file, function, call in _calls() if _destroys(call)}


@cache
def _calls() -> tuple[tuple[str, ast.FunctionDef, ast.Call], ...]:
    return tuple(_found())


def _found() -> Iterator[tuple[str, ast.FunctionDef, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                yield path.relative_to(PACKAGE).as_posix(), function, call


def _destroys(call: ast.Call) -> bool:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    is_system = isinstance(owner, ast.Name) and owner.id in SYSTEM
    return _name(call) in REMOVING or (is_system and _name(call) in REPLACING)


def _name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
