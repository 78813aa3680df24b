"""What one case's step means for its relatives: children follow a major case, and a major case hears of its children.

`propagated` compares a case before and after a step, and orders what follows from that. `FollowParent` and
`HearOfChild` are how the relatives take it. Neither goes further than one level: a child is no major case, and what the
system does is not heard of.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from csmcore.model import (
    Action,
    Activity,
    AddWorkNote,
    Blocker,
    Case,
    CaseFacts,
    CaseState,
    Comment,
    FollowParent,
    HearOfChild,
    Order,
    Reason,
    Refusal,
    Resolution,
    SupportPolicy,
    WorkNote,
    says_something,
)
from csmcore.rules.cases.blocking import blocked
from csmcore.rules.cases.closing import may_close_by_itself
from csmcore.rules.cases.moments import BY_CUSTOMER, Moment, details_of, is_customer_told, respondent, told
from csmcore.rules.cases.refusing import missing
from csmcore.rules.cases.steps import Happening, Step

__all__ = ["LIVE", "PROPAGATING", "no_parent", "propagated"]

LIVE: frozenset[CaseState] = frozenset({"new", "open", "awaiting_info"})
"""The states of children that follow, and of cases that can be merged."""

_NOT_ITS_PARENT = Reason("not_its_parent", "the case is no child of that one", ("parent",))
_FOLLOWED_ALREADY = Reason("followed_already", "the case is like its parent already", ("parent",))
_NOT_SYNCED = Reason("type_not_synced", "cases of this type follow no parent, but where it closes", ("case_type",))
_SURVEY = Reason("survey_requested", "the case closed with its parent: its customer is asked how it went")
_NOTES_SHARED = Reason("notes_shared", "the resolution notes are told to the customer", ("share_resolution_notes",))


# --- what is ordered -------------------------------------------------------------------------------------------------


def propagated(
    before: Case | None, after: Case, step: Step, facts: CaseFacts, policy: SupportPolicy
) -> tuple[Order, ...]:
    """What the relatives of a case are to do after a step of it, once; ``before`` is None where the case is new.

    ``after`` has all that the step led to, its priority too. Live children of a major case close with it, and follow
    it in what the policy syncs, of what people do; those resolved or ended do not. A parent is told by a work note of
    a child that it gets or loses, unless it asked for it itself; a major case hears of what a child's customer says,
    and of what an agent notes on it. Laws: one order for each live child, in their order, whose command they share;
    none from a case that is no relative. ``facts`` are those of the case: its parent and its children.
    """
    was = None if before is None else before.parent
    if was == after.parent and facts.parent is None and not facts.children:
        return ()
    return (*_to_children(before, after, step, facts, policy), *_to_parents(before, after, step, facts))


def _to_children(
    before: Case | None, after: Case, step: Step, facts: CaseFacts, policy: SupportPolicy
) -> Iterator[Order]:
    if before is None or before.major_case_state != "accepted" or not facts.children:
        return
    command = _to_follow(before, after, step, policy)
    if command is not None:
        for child in facts.children:
            if child.state in LIVE:
                yield Order.of(command, child.id, f"{after.id}/{after.version}/follow/{child.id}")


def _to_follow(before: Case, after: Case, step: Step, policy: SupportPolicy) -> FollowParent | None:
    rule = policy.major_cases
    synced = frozenset(rule.synced_fields) if rule.sync_children else frozenset()
    changes: dict[str, Any] = {}
    if after.state != before.state and (after.state == "closed" or "state" in synced):
        changes = {"state": after.state, **_ending(after)}
    if after.priority != before.priority and "priority" in synced:
        changes["priority"] = after.priority
    if step.by != "system" and step.happened[0].kind != "children_added":
        for said in step.activity[:1]:
            field, name = ("comments", "comment") if isinstance(said, Comment) else ("work_notes", "note")
            if field in synced:
                changes[name] = said.text
    return FollowParent(parent=after.id, version=after.version, **changes) if changes else None


def _ending(case: Case) -> dict[str, str]:
    """With what a case was resolved, closed or cancelled: its own words at the close, else those of its solution."""
    if case.state == "cancelled":
        return {"notes": case.cancelled_reason or ""}
    if case.state not in {"resolved", "closed"}:
        return {}
    solution = case.resolution
    code, notes, cause = ("", "", "") if solution is None else (solution.code, solution.notes, solution.cause)
    return {"code": case.closed_code or code, "notes": case.closed_notes or notes, "cause": cause}


def _to_parents(before: Case | None, after: Case, step: Step, facts: CaseFacts) -> Iterator[Order]:
    old, new = None if before is None else before.parent, after.parent
    if old != new and not (before is None and step.by == "system"):  # what the system opens, the parent asked for
        for parent, text in ((old, "is no longer a child of this case"), (new, "is now a child of this case")):
            if parent is not None:
                note = AddWorkNote(text=f"{after.number} {text}.")
                yield Order.of(note, parent, f"{after.id}/{after.version}/note/{parent}")
    above = facts.parent
    is_below_major = above is not None and above.id == new and above.major_case_state == "accepted"
    if is_below_major and any(_is_heard(said, step) for said in step.activity):
        yield Order.of(HearOfChild(after.id), new, f"{after.id}/{after.version}/heard/{new}")


def _is_heard(said: Activity, step: Step) -> bool:
    return step.by == "customer" if isinstance(said, Comment) else step.by == "agent"


# --- how it is taken -------------------------------------------------------------------------------------------------


def _follow_parent(moment: Moment, command: FollowParent) -> Step | Refusal:
    """What the parent did, as far as it is news; nobody has to accept it. Whoever has the case has solved it."""
    case = moment.case
    kind = moment.policy.case_types.get(case.case_type or "")
    refusals = missing(_NEEDS.get(command.state or "", ()), command)
    if command.parent != case.parent:
        refusals.append(_NOT_ITS_PARENT)
    if kind is not None and not kind.is_synced and command.state != "closed":
        refusals.append(_NOT_SYNCED)
    if refusals:
        return Refusal(tuple(refusals))
    state, priority = _still_true(moment, command)
    changes = _BY_STATE[state](moment, command) if state is not None and state != case.state else {}
    if priority is not None and priority != case.priority:
        changes["priority"] = priority
    said, reasons = _said(moment, command, changes)
    if not changes and not said:
        return Refusal((_FOLLOWED_ALREADY,))
    details = {"parent": command.parent, **(details_of(said[0]) if said else {})}
    happened = (Happening("parent_followed", changes, details), *_besides(moment, changes))
    reasons += tuple(_SURVEY for each in happened if each.kind == "survey_requested")
    return moment.step(*happened, activity=said, reasons=reasons)


def no_parent(moment: Moment) -> Iterator[Reason]:
    """Why the case follows nobody."""
    if moment.case.parent is None:
        yield _NOT_ITS_PARENT


def _still_true(moment: Moment, command: FollowParent) -> tuple[CaseState | None, int | None]:
    """The state and priority to take: what the parent has left since is no news, whoever was faster.

    A priority that somebody set, or that follows from the case's own grades, stays.
    """
    case, parent = moment.case, moment.facts.parent
    later = parent if parent is not None and command.version is not None and parent.version > command.version else None
    state = command.state if later is None or later.state == command.state else None
    is_own = case.priority_override is not None or None not in {case.impact, case.urgency}
    is_past = is_own or (later is not None and later.priority != command.priority)
    return state, None if is_past else command.priority


def _said(
    moment: Moment, command: FollowParent, changes: Mapping[str, Any]
) -> tuple[tuple[Comment | WorkNote, ...], tuple[Reason, ...]]:
    """The parent's words, as the system's; else the solution, where the case shares its notes."""
    if says_something(command.note):
        return (moment.work_note(command.note),), ()
    if says_something(command.comment):
        return (moment.comment(command.comment),), ()
    if "resolution" in changes and moment.case.share_resolution_notes:
        return (moment.comment(command.notes),), (_NOTES_SHARED,)
    return (), ()


def _besides(moment: Moment, changes: Mapping[str, Any]) -> Iterator[Happening]:
    """What a case that waits, or that closes, brings along."""
    case, state = moment.case, changes.get("state")
    if state == "awaiting_info":
        waits = Blocker(reason="customer_information", since=moment.now, by=moment.actor.id)
        yield blocked(BY_CUSTOMER, waits)
    asks = moment.policy.major_cases.survey_children and not case.survey_requested
    if state == "closed" and asks and respondent(case) is not None and is_customer_told(moment, changes):
        yield Happening("survey_requested", {"survey_requested": True})


def _opened(_: Moment, __: FollowParent) -> dict[str, Any]:
    return {"state": "open"}


def _waiting(moment: Moment, _: FollowParent) -> dict[str, Any]:
    return {"state": "awaiting_info", **({"needs_attention": False} if moment.case.needs_attention else {})}


def _resolved(moment: Moment, command: FollowParent) -> dict[str, Any]:
    case, now = moment.case, moment.now
    by = case.assigned_to or moment.actor.id
    solution = Resolution(code=command.code, notes=command.notes, by=by, at=now, cause=command.cause)
    changes = {"state": "resolved", "resolution": solution, "auto_close_from": now, "auto_close_reminders": 0}
    return {**changes, "auto_close": may_close_by_itself(moment, changes)}


def _closed(moment: Moment, command: FollowParent) -> dict[str, Any]:
    texts = {"closed_code": command.code, "closed_notes": command.notes}
    said = {name: text for name, text in texts.items() if says_something(text)}
    return {"state": "closed", "closed_at": moment.now, "closed_by": moment.actor.id, **said}


def _cancelled(moment: Moment, command: FollowParent) -> dict[str, Any]:
    by = {"cancelled_at": moment.now, "cancelled_by": moment.actor.id, "cancelled_reason": command.notes}
    return {"state": "cancelled", **by}


_BY_STATE: Mapping[CaseState, Callable[[Moment, FollowParent], dict[str, Any]]] = MappingProxyType(
    {"open": _opened, "awaiting_info": _waiting, "resolved": _resolved, "closed": _closed, "cancelled": _cancelled}
)
_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType({"resolved": ("code", "notes"), "cancelled": ("notes",)})
"""What a child cannot follow without."""


def _hear_of_child(moment: Moment, command: HearOfChild) -> Step:
    """The major case asks for attention, and its assignee is told; where it asks already, only which child it was."""
    case = moment.case
    heard = {} if case.needs_attention else {"needs_attention": True}
    owner = (case.assigned_to,) if heard and case.assigned_to is not None else ()
    intents = (told("notify_assignee", owner, "child_heard", None),) if owner else ()
    return moment.step(Happening("child_heard", heard, {"child": command.child}), told=intents)


PROPAGATING: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {"follow_parent": _follow_parent, "hear_of_child": _hear_of_child}
)
"""By the command's action."""
