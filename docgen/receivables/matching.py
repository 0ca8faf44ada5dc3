"""Whose money is it? A line of a bank statement and the deals that are open: one certain answer, or a person decides.

Certain is: the line names one of the contract's numbers and comes from its customer; or it comes from a customer, by a
name it bears or bore, and its amount is what exactly one deal has open and first due. All else waits with ranked
candidates. What earlier lines of the same statement paid is no longer open for the later ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from heapq import nsmallest

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-/_.]{4,}")
MOST = 5
"""Candidates shown."""


class Fate(StrEnum):
    """What becomes of a line."""

    TAKEN = "taken"
    REVERSES = "reverses"
    WAITS = "waits"
    KNOWN = "known"
    NOT_OURS = "not_ours"


@dataclass
class OpenDeal:
    """A deal as money may be meant for it; `open` are (due day, balance) of its instalments, the first due first."""

    contract_no: str
    customer: str
    names: frozenset[str]
    numbers: frozenset[str]
    open: list[tuple[date, Decimal]]

    @property
    def balance(self) -> Decimal:
        """Return all that is open."""
        return sum((balance for _, balance in self.open), Decimal(0))

    def sums(self) -> list[Decimal]:
        """Return what could be paid at once: the first open instalment, the first two, and so on."""
        found: list[Decimal] = []
        for _, balance in self.open:
            found.append((found[-1] if found else Decimal(0)) + balance)
        return found

    def pay(self, amount: Decimal) -> None:
        """Take a payment off what is open, the first due first."""
        rest: list[tuple[date, Decimal]] = []
        for due, balance in self.open:
            taken = min(balance, amount)
            amount -= taken
            if balance > taken:
                rest.append((due, balance - taken))
        self.open = rest


@dataclass(frozen=True, slots=True)
class PastPayment:
    """A payment already recorded, or taken in this run; reversals look for it by amount and payer."""

    contract_no: str
    reference: str
    key: str
    on: date
    amount: Decimal
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Money:
    """A line as it is matched; `payer` folded as names are compared."""

    on: date
    amount: Decimal
    payer: str
    memo: str
    reference: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A deal a line may belong to: how likely (0 to 1), and why in one word of the message table."""

    contract_no: str
    customer: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one line; `payment` is what a reversal takes back. `reason` says why it waits."""

    fate: Fate
    contract_no: str = ""
    reason: str = ""
    payment: PastPayment | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass
class Book:
    """What is open and what was recorded, looked up by number, name and amount; it changes as lines are taken."""

    deals: list[OpenDeal]
    payments: list[PastPayment]
    known: Mapping[str, str] = field(default_factory=dict)
    """Bank references met before: `taken`, `waits`, or `withdrawn` where a person took the payment back."""

    def __post_init__(self) -> None:
        """Make the look-ups."""
        self._by_number: defaultdict[str, list[OpenDeal]] = defaultdict(list)
        self._by_name: defaultdict[str, list[OpenDeal]] = defaultdict(list)
        self._past: defaultdict[Decimal, list[PastPayment]] = defaultdict(list)
        self._amounts = _Amounts()
        self._seen = dict(self.known)
        for deal in self.deals:
            self._amounts.note(deal)
            for number in deal.numbers:
                self._by_number[plain_number(number)].append(deal)
            for name in deal.names:
                self._by_name[name].append(deal)
        for own in self._by_name.values():
            own.sort(key=lambda deal: deal.contract_no)
        for payment in self.payments:
            self._past[payment.amount].append(payment)

    def match(self, money: Money) -> Match:
        """Return whose money a line is, and count it as such."""
        if money.is_ours:
            return Match(Fate.NOT_OURS)
        before = self._seen.get(money.reference)
        if before == "withdrawn":
            return Match(Fate.WAITS, reason="withdrawn", candidates=self._ranked(money, []))
        if before:
            return Match(Fate.KNOWN)
        self._seen[money.reference] = "taken"
        return self._reversal(money) if money.amount < 0 else self._payment(money)

    def _payment(self, money: Money) -> Match:
        named = self.named(money.memo)
        if len(named) == 1:
            deal = named[0]
            if not money.payer or money.payer in deal.names:
                return self._take(deal, money)
            return self._wait("other-payer", money, named)
        if len(named) > 1:
            return self._wait("several-numbers", money, named)
        exact = self._amounts.at_once(money.payer, money.amount)
        if len(exact) == 1 and self._amounts.single(money.payer, money.amount) <= set(exact):
            return self._take(exact[min(exact)], money)
        own = self._by_name.get(money.payer)
        reason = "several-deals" if exact else "amount-differs" if own else "payer-unknown"
        return self._wait(reason, money, [])

    def _take(self, deal: OpenDeal, money: Money) -> Match:
        self._amounts.forget(deal)
        deal.pay(money.amount)
        self._amounts.note(deal)
        past = PastPayment(deal.contract_no, money.reference, "", money.on, money.amount, deal.names)
        self._past[money.amount].append(past)
        return Match(Fate.TAKEN, deal.contract_no)

    def _reversal(self, money: Money) -> Match:
        named = {deal.contract_no for deal in self.named(money.memo)}
        found = [
            each
            for each in self._past.get(-money.amount, [])
            if each.on <= money.on and (money.payer in each.names or each.contract_no in named)
        ]
        if len(found) == 1:
            self._past[-money.amount].remove(found[0])
            return Match(Fate.REVERSES, found[0].contract_no, payment=found[0])
        ranked = [Candidate(each.contract_no, "", 0.5, "reversal") for each in found[:MOST]]
        return Match(Fate.WAITS, reason="reversal-unclear", candidates=tuple(ranked))

    def named(self, memo: str) -> list[OpenDeal]:
        """Return the deals a text names by one of their numbers."""
        tokens = {plain_number(each) for each in _TOKEN.findall(unicodedata.normalize("NFKC", memo))}
        found = [deal for token in tokens for deal in self._by_number.get(token, [])]
        return list({deal.contract_no: deal for deal in found}.values())

    def _wait(self, reason: str, money: Money, named: list[OpenDeal]) -> Match:
        return Match(Fate.WAITS, reason=reason, candidates=self._ranked(money, named))

    def _ranked(self, money: Money, named: list[OpenDeal]) -> tuple[Candidate, ...]:
        scored = {deal.contract_no: _candidate(deal, 0.8, "number") for deal in named}
        fitting = self._amounts.fitting(money.payer, money.amount)
        for deal in nsmallest(MOST + len(scored), fitting, key=lambda each: each.contract_no):
            scored.setdefault(deal.contract_no, _candidate(deal, 0.7, "name-and-amount"))
        for kin, score, why in (
            (self._by_name.get(money.payer, ()), 0.4, "name"),
            (self._amounts.of_anybody(money.amount), 0.2, "amount"),
        ):
            for deal in kin:
                if len(scored) >= MOST:
                    break
                scored.setdefault(deal.contract_no, _candidate(deal, score, why))
        return tuple(sorted(scored.values(), key=lambda each: (-each.score, each.contract_no))[:MOST])


class _Amounts:
    """Open deals by what could be paid: a line finds its deals without asking each one, however many are open."""

    def __init__(self) -> None:
        self._single: defaultdict[Decimal, dict[str, OpenDeal]] = defaultdict(dict)
        self._own_single: defaultdict[tuple[str, Decimal], dict[str, OpenDeal]] = defaultdict(dict)
        self._own_sums: defaultdict[tuple[str, Decimal], dict[str, OpenDeal]] = defaultdict(dict)

    def note(self, deal: OpenDeal) -> None:
        """Take a deal in, as it stands open now."""
        for table in self._tables(deal):
            table[deal.contract_no] = deal

    def forget(self, deal: OpenDeal) -> None:
        """Take a deal out, before what is open of it changes."""
        for table in self._tables(deal):
            table.pop(deal.contract_no, None)

    def at_once(self, name: str, amount: Decimal) -> dict[str, OpenDeal]:
        """Return the deals of a customer by number that the amount pays: the first instalment, the first two, …."""
        return self._own_sums.get((name, amount), {})

    def single(self, name: str, amount: Decimal) -> set[str]:
        """Return the numbers of a customer's deals that have an instalment of the amount open, first due or later."""
        return set(self._own_single.get((name, amount), ()))

    def fitting(self, name: str, amount: Decimal) -> Iterable[OpenDeal]:
        """Return the deals of a customer that the amount fits in one of both ways."""
        return {**self.at_once(name, amount), **self._own_single.get((name, amount), {})}.values()

    def of_anybody(self, amount: Decimal) -> Iterable[OpenDeal]:
        """Return the deals, whoever's, that have an instalment of the amount open."""
        return self._single.get(amount, {}).values()

    def _tables(self, deal: OpenDeal) -> Iterator[dict[str, OpenDeal]]:
        singles, sums = {balance for _, balance in deal.open}, set(deal.sums())
        yield from (self._single[amount] for amount in singles)
        for name in deal.names:
            yield from (self._own_single[name, amount] for amount in singles)
            yield from (self._own_sums[name, amount] for amount in sums)


def _candidate(deal: OpenDeal, score: float, why: str) -> Candidate:
    return Candidate(deal.contract_no, deal.customer, score, why)


def plain_number(number: str) -> str:
    """Return a number as numbers are compared: full-width as plain, upper case, no marks at its ends."""
    return unicodedata.normalize("NFKC", number).upper().strip("-/_. ")
