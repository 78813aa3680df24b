"""A case's links to records of other systems: made, undone, and what is heard of them.

How many, what blocks and what an update means is in `csmcore.rules.records.record_updates`. Whatever is heard becomes
one work note, never a comment, and never moves the case: that a request is closed resolves nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.errors import shown
from csmcore.model import (
    RECORD_TEXTS,
    Action,
    Blocker,
    BlockerReason,
    Case,
    HearOfRecord,
    LinkRecord,
    Reason,
    RecordDraft,
    RecordKind,
    Refusal,
    RelatedRecord,
    SupportPolicy,
    UnlinkRecord,
)
from csmcore.rules.cases.blocking import blocked, unblocked
from csmcore.rules.cases.moments import Moment, details_of, respondent
from csmcore.rules.cases.priority import grades_for, priority_of
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.records.record_news import link_notice, mutes_requester
from csmcore.rules.records.record_updates import RECORD_RULES, RECORD_UPDATES, RecordUpdate, note_of_update, title_of

__all__ = ["LINKING", "draft_for", "full_of_records", "no_records"]

_AHEAD = timedelta(days=1)  # clocks differ, and zones are mistaken, by less
_PLANNING = 5  # the priority of a record where the policy's matrix has no grades for the case's (ServiceNow's)
_LOW = 3  # its impact and its urgency then

_NO_PROBLEM = Reason("no_problem", "only a problem has a workaround", ("needs_workaround",))
_ENDED = Reason("wrong_state", "the case has ended: no more records are made from it", ("state",))
_NO_RECORDS = Reason("no_records", "the case is linked to no record", ("record",))
_LATE = Reason("heard_late", "a newer state of the record is known: it stays as it is", ("state",))

# --- links -----------------------------------------------------------------------------------------------------------


def _link_record(moment: Moment, command: LinkRecord) -> Step | Refusal:
    case, actor, kind, identity = moment.case, moment.actor, command.kind, command.record
    refusals = tuple(_unlinkable(case, command))
    if refusals or kind is None or identity is None:
        return Refusal(refusals)
    record = RelatedRecord(
        kind=kind,
        record=identity,
        system=command.system or (actor.id if actor.kind == "integration" else None),
        state=command.state,
        is_closed=command.is_closed,
        linked_at=moment.now,
        linked_by=actor.id,
    )
    happened = [Happening("record_linked", {"records": {record.key: record}})]
    if RECORD_RULES[kind].blocks and not record.is_closed:
        reason: BlockerReason = "problem_workaround" if command.needs_workaround else "task_resolution"
        happened.append(blocked(record.key, Blocker(reason=reason, record=record.key, since=moment.now, by=actor.id)))
    return moment.step(*happened, told=link_notice(case, record, "record_linked", actor))


def _unlinkable(case: Case, command: LinkRecord) -> Iterator[Reason]:
    if command.needs_workaround and command.kind != "problem":
        yield _NO_PROBLEM
    theirs = _of_kind(case, command.kind)
    if any(record.record == command.record for record in theirs):
        yield Reason("already_linked", f"the case is linked to {shown(command.record)} already", ("record",))
    else:
        yield from _full(theirs)


def _of_kind(case: Case, kind: RecordKind | None) -> list[RelatedRecord]:
    return [record for record in case.records.values() if record.kind == kind]


def _full(linked: Sequence[RelatedRecord]) -> Iterator[Reason]:
    """Why a case takes no more records of the kind that these are."""
    if linked and len(linked) >= RECORD_RULES[linked[0].kind].most:
        named = title_of(linked[0]) if len(linked) == 1 else f"{len(linked)} records of kind {linked[0].kind}"
        yield Reason("record_limit", f"the case has {named}, and can have no more of them; unlink one first", ("kind",))


def full_of_records(moment: Moment) -> Iterator[Reason]:
    """Why the case is linked to no more records, of whatever kind."""
    full = [tuple(_full(_of_kind(moment.case, kind))) for kind in RECORD_RULES]
    if all(full):
        yield from (reason for reasons in full for reason in reasons)


def _unlink_record(moment: Moment, command: UnlinkRecord) -> Step | Refusal:
    case = moment.case
    record = case.records.get(command.record or "")
    if record is None:
        return Refusal((_unknown(command.record),))
    note = moment.work_note(f"{title_of(record)} is linked no longer\nReason: {command.reason}")
    happened = Happening("record_unlinked", {"records": {record.key: None}}, {"record": record.key, **details_of(note)})
    notice = link_notice(case, record, "record_unlinked", moment.actor)
    return moment.step(happened, *unblocked(moment, record.key), activity=(note,), told=notice)


def no_records(moment: Moment) -> Iterator[Reason]:
    """Why there is no record to speak of."""
    if not moment.case.records:
        yield _NO_RECORDS


def _unknown(key: str | None) -> Reason:
    return Reason("unknown_record", f"{shown(key)}: the case has no such record; name it by its key", ("record",))


# --- what is heard ---------------------------------------------------------------------------------------------------


def _hear_of_record(moment: Moment, command: HearOfRecord) -> Step | Refusal:
    record = moment.case.records.get(command.record or "")
    if record is None:
        return Refusal((_unknown(command.record), *_too_far_ahead(moment, command)))
    update = _update_of(record, command)
    if update is None:
        return Refusal((_not_of_kind(record, command), *_too_far_ahead(moment, command)))
    refusals = (*_untold(update, command), *_too_far_ahead(moment, command))
    if refusals:
        return Refusal(refusals)
    is_late = update.state is not None and _is_late(record, command, moment.now)
    note = moment.work_note(note_of_update(record, update, command, is_late=is_late))
    changes = {} if is_late else _heard(moment, record, update, command)
    details = {"record": record.key, "change": command.change, **details_of(note)}
    happened = [Happening("record_updated", changes, details)]
    blocker = moment.case.blockers.get(record.key)
    if blocker is not None and blocker.reason in update.unblocks and not is_late:
        happened += unblocked(moment, record.key)
    return moment.step(*happened, activity=(note,), reasons=(_LATE,) if is_late else ())


def _heard(moment: Moment, record: RelatedRecord, update: RecordUpdate, command: HearOfRecord) -> dict[str, Any]:
    """What an update says of the record: its state, and which system speaks for it, where that was not known."""
    known: dict[str, Any] = {}
    if record.system is None and moment.actor.kind == "integration":
        known["system"] = moment.actor.id
    if update.state is not None:
        known["state"] = command.state if command.state.strip() else update.state
        known["is_closed"] = update.closes
        known["state_at"], known["state_sequence"] = command.at or moment.now, command.sequence
    return {"records": {record.key: attrs.evolve(record, **known)}} if known else {}


def _is_late(record: RelatedRecord, command: HearOfRecord, now: datetime) -> bool:
    """Whether a newer state was heard before: by the record's own count, else by the instant; of two alike, the last.

    Only updates about the state count: a comment that overtakes a closing does not undo it.
    """
    if record.state_at is None:
        return False
    if command.sequence and record.state_sequence and command.sequence != record.state_sequence:
        return command.sequence < record.state_sequence
    return (command.at or now) < record.state_at


def _update_of(record: RelatedRecord, command: HearOfRecord) -> RecordUpdate | None:
    return None if command.change is None else RECORD_UPDATES[record.kind].get(command.change)


def _not_of_kind(record: RelatedRecord, command: HearOfRecord) -> Reason:
    known = ", ".join(RECORD_UPDATES[record.kind])
    text = f"{shown(command.change)} does not happen to a record of kind {record.kind}; what does is {known}"
    return Reason("change_not_of_kind", text, ("change",))


def _untold(update: RecordUpdate, command: HearOfRecord) -> Iterator[Reason]:
    """What the update should tell and does not, and what it tells and should not: nothing is dropped in silence."""
    given = {name for name in RECORD_TEXTS if getattr(command, name).strip()}
    for name in update.needs:
        if name not in given:
            yield Reason("missing", f"{name} is missing", (name,))
    for name in RECORD_TEXTS:
        if name in given and name not in update.tells:
            text = f"a record that {update.says} tells no {name}; send that as a change of its own"
            yield Reason("not_told", text, (name,))


def _too_far_ahead(moment: Moment, command: HearOfRecord) -> Iterator[Reason]:
    """One instant far ahead would make everything that follows late."""
    if command.at is not None and command.at > moment.now + _AHEAD:
        yield Reason("at_ahead", "it is said to happen more than a day from now; check clock and time zone", ("at",))


LINKING: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {"link_record": _link_record, "unlink_record": _unlink_record, "hear_of_record": _hear_of_record}
)
"""By the command's action."""

# --- new records -----------------------------------------------------------------------------------------------------


def draft_for(kind: RecordKind, case: Case, policy: SupportPolicy) -> RecordDraft | Refusal:
    """What a new record of this kind, made from the case, begins with; or every reason why none can be.

    It takes the case's priority and, of the grades that have it in the policy's matrix, the case's own, else those of
    `grades_for`. Where the matrix has none: priority 5, impact and urgency 3 (ServiceNow's). Raises InvalidValue where
    there is no such kind.
    """
    priority, impact, urgency = _graded(case, policy)
    draft = RecordDraft(
        kind=kind,
        case=case.id,
        case_number=case.number,
        short_description=case.short_description,
        description=case.description,
        caller=respondent(case),
        caller_is_external=bool(case.contact or case.consumer),
        account=case.account,
        product=case.product,
        asset=case.asset,
        priority=priority,
        impact=impact,
        urgency=urgency,
    )
    refusals = (
        *((_ENDED,) if case.is_terminal else ()),
        *_full(_of_kind(case, kind)),
    )
    if refusals:
        return Refusal(refusals)
    return attrs.evolve(draft, suppress_requester_notifications=mutes_requester(case, kind))


def _graded(case: Case, policy: SupportPolicy) -> tuple[int, int, int]:
    """Priority, impact and urgency of a record that is made from the case."""
    if case.impact and case.urgency and priority_of(case.impact, case.urgency, policy) == case.priority:
        return case.priority, case.impact, case.urgency
    grades = grades_for(case.priority, policy)
    return (_PLANNING, _LOW, _LOW) if grades is None else (case.priority, *grades)
