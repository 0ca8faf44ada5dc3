"""The Word face of 审批表."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, each, heads, one, two
from docx_sheet import RIGHT, Cell, Look, Page, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 审批表."""
    sheet = Sheet(Page(top=27, bottom=24, size=11, line=17))
    sheet.title()
    sheet.add(wording("document_number"), Look(10.5, 16.5, align=RIGHT, after=4))
    heading = [
        two("审批编号", wording("request_number"), "审批文书", wording("what"), " b"),
        two("合同编号", wording("contract_number"), "订单编号", wording("order_number")),
        one("客户名称", "{{ customer.name|name }}"),
        two("申请人", "{{ approval.requested_by }}", "申请时间", wording("asked_on")),
        one("审批路线", "{{ approval.route }}（{{ approval.order }}）"),
    ]
    sheet.table(LABELLED, heading)
    sheet.head("content_title")
    item = [Cell("{{ item.label }}", "mid"), Cell("{{ item.text }}")]
    content = [heads("项目", "申请时的内容"), *each("item", "approval.summary", item)]
    sheet.table((25, 133), content, head=True)
    sheet.add(wording("content_lead"), Look(9, 13))
    sheet.head("trail_title")
    act = [
        *(Cell(text, "mid") for text in ("{{ act.round }}", "{{ act.post }}", "{{ act.person }}", "{{ act.verdict }}")),
        Cell("{{ act.remark }}{% if act.note %}（{{ act.note }}）{% endif %}"),
        Cell("{{ act.on|day }}", "mid"),
    ]
    head = heads("轮次", "审批环节", "审批人", "结果", "审批意见", "审批时间")
    sheet.table((12, 25, 31, 14, 45, 31), [head, *each("act", "approval.rows", act)], size=10, head=True)
    sheet.add(wording("conclusion"), replace(sheet.para_look, bold=True, keep=True))
    sheet.add(wording("remark"), Look(9, 13))
    return sheet
