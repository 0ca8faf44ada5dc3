"""Nobody is asked for money on old data; the age is counted in working days up to the paper's own date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.kinds.catalogue import Catalogue
from docgen.kinds.dossier import Dossier, KnownPayments
from docgen.kinds.kind import Condition, SubjectType
from docgen.kinds.on_payments import payments_current
from docgen.kinds.question import Question
from docgen.kinds.subjects import Subject


def codes(deal: Deal, dated: date, known: KnownPayments | None) -> list[str]:
    asked = Question(deal, Subject(SubjectType.INSTALMENT, 2), dated, dated, Calendar(), Dossier(payments=known))
    return [finding.code for finding in payments_current(asked)]


@pytest.mark.parametrize(
    ("dated", "found"),
    [
        (date(2024, 4, 30), []),
        (date(2024, 5, 8), []),  # 05-01 to 05-05 are off; 04-30, 05-06, 05-07, 05-08: four
        (date(2024, 5, 9), ["kinds.payments-stale"]),
    ],
)
def test_the_age_is_counted_in_working_days(make_deal: Callable[..., Deal], dated: date, found: list[str]) -> None:
    known = KnownPayments("shanhai", date(2024, 4, 29), max_age=4)
    assert codes(make_deal(), dated, known) == found


def test_nothing_known_and_nothing_asked(make_deal: Callable[..., Deal]) -> None:
    assert codes(make_deal(), date(2024, 5, 8), None) == []
    assert codes(make_deal(), date(2024, 5, 8), KnownPayments("shanhai", None, 3)) == ["kinds.payments-never-known"]


def test_a_line_that_may_be_theirs_holds_the_letter(make_deal: Callable[..., Deal]) -> None:
    known = KnownPayments("shanhai", date(2024, 5, 8), 3, waiting=("BL1",))
    assert codes(make_deal(), date(2024, 5, 8), known) == ["kinds.payment-line-waits"]


def test_the_prepayment_notice_is_excepted(catalogue: Catalogue) -> None:
    assert Condition.PAYMENTS_CURRENT not in catalogue.get("prepayment-notice").spec.conditions
