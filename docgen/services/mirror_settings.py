"""`mirror.toml`: which bucket the archive is mirrored to, and how its objects are locked. It holds no keys.

It lies beside docgen.toml and is backed up with it. What has been sent already is noted in `mirror.db`, which may be
lost: the next run asks the store instead.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docgen.archive import disk
from docgen.errors import NotFound, Refused
from docgen.remote.address import check_bucket_name, check_endpoint, check_prefix
from docgen.remote.credentials import Credentials, find_credentials
from docgen.remote.objects import Mode
from docgen.remote.store import Place, Store, connect
from docgen.services import logging as log
from docgen.workspace import Workspace

FILE_NAME = "mirror.toml"
NOTES_NAME = "mirror.db"
LOCK_NAME = ".mirror-lock"
_HEAD = """# 归档镜像的设置；这里不写密钥（见 docs/mirror.md） · where the archive is mirrored to; keys never stand here
"""


class MirrorSettings(BaseModel):
    """Bucket, address and manner of locking.

    `mode`: governance (who has a right of their own may lift a lock) or compliance (nobody may, before its end);
    `open_term_days`: for how long an object is locked whose end is not known, renewed when half of it has passed;
    `credentials_file`: a file of keys, by full path; without it environment and Amazon's files are asked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_number: int = Field(default=1, alias="schema", ge=1, le=1)
    bucket: str
    endpoint: str | None = None
    region: str = Field(default="us-east-1", pattern=r"^[a-z0-9-]{2,40}$")
    prefix: str = "archive/"
    mode: str = Field(default="governance", pattern="^(governance|compliance)$")
    open_term_days: int = Field(default=365, ge=30, le=3660)
    insecure: bool = False
    credentials_file: str | None = None

    @property
    def lock_mode(self) -> Mode:
        """Return the mode as stores write it."""
        return Mode(self.mode.upper())

    def checked(self) -> MirrorSettings:
        """Return the settings with address, bucket and prefix in their kept form.

        Raises:
            Refused: one of them cannot be.
        """
        found = self.endpoint and check_endpoint(self.endpoint, is_insecure_allowed=self.insecure)
        words = {"bucket": check_bucket_name(self.bucket), "endpoint": found, "prefix": check_prefix(self.prefix)}
        return self.model_copy(update=words)


@dataclass(frozen=True, slots=True)
class Mirror:
    """The mirror of a workspace: its settings, and the store they lead to."""

    settings: MirrorSettings
    store: Store
    source: str

    def key(self, path: str) -> str:
        """Return the key of a path of the archive."""
        return self.settings.prefix + path

    def path(self, key: str) -> str:
        """Return the path of the archive that a key stands for."""
        return key.removeprefix(self.settings.prefix)


def settings_path(workspace: Workspace) -> Path:
    """Return where the settings lie."""
    return workspace.root / FILE_NAME


def read_settings(workspace: Workspace) -> MirrorSettings:
    """Read mirror.toml.

    Raises:
        NotFound: this workspace has no mirror.
        Refused: it cannot be read, or says something that cannot be.
    """
    path = settings_path(workspace)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return MirrorSettings.model_validate(table).checked()
    except FileNotFoundError:
        raise NotFound.of("mirror.not-set-up", FILE_NAME) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Refused.of("mirror.settings-unreadable", FILE_NAME) from None
    except ValidationError as problem:
        raise wrong_settings(problem) from None


def wrong_settings(problem: ValidationError) -> Refused:
    """Return the refusal that names the fields; their values are not repeated, one may be a key in the wrong place."""
    names = sorted({".".join(map(str, row["loc"])) for row in problem.errors()})
    return Refused.of("mirror.settings-wrong", FILE_NAME, fields="、".join(names))


def open_mirror(workspace: Workspace, settings: MirrorSettings | None = None) -> Mirror:
    """Return the workspace's mirror, ready to be talked to.

    Raises:
        NotFound: there is none.
        Refused: wrong settings or no usable keys.
        EngineMissing: boto3 is not installed.
    """
    known = settings or read_settings(workspace)
    keys = keys_for(workspace, known)
    return Mirror(known, connect(Place(known.bucket, known.endpoint, known.region), keys), keys.source)


def keys_for(workspace: Workspace, settings: MirrorSettings) -> Credentials:
    """Return the keys; a file of keys may lie in none of the folders that are archived, backed up or looked through."""
    file = Path(settings.credentials_file).expanduser() if settings.credentials_file else None
    if file is not None and not file.is_absolute():
        file = workspace.root / file
    taken = (*workspace.folders(), workspace.templates)
    return find_credentials(file, outside=[path.resolve() for path in taken])


def set_up(workspace: Workspace, settings: MirrorSettings) -> Mirror:
    """Check that the bucket can be a mirror and write mirror.toml.

    Raises:
        Refused: the bucket lacks Object Lock or versions, another mirror is set up, or the keys are wrong.
        StorageProblem: the store cannot be reached.
    """
    path = settings_path(workspace)
    settings = settings.checked()
    if path.exists() and _place(read_settings(workspace)) != _place(settings):
        raise Refused.of("mirror.other-set-up", FILE_NAME)
    mirror = open_mirror(workspace, settings)
    mirror.store.require_lock()
    table = settings.model_dump(mode="json", by_alias=True, exclude_none=True)
    with disk.storage(str(path)):
        disk.replace(path, (_HEAD + tomli_w.dumps(table)).encode())
    log.record("mirror-set-up")
    return mirror


def _place(settings: MirrorSettings) -> tuple[str | None, str, str]:
    return settings.endpoint, settings.bucket, settings.prefix
