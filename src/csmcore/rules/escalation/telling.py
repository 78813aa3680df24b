"""What is told of an escalation: the work note that its case receives, and who is notified."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from csmcore.model import (
    Actor,
    Escalation,
    EscalationFacts,
    EscalationPolicy,
    EventKind,
    Notification,
    NotificationKind,
)
from csmcore.rules.escalation.effects import Outcome
from csmcore.rules.escalation.standing import approvers_of

__all__ = ["notified", "work_note"]

_Hearer: TypeAlias = Literal["approvers", "assignee", "requester", "watch_list"]

_HEARERS: Mapping[EventKind, tuple[_Hearer, ...]] = MappingProxyType(
    {
        "escalation_requested": ("approvers", "watch_list"),
        "escalation_approved": ("assignee", "requester", "watch_list"),
        "escalation_declined": ("requester", "watch_list"),
        "escalation_closed": ("assignee", "requester", "watch_list"),
        "escalation_updated": ("assignee", "watch_list"),
    }
)
"""Who hears of what, all of them inside; each person once, as the first that they are."""

_KINDS: Mapping[_Hearer, NotificationKind] = MappingProxyType(
    {
        "approvers": "notify_approvers",
        "assignee": "notify_assignee",
        "requester": "notify_users",
        "watch_list": "notify_users",
    }
)


def notified(
    outcome: Outcome, actor: Actor, facts: EscalationFacts, policy: EscalationPolicy
) -> tuple[Notification, ...]:
    """Who is to be told of the last thing that happened: never its author, never anybody outside."""
    about = outcome.events[-1]
    told = {actor.id} if actor.kind == "internal" else set()
    found = []
    for hearer in _HEARERS[about]:
        to = tuple(one for one in _WHO[hearer](outcome.escalation, facts, policy) if one not in told)
        told.update(to)
        if to:
            details = {"escalation": outcome.escalation.id}
            found.append(Notification(kind=_KINDS[hearer], to=to, about=about, details=details))
    return tuple(found)


def work_note(before: Escalation | None, outcome: Outcome) -> str | None:
    """What the case's work notes say of it; None for an account's, which is not copied to its cases."""
    escalation = outcome.escalation
    if escalation.case is None:
        return None
    return " ".join(part for part in _NOTES[outcome.events[0]](before, escalation, outcome) if part)


def _approvers(escalation: Escalation, facts: EscalationFacts, policy: EscalationPolicy) -> tuple[str, ...]:
    return approvers_of(policy.templates.get(escalation.template), facts)


def _assignee(escalation: Escalation, facts: EscalationFacts, _: EscalationPolicy) -> tuple[str, ...]:
    who = facts.assignee if escalation.account is None else escalation.assigned_to
    return () if who is None else (who,)


def _requester(escalation: Escalation, _: EscalationFacts, __: EscalationPolicy) -> tuple[str, ...]:
    return (escalation.requested_by,) if escalation.requester_kind == "internal" else ()


def _watch_list(escalation: Escalation, _: EscalationFacts, __: EscalationPolicy) -> tuple[str, ...]:
    return escalation.watch_list


_WHO: Mapping[_Hearer, Callable[[Escalation, EscalationFacts, EscalationPolicy], tuple[str, ...]]] = MappingProxyType(
    {"approvers": _approvers, "assignee": _assignee, "requester": _requester, "watch_list": _watch_list}
)


# --- work notes ------------------------------------------------------------------------------------------------------


def _of_request(_: Escalation | None, after: Escalation, outcome: Outcome) -> Iterator[str]:
    asked = "Escalated at once" if after.state == "escalated" else "Escalation requested"
    source = ", as the customer asked" if after.request_source == "customer" else ""
    yield f"{asked}{source}: {_words(after.reason)}, {after.severity} severity."
    yield after.justification.strip()
    yield "".join(f"({reason.text})" for reason in outcome.reasons)


def _of_approval(_: Escalation | None, after: Escalation, __: Outcome) -> Iterator[str]:
    yield f"Escalation approved, {after.severity} severity."


def _of_decline(_: Escalation | None, after: Escalation, __: Outcome) -> Iterator[str]:
    yield f"Escalation declined: {(after.declined_reason or '').strip()}"


def _of_closing(_: Escalation | None, after: Escalation, __: Outcome) -> Iterator[str]:
    yield f"De-escalated: {(after.closed_justification or '').strip()}"


def _of_update(before: Escalation | None, after: Escalation, _: Outcome) -> Iterator[str]:
    yield "Escalation updated: " + "; ".join(_differences(before or after, after)) + "."


def _differences(before: Escalation, after: Escalation) -> Iterator[str]:
    for name in ("severity", "trend", "reason"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{name} {f'from {_words(old)} to ' if old else ''}{_words(new)}"
    if before.watch_list != after.watch_list:
        old_list, new_list = set(before.watch_list), set(after.watch_list)
        yield f"watch list: {len(new_list - old_list)} added, {len(old_list - new_list)} removed"


def _words(name: str) -> str:
    return name.replace("_", " ")


_NOTES: Mapping[EventKind, Callable[[Escalation | None, Escalation, Outcome], Iterator[str]]] = MappingProxyType(
    {
        "escalation_requested": _of_request,
        "escalation_approved": _of_approval,
        "escalation_declined": _of_decline,
        "escalation_closed": _of_closing,
        "escalation_updated": _of_update,
    }
)
