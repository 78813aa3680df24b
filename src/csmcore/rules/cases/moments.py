"""What an effect knows, and the step that it makes of it: who is told, what is resolved on the way."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from csmcore.model import (
    Activity,
    ActivityId,
    Actor,
    ActorKind,
    Blocker,
    Case,
    CaseFacts,
    CaseState,
    Comment,
    EventKind,
    Notification,
    NotificationKind,
    Order,
    Reason,
    Side,
    SupportPolicy,
    TimeEntry,
    WorkNote,
    frozen,
    made,
    revised,
)
from csmcore.rules.cases.changing import changed
from csmcore.rules.cases.flows import BASE_FLOWS, Flows, flow_of
from csmcore.rules.cases.showing import is_shown_to_customer
from csmcore.rules.cases.steps import Happening, Step

__all__ = [
    "BY_CUSTOMER",
    "Moment",
    "details_of",
    "is_customer_told",
    "other_respondent",
    "respondent",
    "together",
    "told",
    "told_informed",
]

BY_CUSTOMER = "customer"
"""The key under which a case has the blocker that waits for its customer."""

_NOTHING: Mapping[str, object] = frozen({})
_KINDS: Mapping[str, ActorKind] = MappingProxyType(
    {
        "contact": "contact",
        "partner_contact": "contact",
        "consumer": "consumer",
        "requested_by": "internal",
        "assigned_to": "internal",
    }
)
"""The fields of a case that name people, and what kind of actor those are."""
_MACHINES: frozenset[ActorKind] = frozenset({"system", "integration"})


class Moment(NamedTuple):
    """What an effect knows besides the command: ``to`` is the state that follows, where the table names one.

    ``flows`` are those of the policy's case types.
    """

    case: Case
    actor: Actor
    by: Side
    to: CaseState | None
    facts: CaseFacts
    policy: SupportPolicy
    now: datetime
    flows: Flows = BASE_FLOWS

    def comment(self, text: str) -> Comment:
        """What is said with this command; its id is the place in the history that it takes."""
        case = self.case
        spoken = ActivityId(f"{case.id}/{case.version + 1}/c0")
        return Comment(id=spoken, case=case.id, at=self.now, by=self.actor, text=text)

    def work_note(self, text: str) -> WorkNote:
        """What is noted with this command; its id is the place in the history that it takes."""
        case = self.case
        noted = ActivityId(f"{case.id}/{case.version + 1}/c0")
        return WorkNote(id=noted, case=case.id, at=self.now, by=self.actor, text=text)

    def step(
        self,
        *happened: Happening,
        activity: tuple[Activity, ...] = (),
        reasons: tuple[Reason, ...] = (),
        told: tuple[Notification, ...] = (),
        orders: tuple[Order, ...] = (),
        time: tuple[TimeEntry, ...] = (),
    ) -> Step:
        """The step of these events, with what every new state and comment brings along; ``told`` is told besides."""
        changes = together(happened)
        if "state" in changes:
            whole = self._divided(happened, changes["state"]) + self._answered()
            if whole is not happened:
                happened, changes = whole, together(whole)
        notified = _told(self, happened[0].kind, changes, activity)
        return Step(changes, happened, activity, notified + told, reasons, self.by, orders, time)

    def _divided(self, happened: tuple[Happening, ...], state: CaseState) -> tuple[Happening, ...]:
        """A new state is entered by the first of its substates."""
        case = self.case
        substate = flow_of(self.flows, case.case_type).first_substate(state)
        if state == case.state or substate == case.substate:
            return happened
        return tuple(
            each._replace(changes={**each.changes, "substate": substate}) if "state" in each.changes else each
            for each in happened
        )

    def _answered(self) -> tuple[Happening, ...]:
        """A case that is no longer awaiting info is not blocked by its customer."""
        case = self.case
        waits = case.blockers.get(BY_CUSTOMER) if case.state == "awaiting_info" else None
        if waits is None or not waits.is_active:
            return ()
        return (Happening("blocker_resolved", {"blockers": {BY_CUSTOMER: self.resolved(waits)}}),)

    def resolved(self, blocker: Blocker) -> Blocker:
        """The blocker, as one that blocks no longer."""
        return revised(blocker, {"resolved_at": self.now, "resolved_by": self.actor.id})


def together(happened: tuple[Happening, ...]) -> Mapping[str, Any]:
    """All changes of some events. Of mappings, what several events set is put together."""
    if len(happened) == 1:
        return happened[0].changes
    first, *others = happened
    changes = dict(first.changes)
    for happening in others:
        for name, value in happening.changes.items():
            known = changes.get(name)
            changes[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    return changes


def respondent(case: Case) -> str | None:
    """Who answers for the customer: the contact or the consumer, else the requester inside."""
    return case.contact or case.consumer or case.requested_by


def other_respondent(contact: str | None, consumer: str | None, requested_by: str | None, actor: Actor) -> str | None:
    """Who is told for the customer, as `respondent` has it; None if it is the actor. Ids of two kinds may be alike."""
    for kind, name in (("contact", contact), ("consumer", consumer), ("internal", requested_by)):
        if name is not None:
            return None if (actor.kind, actor.id) == (kind, name) else name
    return None


def is_customer_told(moment: Moment, changes: Mapping[str, Any]) -> bool:
    """Whether the customer is told of the case as these changes leave it, which its type may hide from them."""
    flow = flow_of(moment.flows, moment.case.case_type)
    return flow.name is None or is_shown_to_customer(flow, changed(moment.case, changes), moment.facts)


def details_of(said: Activity) -> dict[str, object]:
    """What an event says of what was written with it: ``activity`` is what all may read, ``work_note`` is not."""
    return {"activity" if type(said) is Comment else "work_note": said.id}


def _told(
    moment: Moment, about: EventKind, changes: Mapping[str, Any], activity: tuple[Activity, ...]
) -> tuple[Notification, ...]:
    """Who is to be told of a step, never its own author.

    The customer and the assignee hear of every comment and every new state, the assignee of being it; informed users
    hear of comments and of the case's being resolved or closed; of the work notes list, those inside hear of work
    notes. Nobody is told twice, and no customer of a case that its type hides from them.
    """
    is_said = bool(activity) and type(activity[0]) is Comment
    state = changes.get("state")
    moves = is_said or state is not None
    if not (moves or activity or "assigned_to" in changes or "survey_requested" in changes):
        return ()
    case, actor = moment.case, moment.actor
    spoken = activity[0].id if is_said else None  # what is noted inside is told inside
    is_shown = is_customer_told(moment, changes)
    customer = other_respondent(case.contact, case.consumer, case.requested_by, actor) if is_shown else None
    assignee = changes.get("assigned_to", case.assigned_to)
    is_own = actor.kind == "internal" and assignee == actor.id  # ids of other kinds of actors may be the same word
    intents: list[Notification] = []
    if moves and customer is not None:
        intents.append(told("notify_customer", (customer,), about, spoken))
    if (moves or "assigned_to" in changes) and assignee is not None and not is_own:
        intents.append(told("notify_assignee", (assignee,), about, spoken))
    if case.informed_users and (is_said or state in {"resolved", "closed"}):
        intents += told_informed(case, actor, about, spoken, intents, is_shown=is_shown)
    if case.work_notes_list and activity and not is_said:
        left_out = _outside(case) | ({actor.id} if actor.kind == "internal" else set())
        intents += _others("notify_work_notes_list", case.work_notes_list, left_out, about, activity[0].id)
    asked = respondent(case) if "survey_requested" in changes and is_shown else None
    if asked is not None:
        intents.append(told("send_survey", (asked,), about, None))
    return tuple(intents)


def told_informed(  # noqa: PLR0913 - all that a notification says, and who is not to hear it
    case: Case,
    actor: Actor,
    about: EventKind,
    activity: ActivityId | None,
    intents: Iterable[Notification],
    *,
    is_shown: bool,
) -> tuple[Notification, ...]:
    """What the informed users of a case are told, but its author and those who hear it by the other ``intents``.

    Informed users are people of any kind: one who is named on the case as another kind of actor than the author is not
    the author, though their ids are alike. Where the case is not shown to its customer, nobody is told for whom it is.
    """
    left_out = {person for intent in intents for person in intent.to}
    if not is_shown:
        left_out |= {*_outside(case), case.requested_by or ""}
    known = {kind for kind, name in _named(case) if name == actor.id}
    if actor.kind not in _MACHINES and (actor.kind in known or not known):
        left_out.add(actor.id)
    return _others("notify_informed_users", case.informed_users, left_out, about, activity)


def _named(case: Case) -> Iterator[tuple[ActorKind, str]]:
    """The people whom the case names, with what they are."""
    for field, kind in _KINDS.items():
        name = getattr(case, field)
        if name is not None:
            yield kind, name
    if case.opened_by_kind is not None:
        yield case.opened_by_kind, case.opened_by


def _outside(case: Case) -> set[str]:
    """The people outside whose case it is."""
    return {name for field, kind in _KINDS.items() if kind != "internal" and (name := getattr(case, field)) is not None}


def _others(
    kind: NotificationKind,
    people: Iterable[str],
    left_out: Container[str],
    about: EventKind,
    activity: ActivityId | None,
) -> tuple[Notification, ...]:
    """What is told to these people, but to those who are left out."""
    to = tuple(person for person in people if person not in left_out)
    return (told(kind, to, about, activity),) if to else ()


def told(kind: NotificationKind, to: tuple[str, ...], about: EventKind, activity: ActivityId | None) -> Notification:
    """A notification of these people, which are known to be ids."""
    return made(Notification, {"kind": kind, "to": to, "about": about, "activity": activity, "details": _NOTHING})
