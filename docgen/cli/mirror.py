"""`docgen mirror`: the archive's copy in a store with Object Lock: set up, run, look, verify, fetch back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from docgen.cli import console
from docgen.cli.archive import DAMAGE
from docgen.cli.progress import advancing, byte_bar, progress_bar
from docgen.errors import WrongUsage
from docgen.findings import has_errors
from docgen.services.mirror_fetch import fetch_mirror
from docgen.services.mirror_run import run_mirror
from docgen.services.mirror_settings import MirrorSettings, set_up, wrong_settings
from docgen.services.mirror_status import MirrorStatus, mirror_status
from docgen.services.mirror_verify import verify_mirror

mirror_app = typer.Typer(
    no_args_is_help=True, help="归档镜像：带对象锁定的 S3 存储 · the archive's copy in an S3 store with Object Lock"
)
Jobs = Annotated[int, typer.Option("--jobs", min=1, max=16, help="同时传输数 · transfers at a time")]
REFUSED = 1


@mirror_app.command("init")
def init(  # noqa: PLR0913, PLR0917  # the options are the settings
    bucket: Annotated[str, typer.Option("--bucket", help="存储桶，须已启用对象锁定 · a bucket with Object Lock")],
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", metavar="URL", help="存储地址；省略为 AWS · without it: Amazon")
    ] = None,
    region: Annotated[str, typer.Option("--region", help="区域 · region")] = "us-east-1",
    prefix: Annotated[str, typer.Option("--prefix", help="对象键的前缀 · beginning of all keys")] = "archive/",
    mode: Annotated[
        str, typer.Option("--mode", help="governance 可由专门权限解除；compliance 到期前谁也不能解除")
    ] = "governance",
    open_term_days: Annotated[
        int, typer.Option("--open-term-days", help="期限未定时每次锁定的天数 · lock of what has no known end")
    ] = 365,
    credentials_file: Annotated[
        str | None, typer.Option("--credentials-file", metavar="FILE", help="密钥文件（0600，归档以外）· file of keys")
    ] = None,
    *,
    insecure: Annotated[bool, typer.Option("--insecure", help="允许非本机的 http 地址 · allow plain http")] = False,
) -> None:
    """设置镜像：检查存储桶的版本控制和对象锁定，写入 mirror.toml · check the bucket, write mirror.toml."""
    table = {
        "bucket": bucket,
        "endpoint": endpoint,
        "region": region,
        "prefix": prefix,
        "mode": mode,
        "open_term_days": open_term_days,
        "insecure": insecure,
        "credentials_file": credentials_file,
    }
    try:
        settings = MirrorSettings.model_validate(table)
    except ValidationError as problem:
        raise wrong_settings(problem) from None
    made = set_up(console.office().workspace, settings)
    if console.wants_json():
        console.dump({"settings": made.settings, "keys": made.source})
        return
    source = console.words(f"mirror.keys-{made.source}")
    console.say("mirror.set-up", bucket=made.settings.bucket, mode=made.settings.mode, source=source)


@mirror_app.command("run")
def run(
    jobs: Jobs = 4,
    *,
    full: Annotated[bool, typer.Option("--full", help="重新读取每个文件 · read every file again")] = False,
) -> int:
    """把归档中新增的内容送到镜像并锁定，延长该延长的锁定 · send what is new, lock it, extend what grew."""
    office = console.office()
    with byte_bar("mirror.sending") as progress:
        done = run_mirror(office, jobs=jobs, full=full, progress=advancing(progress))
    if console.wants_json():
        console.dump(done)
    else:
        console.show_findings(done.findings)
        counts = {"found": done.found, "extended": done.extended, "holds": done.holds}
        console.say("mirror.ran", sent=done.sent, size=_size(done.bytes), **counts)
    return REFUSED if has_errors(done.findings) else 0


@mirror_app.command("status")
def status(
    *, online: Annotated[bool, typer.Option("--online", help="同时询问存储 · ask the store, too")] = False
) -> int:
    """镜像的设置、上次运行、还有多少未送 · settings, last run, what waits."""
    found = mirror_status(console.office(), online=online)
    if console.wants_json():
        console.dump(found)
    else:
        console.table("", ("mirror.col-what", "mirror.col-value"), _rows(found))
        console.show_findings(found.findings)
    return REFUSED if has_errors(found.findings) else 0


def _rows(found: MirrorStatus) -> list[tuple[str, object]]:
    settings, last = found.settings, found.last
    keys = console.words(f"mirror.keys-{found.keys or 'none'}")
    outcome = console.words(f"mirror.outcome-{last.outcome or 'never'}")
    rows: list[tuple[str, object]] = [
        ("mirror.row-bucket", f"{settings.endpoint or 'AWS'} {settings.bucket}/{settings.prefix}"),
        ("mirror.row-mode", settings.mode),
        ("mirror.row-keys", keys),
        ("mirror.row-last", f"{(last.ended or last.began or '—')[:19]} {outcome}"),
        ("mirror.row-mirrored", f"{found.mirrored_files} · {_size(found.mirrored_bytes)}"),
        ("mirror.row-waiting", f"{found.waiting.files} · {_size(found.waiting.bytes)}"),
    ]
    return [(console.words(code), value) for code, value in rows]


@mirror_app.command("verify")
def verify(
    jobs: Jobs = 4,
    *,
    full: Annotated[bool, typer.Option("--full", help="取回每个对象的内容核对 · fetch and hash every object")] = False,
) -> int:
    """逐个核对对象的内容、大小和锁定；有差异时退出码为 4 · compare every object with the archive."""
    office = console.office()
    with progress_bar("mirror.verifying") as progress:
        found = verify_mirror(office, jobs=jobs, full=full, progress=advancing(progress))
    if console.wants_json():
        console.dump(found)
    else:
        console.show_findings(found.findings)
        code = "mirror.verified-differs" if has_errors(found.findings) else "mirror.verified"
        console.say(code, files=found.files, size=_size(found.bytes), objects=found.objects)
    return DAMAGE if has_errors(found.findings) else 0


@mirror_app.command("fetch")
def fetch(
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="INSTANT", help="取当时的内容 · as it was: 2026-11-22T08:00+08:00")
    ] = None,
) -> int:
    """从镜像取回全部归档，放入空的归档目录 · fill an empty archive from the mirror."""
    office = console.office()
    with byte_bar("mirror.fetching", has_total=False) as progress:
        done = fetch_mirror(office, as_of=_instant(as_of), progress=advancing(progress))
    if console.wants_json():
        console.dump(done)
    else:
        console.show_findings(done.findings)
        console.say("mirror.fetched", folders=done.folders, files=done.files + done.standing, size=_size(done.bytes))
    return DAMAGE if has_errors(done.findings) else 0


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage.of("mirror.not-an-instant", "--as-of", text=text) from None
    if found.tzinfo is None:
        raise WrongUsage.of("mirror.not-an-instant", "--as-of", text=text)
    return found


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
