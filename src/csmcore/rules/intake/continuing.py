"""What a case that goes on from an ended one begins with: what can still be opened of what that one was."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs

from csmcore.calendars import as_utc
from csmcore.errors import shown
from csmcore.model import Actor, Case, CaseFacts, OpenCase, Reason, Refusal, SupportPolicy
from csmcore.rules.cases.case_types import parties_in, seen_extra, typed_opening
from csmcore.rules.cases.flows import BASE_FLOWS, Flow, Flows, flow_of
from csmcore.rules.cases.refusing import verdict
from csmcore.rules.cases.transitions import Party
from csmcore.rules.intake.relating import THINGS, relate

__all__ = ["Continued", "continued"]

_BY_HAND: Mapping[str, str] = MappingProxyType(
    {"contract": "contract_is_manual", "entitlement": "entitlement_is_manual"}
)
"""Agreements are copied where these say that they were set by hand."""
_COPIED = ("account", "contact", "consumer", "requested_by", "partner", "partner_contact", "product", *THINGS)
_MAY_GO = frozenset({"contact", "product", *THINGS, *_BY_HAND})
"""What a case can be opened without."""


class Continued(NamedTuple):
    """The command that opens the case, and why some of what the ended one had is left out of it."""

    command: OpenCase
    left_out: tuple[Reason, ...]


def continued(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    case: Case, actor: Actor, facts: CaseFacts, policy: SupportPolicy, now: datetime, flows: Flows = BASE_FLOWS
) -> Continued | Refusal:
    """What goes on from a case, or every reason why nothing does. See `csmcore.rules.follow_up`."""
    now = as_utc(now)
    flow = flow_of(flows, case.case_type)
    parties = parties_in(flow, case, actor, facts)
    reasons = verdict(case, "follow_up", parties, facts.followed_policy or policy, now, flow, actor.roles).reasons
    if reasons:
        return Refusal(reasons)
    given = {name: value for name in _COPIED if (value := getattr(case, name)) is not None}
    given |= {name: getattr(case, name) for name, flag in _BY_HAND.items() if getattr(case, flag)}
    unfit = [reason for reason in relate(given, {}, facts, policy, now).refusals if _MAY_GO.issuperset(reason.fields)]
    for name in {name for reason in unfit for name in reason.fields}:
        given.pop(name, None)
    left_out = [_without(reason.text, *reason.fields) for reason in unfit]
    fields = {"short_description": case.short_description, "channel": case.channel, "follow_up_of": case.id, **given}
    typed = _typed(flow, case, fields, actor, parties, attrs.evolve(facts, followed=case))
    if case.case_type is not None and not typed:
        left_out.append(_without(f"{shown(case.case_type)} cannot be chosen as things are", "case_type", "extra"))
    return Continued(OpenCase(**fields, **typed), tuple(left_out))


def _without(why: str, *fields: str) -> Reason:
    return Reason("left_out", f"{why}; it is left out", fields)


def _typed(  # noqa: PLR0913, PLR0917 - what `continued` sees
    flow: Flow, case: Case, fields: Mapping[str, Any], actor: Actor, parties: tuple[Party, ...], facts: CaseFacts
) -> dict[str, Any]:
    """The type with the own fields that the actor sees; {} where they cannot open a case of it with those alone."""
    if flow.name is None:
        return {}
    typed = {"case_type": flow.name, "extra": seen_extra(flow, case, actor, parties)}
    refusals = typed_opening({**fields, **typed}, actor, parties, facts, {flow.name: flow}).refusals
    return {} if refusals else typed
