"""The papers that ask for money, by title, and the stage of dunning each belongs to (E3, R-2.5-04 to R-2.5-08).

Before and on the due day a notice or a reminder, from the first day overdue a collection letter, from the 31st a formal
demand; the draft for the law firm asks nobody by itself but belongs to the last stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from docgen.deals import paperwork
from docgen.deals.plan import InstalmentKind
from docgen.deals.standing import Stage

NOTICE_TITLES: Mapping[InstalmentKind, str] = MappingProxyType(
    {
        InstalmentKind.ADVANCE: paperwork.ADVANCE_NOTICE,
        InstalmentKind.PROGRESS: paperwork.PROGRESS_NOTICE,
        InstalmentKind.FINAL: paperwork.FINAL_DEMAND,
    }
)
_REMINDERS = (*NOTICE_TITLES.values(), *paperwork.OTHER_NAMES, paperwork.REMINDER, "到期提醒", paperwork.STATEMENT)
LETTER_STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        **dict.fromkeys(_REMINDERS, Stage.REMINDER),
        paperwork.OVERDUE_DEMAND: Stage.OVERDUE,
        **dict.fromkeys([paperwork.FORMAL_DEMAND, "法务函", paperwork.LAWYER_DRAFT], Stage.MAJOR),
    }
)
"""Title → stage."""
RANK: Mapping[Stage, int] = MappingProxyType({Stage.REMINDER: 1, Stage.OVERDUE: 2, Stage.MAJOR: 3})
"""Which stage comes after which."""
