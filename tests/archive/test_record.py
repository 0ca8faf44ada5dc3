from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from docgen.archive import plain
from docgen.archive.eventlog import append, locked
from docgen.archive.layout import Folder
from docgen.archive.rebuild import contents
from docgen.archive.record import Retention, Sidecar, Source, load_sidecar, new_item_id, sidecar_bytes
from docgen.errors import Damage, Refused

GOLDEN = Path(__file__).parent / "golden" / "sidecar-v1.json"


def test_a_sidecar_of_schema_1_reads_for_ever() -> None:
    sidecar = load_sidecar(plain.parse(GOLDEN.read_bytes()))
    assert sidecar.retention.until == date(2030, 5, 8)
    assert sidecar.at == datetime(2024, 3, 11, 2, 0, tzinfo=UTC)
    assert sidecar.source == Source(
        name="SCAN0001.pdf", sha256="b" * 64, received_at=datetime(2024, 3, 11, 1, 59, tzinfo=UTC)
    )
    assert sidecar.answers == "7KQ2M9XA"
    assert sidecar_bytes(sidecar) == GOLDEN.read_bytes()


def test_a_newer_schema_is_refused_and_nonsense_is_damage() -> None:
    raw = plain.parse(GOLDEN.read_bytes())
    with pytest.raises(Refused) as refused:
        load_sidecar({**raw, "schema": 2})
    assert refused.value.findings[0].code == "archive.schema-too-new"
    with pytest.raises(Damage) as damage:
        load_sidecar({**raw, "version": 0})
    assert damage.value.findings[0].params["field"] == "version"


@pytest.mark.parametrize("bad", ["", "a/b", "..", "x" * 41, "a b", "-a"])
def test_an_id_is_safe_as_a_file_name(bad: str) -> None:
    with pytest.raises(Damage):
        load_sidecar({**plain.parse(GOLDEN.read_bytes()), "id": bad})
    assert len({new_item_id() for _ in range(100)}) == 100


def test_unknown_retention_is_kept_as_unknown() -> None:
    assert Retention().until is None


def test_contents_gives_everything_back_from_the_log_alone(folder: Folder, put: object) -> None:
    sidecar = put(folder)  # type: ignore[operator]  # a fixture that deposits
    with locked(folder):
        append(folder, "payment-received", {"amount": "85500.00"}, at=sidecar.at, actor="王五")
    for record in folder.records.iterdir():
        record.unlink()
    found = contents(folder)
    assert found.sidecars == (sidecar,)
    assert isinstance(found.sidecars[0], Sidecar)
    assert [entry.type for entry in found.entries] == ["paper-issued", "payment-received"]
    assert found.offset == folder.events.stat().st_size
