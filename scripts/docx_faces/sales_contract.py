"""The Word face of 合同."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from docx_rows import all_marked, each, either, heads, one, or_dash, two
from docx_sheet import BLANK_DAY, CENTRE, HEI, RIGHT, TEXT_WIDTH, Cell, Look, Page, Row, Sheet, wording

FIRST, SHORT = "loop.first", "loop.first and agreed.has_short_list"


def make() -> Sheet:
    """Make the Word face of 合同."""
    sheet = Sheet(Page(top=26, bottom=22, size=11, line=17))
    sheet.add(wording("numbered"), Look(14, 20, font=HEI, bold=True, align=RIGHT, after=8, keep=True))
    sheet.title(22)
    _facts(sheet)
    sheet.table((33, 50, 25, 50), _party_rows(), size=10)
    sheet.paras("opening")
    _article(sheet, "parties")
    _article(sheet, "subject_matter", when=SHORT, table=_goods)
    _article(sheet, "price", when=FIRST, table=_rates)
    _payment(sheet)
    for name in ("delivery", "acceptance", "warranty", "confidentiality", "breach"):
        _article(sheet, name)
    for name in ("intellectual_property", "force_majeure", "notices"):
        _article(sheet, name)
    _notices(sheet)
    for name in ("ending", "disputes"):
        _article(sheet, name)
    _article(sheet, "formalities", keep=True)
    sheet.paras("closing", keep=True)
    sheet.signatures()
    _annexes(sheet)
    return sheet


def _article(  # noqa: PLR0913  # an article's own parts
    sheet: Sheet,
    name: str,
    *,
    when: str = "",
    table: Callable[[Sheet], None] | None = None,
    number: str = "loop.index",
    keep: bool = False,
) -> None:
    """Add an article: head, numbered paragraphs, and a table after the paragraph for which `when` holds."""
    if number == "loop.index":
        sheet.head(f"head_{name}")
    sheet.tag("{%p for text in w.clause_" + name + " %}")
    numbered = "{{ " + number + " }}．{{ text }}"
    sheet.add(numbered, replace(sheet.para_look, keep=keep))
    if table is not None:
        sheet.tag("{%p if " + when + " %}")
        table(sheet)
        sheet.tag("{%p endif %}")
    sheet.add("{%p endfor %}", Look(6, 8, after=0, keep=keep))


def _facts(sheet: Sheet) -> None:
    look = Look(10.5, 16, after=0, keep=True)
    sheet.tag("{%p if contract.customer_numbers|length > 0 %}")
    sheet.add(wording("their_number"), look)
    sheet.tag("{%p endif %}")
    rows = (
        ("订单编号：" + wording("order_number"), wording("text_number")),
        ("合同日期：" + wording("dated"), "签订地点：" + wording("place")),
    )
    for row in rows:
        for cell, text in zip(sheet.columns(TEXT_WIDTH / 2, TEXT_WIDTH / 2), row, strict=True):
            sheet.put(cell, text, look)
    sheet.add("", Look(4, 5, after=0))


def _party_rows() -> list[Row]:
    code, person, signer, phone = "统一社会信用代码", "法定代表人", "授权代表", "联系电话"
    return [
        one(wording("buyer"), "{{ customer.name|name }}", "b"),
        two(code, wording("buyer_uscc"), person, wording("buyer_representative")),
        one("住所", "{{ customer.address }}"),
        two(signer, wording("buyer_signer"), phone, wording("buyer_phone")),
        one("开户行及账号", wording("buyer_account")),
        one(wording("seller"), "{{ company.name|name }}", "b"),
        two(code, "{{ company.uscc|number }}", person, "{{ company.legal_representative|name }}"),
        one("住所", "{{ company.address }}"),
        two(signer, wording("seller_signer"), phone, "{{ company.phone }}"),
        one("开户行及账号", wording("seller_account")),
    ]


def _goods(sheet: Sheet) -> None:
    line = [
        Cell("{{ line.index }}", "mid"),
        Cell("{{ line.name }}"),
        Cell(or_dash("line.model")),
        Cell("{{ line.unit }}", "mid"),
        Cell("{{ line.quantity|quantity }}", "num"),
    ]
    rows: list[Row] = [heads("序号", "名称", "规格型号或内容", "单位", "数量"), *each("line", "lines", line)]
    sheet.table((12, 62, 52, 14, 18), rows, size=10, head=True)


def _rates(sheet: Sheet) -> None:
    rate = [
        Cell("{{ each.rate|percent }}", "mid"),
        *(Cell("{{ each." + name + "|money }}", "num") for name in ("net", "tax", "incl")),
    ]
    total = [
        Cell("合计", "mid b"),
        *(Cell("{{ totals." + name + "|money }}", "num b") for name in ("net", "tax", "incl")),
    ]
    rows: list[Row] = [
        heads("税率", "不含税金额（元）", "增值税税额（元）", "含税金额（元）"),
        *each("each", "totals.by_rate", all_marked(rate, "keep")),
        total,
    ]
    sheet.table((26, 44, 44, 44), rows, size=10, head=True)


def _payment(sheet: Sheet) -> None:
    sheet.head("head_payment")
    sheet.paras("plan_lead", keep=True)
    part = [
        Cell("{{ part.clause }}", "mid"),
        Cell("第{{ part.seq }}期{{ part.title }}", "mid"),
        Cell(or_dash("part.share", "|percent"), "mid"),
        Cell(("{{ part.amount|yuan }}", "{{ part.amount|rmb }}")),
        Cell("{{ part.trigger_text }}"),
    ]
    rows: list[Row] = [
        heads("款号", "款项", "比例", "金额（小写、大写）", "付款条件和期限"),
        *each("part", "agreed.plan", *either("loop.last", all_marked(part, "keep"), part)),
        [Cell("合计", "mid b", 3), Cell(("{{ totals.incl|yuan }}", "{{ totals.incl|rmb }}"), "b", 2)],
    ]
    sheet.table((28, 27, 12, 55, 36), rows, size=10, head=True)
    _article(sheet, "payment", when=FIRST, table=_account, number="agreed.plan|length + loop.index")


def _account(sheet: Sheet) -> None:
    rows: list[Row] = [
        one("户名", "{{ account.holder|name }}"),
        two("开户行", "{{ account.bank|name }}", "联行号", wording("account_bank_code")),
        one("账号", "{{ account.number|account }}", "b"),
    ]
    sheet.table((28, 51, 28, 51), rows, size=10)


def _notices(sheet: Sheet) -> None:
    fields = (
        ("送达地址", "address", ""),
        ("收件人", "name", "|name"),
        ("电话", "phone", ""),
        ("电子邮箱", "email", ""),
    )
    rows: list[Row] = [heads("送达信息", "甲方", "乙方")]
    for title, name, written in fields:
        paths = [f"agreed.notices.{side}.{name}" for side in ("customer", "company")]
        may_lack = name in {"phone", "email"}
        tags = [or_dash(path) if may_lack else "{{ " + path + written + " }}" for path in paths]
        rows.append([Cell(title, "th"), *(Cell(tag) for tag in tags)])
    sheet.table((28, 65, 65), rows, size=10, head=True)


def _annexes(sheet: Sheet) -> None:
    head = Look(14, 22, font=HEI, bold=True, align=CENTRE, before=14, after=6, keep=True)
    sheet.add(wording("annex_1"), head).paragraph_format.page_break_before = True
    sheet.paras("annex_1_lead", keep=True)
    _prices(sheet)
    sheet.add(wording("annex_2"), head)
    sheet.paras("annex_2_lead", keep=True)
    standard = [Cell("{{ item.mark }}", "mid"), Cell("{{ item.name }}"), Cell("{{ item.standard }}")]
    rows: list[Row] = [heads("序号", "验收项目", "标准要求"), *each("item", "standards.rows", standard)]
    sheet.table((12, 48, 98), rows, size=10, head=True)
    sheet.tag("{%p if customer.invoicing is not none %}")
    sheet.add(wording("annex_3"), head)
    _invoicing(sheet)
    sheet.tag("{%p endif %}")
    sheet.paras("annexes_confirmed", keep=True)
    _confirmed(sheet)


def _prices(sheet: Sheet) -> None:
    name = "{{ line.name }}{% if line.remark is not none %}（{{ line.remark }}）{% endif %}"
    line = [
        Cell("{{ line.index }}", "mid"),
        Cell(name),
        Cell(or_dash("line.model")),
        Cell("{{ line.unit }}", "mid"),
        Cell("{{ line.quantity|quantity }}", "num"),
        Cell("{{ line.unit_price|price }}", "num"),
        Cell("{{ line.amount|money }}", "num"),
        Cell("{{ line.tax_rate|percent }}", "num"),
    ]
    by_rate = [
        Cell("税率{{ each.rate|percent }}小计", "mid b keep", 2),
        Cell("不含税{{ each.net|yuan }}，税额{{ each.tax|yuan }}", "b keep", 4),
        Cell("{{ each.incl|yuan }}", "num b keep", 2),
    ]
    rows: list[Row] = [
        heads("序号", "名称", "规格型号", "单位", "数量", "含税单价", "含税金额", "税率"),
        *each("line", "lines", *either("loop.last", all_marked(line, "keep"), line)),
        *each("each", "totals.by_rate", by_rate),
        [
            Cell("合计（含税）", "mid b", 2),
            Cell("{{ totals.incl|rmb }}", "b", 4),
            Cell("{{ totals.incl|yuan }}", "num b", 2),
        ],
    ]
    sheet.table((12, 37, 27, 11, 14, 22, 22, 13), rows, size=9.5, head=True)


def _invoicing(sheet: Sheet) -> None:
    values = (
        ("发票抬头", "{{ customer.invoicing.title|name }}"),
        ("纳税人识别号", "{{ customer.invoicing.tax_number|number }}"),
        ("地址、电话", wording("invoice_address")),
        ("开户行及账号", wording("invoice_bank")),
        ("发票类型", "{{ customer.invoicing.invoice_type }}"),
    )
    rows: list[Row] = [[Cell(label, "th keep"), Cell(value, "keep")] for label, value in values]
    sheet.table((28, 130), rows, size=10)


def _confirmed(sheet: Sheet) -> None:
    half = TEXT_WIDTH / 2
    for cell, key in zip(sheet.columns(half, half, height=16), ("left_confirms", "right_confirms"), strict=True):
        sheet.put(cell, wording(key), replace(sheet.text, keep=True), blank="　" * 10)
    for cell in sheet.columns(half, half, height=8):
        sheet.put(cell, f"日期：{BLANK_DAY}")
