"""Who deals with whom: our company, the customer, the people, and the accounts money may go to."""

from __future__ import annotations

from typing import Annotated

from docgen.deals.base import Day, Flag, Model, Name, Text, label


class BankAccount(Model):
    """An account as the contract names it. The number is text: it may begin with 0 and has up to 30 characters."""

    holder: Annotated[Name, label("户名", "与公司全称一致")]
    bank: Annotated[Name, label("开户行", "写到支行")]
    number: Annotated[Name, label("账号", "只写数字，按原样保存，不加空格", pattern=r"^[0-9-]{6,34}$")]
    bank_code: Annotated[Name | None, label("联行号", "12 位行号，可不填")] = None


class Contact(Model):
    """A person to talk to; a masked name such as `*总` stays masked."""

    name: Annotated[Name, label("姓名", "可以是打码姓名，例如 *总")]
    role: Annotated[Name | None, label("职务")] = None
    phone: Annotated[Name | None, label("电话")] = None
    email: Annotated[Name | None, label("邮箱")] = None
    is_decision_maker: Annotated[Flag, label("决策人", "是否客户方决策人，验收报告须由决策人签字")] = False


class DatedName(Model):
    """A name a company bore from a day on (更名)."""

    name: Annotated[Name, label("名称")]
    since: Annotated[Day | None, label("启用日期")] = None


class InvoicingData(Model):
    """What an invoice to the customer must say."""

    title: Annotated[Name, label("发票抬头")]
    tax_number: Annotated[Name, label("纳税人识别号")]
    address_phone: Annotated[Text | None, label("地址、电话")] = None
    bank_account: Annotated[Text | None, label("开户行及账号")] = None
    invoice_type: Annotated[Name, label("发票类型", "专票或普票")] = "增值税专用发票"


class Company(Model):
    """Our own company, the seller. Kept once in companies/, copied whole into each record that names it."""

    id: Annotated[str, label("公司代号", "小写英文，文件名与编号用", pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    name: Annotated[Name, label("公司全称")]
    short_name: Annotated[Name, label("公司简称")]
    letter_code: Annotated[Name, label("函号代字", "例如 山海，印作（2024）山海函字第012号")]
    uscc: Annotated[Name, label("统一社会信用代码")]
    legal_representative: Annotated[Name, label("法定代表人")]
    address: Annotated[Text, label("地址")]
    phone: Annotated[Name, label("电话")]
    email: Annotated[Name | None, label("邮箱")] = None
    postcode: Annotated[Name | None, label("邮编")] = None
    accounts: Annotated[tuple[BankAccount, ...], label("收款账户", "第一个为默认账户", min_length=1)]
    finance_contact: Annotated[Contact, label("财务联系人", "印在付款通知上")]
    signer: Annotated[Contact | None, label("签约代表")] = None


class Customer(Model):
    """The buyer. Found again by credit code, then by exact name; its id never changes when its name does."""

    id: Annotated[str | None, label("客户编号", "登记时自动编号 YYYYMM-NNN", pattern=r"^[0-9]{6}-[0-9]{3,}$")] = None
    name: Annotated[Name, label("客户全称")]
    former_names: Annotated[tuple[DatedName, ...], label("曾用名")] = ()
    uscc: Annotated[Name | None, label("统一社会信用代码", "校验不符只提醒，不拒收")] = None
    industry: Annotated[Name | None, label("行业")] = None
    size: Annotated[Name | None, label("企业规模", "营收、人数")] = None
    address: Annotated[Text, label("地址")]
    phone: Annotated[Name | None, label("电话")] = None
    legal_representative: Annotated[Name | None, label("法定代表人")] = None
    notice_address: Annotated[Text | None, label("送达地址", "通知送达用；不填用客户地址")] = None
    contacts: Annotated[tuple[Contact, ...], label("联系人", "第一个为主要联系人", min_length=1)]
    invoicing: Annotated[InvoicingData | None, label("开票资料")] = None
    grade: Annotated[Name | None, label("客户优先级", "A类、B类、C类", internal=True)] = None
    pain_points: Annotated[Text | None, label("核心需求痛点", internal=True)] = None
    source: Annotated[Name | None, label("来源渠道", internal=True)] = None
