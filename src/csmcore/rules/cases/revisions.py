"""A case and its facts, as clocks and conditions see them at one moment."""

from collections.abc import Mapping
from typing import Any

from csmcore.conditions import Record
from csmcore.model import CASE_FIELDS, Case, CaseFacts, Comment
from csmcore.rules.cases.steps import Step

__all__ = ["case_record", "facts_record", "record_of"]

_HOURS = ("calendar", "timezone")


def _under(noun: str, *names: str) -> tuple[tuple[str, str], ...]:
    """The fields of a noun, each with what a revision calls it."""
    return tuple((name, f"{noun}.{name}") for name in names)


_ACCOUNT = _under("account", *_HOURS)
_ENTITLEMENT = _under("entitlement", "plan", *_HOURS, "sla_definitions")
_CONTRACT = _under("contract", *_HOURS, "sla_definitions", "runs_non_contractual")
_LOCATION = _under("location", *_HOURS)
_GROUP = _under("group", *_HOURS)


def record_of(case: Case, facts: CaseFacts, step: Step) -> Record:
    """The fields of the revision that a step makes; what is null is left out."""
    record = case_record(case, facts)
    record["event.kind"] = step.happened[0].kind
    record["event.by"] = step.by
    record["event.is_public"] = Comment in map(type, step.activity)
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
    record.update(facts_record(facts, values))
    return record


def facts_record(facts: CaseFacts, case: Mapping[str, Any]) -> dict[str, object]:
    """What a revision says of the account, entitlement, contract, asset's location and group that a case names."""
    asset = facts.asset
    record: dict[str, object] = {}
    _add(record, _ACCOUNT, (facts.account,), case.get("account"))
    _add(record, _ENTITLEMENT, facts.entitlements, case.get("entitlement"))
    _add(record, _CONTRACT, facts.contracts, case.get("contract"))
    if asset is not None and asset.id == case.get("asset"):
        _add(record, _LOCATION, (facts.location,), asset.location)
    _add(record, _GROUP, (facts.group,), case.get("assignment_group"))
    return record


def _add(
    record: dict[str, object], fields: tuple[tuple[str, str], ...], nouns: tuple[Any, ...], identity: str | None
) -> None:
    """The fields of the noun with that id; plain loops, since it is done with every command."""
    if identity is None:
        return
    for noun in nouns:
        if noun is not None and noun.id == identity:
            for name, called in fields:
                value = getattr(noun, name)
                if value is not None:
                    record[called] = value
            return
