"""On which disk a path lies; and no database is opened or made on a share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from docgen.errors import Refused
from docgen.mounts import mount_table, overlaps, share_type
from docgen.store import database

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/vol /mnt/share nfs4 rw 0 0
//nas/销售 /mnt/sales\\040office cifs rw 0 0
/dev/sdb1 /mnt/share/local xfs rw 0 0
colleague@host:/x /mnt/over fuse.sshfs rw 0 0
/dev/sdc1 /mnt/over ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/docgen/docgen.db", None),
        ("/mnt/share/docgen.db", "nfs4"),
        ("/mnt/shared/docgen.db", None),
        ("/mnt/share/local/docgen.db", None),
        ("/mnt/sales office/a/docgen.db", "cifs"),
        ("/mnt/over/docgen.db", None),
    ],
)
def test_the_nearest_mount_decides_what_a_path_lies_on(path: str, kind: str | None) -> None:
    assert share_type(Path(path), mounts=MOUNTS) == kind


def test_a_link_to_a_share_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    mounts = f"/dev/sda1 / ext4 rw 0 0\nx {tmp_path.resolve()}/real cifs rw 0 0\n"
    assert share_type(tmp_path / "link" / "docgen.db", mounts=mounts) == "cifs"


def test_this_machine_has_a_readable_table_or_none() -> None:
    assert all(len(line.split(" ")) >= 4 for line in mount_table().splitlines())


def test_no_database_is_made_or_opened_on_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "docgen.db"
    database.create(path)
    database.disconnect()
    shared = f"/dev/sda1 / ext4 rw 0 0\n//nas/x {tmp_path.resolve()} cifs rw 0 0\n"
    monkeypatch.setattr(database, "mount_table", lambda: shared)
    for refused in (lambda: database.connect(path), lambda: database.create(tmp_path / "new.db")):
        with pytest.raises(Refused) as caught:
            refused()
        assert [(one.code, one.params["kind"]) for one in caught.value.findings] == [("store.on-share", "cifs")]
    assert not (tmp_path / "new.db").exists()


INFO = """27 1 254:0 / / rw - ext4 /dev/vda rw
61 27 254:0 {origin} {point} rw - ext4 /dev/vda rw
62 27 0:4 net:[4026531840] /run/net rw - nsfs nsfs rw
"""


def test_a_bind_mount_of_the_archive_lies_in_the_archive(tmp_path: Path) -> None:
    for name in ("archive/2024", "inbox", "apart"):
        (tmp_path / name).mkdir(parents=True)
    bound = INFO.format(origin=tmp_path / "archive" / "2024", point=tmp_path / "inbox")
    assert overlaps(tmp_path / "inbox", tmp_path / "archive", mounts=bound)
    assert overlaps(tmp_path / "archive", tmp_path / "inbox", mounts=bound)
    assert not overlaps(tmp_path / "inbox", tmp_path / "apart", mounts=bound)
    assert not overlaps(tmp_path / "inbox", tmp_path / "archive", mounts=INFO.format(origin="/x", point="/y"))


def test_another_spelling_of_one_folder_is_told_by_its_inode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Archive").mkdir()
    (tmp_path / "other").mkdir()
    real = Path.stat

    def without_case(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        return real(path.parent / path.name.replace("ARCHIVE", "Archive"), follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", without_case)
    assert overlaps(tmp_path / "ARCHIVE", tmp_path / "Archive", mounts="")
    assert not overlaps(tmp_path / "ARCHIVE", tmp_path / "other", mounts="")
