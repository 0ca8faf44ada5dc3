"""Where things lie: one folder per customer, one per contract in it, and the papers flat inside, by readable names.

A person who has never heard of docgen opens `archive/星河科技/SO2024031001/` and sees the papers. What the program
needs stands beside them in `_docgen/`. A customer is known by id, never by spelling: two firms whose names look alike
never share a folder, and a firm that changed its name keeps the folder it has. A folder, once made, is never renamed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from docgen.archive import disk, lock, plain
from docgen.archive.homes import CUSTOMER, Home, Homes, read_customer, read_table
from docgen.archive.moved import MOVED, require_here
from docgen.archive.names import CONTRACT_LIMIT, CUSTOMER_LIMIT, fold, marked_name, safe_name
from docgen.errors import Damage, Refused, StorageProblem

__all__ = ["CUSTOMER", "Archive", "Folder", "read_customer", "safe_name"]

SCHEMA = 1
OURS = "_docgen"
LABEL = "_docgen/folder.json"
COMPANY = "_company"
INCOMING = "_incoming"
ROOT_FILES = frozenset({"README.md", ".gitignore", MOVED})
_NEW = ".new-"


@dataclass(frozen=True)
class Folder:
    """One contract's folder (or a customer's, or a year's): papers at `path`, our records in `_docgen/` inside it.

    `key` names it everywhere else: the contract number, `_customer/<customer id>` or `_company/<year>`.
    Places are put together once: one deposit asks for some of them dozens of times.
    """

    path: Path
    key: str

    @cached_property
    def ours(self) -> Path:
        """Return the folder of everything that is not a paper."""
        return self.path / OURS

    @cached_property
    def label(self) -> Path:
        """Return the file that says whose folder this is."""
        return self.path / f"{OURS}/folder.json"

    @cached_property
    def events(self) -> Path:
        """Return the append-only event log."""
        return self.path / f"{OURS}/events.jsonl"

    @cached_property
    def records(self) -> Path:
        """Return the folder of sidecars."""
        return self.path / f"{OURS}/records"

    @cached_property
    def derived(self) -> Path:
        """Return the folder of texts and reports made from the papers."""
        return self.path / f"{OURS}/derived"

    @cached_property
    def manifest(self) -> Path:
        """Return the list of hashes that `sha256sum -c` reads."""
        return self.path / f"{OURS}/manifest-sha256.txt"

    @cached_property
    def templates(self) -> Path:
        """Return the folder of frozen template bytes, each named by its hash."""
        return self.path / f"{OURS}/templates"

    @cached_property
    def pending(self) -> Path:
        """Return the folder of deposits under way."""
        return self.path / f"{OURS}/pending"

    @cached_property
    def unfinished(self) -> Path:
        """Return the folder of what interrupted deposits left, for a person to look at."""
        return self.path / f"{OURS}/unfinished"

    @cached_property
    def lock(self) -> Path:
        """Return the lock file: one writer at a time."""
        return self.path / f"{OURS}/.lock"


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive below one root folder, which must stand already (`Archive.create` makes a new one).

    A root that is missing is refused, never made on the way: it may be a network drive that is not connected, and
    papers written beside it would be lost to everybody else.
    """

    root: Path
    _seen: dict[str, Path] = field(default_factory=dict, compare=False, repr=False)
    _homes: Homes = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Remember what the customers' folders hold, once it is asked for."""
        object.__setattr__(self, "_homes", Homes(self.root))

    @classmethod
    def create(cls, root: Path) -> Archive:
        """Make the root folder where it does not stand yet and return its archive."""
        with disk.storage(str(root)):
            root.parent.mkdir(parents=True, exist_ok=True)
            disk.make_folder(root)
        return cls(root)

    @property
    def incoming(self) -> Path:
        """Return the folder for bytes that are safe but not yet understood; it is made if need be."""
        self._require_root()
        path = self.root / INCOMING
        if self._seen.get(INCOMING) != path or not disk.is_folder(path):
            with disk.storage(INCOMING):
                disk.make_folder(path)
            self._seen[INCOMING] = path
        return path

    def contract(self, *, customer_id: str, customer_name: str, contract_no: str, near: Path | None = None) -> Folder:
        """Return the contract's folder, made on first use; the customer is matched by id only.

        `near` is where the customer's folder is believed to be (the tables say so); it is looked into first and
        counts only if its labels agree.

        Raises:
            Refused: archive.contract-of-other-customer, when the number stands under another customer.
            StorageProblem: archive.root-missing and all that a disk can do.
        """
        found = _in_home(near, contract_no) if near else None
        if found is None:
            label = {"schema": SCHEMA, "key": contract_no, "kind": "contract", "customer_id": customer_id}
            with self._making(contract_no):
                homes = self._homes.look()
                found = _among(homes, contract_no)
                if found is None:
                    home = self._customer_home(customer_id, customer_name, near, homes)
                    found = self._make(home, contract_no, label)
        self._require_owner(found, customer_id, customer_name)
        return found

    def customer(self, *, customer_id: str, customer_name: str, near: Path | None = None) -> Folder:
        """Return the folder of the customer's own papers (licences, framework agreements), made on first use.

        `near` is looked into first, as in `contract`.
        """
        with self._making(customer_name):
            home = self._customer_home(customer_id, customer_name, near)
            return Folder(home / CUSTOMER, f"{CUSTOMER}/{customer_id}")

    def company(self, year: int) -> Folder:
        """Return our own papers' folder of a calendar year, made on first use."""
        key = f"{COMPANY}/{year:04d}"
        folder = Folder(self.root / COMPANY / f"{year:04d}", key)
        if not disk.is_folder(folder.ours):
            with self._making(key):
                disk.make_folder(self.root / COMPANY)
                if not disk.is_folder(folder.ours):
                    self._build(folder.path, {"schema": SCHEMA, "key": key, "kind": "company"})
        return folder

    def find(self, contract_no: str) -> Folder | None:
        """Return the folder of a contract number, whichever customer it lies under; None if there is none."""
        self._require_root()
        return _among(self._homes.look(), contract_no)

    def folders(self) -> Iterator[Folder]:
        """Yield every folder that holds a log, sorted by path: the company's years, customers' own, contracts."""
        self._require_root()
        for home in [self.root / COMPANY, *self.customer_homes()]:
            for name in disk.names(home):
                path = home / name
                if disk.is_folder(path / OURS):
                    yield Folder(path, folder_key(path) or name)

    def customer_homes(self) -> Iterator[Path]:
        """Yield the customers' folders, sorted by name."""
        for name in disk.names(self.root):
            if not name.startswith(("_", ".")) and disk.is_folder(self.root / name):
                yield self.root / name

    def customer_of(self, folder: Folder) -> dict[str, str] | None:
        """Return id and name from the customer's label above a folder; None for the company's own or a lost label."""
        return read_customer(folder.path if folder.path.name == CUSTOMER else folder.path.parent / CUSTOMER)

    def sweep(self) -> None:
        """Remove half-made folders that an interrupted process left in `_incoming/`; they never held a paper."""
        with self._making(INCOMING):
            for name in disk.names(self.root / INCOMING):
                if name.startswith(_NEW):
                    _discard(self.root / INCOMING / name)

    def relative(self, path: Path) -> str:
        """Return a path inside the archive with forward slashes, for records and messages."""
        return path.relative_to(self.root).as_posix()

    def _customer_home(
        self, customer_id: str, customer_name: str, near: Path | None, homes: Iterable[Home] | None = None
    ) -> Path:
        likely = [self._seen.get(customer_id), near, self.root / safe_name(customer_name, limit=CUSTOMER_LIMIT)]
        for home in chain(filter(None, likely), self._labelled(customer_id, homes)):
            customer = read_customer(home / CUSTOMER)
            if customer is not None and customer["id"] == customer_id:
                self._seen[customer_id] = home
                return home
        taken = {fold(name) for name in disk.names(self.root)}
        name = safe_name(customer_name, limit=CUSTOMER_LIMIT)
        if fold(name) in taken:
            name = marked_name(customer_name, customer_id, limit=CUSTOMER_LIMIT)
        self._build_customer(self.root / name, customer_id, customer_name)
        return self.root / name

    def _labelled(self, customer_id: str, homes: Iterable[Home] | None) -> Iterator[Path]:
        """Yield the folders that bear a customer's label; they are looked through only when asked for."""
        looked = self._homes.look() if homes is None else homes
        yield from sorted(home.path for home in looked if home.customer_id == customer_id)

    def _build_customer(self, home: Path, customer_id: str, customer_name: str) -> None:
        new = self.incoming / f"{_NEW}{secrets.token_hex(6)}"
        disk.make_folder(new)
        disk.make_folder(new / CUSTOMER)
        label = {"schema": SCHEMA, "id": customer_id, "name": customer_name, "folder": home.name}
        named = plain.pretty(label)
        disk.write_new(new / CUSTOMER / "customer.json", named, mode=disk.READ_ONLY)
        key = {"schema": SCHEMA, "key": f"{CUSTOMER}/{customer_id}", "kind": "customer", "customer_id": customer_id}
        _furnish(new / CUSTOMER, key, also={"customer.json": named})
        disk.move_folder_new(new, home)

    def _make(self, home: Path, contract_no: str, label: dict[str, object]) -> Folder:
        taken = {fold(name) for name in disk.names(home)}
        name = next((name for name in contract_names(contract_no) if fold(name) not in taken), None)
        if name is None:
            raise Damage.of("archive.folder-unlabelled", contract_no, path=self.relative(home))
        self._build(home / name, label)
        return Folder(home / name, contract_no)

    def _build(self, path: Path, label: dict[str, object]) -> None:
        new = self.incoming / f"{_NEW}{secrets.token_hex(6)}"
        disk.make_folder(new)
        _furnish(new, label)
        disk.move_folder_new(new, path)

    def _require_root(self) -> None:
        if not self.root.is_dir():
            raise StorageProblem.of("archive.root-missing", str(self.root), path=str(self.root))

    def _require_owner(self, folder: Folder, customer_id: str, customer_name: str) -> None:
        owner = self.customer_of(folder)
        if owner is None:
            raise Damage.of("archive.customer-label-missing", folder.key, contract=folder.key, file=str(folder.path))
        if owner["id"] != customer_id:
            where = folder.key
            raise Refused.of("archive.contract-of-other-customer", where, owner=owner["name"], customer=customer_name)

    @contextmanager
    def _making(self, where: str) -> Iterator[None]:
        with disk.storage(where), lock.exclusive(self.incoming / ".lock", where):
            require_here(self.root)
            yield


def _among(homes: Iterable[Home], contract_no: str) -> Folder | None:
    """Return a contract's folder, in whichever of the customers' folders its label says so; None if in none."""
    wanted = {fold(name) for name in contract_names(contract_no)}
    likely = sorted(home.path for home in homes if not wanted.isdisjoint(home.names))
    return next((found for home in likely if (found := _in_home(home, contract_no))), None)


def _in_home(home: Path, contract_no: str) -> Folder | None:
    """Return a contract's folder in one customer's, as its label says; None where it is not there."""
    for name in contract_names(contract_no):
        folder = Folder(home / name, contract_no)
        if disk.is_folder(folder.ours) and folder_key(folder.path) == contract_no:
            return folder
    return None


@lru_cache(maxsize=64)
def contract_names(contract_no: str) -> tuple[str, str]:
    """Return the two names a contract's folder may have: the plain one, and the marked one where that was taken."""
    plain_name = safe_name(contract_no, limit=CONTRACT_LIMIT)
    return plain_name, marked_name(contract_no, contract_no, limit=CONTRACT_LIMIT)


def folder_key(path: Path) -> str | None:
    """Return the key a folder's label states; None where the label is missing or unreadable."""
    label = read_label(path)
    key = label.get("key") if label else None
    return key if isinstance(key, str) else None


def read_label(path: Path) -> dict[str, object] | None:
    """Return what `_docgen/folder.json` states; None where it is missing or unreadable."""
    return read_table(path / OURS / "folder.json")


def _furnish(path: Path, label: dict[str, object], *, also: Mapping[str, bytes] = MappingProxyType({})) -> None:
    """Make everything of ours in a new folder; the manifest begins with the labels, which never change either."""
    folder = Folder(path, str(label["key"]))
    disk.make_folder(folder.ours)
    for inner in (folder.records, folder.derived, folder.templates, folder.pending, folder.unfinished):
        disk.make_folder(inner)
    stated = plain.pretty(label)
    disk.write_new(folder.label, stated, mode=disk.READ_ONLY)
    labels = {LABEL: stated, **also}
    lines = [f"{disk.digest_of(data).sha256}  {name}\n" for name, data in labels.items()]
    disk.write_new(folder.manifest, "".join(lines).encode())
    disk.write_new(folder.events, b"")
    disk.write_new(folder.lock, b"")
    disk.sync_folder(folder.ours)


def _discard(path: Path) -> None:
    for name in disk.names(path):
        inner = path / name
        if disk.is_folder(inner):
            _discard(inner)
        else:
            disk.remove(inner)
    disk.remove_folder(path)
