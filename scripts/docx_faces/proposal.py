"""The Word face of 解决方案书."""

from __future__ import annotations

import docx_offer as offer
from docx_rows import each, heads, or_dash
from docx_sheet import HEI, TEXT_WIDTH, Cell, Look, Page, Sheet, wording

COVER = (
    ("提交客户", wording("cover_customer")),
    ("方案版本", wording("cover_version")),
    ("提交日期", wording("cover_day")),
    ("报价有效期至", wording("cover_valid")),
    ("方案编号", "{{ paper.header_number|number }}"),
    ("联系人", wording("quote_seller")),
)


def make() -> Sheet:
    """Make the Word face of 解决方案书."""
    sheet = Sheet(Page(top=26, bottom=22, size=11, line=17, is_letter=True))
    _cover(sheet)
    sheet.head("needs_title").paragraph_format.page_break_before = True
    sheet.paras("needs_lead", keep=True)
    need = [
        Cell("{{ need.mark }}", "mid"),
        Cell("{{ need.category }}", "mid"),
        Cell("{{ need.current }}"),
        Cell("{{ need.target }}"),
        Cell("{% if need.priority is not none %}{{ need.priority }}{% endif %}", "mid"),
        Cell("{{ need.answer }}"),
    ]
    head = heads("序号", "需求类别", "现状", "期望目标", "优先级", "我方回应")
    sheet.table((11, 18, 41, 28, 14, 46), [head, *each("need", "proposal.needs", need)], size=10, head=True)
    _answered(sheet)
    _content(sheet)
    offer.price_head(sheet, wording("prices_title"))
    offer.prices(sheet)
    _cases(sheet)
    sheet.head("terms_title")
    offer.plan(sheet)
    offer.terms(sheet)
    sheet.head("next_title")
    sheet.paras("next_review", "next_agree", "next_start", "quote_nature", keep=True)
    sheet.add("", Look(4, 5, after=0, keep=True))
    offer.signature(sheet)
    return sheet


def _cover(sheet: Sheet) -> None:
    seller = sheet.add(wording("cover_seller"), Look(14, 20, font=HEI, bold=True, before=16))
    sheet.border(seller, "bottom", style="single", eighths=16)
    sheet.add(wording("heading"), Look(16, 24, font=HEI, bold=True, before=130, after=10))
    sheet.add(wording("cover_title"), Look(26, 36, font=HEI, bold=True, after=70))
    for label, value in COVER:
        left, right = sheet.columns(36, TEXT_WIDTH - 36)
        sheet.put(left, label, Look(12, 18, after=4))
        sheet.put(right, value, Look(12, 18, after=4))
    sheet.add(wording("cover_note"), Look(9, 13, before=50))


def _answered(sheet: Sheet) -> None:
    sheet.tag("{%p if proposal.answered|length > 0 %}")
    sheet.paras("answered_lead", keep=True)
    row = [
        Cell("{{ each.mark }}", "mid"),
        Cell("{{ each.version }}", "mid"),
        Cell("{% if each.on is not none %}{{ each.on|iso }}{% endif %}", "mid"),
        Cell("{{ each.objection }}"),
        Cell("{{ each.solution }}"),
    ]
    head = heads("序号", "针对版本", "提出日期", "贵方意见", "本版调整")
    sheet.table((11, 19, 24, 52, 52), [head, *each("each", "proposal.answered", row)], size=10, head=True)
    sheet.tag("{%p endif %}")


def _content(sheet: Sheet) -> None:
    sheet.head("modules_title")
    sheet.tag("{%p if proposal.summary is not none %}")
    sheet.paras("summary", keep=True)
    sheet.tag("{%p endif %}")
    module = [Cell("{{ each.mark }}", "mid"), Cell("{{ each.name }}", "mid"), Cell("{{ each.content }}")]
    head = heads("序号", "功能模块", "内容")
    sheet.table((11, 34, 113), [head, *each("each", "proposal.modules", module)], size=10, head=True)
    sheet.head("steps_title")
    sheet.paras("steps_lead", keep=True)
    step = [
        Cell("{{ each.mark }}", "mid"),
        Cell("{{ each.name }}", "mid"),
        Cell("{{ each.content }}"),
        Cell("{% if each.days is not none %}{{ each.days }}天{% endif %}", "mid"),
        Cell("{% if each.days is not none %}第{{ each.from_day }}至{{ each.to_day }}天{% endif %}", "mid"),
        Cell("{{ each.milestone }}"),
    ]
    head = heads("序号", "步骤", "工作内容", "周期", "起止", "里程碑")
    sheet.table((11, 30, 48, 14, 25, 30), [head, *each("each", "proposal.steps", step)], size=10, head=True)
    sheet.head("effects_title")
    sheet.paras("effects_lead", keep=True)
    effect = [
        Cell("{{ each.index }}", "mid"),
        Cell("{{ each.name }}"),
        Cell(or_dash("each.current"), "mid"),
        Cell("{{ each.expected }}", "mid b"),
        Cell(or_dash("each.measured_by")),
    ]
    head = heads("序号", "指标", "现状", "预期效果", "衡量方法")
    sheet.table((11, 45, 28, 28, 46), [head, *each("each", "proposal.effects", effect)], size=10, head=True)


def _cases(sheet: Sheet) -> None:
    sheet.head("cases_title")
    sheet.paras("cases_lead", keep=True)
    case = [
        Cell("{{ each.mark }}", "mid"),
        Cell("{{ each.client }}", "mid"),
        Cell("{{ each.background }}"),
        Cell("{{ each.result }}"),
    ]
    head = heads("序号", "客户", "项目背景", "实施成果")
    sheet.table((11, 30, 58.5, 58.5), [head, *each("each", "proposal.cases", case)], size=10, head=True)
