"""Archived bytes are destroyed by docgen.archive.disposition alone: every call that removes, cuts, replaces or opens a
file for writing is known by place.

A call that is new makes this test fail until somebody has said here what it touches, and that it is no archived paper.
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
    # lawful destruction: the one path that removes a paper, its derived texts and its sidecar, after its event stands
    "archive/disposition.py": {"_write_intent", "finish_disposal", "put_tombstone"},
    # the log's torn tail, set aside first; the manifest, which grows, and whose lines become remarks
    "archive/eventlog.py": {"mend_tail"},
    "archive/manifest.py": {"add", "strike"},
    # copies in _incoming/ and half-made folders that never held a paper
    "archive/burst.py": {"_copied", "_forget"},
    "archive/keep.py": {"_settle", "keep", "let_go", "start_keeping", "sweep_parts"},
    "archive/layout.py": {"_discard"},
    # the backup's own store
    "archive/objects.py": {"put", "sweep"},
    "services/backup_workspace.py": {"_database", "_sweep", "_take"},
    # a copy of the archive that is not yet the archive: what a deposit under way left in it, and the mark of a move
    "archive/relocation.py": {"_drop_extra"},
    # an empty archive filled from the mirror: half-fetched copies, files of the root, and the mark of the filling
    "archive/refill.py": {"finish", "place"},
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
    "services/mirror_settings.py": {"set_up"},
    "services/logging.py": {"_remove_oldest"},
    # a folder that is becoming a workspace, under its marker; never one that is at work
    "services/restore_workspace.py": {"_is_begun", "_put", "_settle_in", "restore"},
    "services/verify_run.py": {"finished"},
    "store/database.py": {"remove"},
    # parts of an earlier print run in the folder a user named, which lies outside the archive
    "services/batch_print.py": {"write_print_files"},
    # temporary folders of workers of this user that are dead
    "services/worker_folders.py": {"_is_swept", "own_folder"},
}
WRITING = {
    # the door itself: files that must not exist yet, the end of the log, a torn tail, lock files
    "archive/disk.py": {"append", "cut", "open_lock", "stream_new", "write_new"},
    # a new file only, never one that stands
    "services/make_workbook.py": {"write_new"},
    "services/keyring_file.py": {"create", "write"},
    # inbox and review, each outside the archive by the program's own check at start
    "intake/claiming.py": {"_locked", "_put_back", "claim"},
    "intake/durable.py": {"copy", "move", "write"},
    # settings, companies, templates, the retention table, database, logs, beats, runs of verification, backup's lock
    "services/archive_care.py": {"_put_in_place"},
    "services/backup_workspace.py": {"_lock_file"},
    "services/bank_mappings.py": {"remember"},
    "services/companies.py": {"_write"},
    "services/heartbeat.py": {"beat"},
    "services/initialise.py": {"_copy_archive_readme", "_copy_templates", "initialise", "write_company"},
    "services/logging.py": {"emit"},
    "services/retention_rules.py": {"copy_table"},
    "services/verify_run.py": {"note", "starting"},
    # scratch folders of their own
    "services/import_workbook.py": {"_import"},
    "services/kinds.py": {"_trial_kind"},
    "services/worker_folders.py": {"_is_swept", "own_folder"},
    # no file at all: the null device, a pipe
    "cli/console.py": {"silence"},
    "contained/child.py": {"main"},
    # opened for reading alone
    "remote/credentials.py": {"_from_file"},
    # misbehaves on purpose in a child of its own; tests only
    "contained/drills.py": {"scribble", "wait_with_offspring"},
    # the demo's own folder, which it made
    "demo/story.py": {"_enter", "_watch_while_dropping"},
    "demo/tales.py": {"beginning"},
    "demo/year.py": {"_sign", "change"},
}
"""Calls that open a file for writing, make one, or put one in another's place, and why that is no archived paper."""
CHOSEN: dict[str, dict[str, str]] = {
    "cli/approval_lists.py": {"show": ""},
    "cli/deal.py": {"export": ""},
    "cli/issue.py": {"_copy_out": "issue"},
    "cli/key.py": {"sheet": ""},
    "cli/packet.py": {"packet": ""},
    "services/archive_care.py": {"anchor_sheet": ""},
    "services/batch_print.py": {"_write": "write_print_files"},
    "services/batch_results.py": {"_replace": "write_results", "write_results": ""},
    "services/issue_document.py": {"draft_document": ""},
}
"""Calls that write where a user wants it, and the function that asks first whether that lies in the archive."""
NO_FILES = {("exchange/marking.py", "mark"), ("receivables/matching.py", "_reversal")}
NO_FILES |= {("rendering/wordfurniture.py", "_track_changes"), ("rendering/warm.py", "undress")}
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
    assert found == {
        *rollback,
        ("archive/disposition.py", "finish_disposal"),
        ("archive/relocation.py", "_drop_extra"),
    }


def test_destruction_is_asked_for_in_one_place_and_that_place_by_a_command_alone() -> None:
    """`dispose` is called by the run of an approved proposal, the run by a command: by no timer and no watcher."""
    assert _callers({"dispose"}) == {("services/disposition_run.py", "_destroyed")}
    assert _callers({"_destroyed"}) == {("services/disposition_run.py", "_destroy_all")}
    assert _callers({"_destroy_all"}) == {("services/disposition_run.py", "carry_out")}
    assert _callers({"carry_out"}) == {("cli/disposal.py", "dispose")}
    assert _callers({"finish_disposal"}) == {
        ("archive/disposition.py", "dispose"),
        ("archive/disposition.py", "recover_disposal"),
    }
    assert _callers({"recover_disposal"}) == {("archive/recovery.py", "recover_pending")}


def test_destruction_waits_for_its_event() -> None:
    """In `dispose` the event is appended before anything is removed, and only bytes that bear their hash go."""
    text = (PACKAGE / "archive" / "disposition.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    calls = [_name(call) for call in ast.walk(functions["dispose"]) if isinstance(call, ast.Call)]
    assert "remove" not in calls
    body = ast.unparse(functions["dispose"])
    assert body.index("append(folder") < body.rindex("finish_disposal(folder")
    assert "if _bears(folder, path, sha256):\n            disk.remove(folder.path / path)" in ast.unparse(
        functions["finish_disposal"]
    )


def test_every_call_that_opens_a_file_for_writing_is_known() -> None:
    known = {(file, name) for each in (WRITING, CHOSEN) for file, functions in each.items() for name in functions}
    assert sorted(_writers() - known) == []
    assert sorted(known - _writers()) == []


def test_what_a_user_chooses_to_write_to_must_lie_outside_the_archive() -> None:
    """Each place that writes to a path of the user's choice is behind `require_outside`."""
    for file, functions in CHOSEN.items():
        tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
        nodes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for name, guard in functions.items():
            assert "require_outside(" in ast.unparse(nodes[guard or name]), (file, name)


def test_the_scratch_that_recovery_removes_is_never_a_paper() -> None:
    tree = ast.parse((PACKAGE / "archive" / "recovery.py").read_text(encoding="utf-8"))
    scratch = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "_scratch")
    text = ast.unparse(scratch)
    assert "startswith('.')" in text
    assert "endswith('.tmp')" in text
    assert "folder.path" not in text


def _callers(names: set[str]) -> set[tuple[str, str]]:
    return {(file, function.name) for file, function, call in _calls() if _name(call) in names}


def _writers() -> set[tuple[str, str]]:
    return {(file, function.name) for file, function, call in _calls() if _writes(call)} - IN_TESTS_ONLY


IN_TESTS_ONLY = {("archive/faults.py", name) for name in ("_go", "_call", "lose", "back", "_restore", "_keep")}


def _writes(call: ast.Call) -> bool:
    """Tell whether a call may open a file for writing, make it, or put it in another's place."""
    name, owner = _name(call), ast.unparse(call.func).rpartition(".")[0]
    if name in {"write_bytes", "write_text", "touch", "symlink_to", "hardlink_to", "NamedTemporaryFile", "fdopen"}:
        return True
    if name in {"replace", "rename"} and owner not in SYSTEM:
        return isinstance(call.func, ast.Attribute) and len(call.args) == 1 and not call.keywords
    if owner == "shutil":
        return name.startswith("copy")
    return name == "open" and _is_for_writing(call, owner)


def _is_for_writing(call: ast.Call, owner: str) -> bool:
    if owner == "os":
        return "O_WRONLY" in ast.unparse(call) or "O_RDWR" in ast.unparse(call) or "flags" in ast.unparse(call)
    modes = [*call.args, *(keyword.value for keyword in call.keywords)]
    words = [str(each.value) for each in modes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(set(word) & set("wax+") for word in words if set(word) <= set("rwaxbt+"))


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
