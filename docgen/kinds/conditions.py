"""Every condition by name. A kind's folder names those it wants; a new one is written here, once, with a test."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from docgen.kinds import on_acceptance, on_change, on_contract, on_instalment, on_payments
from docgen.kinds.kind import Condition
from docgen.kinds.question import Predicate

CONDITIONS: Mapping[Condition, Predicate] = MappingProxyType(
    {
        Condition.CONTRACT_NUMBERED: on_contract.contract_numbered,
        Condition.SIGNED: on_contract.signed,
        Condition.NOT_TERMINATED: on_contract.not_terminated,
        Condition.ACCOUNT_ON_FILE: on_contract.account_on_file,
        Condition.CUSTOMER_ADDRESS_KNOWN: on_contract.customer_address_known,
        Condition.PAPER_DATE_NOT_BEFORE: on_contract.paper_date_not_before,
        Condition.INSTALMENT_EXISTS: on_instalment.instalment_exists,
        Condition.INSTALMENT_IS_ADVANCE: on_instalment.instalment_is_advance,
        Condition.INSTALMENT_HANGS_ON_SIGNING: on_instalment.instalment_hangs_on_signing,
        Condition.INSTALMENT_MILESTONE_REACHED: on_instalment.instalment_milestone_reached,
        Condition.INSTALMENT_OPEN: on_instalment.instalment_open,
        Condition.PAYMENTS_CURRENT: on_payments.payments_current,
        Condition.CHANGE_EXISTS: on_change.change_exists,
        Condition.CHANGE_DIFFERS: on_change.change_differs,
        Condition.CHANGE_ADDS_UP: on_change.change_adds_up,
        Condition.CHANGE_NOT_IN_FORCE: on_change.change_not_in_force,
        Condition.ACCEPTANCE_EXISTS: on_acceptance.acceptance_exists,
        Condition.ACCEPTANCE_HELD: on_acceptance.acceptance_held,
        Condition.ACCEPTANCE_AGREES: on_acceptance.acceptance_agrees,
        Condition.ACCEPTANCE_REMEDIED: on_acceptance.acceptance_remedied,
        Condition.ACCEPTANCE_BY_CONTRACT: on_acceptance.acceptance_by_contract,
        Condition.ACCEPTANCE_BY_DECISION_MAKER: on_acceptance.acceptance_by_decision_maker,
    }
)
