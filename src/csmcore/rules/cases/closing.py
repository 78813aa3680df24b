"""How a case ends: solutions, closing with its survey, reopening, cancelling; and what happens when nobody answers."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from csmcore.model import (
    Action,
    Activity,
    AnswerSurvey,
    CancelCase,
    CaseCommand,
    CloseCase,
    EventKind,
    ProposeSolution,
    Reason,
    Refusal,
    RejectSolution,
    ReopenCase,
    Resolution,
    Satisfaction,
    says_something,
)
from csmcore.rules.cases.moments import Moment, details_of, is_customer_told, respondent
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.cases.timing_out import reminders_due

__all__ = ["ENDING", "closed", "heard", "may_close_by_itself", "reopened", "responded"]

_NOTES_SHARED = Reason("notes_shared", "the resolution notes are told to the customer", ("share_resolution_notes",))
_SURVEY = Reason("survey_requested", "the case is closed for the first time: the customer is asked how it went")
_STILL_BLOCKED = Reason("still_blocked", "the case still waits for something", ("blockers",))

_NOT_COUNTED: Mapping[str, Any] = MappingProxyType(
    {"is_auto_close_exempt": False, "auto_close_from": None, "auto_close_reminders": 0}
)
"""What a case in work knows of how long nobody has answered."""

_NO_MORE: Mapping[str, str] = MappingProxyType({})


def heard(moment: Moment) -> dict[str, Any]:
    """What follows from a comment: an agent's first is the first response; all but the owner's ask for attention."""
    case = moment.case
    changes = responded(moment)
    is_owner = moment.actor.kind == "internal" and moment.actor.id == case.assigned_to
    if not case.needs_attention and moment.by != "system" and not is_owner:
        changes["needs_attention"] = True
    if case.state == "resolved" and moment.to is None and moment.by == "customer":
        changes |= {"auto_close_from": moment.now, **({"auto_close_reminders": 0} if case.auto_close_reminders else {})}
    return changes


def responded(moment: Moment) -> dict[str, Any]:
    """The first word of an agent to the customer, ever, is the first response."""
    if moment.by == "agent" and moment.case.first_response_at is None:
        return {"first_response_at": moment.now}
    return {}


def may_close_by_itself(moment: Moment, changes: Mapping[str, Any]) -> bool:
    """Whether a resolved case, with these changes, is one that closes by itself when nobody answers.

    It needs no attention, neither it nor its account is escalated, and no agent has exempted it.
    """
    case = moment.case
    if changes.get("state", case.state) != "resolved":
        return False
    exempt = changes.get("is_auto_close_exempt", case.is_auto_close_exempt)
    attention = changes.get("needs_attention", case.needs_attention)
    return not (exempt or attention or _is_escalated(moment, changes))


def _kept_open(moment: Moment, changes: Mapping[str, Any]) -> str:
    """Why a resolved case does not close by itself."""
    if changes.get("needs_attention", moment.case.needs_attention):
        return "it needs attention until the assignee or a manager clears that"
    return "it, or its account, is escalated" if _is_escalated(moment, changes) else "an agent has exempted it"


def _is_escalated(moment: Moment, changes: Mapping[str, Any]) -> bool:
    own = changes.get("escalation", moment.case.escalation)
    return moment.facts.account_is_escalated or (own is not None and own.is_open)


def _propose_solution(moment: Moment, command: ProposeSolution) -> Step:
    case, now = moment.case, moment.now
    by = case.assigned_to or moment.actor.id
    resolution = Resolution(code=command.code, notes=command.notes, by=by, at=now, cause=command.cause)
    changes: dict[str, Any] = {"state": moment.to, "resolution": resolution}
    changes |= {"auto_close_from": now, **responded(moment)}
    changes["auto_close"] = may_close_by_itself(moment, changes)
    shares = case.share_resolution_notes if command.share is None else command.share
    if shares != case.share_resolution_notes:
        changes["share_resolution_notes"] = shares
    reasons = _warned(moment)
    if moment.policy.cases.auto_close is not None and not changes["auto_close"]:
        reasons += (
            Reason("not_by_itself", f"it will not close by itself: {_kept_open(moment, changes)}", ("auto_close",)),
        )
    if not shares:
        return moment.step(Happening("solution_proposed", changes), reasons=reasons)
    said = moment.comment(command.notes)
    proposed = Happening("solution_proposed", changes, details_of(said))
    return moment.step(proposed, activity=(said,), reasons=(*reasons, _NOTES_SHARED))


def closed(
    moment: Moment,
    kind: EventKind,
    activity: tuple[Activity, ...] = (),
    more: Mapping[str, str] = _NO_MORE,
    *,
    asks: bool = True,
) -> Step:
    """The case closed; whoever answers for its customer is asked how it went, once, if they see the case."""
    case = moment.case
    changes = {"state": "closed", "closed_at": moment.now, "closed_by": moment.actor.id, **more}
    happened: tuple[Happening, ...] = (Happening(kind, changes, details_of(activity[0]) if activity else {}),)
    reasons = _warned(moment)
    is_asked = asks and not case.survey_requested and respondent(case) is not None
    if is_asked and is_customer_told(moment, changes):
        happened += (Happening("survey_requested", {"survey_requested": True}),)
        reasons += (_SURVEY,)
    return moment.step(*happened, activity=activity, reasons=reasons)


def _accept_solution(moment: Moment, _: CaseCommand) -> Step:
    return closed(moment, "solution_accepted")


def _auto_close_case(moment: Moment, _: CaseCommand) -> Step:
    rule = moment.policy.cases.auto_close
    return closed(moment, "case_closed", () if rule is None else (moment.comment(rule.closing_text),))


def _close_case(moment: Moment, command: CloseCase) -> Step:
    kind: EventKind = "solution_accepted" if moment.case.state == "resolved" else "case_closed"
    texts = {"closed_code": command.code, "closed_notes": command.notes}
    return closed(moment, kind, more={name: text for name, text in texts.items() if says_something(text)})


def _taken_up(moment: Moment) -> dict[str, Any]:
    """The case in work again: its solution is history."""
    case = moment.case
    changes: dict[str, Any] = {"state": moment.to, "reopen_count": case.reopen_count + 1, "auto_close": False}
    changes |= {name: value for name, value in _NOT_COUNTED.items() if getattr(case, name) != value}
    if case.resolution is not None:
        changes |= {"resolution": None, "past_resolutions": (*case.past_resolutions, case.resolution)}
    return changes


def _reject_solution(moment: Moment, command: RejectSolution) -> Step:
    said = moment.comment(command.reason)
    changes = {**heard(moment), **_taken_up(moment)}
    return moment.step(Happening("solution_rejected", changes, details_of(said)), activity=(said,))


def reopened(moment: Moment) -> dict[str, Any]:
    """What reopening a closed case takes back."""
    return {**_taken_up(moment), "closed_at": None, "closed_by": None, "closed_code": None, "closed_notes": None}


def _reopen_case(moment: Moment, command: ReopenCase) -> Step:
    changes = reopened(moment)
    if not says_something(command.comment):
        return moment.step(Happening("case_reopened", changes))
    said = moment.comment(command.comment)
    return moment.step(Happening("case_reopened", changes | heard(moment), details_of(said)), activity=(said,))


def _cancel_case(moment: Moment, command: CancelCase) -> Step:
    by = {"cancelled_at": moment.now, "cancelled_by": moment.actor.id, "cancelled_reason": command.reason}
    return moment.step(Happening("case_cancelled", {"state": moment.to, **by}))


def _warned(moment: Moment) -> tuple[Reason, ...]:
    """What an agent may do with a case that still waits for something, but should know."""
    warns = moment.by == "agent" and moment.policy.cases.on_open_blockers == "warn" and moment.case.is_blocked
    return (_STILL_BLOCKED,) if warns else ()


def _remind_customer(moment: Moment, _: CaseCommand) -> Step:
    """One comment, however many reminders have become due."""
    rule = moment.policy.cases.auto_close
    said = moment.comment("" if rule is None else rule.reminder_text)
    sent = reminders_due(moment.case, moment.policy, moment.now)
    return moment.step(Happening("reminder_sent", {"auto_close_reminders": sent}, details_of(said)), activity=(said,))


def _answer_survey(moment: Moment, command: AnswerSurvey) -> Step:
    answer = Satisfaction(score=command.score or 0, comment=command.comment, by=moment.actor.id, at=moment.now)
    return moment.step(Happening("satisfaction_recorded", {"satisfaction": answer}))


ENDING: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {
        "propose_solution": _propose_solution,
        "accept_solution": _accept_solution,
        "reject_solution": _reject_solution,
        "close_case": _close_case,
        "auto_close_case": _auto_close_case,
        "cancel_case": _cancel_case,
        "reopen_case": _reopen_case,
        "remind_customer": _remind_customer,
        "answer_survey": _answer_survey,
    }
)
"""By the command's action."""
