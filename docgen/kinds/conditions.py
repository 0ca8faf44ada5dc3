"""Every condition by name. A kind's folder names those it wants; a new one is written here, once, with a test."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from docgen.kinds import (
    on_acceptance,
    on_change,
    on_contract,
    on_contract_text,
    on_instalment,
    on_money,
    on_paper,
    on_payments,
    on_proposal,
    on_review,
    on_warranty,
)
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
        Condition.INSTALMENT_HANGS_ON_ACCEPTANCE: on_money.instalment_hangs_on_acceptance,
        Condition.ACCEPTANCE_PASSED_FOR_INSTALMENT: on_money.acceptance_passed_for_instalment,
        Condition.INSTALMENT_NOT_HELD_BACK: on_money.instalment_not_held_back,
        Condition.FACTS_NOT_AFTER_PAPER: on_money.facts_not_after_paper,
        Condition.REPORTS_ENCLOSED: on_money.reports_enclosed,
        Condition.INVOICES_ENCLOSED: on_money.invoices_enclosed,
        Condition.FINAL_INSTALMENT: on_warranty.final_instalment,
        Condition.WARRANTY_KNOWN: on_warranty.warranty_known,
        Condition.WARRANTY_ENDS_WITHIN_7_DAYS: on_warranty.warranty_ends_within_7_days,
        Condition.WARRANTY_OVER: on_warranty.warranty_over,
        Condition.WARRANTY_PAPER_ENCLOSED: on_warranty.warranty_paper_enclosed,
        Condition.NO_OPEN_FAULT: on_warranty.no_open_fault,
        Condition.PAPER_EXISTS: on_paper.paper_exists,
        Condition.PAPER_FOR_CUSTOMER: on_paper.paper_for_customer,
        Condition.PAPER_NOT_VOID: on_paper.paper_not_void,
        Condition.PAPER_ENDED: on_paper.paper_ended,
        Condition.CORRECTION_STATED: on_paper.correction_stated,
        Condition.NOT_YET_SIGNED: on_contract_text.not_yet_signed,
        Condition.CONTRACT_CLAUSES_AGREE: on_contract_text.contract_clauses_agree,
        Condition.CONTRACT_DAYS_AHEAD: on_contract_text.contract_days_ahead,
        Condition.DISPUTE_CLAUSE_PRESENT: on_contract_text.dispute_clause_present,
        Condition.SELLER_DECLARATION_FITS: on_contract_text.seller_declaration_fits,
        Condition.NO_DEPOSIT_WORDS: on_contract_text.no_deposit_words,
        Condition.NO_VAGUE_WORDS: on_contract_text.no_vague_words,
        Condition.UNSIGNED_ON_THE_DAY: on_proposal.unsigned_on_the_day,
        Condition.PROPOSAL_EXISTS: on_proposal.proposal_exists,
        Condition.PROPOSAL_COVERS_NEEDS: on_proposal.proposal_covers_needs,
        Condition.PROPOSAL_EFFECTS_QUANTIFIED: on_proposal.proposal_effects_quantified,
        Condition.PROPOSAL_CASES_MASKED: on_proposal.proposal_cases_masked,
        Condition.PROPOSAL_ADDS_UP: on_proposal.proposal_adds_up,
        Condition.PROPOSAL_FEEDBACK_CLOSED: on_proposal.proposal_feedback_closed,
        Condition.PROPOSAL_VALID: on_proposal.proposal_valid,
        Condition.CHECKLIST_SETTLED: on_review.checklist_settled,
    }
)
