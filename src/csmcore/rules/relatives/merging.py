"""Duplicates: one case goes on in another. Both keep what they have, and their histories can be read as one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from heapq import merge
from types import MappingProxyType
from typing import Any

from csmcore.errors import shown
from csmcore.model import Action, Case, LogEntry, MergeCase, Order, Reason, Refusal
from csmcore.rules.cases.case_types import parties_in
from csmcore.rules.cases.flows import flow_of
from csmcore.rules.cases.moments import Moment, details_of, respondent
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.relatives.propagating import LIVE

__all__ = ["MERGING", "merged_histories", "unmergeable"]

_MOST_INFORMED = 1_000  # as a case has it
_PEOPLE = ("contact", "consumer", "requested_by")

_ITSELF = Reason("own_duplicate", "a case is not merged into itself", ("into",))
_OTHER_CUSTOMER = Reason("other_customer", "it is the case of another customer", ("into",))
_HAS_CHILDREN = Reason("has_children", "the case has children: they would be left without it", ("children",))
_TOO_MANY = Reason("too_many_informed", f"together they inform over {_MOST_INFORMED:,} people", ("informed_users",))


def merged_histories(entries: Iterable[LogEntry], others: Iterable[LogEntry]) -> tuple[LogEntry, ...]:
    """The histories of two cases as one stream in the order of time; each entry names the case that it is of.

    Each history comes in the order of its versions. Law: what the stream has of each case is its history, unchanged;
    of one instant, the first case's entries come first.
    """
    return tuple(merge(entries, others, key=_at))


def _at(entry: LogEntry) -> datetime:
    """When it was; every entry has an event."""
    return entry.events[0].at


def _merge_case(moment: Moment, command: MergeCase) -> Step | Refusal:
    return _taken_in(moment, command) if moment.by == "system" else _gone_in(moment, command)


def _gone_in(moment: Moment, command: MergeCase) -> Step | Refusal:
    """The duplicate is cancelled, and the other case is told who wants to be informed there."""
    case, known = moment.case, _target(moment, command)
    refusals = (*_unfit(case, command, known), *unmergeable(moment))
    people = () if known is None else _informed(known, _people(case))
    if known is not None and len(known.informed_users) + len(people) > _MOST_INFORMED:
        refusals += (_TOO_MANY,)
    if refusals or known is None:
        return Refusal(refusals)
    changes = {"state": moment.to, "cancelled_at": moment.now, "cancelled_by": moment.actor.id}
    changes |= {"cancelled_reason": f"merged into {known.number}", "merged_into": known.id}
    order = Order.of(
        MergeCase(duplicate=case.id, informed_users=people),
        known.id,
        f"{case.id}/{case.version + 1}/merge/{known.id}",
    )
    step = moment.step(Happening("case_merged", changes), orders=(order,))
    return step._replace(relies_on={known.id: known.version})


def unmergeable(moment: Moment) -> Iterator[Reason]:
    """Why the case goes into no other, whichever that is; it may still take a duplicate in."""
    if moment.by != "system" and moment.facts.children:
        yield _HAS_CHILDREN


def _target(moment: Moment, command: MergeCase) -> Case | None:
    """The other case. One whose type hides it from the actor is as unknown as one that there is not."""
    target = moment.facts.merge_target
    if target is None or target.id != command.into:
        return None
    return target if parties_in(flow_of(moment.flows, target.case_type), target, moment.actor, moment.facts) else None


def _unfit(case: Case, command: MergeCase, target: Case | None) -> Iterator[Reason]:
    if command.into == case.id:
        yield _ITSELF
    elif target is None:
        yield Reason("unknown_case", f"{shown(command.into)}: no such case", ("into",))
    else:
        if target.merged_into is not None:
            text = f"it was merged itself: merge into {shown(target.merged_into)}"
            yield Reason("target_merged", text, ("into",))
        elif target.state not in LIVE:
            yield Reason("target_not_live", f"it is {target.state}: nobody works on it", ("into",))
        if _customer(target) != _customer(case):
            yield _OTHER_CUSTOMER


def _customer(case: Case) -> tuple[str | None, ...]:
    """Whose case it is: the account's or consumer's, else the one person's who is named."""
    if case.account is not None or case.consumer is not None:
        return case.account, case.consumer
    return None, None, case.contact, case.requested_by


def _people(case: Case) -> tuple[str, ...]:
    """Who hears of the case: its informed users, and those whose it is."""
    named_on_it = (getattr(case, name) for name in _PEOPLE)
    return tuple(dict.fromkeys([*case.informed_users, *(one for one in named_on_it if one is not None)]))


def _informed(case: Case, people: Iterable[str]) -> tuple[str, ...]:
    """Those of the people who do not hear of the case yet."""
    known = {*case.informed_users, respondent(case)}
    return tuple(person for person in people if person not in known)


def _taken_in(moment: Moment, command: MergeCase) -> Step | Refusal:
    """The other case notes the duplicate, and informs its people too."""
    case = moment.case
    people = (*case.informed_users, *_informed(case, command.informed_users))
    if len(people) > _MOST_INFORMED:
        return Refusal((_TOO_MANY,))
    note = moment.work_note(f"{command.duplicate} was merged into this case.")
    changes = {"informed_users": people} if people != case.informed_users else {}
    details = {**details_of(note), "duplicate": command.duplicate}
    return moment.step(Happening("case_merged", changes, details), activity=(note,))


MERGING: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType({"merge_case": _merge_case})
"""By the command's action."""
