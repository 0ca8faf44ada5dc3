"""The people of the demo's office: who asks for papers and who approves them. All names are made up.

Approvals go through the services that the command line calls, with a password each; nothing is waved through.
"""

from __future__ import annotations

from datetime import date

from docgen.services.approvals import Decision, Told, approve, request_approval
from docgen.services.office import Office
from docgen.services.people import Identity, NewUser, add_user
from docgen.store import people

PASSWORD = "纸上得来终觉浅，演示专用"  # noqa: S105  # of made-up people in a workspace that is wiped
ADMIN = "guanli"
ASKER = "zhangsan"
STAFF = (
    NewUser(ADMIN, "admin", (), "管理员"),
    NewUser(ASKER, "sales", (), "张三"),
    NewUser("wuzhuguan", "sales", ("销售主管",), "吴主管"),
    NewUser("zhengjingli", "sales", ("产品经理",), "郑经理"),
    NewUser("fengfawu", "legal", ("法务部",), "冯法务"),
    NewUser("chenkuaiji", "finance", ("财务部",), "陈会计"),
    NewUser("chuchang", "sales", ("生产部",), "褚厂长"),
    NewUser("weifuwu", "sales", ("服务部",), "卫服务"),
    NewUser("jiangzong", "sales", ("总经理",), "蒋总"),
)
HOLDER = {post: each.name for each in STAFF for post in each.posts}
"""Who holds which post."""


def who(name: str) -> Identity:
    """Return somebody of the demo's office with the password that proves it."""
    return Identity(name, PASSWORD)


def hire(office: Office) -> int:
    """Add everybody who is not known yet, the administrator first; return how many."""
    new = [each for each in STAFF if people.find(each.name) is None]
    for each in new:
        add_user(office, each, PASSWORD, by=None if each.name == ADMIN else who(ADMIN))
    return len(new)


def agreed(  # noqa: PLR0913  # which paper, about what, as of when, asked for by whom
    office: Office,
    reference: str,
    kind: str,
    *,
    seq: int | None = None,
    as_of: date | None = None,
    asker: str = ASKER,
) -> Told:
    """Ask for a paper's approval and have every post of its route agree; return the complete request.

    Raises:
        Refused: as the services say.
    """
    hire(office)
    asked = request_approval(office, reference, kind, who(asker), seq=seq, as_of=as_of)
    return all_agree(office, asked)


def all_agree(office: Office, asked: Told, remark: str = "同意") -> Told:
    """Have the holder of each post whose turn it is agree, until no step is left."""
    while asked.waiting:
        post = asked.waiting[0]
        asked = approve(office, asked.approval.id, who(HOLDER[post]), Decision(remark, post))
    return asked
