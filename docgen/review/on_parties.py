"""主体信息 and 产品明细: who deals with whom, may they sign, where does the money go, what exactly is sold."""

from __future__ import annotations

from stdnum.cn import uscc

from docgen.deals.money import format_money
from docgen.deals.parties import Customer
from docgen.deals.pricing import LineKind, PriceLine
from docgen.deals.totals import computed_amount, line_amount, totals
from docgen.deals.wording import amount_words, plain
from docgen.review.line import Check, ClauseType, Result, Seen, Subject

_MOST_LINES = 6
"""Lines quoted in a finding; all of them are checked."""
_BLANKS = ("待补充", "待定", "未知", "不详", "暂无", "略", "xxx", "tbd", "？", "?")


def is_blank(text: str | None) -> bool:
    """Tell whether a text is missing or a stand-in for one that is."""
    return text is None or not text.strip("-—/ ") or any(text.strip().lower().startswith(each) for each in _BLANKS)


def names(about: Subject) -> Seen:
    """Names, addresses and a way to reach both sides are on record (表6)."""
    ours, theirs = about.deal.company, about.deal.customer
    contact = theirs.contacts[0]
    reached = theirs.phone or contact.phone
    found = (
        f"卖方：{ours.name}，{ours.address}，电话{ours.phone}。"
        f"买方：{theirs.name}，{theirs.address}，电话{reached or '（无）'}，联系人{contact.name}。"
    )
    fields = {"买方地址": theirs.address, "买方电话": reached, "卖方地址": ours.address, "卖方电话": ours.phone}
    lacking = [title for title, text in fields.items() if is_blank(text)]
    evidence = (
        "company.name", "company.address", "company.phone",
        "customer.name", "customer.address", "customer.phone", "customer.contacts[0]",
    )  # fmt: skip
    if lacking:
        return Seen(found + f"缺少：{'、'.join(lacking)}。", evidence, Result.NO)
    return Seen(found, evidence, Result.YES)


def credit_codes(about: Subject) -> Seen:
    """Both credit codes are on record; a failing check digit is a warning, since some genuine codes fail (§3.4)."""
    ours, theirs = about.deal.company.uscc, about.deal.customer.uscc
    found = f"卖方{ours}，买方{theirs or '（未登记）'}。"
    doubtful = [code for code in (ours, theirs) if code and not uscc.is_valid(code)]
    if doubtful:
        found += f"注意：{'、'.join(doubtful)}校验位不符（个别真实代码也不符），请对照营业执照。"
    else:
        found += "校验位均相符。" if theirs else "卖方校验位相符。"
    is_clear = theirs is not None and not doubtful
    return Seen(found, ("company.uscc", "customer.uscc"), Result.YES if is_clear else Result.OPEN)


def registers(about: Subject) -> Seen:  # a person looks into the public register
    """Whether the names are those of the business licence is seen in the register, not in the record."""
    theirs = about.deal.customer
    former = "、".join(each.name for each in theirs.former_names)
    told = f"曾用名：{former}。" if former else ""
    found = f"记录不能证明与登记一致。{told}请核对营业执照或国家企业信用信息公示系统。"
    return Seen(found, ("company.name", "customer.name", "customer.former_names"), Result.OPEN)


def signers(about: Subject) -> Seen:
    """Whoever signs is the legal representative, or holds an authorisation (R-2.4-17)."""
    ours, theirs, signer = about.deal.company, about.deal.customer, about.terms.contract.customer_signer
    seller = ours.signer.name if ours.signer else ours.legal_representative
    found = f"卖方由{seller}签署（法定代表人{ours.legal_representative}）；买方{_their_signer(theirs, about)}。"
    evidence = ("company.legal_representative", "company.signer", "customer.legal_representative",
                "terms.contract.customer_signer")  # fmt: skip
    others = [who for who, differs in (("卖方", seller != ours.legal_representative),
                                       ("买方", signer is not None and signer.name != theirs.legal_representative))
              if differs]  # fmt: skip
    is_known = signer is not None or theirs.legal_representative is not None
    if others:
        found += f"{'、'.join(others)}签署人不是法定代表人，须有授权委托书。"
    return Seen(found, evidence, Result.YES if is_known and not others else Result.OPEN)


def _their_signer(theirs: Customer, about: Subject) -> str:
    signer = about.terms.contract.customer_signer
    name = signer.name if signer else theirs.legal_representative
    if name is None:
        return "签署人未登记"
    return f"由{name}签署（法定代表人{theirs.legal_representative or '未登记'}）"


def account(about: Subject) -> Seen:
    """Money goes only to an account in our own name that is on file (§3.4)."""
    agreed, ours = about.terms.account, about.deal.company
    found = f"户名{agreed.holder}，{agreed.bank}，账号{agreed.number}。"
    evidence = ("terms.account", "company.name", "company.accounts")
    if agreed.holder != ours.name:
        return Seen(found + f"户名与公司全称{ours.name}不一致。", evidence, Result.NO)
    if agreed.number not in {each.number for each in ours.accounts}:
        return Seen(found + "户名一致，但账号不在本公司登记的账户之中，请财务确认。", evidence, Result.OPEN)
    return Seen(found + "户名与公司全称一致，账号已登记。", evidence, Result.YES)


def models(about: Subject) -> Seen:
    """Each line has name, quantity and price; each product its model (买卖: 621/623 presume what is printed)."""
    lines = about.terms.lines
    shown = "；".join(_line_words(index, line) for index, line in enumerate(lines[:_MOST_LINES], 1))
    found = shown + (f"等，共{len(lines)}行。" if len(lines) > _MOST_LINES else "。")
    bare = [str(n) for n, line in enumerate(lines, 1) if line.kind is LineKind.PRODUCT and is_blank(line.model)]
    clauses = (about.terms.price_clause,)
    if bare:
        return Seen(found + f"第{'、'.join(bare)}行产品没有规格型号。", ("terms.lines",), Result.NO, clauses)
    return Seen(found, ("terms.lines",), Result.YES, clauses)


def _line_words(index: int, line: PriceLine) -> str:
    model = f"（{line.model}）" if line.model else ""
    return f"{index}.{line.name}{model}{plain(line.quantity)}{line.unit}×{plain(line.unit_price)}元"


def sums(about: Subject) -> Seen:
    """The lines make the total (表6: 单价; A2)."""
    terms = about.terms
    summed = totals(terms.lines).incl
    found = f"{len(terms.lines)}行合计{format_money(summed)}元，合同总额{amount_words(terms.total)}。"
    wrong = [
        f"第{n}行写{format_money(line_amount(line))}元，数量乘单价为{format_money(computed_amount(line))}元"
        for n, line in enumerate(terms.lines, 1)
        if line_amount(line) != computed_amount(line)
    ]
    if summed != terms.total:
        wrong.append(f"相差{format_money(abs(summed - terms.total))}元")
    told = f"{'；'.join(wrong)}。" if wrong else "相符。"
    result = Result.NO if wrong else Result.YES
    return Seen(found + told, ("terms.lines", "terms.total"), result, (terms.price_clause,))


def order(about: Subject) -> Seen:
    """Order and contract say the same, because both are printed from one record (R-2.4-16)."""
    contract = about.terms.contract
    evidence = ("terms.contract.number", "terms.contract.order_number", "terms.lines")
    if contract.order_number is None:
        return Seen("记录中没有订单编号，不能证明订单与合同一致。", evidence, Result.OPEN)
    found = f"订单{contract.order_number}与合同{contract.number or '（未编号）'}出自同一份记录，型号、数量、单价相同。"
    return Seen(found, evidence, Result.YES)


def proposal(about: Subject) -> Seen:
    """Whether the lines are those of the proposal the customer saw is a comparison a person makes (表6)."""
    owner = about.terms.contract.owner
    found = f"记录中的明细不能自行证明与最终方案、报价单一致，请与{owner}持有的定稿核对。"
    return Seen(found, ("terms.lines", "terms.total"), Result.OPEN, (about.terms.price_clause,))


CHECKS: tuple[Check, ...] = (
    Check("ZT-01", ClauseType.PARTIES, "双方名称、地址、联系方式齐全", "表6", names),
    Check("ZT-02", ClauseType.PARTIES, "双方统一社会信用代码已登记、校验位相符", "内部规则：代码校验", credit_codes),
    Check("ZT-03", ClauseType.PARTIES, "双方名称、地址与营业执照登记一致", "表6", registers),
    Check("ZT-04", ClauseType.PARTIES, "签署人是法定代表人或已获授权", "R-2.4-17；合同编通则解释22条", signers),
    Check("ZT-05", ClauseType.PARTIES, "收款账户户名等于我方全称且已登记", "内部规则：收款账户", account),
    Check("MX-01", ClauseType.PRODUCTS, "名称、型号、数量、单价逐项写明", "表6；民法典621、623条", models),
    Check("MX-02", ClauseType.PRODUCTS, "明细金额合计等于合同总额", "表6", sums),
    Check("MX-03", ClauseType.PRODUCTS, "订单与合同的型号、数量、单价一致", "R-2.4-16", order),
    Check("MX-04", ClauseType.PRODUCTS, "型号、数量、单价与方案、报价单一致", "表6", proposal),
)
