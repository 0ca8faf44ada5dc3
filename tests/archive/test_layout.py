from __future__ import annotations

import multiprocessing
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.archive.layout import Archive, Folder
from docgen.archive.names import units
from docgen.archive.verify import verify
from docgen.errors import Refused, StorageProblem

NAMES = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        ["..", "/", "CON", "NUL", "_company", "_incoming", "A.", "👩‍👩‍👧" * 40, "\u202eabc", "中" * 180, "e\u0301", "é"]
    ),
)


def contract(archive: Archive, customer_id: str, name: str, number: str) -> Folder:
    return archive.contract(customer_id=customer_id, customer_name=name, contract_no=number)


def test_a_contract_has_one_folder_however_often_it_is_asked_for(archive: Archive) -> None:
    first = contract(archive, "C1", "星河科技（示例）", "SO1")
    assert contract(archive, "C1", "星河科技（示例）", "SO1") == first
    assert Archive(archive.root).find("SO1") == first
    assert first.path == archive.root / "星河科技（示例）" / "SO1"
    assert archive.find("SO2") is None


def test_a_customer_that_changed_its_name_keeps_its_folder(archive: Archive) -> None:
    contract(archive, "C1", "旧名公司", "SO1")
    assert contract(Archive(archive.root), "C1", "新名公司", "SO2").path.parent.name == "旧名公司"


@pytest.mark.parametrize(
    ("one", "other"), [("e\u0301 公司", "é 公司"), ("ＡＢ公司", "AB公司"), ("abc", "ABC"), ("甲/乙", "甲_乙")]
)
def test_twins_in_spelling_are_one_customer_by_id_and_two_by_two_ids(archive: Archive, one: str, other: str) -> None:
    first = contract(archive, "C1", one, "SO1").path.parent
    assert contract(archive, "C1", other, "SO2").path.parent == first
    second = contract(archive, "C2", other, "SO3").path.parent
    assert second != first
    assert unicodedata.normalize("NFKC", second.name).casefold() != unicodedata.normalize("NFKC", first.name).casefold()
    assert contract(Archive(archive.root), "C2", other, "SO4").path.parent == second


def test_two_contract_numbers_that_look_alike_on_disk_have_two_folders(archive: Archive) -> None:
    first, second = contract(archive, "C1", "甲", "SO/1"), contract(archive, "C1", "甲", "SO_1")
    assert first.path != second.path
    assert archive.find("SO/1") == first
    assert archive.find("SO_1") == second


def test_a_number_of_another_customer_is_refused(archive: Archive) -> None:
    contract(archive, "C1", "甲", "SO1")
    with pytest.raises(Refused) as refused:
        contract(archive, "C2", "乙", "SO1")
    assert refused.value.findings[0].code == "archive.contract-of-other-customer"


def test_a_missing_root_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageProblem) as problem:
        contract(Archive(tmp_path / "share"), "C1", "甲", "SO1")
    assert problem.value.findings[0].code == "archive.root-missing"
    assert not (tmp_path / "share").exists()


def test_folders_lists_company_customers_and_contracts(archive: Archive) -> None:
    archive.company(2026)
    contract(archive, "C1", "甲", "SO1")
    customer = archive.customer(customer_id="C1", customer_name="甲")
    assert [folder.key for folder in archive.folders()] == ["_company/2026", "SO1", "_customer/C1"]
    assert customer.key == "_customer/C1"
    assert archive.customer_of(customer)["name"] == "甲"
    assert archive.customer_of(archive.company(2026)) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(NAMES, NAMES)
def test_hostile_names_stay_inside_short_enough_and_apart(tmp_path: Path, name: str, number: str) -> None:
    archive = Archive.create(tmp_path / "archive")
    number = number.encode("utf-8", "replace").decode()
    name = name.encode("utf-8", "replace").decode()
    folder = contract(archive, f"C-{name}", name, f"{name}#{number}")
    assert folder.path.parent.parent == archive.root
    assert folder.path.resolve().is_relative_to(archive.root)
    longest = f"{archive.relative(folder.derived)}/" + "x" * 80
    assert units(longest) <= 240
    assert archive.find(folder.key) == folder
    assert verify(archive).findings == ()


def _make(root: Path, number: int) -> str:
    return contract(Archive(root), "C1", "同一客户", f"SO{number % 3}").path.name


def test_processes_making_the_same_folders_at_once_agree(archive: Archive) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        names = pool.starmap(_make, [(archive.root, number) for number in range(24)])
    assert sorted(set(names)) == ["SO0", "SO1", "SO2"]
    assert len(list(archive.customer_homes())) == 1
    assert verify(archive).findings == ()
