"""What the system does because a clock has something to say: by declared rule, through the commands that people use."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import attrs

from csmcore.conditions import Record
from csmcore.model import AssignCase, Case, CaseCommand, Notification, Order, Reaction, Reason, RequestEscalation
from csmcore.rules.cases.moments import told
from csmcore.rules.cases.steps import Happening
from csmcore.rules.clocks.plan import Plan

__all__ = ["Reacted", "reactions_to"]


class Reacted(NamedTuple):
    """Commands in the system's name, and who is told."""

    orders: tuple[Order, ...] = ()
    intents: tuple[Notification, ...] = ()
    reasons: tuple[Reason, ...] = ()


_NOTHING = Reacted()
_TOLD = ("definition", "cycle", "threshold", "due_at")


def reactions_to(plan: Plan, case: Case, record: Record, happened: Sequence[Happening]) -> Reacted:
    """What the policy's reactions make of the clocks' events, each at most once for each event that it hears.

    ``record`` is the revision's, or that of the last one for a tick. Law: what the system does in turn is not reacted
    to, so that one event brings at most one command of each kind for each reaction.
    """
    if not plan.reactions:
        return _NOTHING
    orders: list[Order] = []
    intents: list[Notification] = []
    reasons: list[Reason] = []
    for happening in happened:
        for reaction in _hearing(plan, record, happening):
            key = f"{case.id}/{case.version}/{reaction.id}/{_named(happening)}"
            orders += (
                Order.of(command, case.id, f"{key}/{command.action}")
                for command in _commands(case, reaction, happening)
            )
            if reaction.notify:
                details = {name: happening.details[name] for name in _TOLD if name in happening.details}
                users = told("notify_users", reaction.notify, happening.kind, None)
                intents.append(attrs.evolve(users, details=details))
            reasons.append(_because(reaction, happening))
    return Reacted(tuple(orders), tuple(intents), tuple(reasons))


def _because(reaction: Reaction, happening: Happening) -> Reason:
    text = f"{_said(happening)}: reaction {reaction.id}"
    return Reason("reaction", text, ("reactions",))


def _said(happening: Happening) -> str:
    """What a clock said, for people."""
    details = happening.details
    what = "was breached" if happening.kind == "clock_breached" else f"has reached {details['threshold']}"
    return f"the promise {details['definition']} {what}"


def _hearing(plan: Plan, record: Record, happening: Happening) -> Iterator[Reaction]:
    details = happening.details
    for reaction, applies in plan.reactions:
        hears = reaction.on == happening.kind and reaction.definition in {None, details["definition"]}
        if hears and reaction.threshold in {None, details.get("threshold")} and applies(record, {}):
            yield reaction


def _named(happening: Happening) -> str:
    details = happening.details
    return f"{details['definition']}-{details['cycle']}-{details.get('threshold', 'breach')}"


def _commands(case: Case, reaction: Reaction, happening: Happening) -> Iterator[CaseCommand]:
    """What the reaction asks for and is not so yet."""
    if reaction.escalate is not None and (case.escalation is None or not case.escalation.is_open):
        why = f"{_said(happening)} (reaction {reaction.id})"
        yield RequestEscalation(template=reaction.escalate, reason=reaction.reason, justification=why)
    group, user = reaction.assign_group, reaction.assign_user
    if (group or case.assignment_group, user or case.assigned_to) != (case.assignment_group, case.assigned_to):
        yield AssignCase(group=group, user=user)
