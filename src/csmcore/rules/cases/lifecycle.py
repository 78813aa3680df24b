"""One command to one case: the step it makes, or every reason why it makes none; and the case that its events tell."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import attrs

from csmcore.calendars import as_utc
from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    Action,
    Actor,
    Case,
    CaseCommand,
    CaseFacts,
    Event,
    Reason,
    Refusal,
    SupportPolicy,
    says_something,
)
from csmcore.rules.cases.case_types import parties_in, unfilled
from csmcore.rules.cases.changing import merged
from csmcore.rules.cases.effects import EFFECTS
from csmcore.rules.cases.ending import with_its_end
from csmcore.rules.cases.flows import BASE_FLOWS, Flows, flow_of
from csmcore.rules.cases.moments import Moment
from csmcore.rules.cases.refusing import missing, verdict
from csmcore.rules.cases.steps import Step
from csmcore.rules.intake.limits import COMMENTING, too_many_comments

__all__ = ["replay_events", "step"]

_JUDGED_WHOLE: frozenset[Action] = frozenset(
    {
        *("add_blocker", "resolve_blocker", "link_record", "unlink_record", "hear_of_record"),
        *("update_task", "close_task", "cancel_task"),
    }
)
"""Actions of which is told what is wrong with the rest, too, where something that they require is missing."""

_FIELDS = frozenset(field.name for field in attrs.fields(Case)) - {"version"}
_REQUIRED = frozenset(field.name for field in attrs.fields(Case) if field.default is attrs.NOTHING)
_CLOCKS = frozenset({"threshold_reached", "clock_breached"})  # what a version begins with that changes no field


def step(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    case: Case,
    command: CaseCommand,
    actor: Actor,
    facts: CaseFacts,
    policy: SupportPolicy,
    now: datetime,
    flows: Flows = BASE_FLOWS,
) -> Step | Refusal:
    """What the command makes of the case, or every reason why it may not be done.

    Laws: nothing that comes in is changed; a refusal says all its reasons, but a stranger to the case learns nothing
    of it; Closed and Cancelled absorb, except within the reopen window. ``facts`` are those of the case as the command
    would have it, ``flows`` those of the policy's case types. Raises NaiveDatetime.
    """
    now = as_utc(now)
    action = command.action
    flow = flow_of(flows, case.case_type)
    parties = parties_in(flow, case, actor, facts)
    row, by, requires, reasons = verdict(case, action, parties, policy, now, flow, actor.roles)
    if requires:
        reasons += tuple(missing(requires, command))
    if row is not None and row.holds:
        reasons += tuple(unfilled(flow, row.holds, case, facts))
    said = COMMENTING.get(action)
    if said is not None and parties and (said in requires or says_something(getattr(command, said))):
        reasons += too_many_comments(actor, facts, policy, said)
    if reasons and not (parties and (action == "update_case" or (row is not None and action in _JUDGED_WHOLE))):
        return Refusal(reasons)
    to = None if row is None else row.to
    moment = Moment(case, actor, by, to, facts, policy, now, flows)
    outcome = EFFECTS[action](moment, command)
    if not reasons:
        return outcome if isinstance(outcome, Refusal) else with_its_end(moment, outcome)
    return Refusal((*reasons, *_besides(reasons, outcome)))


def _besides(reasons: tuple[Reason, ...], outcome: Step | Refusal) -> Iterator[Reason]:
    """What else is wrong with a command, but for what it lacks anyway."""
    lacking = {name for reason in reasons if reason.code == "missing" for name in reason.fields}
    for reason in outcome.reasons if isinstance(outcome, Refusal) else ():
        if reason not in reasons and not (reason.fields and lacking.issuperset(reason.fields)):
            yield reason


def replay_events(events: Iterable[Event]) -> Case:
    """The case that its events tell. Law: the events of a case, in order from its opening, give its snapshot.

    Raises InvalidValue where they are not a case's events from its opening on.
    """
    fields: dict[str, Any] = {}
    last: Event | None = None
    for event in events:
        _check_order(event, last)
        fields.update(merged(fields, event.changes))
        if event.index == 0 and event.kind not in _CLOCKS:
            fields["updated_at"] = event.at
        last = event
    if last is None:
        raise InvalidValue("events", "there are none", "give a case's events, from its opening on")
    strange, lacking = fields.keys() - _FIELDS, _REQUIRED - fields.keys()
    if strange or lacking:
        problem = f"they set {shown(sorted(strange))}, and do not set {shown(sorted(lacking))}"
        raise InvalidValue("events", problem, "give a case's own events, from its opening on")
    return Case(**fields, version=last.version)


def _check_order(event: Event, last: Event | None) -> None:
    if last is None:
        follows = (event.version, event.index) == (1, 0)
    elif event.version == last.version:
        follows = event.index == last.index + 1
    else:
        follows = (event.version, event.index) == (last.version + 1, 0)
    if not follows or (last is not None and event.case != last.case):
        after = "at the beginning" if last is None else f"after {shown(last.id)}"
        raise InvalidValue("events", f"{shown(event.id)} stands {after}", "give one case's events, in order, each once")
