"""A case and its facts, as clocks and conditions see them at one moment."""

from csmcore.conditions import Record
from csmcore.model import CASE_FIELDS, Case, CaseFacts, Comment
from csmcore.rules.steps import Step

__all__ = ["facts_record", "record_of"]


def record_of(case: Case, facts: CaseFacts, step: Step) -> Record:
    """The fields of the revision that a step makes; what is null is left out."""
    values = case.__dict__
    record = {name: value for name in CASE_FIELDS if (value := values[name]) is not None}
    if case.resolution is not None:
        record["resolution.code"] = case.resolution.code
        record["resolved_at"] = case.resolution.at
    record |= facts_record(facts, case.account, case.entitlement, case.contract)
    record["event.kind"] = step.happened[0].kind
    record["event.by"] = step.by
    record["event.is_public"] = any(isinstance(said, Comment) for said in step.activity)
    return record


def facts_record(
    facts: CaseFacts, account: str | None, entitlement: str | None, contract: str | None
) -> dict[str, object]:
    """What a revision says of the account, and of the entitlement and the contract with these ids."""
    record: dict[str, object] = {}
    if facts.account is not None and facts.account.id == account and facts.account.calendar is not None:
        record["account.calendar"] = facts.account.calendar
    if entitlement is not None:
        _add(record, "entitlement", facts.entitlements, entitlement, ("plan", "calendar", "sla_definitions"))
    if contract is not None:
        known = ("calendar", "sla_definitions", "runs_non_contractual")
        _add(record, "contract", facts.contracts, contract, known)
    return record


def _add(
    record: dict[str, object], prefix: str, nouns: tuple[object, ...], identity: str, names: tuple[str, ...]
) -> None:
    for noun in nouns:
        if getattr(noun, "id", None) == identity:
            values = ((name, getattr(noun, name)) for name in names)
            record.update((f"{prefix}.{name}", value) for name, value in values if value is not None)
            return
