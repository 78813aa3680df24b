"""What working on a case does to it: who has it, what is said, what is written in its form."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from csmcore.model import (
    Action,
    AddComment,
    AddWorkNote,
    AssignCase,
    Blocker,
    Case,
    CaseCommand,
    OverridePriority,
    Reason,
    Refusal,
    RequestInfo,
    UpdateCase,
)
from csmcore.rules.cases.case_types import typed_update
from csmcore.rules.cases.closing import heard, may_close_by_itself, reopened, responded
from csmcore.rules.cases.moments import BY_CUSTOMER, Moment, details_of
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.intake.relating import RELATED_FIELDS, outsiders_listed, relate
from csmcore.rules.relatives.major import seen_parent

__all__ = ["WORKING"]

_INFO_PROVIDED = Reason("info_provided", "the customer's comment opens the case again", ("state",))
_REOPENED = Reason("reopened_by_comment", "the customer's comment reopens the case", ("state",))
_NOT_YOURS = Reason(
    "not_yours_to_clear", "attention is cleared by the assignee, a manager or an admin", ("needs_attention",)
)
_TYPED = frozenset({"case_type", "substate", "extra"})
_LISTED = frozenset({"work_notes_list", "contact", "consumer", "partner_contact"})
_NOT_RESOLVED = Reason("not_resolved", "only a resolved case closes by itself", ("auto_close",))
_NOT_BY_ITSELF = Reason(
    "needs_attention_or_escalated",
    "a case that needs attention or is escalated does not close by itself",
    ("auto_close",),
)

# --- who works on it -------------------------------------------------------------------------------------------------


def _assigned(case: Case, user: str | None, now: datetime) -> dict[str, Any]:
    if user == case.assigned_to:
        return {}
    return {"assigned_to": user, "assigned_at": None if user is None else now}


def _assign_to_me(moment: Moment, _: CaseCommand) -> Step:
    changes = {"state": moment.to, **_assigned(moment.case, moment.actor.id, moment.now)}
    return moment.step(Happening("case_accepted", changes))


def _accept_case(moment: Moment, _: CaseCommand) -> Step:
    return moment.step(Happening("case_accepted", {"state": moment.to}))


def _assign_case(moment: Moment, command: AssignCase) -> Step:
    case = moment.case
    moves = command.group is not None and command.group != case.assignment_group
    user = command.user if command.user is not None or moves else case.assigned_to
    changes = _assigned(case, user, moment.now)
    if moves:
        changes["assignment_group"] = command.group
    return moment.step(Happening("case_assigned", changes))


# --- what is said ----------------------------------------------------------------------------------------------------


def _request_info(moment: Moment, command: RequestInfo) -> Step:
    said = moment.comment(command.comment)
    changes = {"state": moment.to, **responded(moment)}
    if moment.case.needs_attention:
        changes["needs_attention"] = False
    waits = Blocker(reason="customer_information", since=moment.now, by=moment.actor.id)
    happened = (
        Happening("info_requested", changes, details_of(said)),
        Happening("blocker_added", {"blockers": {BY_CUSTOMER: waits}}),
    )
    return moment.step(*happened, activity=(said,))


def _resume_work(moment: Moment, _: CaseCommand) -> Step:
    return moment.step(Happening("work_resumed", {"state": moment.to}))


def _add_comment(moment: Moment, command: AddComment) -> Step:
    said = moment.comment(command.text)
    spoken = Happening("comment_added", heard(moment), details_of(said))
    if moment.to is None:
        return moment.step(spoken, activity=(said,))
    if moment.case.is_terminal:
        again = Happening("case_reopened", reopened(moment))
        return moment.step(spoken, again, activity=(said,), reasons=(_REOPENED,))
    provided = Happening("info_provided", {"state": moment.to})
    return moment.step(spoken, provided, activity=(said,), reasons=(_INFO_PROVIDED,))


def _add_work_note(moment: Moment, command: AddWorkNote) -> Step:
    note = moment.work_note(command.text)
    return moment.step(Happening("work_note_added", {}, details_of(note)), activity=(note,))


# --- what is written in the form -------------------------------------------------------------------------------------


def _update_case(moment: Moment, command: UpdateCase) -> Step | Refusal:
    case, actor, given = moment.case, moment.actor, command.changes
    if moment.by == "customer":  # the rest is refused in any case: what there is beside theirs is not theirs to learn
        given = {name: value for name, value in given.items() if name == "extra"}
    wanted: Mapping[str, Any] = given
    reasons: list[Reason] = []
    refusals: list[Reason] = []
    if not RELATED_FIELDS.isdisjoint(given):
        facts = seen_parent(moment.facts, actor, moment.flows)
        wanted, reasons, refusals = relate(given, vars(case), facts, moment.policy, moment.now)
    changes = {name: value for name, value in wanted.items() if name not in _TYPED and value != getattr(case, name)}
    is_typed = case.case_type is not None and given.keys() != {"parent"}
    if is_typed or not _TYPED.isdisjoint(given):
        typed = typed_update(moment, given, changes)
        changes |= typed.changes
        reasons += typed.reasons
        refusals += typed.refusals
    if moment.by == "customer":
        refusals += _of_agents(command.changes)
    if not _LISTED.isdisjoint(changes):
        refusals += outsiders_listed({**vars(case), **changes})
    refusals += _closing(moment, given, changes)
    if changes.get("needs_attention") is False:
        is_owner = actor.kind == "internal" and actor.id == case.assigned_to
        if not is_owner and actor.roles.isdisjoint({"manager", "admin"}):
            refusals.append(_NOT_YOURS)
        elif "auto_close" not in given and not case.auto_close and may_close_by_itself(moment, changes):
            changes["auto_close"] = True
    if refusals:
        return Refusal(tuple(refusals))
    return moment.step(Happening("case_updated", changes), reasons=tuple(reasons))


def _of_agents(given: Mapping[str, object]) -> Iterator[Reason]:
    """A customer whom the case's type lets update it sets the type's own fields, and nothing else."""
    return (Reason("not_yours_to_set", f"{name} is set by agents", (name,)) for name in given if name != "extra")


def _closing(moment: Moment, given: Mapping[str, object], changes: dict[str, Any]) -> Iterator[Reason]:
    """A resolved case that is kept from closing by itself, or given back to it; elsewhere the flag means nothing."""
    wanted = given.get("auto_close")
    if wanted is None:
        return
    if moment.case.state != "resolved":
        yield _NOT_RESOLVED
    elif wanted and not may_close_by_itself(moment, changes | {"is_auto_close_exempt": False}):
        yield _NOT_BY_ITSELF
    elif moment.case.is_auto_close_exempt is bool(wanted):
        changes["is_auto_close_exempt"] = not wanted


def _override_priority(moment: Moment, command: OverridePriority) -> Step:
    changes = {"priority": command.priority, "priority_override": command.reason}
    return moment.step(Happening("priority_overridden", changes))


WORKING: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
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
    }
)
"""By the command's action. An effect that depends on what the command says may still refuse."""
