"""The rules: pure functions of facts and ``now``, which answer with reasons."""

from csmcore.rules.agreements.contract_parties import relate_contract
from csmcore.rules.agreements.contract_table import CONTRACT_TABLE, ContractNeed, ContractRow, contract_table
from csmcore.rules.agreements.contracts import contract_due, decide_contract, next_contract_instant, tick_contract
from csmcore.rules.agreements.coverage import (
    Cover,
    CoverageGap,
    CoveredThing,
    Thing,
    coverage_gaps,
    what_covers,
    who_is_covered,
)
from csmcore.rules.agreements.entitlement import EntitlementStrategy, derive_entitlement
from csmcore.rules.agreements.entitlement_index import EntitlementIndex
from csmcore.rules.agreements.renewals import renewed
from csmcore.rules.assignment.assigning import assign
from csmcore.rules.assignment.plan import AssignmentPlan, AssignmentStrategy, compile_assignment
from csmcore.rules.assignment.queues import assign_waiting, next_case_for, queue_of
from csmcore.rules.assignment.roster import Roster
from csmcore.rules.cases.actions import Available, actions_for
from csmcore.rules.cases.case_types import extra_for
from csmcore.rules.cases.diagrams import field_table, lifecycle_diagram, lifecycle_table, overlay_table
from csmcore.rules.cases.flows import Flow, Flows
from csmcore.rules.cases.lifecycle import replay_events
from csmcore.rules.cases.priority import grades_for, priority_of
from csmcore.rules.cases.revisions import facts_record
from csmcore.rules.cases.stream import activity_stream
from csmcore.rules.cases.timing_out import auto_close_at, auto_close_due, next_auto_close_step, reminders_due
from csmcore.rules.cases.transitions import TABLE, Row
from csmcore.rules.casework import decide_apply, decide_open, decide_tick
from csmcore.rules.clocks.compiled import CompiledDefinition
from csmcore.rules.clocks.difference import difference
from csmcore.rules.clocks.fold import advance, evaluate, next_deadline, tick
from csmcore.rules.clocks.plan import Plan, compile_policy
from csmcore.rules.clocks.reading import explain, read
from csmcore.rules.clocks.warnings import PromiseWarning, promise_warnings
from csmcore.rules.customers.account_relationships import (
    SeenRelationship,
    relate_accounts,
    relationships_of_type,
    seen_from,
)
from csmcore.rules.customers.accounts import account_path, add_account, move_account, set_codes, set_primary_contact
from csmcore.rules.customers.acting import Neighbourhood, can_create_on_behalf
from csmcore.rules.customers.addresses import make_primary_address, put_address, remove_address
from csmcore.rules.customers.consumers import ConsumerMerge, merge_consumers, repointed
from csmcore.rules.customers.emails import email_key, is_email
from csmcore.rules.customers.households import (
    add_household_member,
    end_membership,
    head_on,
    is_member,
    make_head,
    make_primary_household,
    primary_household,
)
from csmcore.rules.customers.importing import import_accounts, import_contacts, import_summary
from csmcore.rules.customers.people import calendar_of, skills_of
from csmcore.rules.customers.registration import (
    REGISTRATION_TABLE,
    Approval,
    RegistrationAction,
    RegistrationFacts,
    approve_registration,
    reject_registration,
    request_registration,
    withdraw_registration,
)
from csmcore.rules.customers.responsibilities import (
    Responsible,
    assign_team_member,
    define_responsibility,
    delete_responsibility,
    relate_contact,
)
from csmcore.rules.customers.rotas import Duty, on_duty
from csmcore.rules.escalation.actions import EscalationOption, account_escalation_actions, escalation_actions
from csmcore.rules.escalation.deciding import decide_account_escalation, decide_escalation
from csmcore.rules.escalation.escalation_table import (
    ESCALATION_TABLE,
    EscalationGuard,
    EscalationParty,
    EscalationRow,
    escalation_table,
)
from csmcore.rules.escalation.standing import approval_group_for
from csmcore.rules.intake.intake import case_types_for, follow_up, for_themselves
from csmcore.rules.intake.limits import within_a_day
from csmcore.rules.intake.messages import (
    UniqueMessages,
    decide_message,
    has_part,
    opened_instead,
    unique_messages,
)
from csmcore.rules.intake.subjects import BRACKETS, numbers_in, short_description_of
from csmcore.rules.ownership.assets import (
    ASSET_MOVES,
    add_asset_contact,
    allocate_asset,
    change_asset_state,
    remove_asset_contact,
    set_asset_primary_contact,
)
from csmcore.rules.ownership.catalogue import Evidence, Gap, GapKind, portfolio_gaps
from csmcore.rules.ownership.categories import Brought, asset_for, change_category, install_base_item_for, item_for
from csmcore.rules.ownership.install_base import (
    Replacement,
    install,
    may_have_cases,
    move_item,
    replace_item,
    sync_asset,
    sync_item,
    uninstall,
)
from csmcore.rules.ownership.installed import history_of, installed_on
from csmcore.rules.ownership.models import Part, add_component, parts_of, required_skills
from csmcore.rules.ownership.sold_products import record_sold_product, sold_in
from csmcore.rules.proactive.alerts import cases_for_alert
from csmcore.rules.proactive.special_handling import (
    create_handling_note,
    delete_handling_note,
    handling_note_on,
    handling_notes,
    handling_status_on,
    update_handling_note,
)
from csmcore.rules.records.record_updates import RECORD_RULES, RECORD_UPDATES, CaseNews, RecordRule, RecordUpdate
from csmcore.rules.records.records import draft_for
from csmcore.rules.relatives.major import child_ids
from csmcore.rules.relatives.merging import merged_histories
from csmcore.rules.tasks.contributors import contributors_of
from csmcore.rules.tasks.dependencies import waits_for
from csmcore.rules.tasks.service_cost import CostLine, HourlyRates, ServiceCost, cost_of
from csmcore.rules.tasks.task_reading import task_actions, tasks_for
from csmcore.rules.tasks.task_table import TASK_TABLE, TaskAction, TaskParty

__all__ = [
    "ASSET_MOVES",
    "BRACKETS",
    "CONTRACT_TABLE",
    "ESCALATION_TABLE",
    "RECORD_RULES",
    "RECORD_UPDATES",
    "REGISTRATION_TABLE",
    "TABLE",
    "TASK_TABLE",
    "Approval",
    "AssignmentPlan",
    "AssignmentStrategy",
    "Available",
    "Brought",
    "CaseNews",
    "CompiledDefinition",
    "ConsumerMerge",
    "ContractNeed",
    "ContractRow",
    "CostLine",
    "Cover",
    "CoverageGap",
    "CoveredThing",
    "Duty",
    "EntitlementIndex",
    "EntitlementStrategy",
    "EscalationGuard",
    "EscalationOption",
    "EscalationParty",
    "EscalationRow",
    "Evidence",
    "Flow",
    "Flows",
    "Gap",
    "GapKind",
    "HourlyRates",
    "Neighbourhood",
    "Part",
    "Plan",
    "PromiseWarning",
    "RecordRule",
    "RecordUpdate",
    "RegistrationAction",
    "RegistrationFacts",
    "Replacement",
    "Responsible",
    "Roster",
    "Row",
    "SeenRelationship",
    "ServiceCost",
    "TaskAction",
    "TaskParty",
    "Thing",
    "UniqueMessages",
    "account_escalation_actions",
    "account_path",
    "actions_for",
    "activity_stream",
    "add_account",
    "add_asset_contact",
    "add_component",
    "add_household_member",
    "advance",
    "allocate_asset",
    "approval_group_for",
    "approve_registration",
    "asset_for",
    "assign",
    "assign_team_member",
    "assign_waiting",
    "auto_close_at",
    "auto_close_due",
    "calendar_of",
    "can_create_on_behalf",
    "case_types_for",
    "cases_for_alert",
    "change_asset_state",
    "change_category",
    "child_ids",
    "compile_assignment",
    "compile_policy",
    "contract_due",
    "contract_table",
    "contributors_of",
    "cost_of",
    "coverage_gaps",
    "create_handling_note",
    "decide_account_escalation",
    "decide_apply",
    "decide_contract",
    "decide_escalation",
    "decide_message",
    "decide_open",
    "decide_tick",
    "define_responsibility",
    "delete_handling_note",
    "delete_responsibility",
    "derive_entitlement",
    "difference",
    "draft_for",
    "email_key",
    "end_membership",
    "escalation_actions",
    "escalation_table",
    "evaluate",
    "explain",
    "extra_for",
    "facts_record",
    "field_table",
    "follow_up",
    "for_themselves",
    "grades_for",
    "handling_note_on",
    "handling_notes",
    "handling_status_on",
    "has_part",
    "head_on",
    "history_of",
    "import_accounts",
    "import_contacts",
    "import_summary",
    "install",
    "install_base_item_for",
    "installed_on",
    "is_email",
    "is_member",
    "item_for",
    "lifecycle_diagram",
    "lifecycle_table",
    "make_head",
    "make_primary_address",
    "make_primary_household",
    "may_have_cases",
    "merge_consumers",
    "merged_histories",
    "move_account",
    "move_item",
    "next_auto_close_step",
    "next_case_for",
    "next_contract_instant",
    "next_deadline",
    "numbers_in",
    "on_duty",
    "opened_instead",
    "overlay_table",
    "parts_of",
    "portfolio_gaps",
    "primary_household",
    "priority_of",
    "promise_warnings",
    "put_address",
    "queue_of",
    "read",
    "record_sold_product",
    "reject_registration",
    "relate_accounts",
    "relate_contact",
    "relate_contract",
    "relationships_of_type",
    "reminders_due",
    "remove_address",
    "remove_asset_contact",
    "renewed",
    "replace_item",
    "replay_events",
    "repointed",
    "request_registration",
    "required_skills",
    "seen_from",
    "set_asset_primary_contact",
    "set_codes",
    "set_primary_contact",
    "short_description_of",
    "skills_of",
    "sold_in",
    "sync_asset",
    "sync_item",
    "task_actions",
    "tasks_for",
    "tick",
    "tick_contract",
    "uninstall",
    "unique_messages",
    "update_handling_note",
    "waits_for",
    "what_covers",
    "who_is_covered",
    "withdraw_registration",
    "within_a_day",
]
