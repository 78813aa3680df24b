"""How a case begins: who may open it for whom, with what, and what it then has."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import attrs

from csmcore.calendars import as_utc
from csmcore.errors import shown
from csmcore.model import (
    Actor,
    Case,
    CaseFacts,
    CaseId,
    ConsumerId,
    ContactId,
    Intent,
    OpenCase,
    Reason,
    Refusal,
    SupportPolicy,
    UserId,
)
from csmcore.rules.parties import SIDES, parties_of, parties_opening
from csmcore.rules.refusing import NOT_INVOLVED, missing, why_not
from csmcore.rules.relating import relate
from csmcore.rules.steps import Happening, Step
from csmcore.rules.transitions import OPENING, Party

__all__ = ["follow_up", "for_themselves", "opening"]

_CUSTOMER = ("account", "contact", "consumer", "requested_by")
_COPIED = (*_CUSTOMER, "partner", "partner_contact", "product", "asset")
_FOR_AGENTS = ("assignment_group", "assigned_to", "work_notes_list", "contract", "entitlement", "parent")
_DEFAULTS = tuple((field.name, field.default) for field in attrs.fields(OpenCase))

_NOTIFY_CUSTOMER = Intent("notify_customer")
_NOTIFY_ASSIGNEE = Intent("notify_assignee")


def for_themselves(command: OpenCase, actor: Actor) -> OpenCase:
    """The command with its customer: whoever is no agent and names nobody opens the case for themselves.

    So does a contact who names only their own account. Services gather the facts of what comes back. Agents and machines
    must say whom the case is for.
    """
    if command.contact or command.consumer or command.requested_by:
        return command
    if actor.kind == "contact" and command.account in {None, actor.account}:
        return attrs.evolve(command, contact=ContactId(actor.id))
    if command.account is None and actor.kind == "consumer":
        return attrs.evolve(command, consumer=ConsumerId(actor.id))
    if command.account is None and actor.kind == "internal" and actor.roles.isdisjoint({"agent", "manager", "admin"}):
        return attrs.evolve(command, requested_by=UserId(actor.id))
    return command


def opening(  # noqa: PLR0913 - a new case's identity comes from outside too
    command: OpenCase,
    actor: Actor,
    facts: CaseFacts,
    policy: SupportPolicy,
    now: datetime,
    case_id: CaseId,
    number: str,
) -> Step | Refusal:
    """The step that makes a new case: all its fields, or every reason why it cannot be opened.

    The priority, the entitlement and the clocks are other rules' business. ``facts`` are those of the command as
    `for_themselves` completes it. Raises NaiveDatetime.
    """
    now = as_utc(now)
    command = for_themselves(command, actor)
    parties = parties_opening(command, actor, facts)
    if not parties:
        return Refusal((NOT_INVOLVED,))
    given: dict[str, Any] = {name: value for name, default in _DEFAULTS if (value := getattr(command, name)) != default}
    fields, reasons, refusals = relate(given, {"id": case_id}, facts, policy)
    refusals += missing(OPENING.requires, command)
    refusals += _not_theirs_to_set(given, actor, parties, facts.followed)
    refusals += _no_follow_up(command, actor, facts, policy, now)
    if refusals:
        return Refusal(tuple(refusals))
    fields |= {"id": case_id, "number": number, "policy": policy.ref, "state": OPENING.to}
    fields |= {"opened_at": now, "opened_by": actor.id}
    if "assigned_to" in fields:
        fields["assigned_at"] = now
    if actor.kind == "contact" and actor.id != command.contact and "partner" not in fields and _is_partner(actor):
        fields |= {"partner": actor.account, "partner_contact": actor.id}
    return _opened(fields, actor, parties, reasons)
