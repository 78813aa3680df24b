"""A case and its facts, as clocks and conditions see them at one moment."""

from collections.abc import Mapping
from typing import Any

from csmcore.conditions import Record
from csmcore.model import CASE_FIELDS, Case, CaseFacts, Comment
from csmcore.rules.cases.steps import Step

__all__ = ["case_record", "facts_record", "record_of"]

_HOURS = ("calendar", "timezone")


def record_of(case: Case, facts: CaseFacts, step: Step) -> Record:
    """The fields of the revision that a step makes; what is null is left out."""
    record = case_record(case, facts)
    record["event.kind"] = step.happened[0].kind
    record["event.by"] = step.by
    record["event.is_public"] = any(isinstance(said, Comment) for said in step.activity)
    return record


def case_record(case: Case, facts: CaseFacts) -> dict[str, object]:
    """The fields of a case as it stands, whatever happens to it; what is null is left out."""
    values = case.__dict__
    record = {name: value for name in CASE_FIELDS if (value := values[name]) is not None}
    record["is_blocked"] = bool(case.blockers) and case.is_blocked
    record["is_escalated"] = case.escalation is not None and case.escalation.is_open
    for name, value in case.extra.items():
        record[f"extra.{name}"] = value
    if case.resolution is not None:
        record["resolution.code"] = case.resolution.code
        record["resolved_at"] = case.resolution.at
    record |= facts_record(facts, values)
    return record


def facts_record(facts: CaseFacts, case: Mapping[str, Any]) -> dict[str, object]:
    """What a revision says of the account, entitlement, contract, asset's location and group that a case names."""
    asset = facts.asset if facts.asset is not None and facts.asset.id == case.get("asset") else None
    location = None if asset is None else asset.location
    record: dict[str, object] = {}
    for prefix, nouns, identity, names in (
        ("account", (facts.account,), case.get("account"), _HOURS),
        ("entitlement", facts.entitlements, case.get("entitlement"), ("plan", *_HOURS, "sla_definitions")),
        ("contract", facts.contracts, case.get("contract"), (*_HOURS, "sla_definitions", "runs_non_contractual")),
        ("location", (facts.location,), location, _HOURS),
        ("group", (facts.group,), case.get("assignment_group"), _HOURS),
    ):
        if identity is not None:
            _add(record, prefix, nouns, identity, names)
    return record


def _add(
    record: dict[str, object], prefix: str, nouns: tuple[object, ...], identity: str, names: tuple[str, ...]
) -> None:
    for noun in nouns:
        if getattr(noun, "id", None) == identity:
            values = ((name, getattr(noun, name)) for name in names)
            record.update((f"{prefix}.{name}", value) for name, value in values if value is not None)
            return
