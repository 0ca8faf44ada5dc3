"""The page a person opens in an exported bag: which papers there are, from when, and how to check them.

One file, no script, no picture, nothing from the network: it opens in any browser on a machine without docgen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from urllib.parse import quote

from docgen.archive.record import DISPOSED, FileRecord, Retention, Sidecar

_STYLE = (
    "body{font-family:serif;max-width:70em;margin:2em auto;padding:0 1em;line-height:1.5}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.3em .5em;text-align:left;"
    "vertical-align:top}code{font-size:.8em;word-break:break-all}"
)
_HEADS = ("日期", "文书", "编号", "来源", "文件", "页数", "字节", "保存至", "SHA-256")
_DIRECTION = {"own": "我方出具", "in": "收到"}


@dataclass(frozen=True, slots=True)
class Listing:
    """What the page lists: contract, customer, instant of export, papers, and how much was left out.

    `kept` says by item id until when a paper is kept, as known at export; else the page tells what filing promised.
    `originals` says by item id where the paper original lies; where none is known, the page says nothing of it.
    `archive_numbers` are by item id, too; where no listed paper has one, the page says nothing of them.
    """

    key: str
    customer: str
    at: datetime
    sidecars: tuple[Sidecar, ...]
    withheld_papers: int
    withheld_events: int
    kept: Mapping[str, str] = field(default_factory=dict)
    originals: Mapping[str, str] = field(default_factory=dict)
    archive_numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def numbered(self) -> dict[str, str]:
        """The archive numbers of the papers that are listed."""
        return {each.id: self.archive_numbers[each.id] for each in self.sidecars if each.id in self.archive_numbers}


def index_page(listing: Listing) -> bytes:
    """Return the page as UTF-8 HTML."""
    title = escape(f"{listing.customer} {listing.key}".strip())
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">',
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            f"<h1>合同文件目录 · {title}</h1>",
            f"<p>导出日期（UTC）：{listing.at.date().isoformat()}；文书 {len(listing.sidecars)} 份。</p>",
            *_left_out(listing),
            f"<table>\n<thead><tr>{''.join(f'<th>{head}</th>' for head in _heads(listing))}</tr></thead>\n<tbody>",
            *[row for sidecar in listing.sidecars for row in _rows(sidecar, listing)],
            "</tbody>\n</table>",
            *_originals(listing),
            *_how_to_check(),
            "</body>\n</html>\n",
        ]
    ).encode()


def _left_out(listing: Listing) -> Iterator[str]:
    if listing.withheld_papers or listing.withheld_events:
        yield (
            f"<p>本次导出不含内部资料：略去内部文书 {listing.withheld_papers} 份，"
            f"事件日志中 {listing.withheld_events} 条只保留其在链中的位置。"
            f"<br>Internal material is left out: {listing.withheld_papers} papers; {listing.withheld_events} log "
            "entries keep only their place in the chain.</p>"
        )


def _heads(listing: Listing) -> tuple[str, ...]:
    return (*_HEADS, "档号") if listing.numbered else _HEADS


def _rows(sidecar: Sidecar, listing: Listing) -> Iterator[str]:
    until = disposed_words(sidecar) or listing.kept.get(sidecar.id) or _promised(sidecar.retention)
    numbers = [escape(listing.numbered.get(sidecar.id, ""))] if listing.numbered else []
    for file in sidecar.files:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in (*_cells(sidecar, file, until), *numbers))}</tr>"


def disposed_words(sidecar: Sidecar) -> str:
    """Return when and why a paper was destroyed, in words: 已于 2030-05-20 销毁（…）; empty for one that is there."""
    mark = sidecar.extra.get(DISPOSED)
    if not isinstance(mark, dict):
        return ""
    on, told = str(mark["at"])[:10], f"见销毁清册 {mark['list']}；原因：{mark['reason']}"
    return f"已于 {on}（UTC）销毁，{told}；此处只存其名称与校验值"


def _promised(retention: Retention) -> str:
    """Return what was told at filing."""
    until = retention.until.isoformat() if retention.until else "未定"
    return f"{until}（{retention.rule}）" if retention.rule else ""


def _cells(sidecar: Sidecar, file: FileRecord, until: str) -> list[str]:
    name = escape(file.name)
    link = name if sidecar.is_disposed else f'<a href="data/{quote(file.name)}">{name}</a>'
    return [
        sidecar.at.date().isoformat(),
        escape(sidecar.title),
        escape(sidecar.number or ""),
        _DIRECTION[sidecar.direction],
        link,
        "" if file.pages is None else str(file.pages),
        str(file.size),
        escape(until),
        f"<code>{file.sha256}</code>",
    ]


def _originals(listing: Listing) -> Iterator[str]:
    """List where the paper originals lie, of those papers of which it is known."""
    known = [sidecar for sidecar in listing.sidecars if sidecar.id in listing.originals]
    if known:
        yield "<h2>纸质原件存放位置 · Where the paper originals lie</h2>\n<table>\n<tbody>"
        for each in known:
            cells = (each.title, each.number or "", each.files[0].name, listing.originals[each.id])
            yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        yield "</tbody>\n</table>"


def _how_to_check() -> Iterator[str]:
    yield "<h2>如何核对 · How to check</h2>"
    yield (
        "<p>在本目录运行 <code>sha256sum -c manifest-sha256.txt</code>（Linux、macOS），每行应显示 OK；"
        "Windows 可用 <code>certutil -hashfile 文件名 SHA256</code> 逐个对照上表。"
        "本目录符合 BagIt 1.0（RFC 8493），任何 BagIt 工具均可验证。</p>"
    )
    yield (
        "<p>Run <code>sha256sum -c manifest-sha256.txt</code> here; every line must say OK. "
        "The folder is a BagIt 1.0 bag (RFC 8493); any BagIt tool validates it.</p>"
    )
