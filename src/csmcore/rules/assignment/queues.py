"""Where cases wait: who may take one that has waited so long, and which one an agent takes next.

Law: the longer a case waits, the more agents may take it; none is ever lost to it by waiting.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain

import attrs

from csmcore.calendars import as_utc
from csmcore.conditions import Record
from csmcore.errors import shown
from csmcore.model import (
    Assignment,
    CaseId,
    GroupId,
    NextCase,
    Queue,
    Reason,
    SkillId,
    SkippedCase,
    UserId,
    WaitingCase,
)
from csmcore.rules.assignment.assigning import ASSIGNED, found_by, holders, kept
from csmcore.rules.assignment.measuring import Asked, reason_of
from csmcore.rules.assignment.plan import AssignmentPlan, PlannedQueue
from csmcore.rules.assignment.roster import Agent, Roster
from csmcore.rules.assignment.search import Search

__all__ = ["assign_waiting", "next_case_for", "queue_of", "waited"]

_NO_QUEUE = Reason("no_queue", "no queue takes the case", ("queue",))
_NOTHING_WAITS = Reason("nothing_waits", "no case waits that they may take", ("case",))
_LAST = 1 << 31  # a priority after all others


def queue_of(record: Record, plan: AssignmentPlan) -> Queue | None:
    """The queue that a case belongs to: of those whose conditions hold the one of lowest order, then id."""
    planned = plan.queue_for(record)
    return planned and planned.queue


def waited(case: WaitingCase, queue: Queue, plan: AssignmentPlan, now: datetime) -> timedelta:
    """How long the case has waited in the queue: open time of its calendar, or real time. Raises NaiveDatetime."""
    name = queue.calendar
    return as_utc(now) - case.since if name is None else plan.calendars[name].elapsed(case.since, now)


def assign_waiting(case: WaitingCase, roster: Roster, plan: AssignmentPlan, now: datetime) -> Assignment:
    """The best of the agents who may take a waiting case now; its ranking has all of them, and why the others may not.

    Of the queue's agents by the matching rule that it names, else whoever was not given a case for longest. With nobody
    who fits it stays with the queue's first group. Raises NaiveDatetime, OutOfRange.
    """
    at = as_utc(now)
    blank = Assignment(at=at, considered=len(roster))
    if "assigned_to" in holders(case.record):
        return kept(blank, case.record)
    planned = plan.queue_for(case.record)
    if planned is None:
        return attrs.evolve(blank, reasons=(_NO_QUEUE,))
    queue = planned.queue
    groups, search = _search(case, planned, roster, plan, at)
    reason = Reason("in_queue", f"it waits in queue {queue.id}", ("queue",))
    given = attrs.evolve(blank, group=queue.groups[0], queue=queue.id, matching=queue.matching, reasons=(reason,))
    return found_by(search, given, case.record, plan, groups)


def next_case_for(
    user: UserId, waiting: Iterable[WaitingCase], roster: Roster, plan: AssignmentPlan, now: datetime
) -> NextCase:
    """The case that an agent is to take next: of those they may take the one of lowest priority number.

    Then the one that waits for longest, then the lower id; a case without a priority comes last. Law: the order of
    ``waiting`` changes nothing. Raises NaiveDatetime, OutOfRange.
    """
    agent = roster.agent(user)
    if agent is None:
        return NextCase(user=user, reasons=(Reason("unknown_user", f"there is no user {shown(user)}", ("user",)),))
    skipped: list[SkippedCase] = []
    for case in sorted(waiting, key=_urgency):
        reasons = _against(case, agent, roster, plan, now)
        if not reasons:
            queue = queue_of(case.record, plan)
            return NextCase(user=user, case=case.id, queue=queue.id if queue else None, skipped=tuple(skipped))
        skipped.append(SkippedCase(case.id, reasons))
    return NextCase(user=user, reasons=(_NOTHING_WAITS,), skipped=tuple(skipped))


def _urgency(case: WaitingCase) -> tuple[int, datetime, CaseId]:
    priority = case.record.get("priority")
    return priority if isinstance(priority, int) else _LAST, case.since, case.id


def _against(
    case: WaitingCase, agent: Agent, roster: Roster, plan: AssignmentPlan, now: datetime
) -> tuple[Reason, ...]:
    """Every reason why a waiting case is not for an agent."""
    reasons = (ASSIGNED,) if "assigned_to" in holders(case.record) else ()
    planned = plan.queue_for(case.record)
    if planned is None:
        return (*reasons, _NO_QUEUE)
    _, search = _search(case, planned, roster, plan, now)
    return (*reasons, *map(reason_of, search.against(agent)))


def _search(
    case: WaitingCase, planned: PlannedQueue, roster: Roster, plan: AssignmentPlan, now: datetime
) -> tuple[tuple[GroupId, ...], Search]:
    """The groups that may take a case by now, and the search among their members for the skills that it still needs."""
    queue, rule = planned.queue, planned.matching
    wait = waited(case, queue, plan, now)
    due = [spill for spill in queue.spills if spill.after <= wait]
    groups = tuple(dict.fromkeys((*queue.groups, *chain.from_iterable(spill.groups for spill in due))))
    lower = max((spill.levels for spill in due), default=0)
    dropped = {skill for spill in due for skill in spill.drops}

    def still(needed: Iterable[tuple[SkillId, int]]) -> dict[SkillId, int]:
        lowest: dict[SkillId, int] = {}
        for skill, level in needed:
            if skill not in dropped:
                lowest[skill] = max(level - lower, 1, lowest.get(skill, 0))
        return lowest

    asked = Asked.about(case.facts, now)
    asked = attrs.evolve(asked, needed=still(asked.needed.items()))
    skills = still((one.skill, one.level) for one in (*queue.skills, *rule.skills))
    bare = attrs.evolve(rule, skills=())
    return groups, Search.by(bare, roster, asked, pools=(frozenset(groups),), required=queue.requires, skills=skills)
