"""Articles and paragraphs of a contract: 第九条第2款. Where the record says a term stands, and where it is printed.

Letters, agreements and checks cite the record's own references (`terms.late_payment.clause`). A contract we print is
made of clauses in a fixed order, so each term has one place; a reference that names another would send a reader, or a
judge, to the wrong clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docgen.deals.terms import Terms

PRICE, PAYMENT, DELIVERY, ACCEPTANCE = "price", "payment", "delivery", "acceptance"
WARRANTY, BREACH = "warranty", "breach"
"""Names of the library's clauses that hold what the record refers to."""
LATE_DELIVERY, LATE_PAYMENT = 1, 2
"""The paragraphs of the clause on breach: two duties, two paragraphs, whether both are agreed or not (P7)."""

_DIGITS = "零一二三四五六七八九"
_TEN = 10
_NUMBER = r"([0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_REFERENCE = re.compile(rf"第{_NUMBER}条(?:第[（(]?{_NUMBER}[)）]?[款项])?")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """An article (条) and, where named, a paragraph of it (款)."""

    article: int
    paragraph: int | None = None

    def __str__(self) -> str:
        words = article_words(self.article)
        return words if self.paragraph is None else f"{words}第{self.paragraph}款"

    def holds(self, other: Place) -> bool:
        """Tell whether a reference to this place leads to the other: the same, or the article around it."""
        return self.article == other.article and self.paragraph in {None, other.paragraph}


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference of the record: its field, its words, the clause of the library it means and the paragraph."""

    field: str
    words: str
    clause: str
    paragraph: int


def article_words(number: int) -> str:
    """Return an article's number (1 to 99) as contracts write it: 第九条, 第十二条."""
    tens, ones = divmod(number, _TEN)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return f"第{head}{_DIGITS[ones] if ones else ''}条"


def read_place(words: str) -> Place | None:
    """Return the place a reference names, in Chinese or Arabic numerals; None where it is not understood."""
    found = _REFERENCE.fullmatch("".join(words.split()))
    if found is None:
        return None
    return Place(_number(found[1]), _number(found[2]) if found[2] else None)


def _number(text: str) -> int:
    if text.isascii():
        return int(text)
    tens, mark, ones = text.partition("十")
    if not mark:
        return _DIGITS.index(text[-1])
    return _TEN * (_DIGITS.index(tens) if tens else 1) + (_DIGITS.index(ones) if ones else 0)


def references(terms: Terms) -> Iterator[Reference]:
    """Yield every reference of the record to a clause of the contract, in the order of the clauses."""
    yield Reference("terms.price_clause", terms.price_clause, PRICE, 1)
    for place, part in enumerate(terms.plan):
        yield Reference(f"terms.plan[{place}].clause", part.clause, PAYMENT, place + 1)
    yield Reference("terms.delivery.clause", terms.delivery.clause, DELIVERY, 1)
    yield Reference("terms.acceptance.clause", terms.acceptance.clause, ACCEPTANCE, 1)
    if terms.warranty:
        yield Reference("terms.warranty.clause", terms.warranty.clause, WARRANTY, 1)
    if terms.late_delivery:
        yield Reference("terms.late_delivery.clause", terms.late_delivery.clause, BREACH, LATE_DELIVERY)
    if terms.late_payment:
        yield Reference("terms.late_payment.clause", terms.late_payment.clause, BREACH, LATE_PAYMENT)


def misplaced(terms: Terms, articles: Mapping[str, int]) -> Iterator[tuple[Reference, Place]]:
    """Yield every reference that leads elsewhere than its term will be printed, with the place where it will."""
    for each in references(terms):
        printed = Place(articles.get(each.clause, 0), each.paragraph)
        named = read_place(each.words)
        if named is None or not named.holds(printed):
            yield each, printed
