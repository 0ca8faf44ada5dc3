"""Keys of page codes: changed without losing old papers, printed for the safe, typed in again after a loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.archive.eventlog import read
from docgen.cli.main import main
from docgen.codes.payload import KEY_BYTES, Payload, decode, encode, new_document_id
from docgen.errors import NotFound, Refused
from docgen.services.keys import enter_key, fingerprint, key_sheet, list_keys, printed_key, read_printed, rotate_key
from docgen.services.office import Office, open_office
from docgen.store import database


def test_after_a_rotation_old_codes_are_read_and_new_ones_bear_the_new_key(office: Office) -> None:
    payload = Payload(new_document_id(), 1, 2)
    old = encode(payload, office.keyring)
    made = rotate_key(office)
    assert (made.id, made.is_current) == (1, True)
    assert decode(old, office.keyring) == payload
    new = encode(payload, office.keyring)
    assert (old[0], new[0]) == ("0", "1")
    assert office.workspace.key_file.stat().st_mode & 0o777 == 0o600
    again = open_office(office.workspace.root, clock=office.clock)
    assert decode(new, again.keyring) == payload


def test_a_lost_key_file_comes_back_from_the_sheet(office: Office) -> None:
    rotate_key(office)
    code = encode(Payload(new_document_id(), 1, 1), office.keyring)
    sheet, before = key_sheet(office), list_keys(office)
    office.workspace.key_file.unlink()
    office.forget_keys()
    with pytest.raises(NotFound):
        list_keys(office)
    for _, mark, groups in sheet.rows:
        assert enter_key(office, groups.lower().replace(" ", "-")).fingerprint == mark
    assert list_keys(office) == before
    assert decode(code, office.keyring)


def test_the_log_knows_fingerprints_and_no_keys(office: Office) -> None:
    sheet = key_sheet(office)
    folder = office.archive.company(office.today().year)
    told = [dict(entry.payload) for entry in read(folder)[0] if entry.type == "key.made"]
    assert told == [{"id": 0, "fingerprint": fingerprint(office.keyring.keys[0])}]
    key_sheet(office)
    assert [entry.type for entry in read(folder)[0]].count("key.made") == 1
    secret = office.keyring.keys[0].hex()
    assert all(secret not in path.read_text(errors="replace") for path in office.archive.root.rglob("*.jsonl"))
    assert sheet.rows[0][2] in sheet.text()


def test_another_key_under_a_taken_id_needs_a_word_and_must_be_known(office: Office) -> None:
    stranger = printed_key(0, bytes(range(KEY_BYTES)))
    for replace in (False, True):
        with pytest.raises(Refused) as refusal:
            enter_key(office, stranger, replace=replace)
        assert [f.code for f in refusal.value.findings] == ["services.key-id-taken"]
    assert enter_key(office, printed_key(0, office.keyring.keys[0])).id == 0


@given(key_id=st.integers(0, 31), key=st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), data=st.data())
def test_a_mistyped_character_is_found(key_id: int, key: bytes, data: st.DataObject) -> None:
    printed = printed_key(key_id, key)
    assert read_printed(printed.replace("0", "O").replace("1", "l")) == (key_id, key)
    at = data.draw(st.integers(0, len(printed) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
    if printed[at] not in {" ", other}:
        with pytest.raises(Refused):
            read_printed(printed[:at] + other + printed[at + 1 :])
    with pytest.raises(Refused):
        read_printed(printed[:-1])


def test_from_the_command_line(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, out = str(office.workspace.root), tmp_path / "sheet.txt"
    database.disconnect()
    assert main(["key", "rotate", "-w", root]) == 0
    assert main(["key", "sheet", str(out), "-w", root]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert "恢复单" in out.read_text(encoding="utf-8")
    assert main(["key", "list", "-w", root]) == 0
    assert fingerprint(office.keyring.keys[0]) in capsys.readouterr().out
