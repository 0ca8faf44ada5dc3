"""Bank lines that wait: a person says whose money it is, or that it is nobody's of ours."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.errors import Refused
from docgen.services import logging as log
from docgen.services.import_payments import add_payment
from docgen.services.office import Office
from docgen.services.record_fact import Withdrawal, undo_fact
from docgen.store import collection, ledger
from docgen.store.journal import writing


@dataclass(frozen=True, slots=True)
class LineSettled:
    """A line and what a person decided."""

    line: collection.StoredLine
    contract_no: str | None


def waiting_lines(_office: Office) -> tuple[collection.StoredLine, ...]:
    """Return the lines that wait, oldest first."""
    return collection.bank_lines()


def assign_line(
    office: Office, line_id: str, reference: str, *, instalment: str | None = None, payment: str | None = None
) -> LineSettled:
    """Record a line as a payment of a deal; a reversal takes back the payment named by its number.

    Raises:
        NotFound: no such line, deal or payment.
        Refused: it was settled before, the reversal names no payment, or the deal's checks refuse.
    """
    line = _waiting(line_id)
    contract_no = ledger.deal(reference).contract_no
    recorded = collection.payment_references().get(line.reference)
    if line.amount.startswith("-"):
        if payment is None:
            raise Refused.of("services.reversal-of-which", line_id)
        undo_fact(office, contract_no, _reversal(line, payment))
    elif recorded is None or recorded[0] != contract_no or recorded[2] != "taken":
        values = {"on": line.on, "amount": line.amount, "reference": line.reference}
        values |= {"instalment": instalment} if instalment else {}
        add_payment(office, contract_no, values, source=line.source)
    _settle(office, line_id, {"status": "assigned", "contract_no": contract_no})
    return LineSettled(collection.bank_line(line_id), contract_no)


def _reversal(line: collection.StoredLine, payment: str) -> Withdrawal:
    return Withdrawal("payment", payment, f"银行冲正 {line.on} {line.reference}", line.reference)


def reject_line(office: Office, line_id: str, *, reason: str) -> LineSettled:
    """Take a line off the list: no customer's payment.

    Raises:
        NotFound: no such line.
        Refused: it was settled before, or the reason is empty.
    """
    if not reason.strip():
        raise Refused.of("services.reason-missing", line_id)
    _waiting(line_id)
    _settle(office, line_id, {"status": "rejected", "reason": reason.strip()})
    return LineSettled(collection.bank_line(line_id), None)


def _waiting(line_id: str) -> collection.StoredLine:
    line = collection.bank_line(line_id)
    if line.status != "waiting":
        raise Refused.of("services.line-settled", line_id, status=line.status, contract=line.contract_no or "—")
    return line


def _settle(office: Office, line_id: str, decided: dict[str, str]) -> None:
    with writing(office.archive.company(office.today().year), at=office.now(), actor=office.actor) as journal:
        journal.append(collection.SETTLED, {"id": line_id, **decided})
    log.record("bank-line-settled", count=1)
