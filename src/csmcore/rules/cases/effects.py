"""What each action does to a case, once the table allows it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from csmcore.model import (
    Action,
    Activity,
    ActivityId,
    Actor,
    AddComment,
    AddWorkNote,
    AssignCase,
    CancelCase,
    Case,
    CaseCommand,
    CaseFacts,
    CaseState,
    CloseCase,
    Comment,
    EventKind,
    Intent,
    OverridePriority,
    ProposeSolution,
    Reason,
    Refusal,
    RejectSolution,
    ReopenCase,
    RequestInfo,
    Resolution,
    Side,
    SupportPolicy,
    UpdateCase,
    WorkNote,
)
from csmcore.rules.cases.relating import RELATED_FIELDS, relate
from csmcore.rules.cases.steps import Happening, Step

__all__ = ["EFFECTS", "Moment"]


class Moment(NamedTuple):
    """What an effect knows besides the command: ``to`` is the state that follows, where the table names one."""

    case: Case
    actor: Actor
    by: Side
    to: CaseState | None
    facts: CaseFacts
    policy: SupportPolicy
    now: datetime

    def comment(self, text: str) -> Comment:
        """What is said with this command; its id is the place in the history that it takes."""
        case = self.case
        spoken = ActivityId(f"{case.id}/{case.version + 1}/c0")
        return Comment(id=spoken, case=case.id, at=self.now, by=self.actor, text=text)


_NOTIFY_CUSTOMER = Intent("notify_customer")
_NOTIFY_ASSIGNEE = Intent("notify_assignee")

_INFO_PROVIDED = Reason("info_provided", "the customer's comment opens the case again", ("state",))
_REOPENED = Reason("reopened_by_comment", "the customer's comment reopens the case", ("state",))
_NOTES_SHARED = Reason("notes_shared", "the resolution notes are told to the customer", ("share_resolution_notes",))
_SURVEY = Reason("survey_requested", "the case is closed for the first time: the customer is asked how it went")
_NOT_YOURS = Reason(
    "not_yours_to_clear", "attention is cleared by the assignee, a manager or an admin", ("needs_attention",)
)


def _step(
    moment: Moment,
    happened: tuple[Happening, ...],
    activity: tuple[Activity, ...] = (),
    reasons: tuple[Reason, ...] = (),
) -> Step:
    changes = happened[0].changes
    if len(happened) > 1:
        changes = {name: value for happening in happened for name, value in happening.changes.items()}
    return Step(changes, happened, activity, _told(moment, changes, activity), reasons, moment.by)


def _told(moment: Moment, changes: Mapping[str, Any], activity: tuple[Activity, ...]) -> tuple[Intent, ...]:
    """Who is to be told of a step, never its own author.

    The customer and the assignee hear of every comment and every new state, the assignee of being it; informed users
    hear of comments and of the case's being resolved or closed.
    """
    case, actor, by, *_ = moment
    is_said = bool(activity) and type(activity[0]) is Comment
    state = changes.get("state")
    assignee = changes.get("assigned_to", case.assigned_to)
    is_own = actor.kind == "internal" and assignee == actor.id  # ids of other kinds of actors may be the same word
    told: list[Intent] = []
    if (is_said or state) and by != "customer":
        told.append(_NOTIFY_CUSTOMER)
    if (is_said or state or "assigned_to" in changes) and assignee is not None and not is_own:
        told.append(_NOTIFY_ASSIGNEE)
    if case.informed_users and (is_said or state in {"resolved", "closed"}):
        others = tuple(user for user in case.informed_users if user != actor.id)
        if others:
            told.append(Intent("notify_informed_users", {"users": others}))
    if "survey_requested" in changes:
        told.append(Intent("send_survey", {"to": _respondent(case)}))
    return tuple(told)


def _details(said: Activity) -> dict[str, object]:
    return {"activity": said.id}


# --- who works on it -------------------------------------------------------------------------------------------------


def _assigned(case: Case, user: str | None, now: datetime) -> dict[str, Any]:
    if user == case.assigned_to:
        return {}
    return {"assigned_to": user, "assigned_at": None if user is None else now}


def _assign_to_me(moment: Moment, _: CaseCommand) -> Step:
    changes = {"state": moment.to, **_assigned(moment.case, moment.actor.id, moment.now)}
    return _step(moment, (Happening("case_accepted", changes),))


def _accept_case(moment: Moment, _: CaseCommand) -> Step:
    return _step(moment, (Happening("case_accepted", {"state": moment.to}),))


def _assign_case(moment: Moment, command: AssignCase) -> Step:
    case = moment.case
    moves = command.group is not None and command.group != case.assignment_group
    user = command.user if command.user is not None or moves else case.assigned_to
    changes = _assigned(case, user, moment.now)
    if moves:
        changes["assignment_group"] = command.group
    return _step(moment, (Happening("case_assigned", changes),))


# --- what is said ----------------------------------------------------------------------------------------------------


def _heard(moment: Moment) -> dict[str, Any]:
    """What follows from a comment: an agent's first is the first response; all but the owner's ask for attention."""
    case = moment.case
    changes = _responded(moment)
    is_owner = moment.actor.kind == "internal" and moment.actor.id == case.assigned_to
    if not case.needs_attention and moment.by != "system" and not is_owner:
        changes["needs_attention"] = True
    return changes


def _responded(moment: Moment) -> dict[str, Any]:
    if moment.by == "agent" and moment.case.first_response_at is None:
        return {"first_response_at": moment.now}
    return {}


def _request_info(moment: Moment, command: RequestInfo) -> Step:
    said = moment.comment(command.comment)
    changes = {"state": moment.to, **_responded(moment)}
    if moment.case.needs_attention:
        changes["needs_attention"] = False
    return _step(moment, (Happening("info_requested", changes, _details(said)),), (said,))


def _resume_work(moment: Moment, _: CaseCommand) -> Step:
    return _step(moment, (Happening("work_resumed", {"state": moment.to}),))


def _add_comment(moment: Moment, command: AddComment) -> Step:
    said = moment.comment(command.text)
    spoken = Happening("comment_added", _heard(moment), _details(said))
    if moment.to is None:
        return _step(moment, (spoken,), (said,))
    if moment.case.is_terminal:
        return _step(moment, (spoken, Happening("case_reopened", _reopened(moment))), (said,), (_REOPENED,))
    return _step(moment, (spoken, Happening("info_provided", {"state": moment.to})), (said,), (_INFO_PROVIDED,))


def _add_work_note(moment: Moment, command: AddWorkNote) -> Step:
    case = moment.case
    noted = ActivityId(f"{case.id}/{case.version + 1}/c0")
    note = WorkNote(id=noted, case=case.id, at=moment.now, by=moment.actor, text=command.text)
    return _step(moment, (Happening("work_note_added", {}, _details(note)),), (note,))


# --- what is written in the form -------------------------------------------------------------------------------------


def _update_case(moment: Moment, command: UpdateCase) -> Step | Refusal:
    case, actor, given = moment.case, moment.actor, command.changes
    wanted: Mapping[str, Any] = given
    reasons: list[Reason] = []
    refusals: list[Reason] = []
    if not RELATED_FIELDS.isdisjoint(given):
        wanted, reasons, refusals = relate(given, vars(case), moment.facts, moment.policy, moment.now)
    changes = {name: value for name, value in wanted.items() if value != getattr(case, name)}
    if changes.get("needs_attention") is False:
        if actor.id != case.assigned_to and actor.roles.isdisjoint({"manager", "admin"}):
            refusals.append(_NOT_YOURS)
        elif case.state == "resolved" and not case.auto_close:
            changes["auto_close"] = True
    if refusals:
        return Refusal(tuple(refusals))
    return _step(moment, (Happening("case_updated", changes),), (), tuple(reasons))


def _override_priority(moment: Moment, command: OverridePriority) -> Step:
    changes = {"priority": command.priority, "priority_override": command.reason}
    return _step(moment, (Happening("priority_overridden", changes),))


# --- how it ends -----------------------------------------------------------------------------------------------------


def _propose_solution(moment: Moment, command: ProposeSolution) -> Step:
    case, now = moment.case, moment.now
    by = case.assigned_to or moment.actor.id
    resolution = Resolution(code=command.code, notes=command.notes, by=by, at=now, cause=command.cause)
    changes = {"state": moment.to, "resolution": resolution, "auto_close": not case.needs_attention}
    changes |= _responded(moment)
    shares = case.share_resolution_notes if command.share is None else command.share
    if shares != case.share_resolution_notes:
        changes["share_resolution_notes"] = shares
    if not shares:
        return _step(moment, (Happening("solution_proposed", changes),))
    said = moment.comment(command.notes)
    return _step(moment, (Happening("solution_proposed", changes, _details(said)),), (said,), (_NOTES_SHARED,))


def _closed(moment: Moment, kind: EventKind, **more: str | None) -> Step:
    case = moment.case
    changes = {"state": moment.to, "closed_at": moment.now, "closed_by": moment.actor.id, **more}
    happening = Happening(kind, changes)
    if case.survey_requested or _respondent(case) is None:
        return _step(moment, (happening,))
    return _step(moment, (happening, Happening("survey_requested", {"survey_requested": True})), (), (_SURVEY,))


def _respondent(case: Case) -> str | None:
    return case.contact or case.consumer or case.requested_by


def _accept_solution(moment: Moment, _: CaseCommand) -> Step:
    return _closed(moment, "solution_accepted")


def _auto_close_case(moment: Moment, _: CaseCommand) -> Step:
    return _closed(moment, "case_closed")


def _close_case(moment: Moment, command: CloseCase) -> Step:
    kind: EventKind = "solution_accepted" if moment.case.state == "resolved" else "case_closed"
    texts = {"closed_code": command.code, "closed_notes": command.notes}
    return _closed(moment, kind, **{name: text for name, text in texts.items() if text.strip()})


def _taken_up(moment: Moment) -> dict[str, Any]:
    """The case in work again: its solution is history."""
    case = moment.case
    changes: dict[str, Any] = {"state": moment.to, "reopen_count": case.reopen_count + 1, "auto_close": False}
    if case.resolution is not None:
        changes |= {"resolution": None, "past_resolutions": (*case.past_resolutions, case.resolution)}
    return changes


def _reject_solution(moment: Moment, command: RejectSolution) -> Step:
    said = moment.comment(command.reason)
    changes = {**_taken_up(moment), **_heard(moment)}
    return _step(moment, (Happening("solution_rejected", changes, _details(said)),), (said,))


def _reopened(moment: Moment) -> dict[str, Any]:
    return {**_taken_up(moment), "closed_at": None, "closed_by": None, "closed_code": None, "closed_notes": None}


def _reopen_case(moment: Moment, command: ReopenCase) -> Step:
    changes = _reopened(moment)
    if not command.comment.strip():
        return _step(moment, (Happening("case_reopened", changes),))
    said = moment.comment(command.comment)
    return _step(moment, (Happening("case_reopened", changes | _heard(moment), _details(said)),), (said,))


def _cancel_case(moment: Moment, command: CancelCase) -> Step:
    by = {"cancelled_at": moment.now, "cancelled_by": moment.actor.id, "cancelled_reason": command.reason}
    return _step(moment, (Happening("case_cancelled", {"state": moment.to, **by}),))


EFFECTS: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {
        "assign_to_me": _assign_to_me,
        "accept_case": _accept_case,
        "assign_case": _assign_case,
        "request_info": _request_info,
        "resume_work": _resume_work,
        "add_comment": _add_comment,
        "add_work_note": _add_work_note,
        "update_case": _update_case,
        "override_priority": _override_priority,
        "propose_solution": _propose_solution,
        "accept_solution": _accept_solution,
        "reject_solution": _reject_solution,
        "close_case": _close_case,
        "auto_close_case": _auto_close_case,
        "cancel_case": _cancel_case,
        "reopen_case": _reopen_case,
    }
)
"""By the command's action. An effect that depends on what the command says may still refuse."""
