"""Households: who comes, who leaves, who is the head, and which of their households is a consumer's main one."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import attrs

from csmcore.errors import shown
from csmcore.model import Consumer, ConsumerId, Household, HouseholdId, HouseholdMember, Reason, Refusal

__all__ = [
    "add_household_member",
    "end_membership",
    "head_on",
    "is_member",
    "make_head",
    "make_primary_household",
    "primary_household",
]

_UNKNOWN = Reason("unknown_consumer", "there is no such consumer", ("consumer",))
_UNIDENTIFIED = Reason("unidentified_consumer", "nobody knows who the consumer is", ("consumer",))
_INACTIVE = Reason("inactive_consumer", "the consumer is inactive", ("consumer",))
_TWICE = Reason("member_already", "the consumer is a member then already", ("consumer",))
_NEW_HEAD = Reason("new_head_needed", "the head leaves and others stay: say who is head then", ("head",))

_DAY = timedelta(days=1)


def is_member(household: Household, consumer: ConsumerId, day: date) -> bool:
    """Whether they belong to it on that day."""
    return consumer in household.members_on(day)


def head_on(household: Household, day: date) -> ConsumerId | None:
    """The head, on a day on which they belong to it; their stay may have ended without another head."""
    head = household.head
    return head if head is not None and is_member(household, head, day) else None


def add_household_member(
    household: Household, consumer: Consumer | None, starts_on: date | None, ends_on: date | None = None
) -> Household | Refusal:
    """The household with one more stay, from the first day to the last, both included; either may be open.

    ``consumer`` is None where there is no such one. Who left may come again, but nobody is there twice at once. Raises
    InvalidValue (days in the wrong order), LimitExceeded.
    """
    if consumer is None:
        return Refusal((_UNKNOWN,))
    stay = HouseholdMember(consumer=consumer.id, starts_on=starts_on, ends_on=ends_on)
    wrong = {
        _UNIDENTIFIED: consumer.is_unknown,
        _INACTIVE: not consumer.active,
        _TWICE: any(_overlap(stay, other) for other in household.members),
    }
    reasons = tuple(reason for reason, holds in wrong.items() if holds)
    return Refusal(reasons) if reasons else attrs.evolve(household, members=(*household.members, stay))


def end_membership(
    household: Household, consumer: ConsumerId, last_day: date, new_head: ConsumerId | None = None
) -> Household | Refusal:
    """The household in which their stay ends with that day. Where the head leaves others behind, one of them is head.

    ``new_head`` must belong to it on the day after, and is head from now on.
    """
    stays = household.members_on(last_day + _DAY if last_day < date.max else last_day)
    remaining = tuple(one for one in stays if one != consumer)
    reasons = tuple(_cannot_leave(household, consumer, last_day, new_head, remaining))
    if reasons:
        return Refusal(reasons)
    members = tuple(
        attrs.evolve(one, ends_on=last_day) if one.consumer == consumer and one.is_current(last_day) else one
        for one in household.members
    )
    head = None if household.head == consumer else household.head
    return attrs.evolve(household, members=members, head=new_head or head)


def make_head(household: Household, consumer: ConsumerId, day: date) -> Household | Refusal:
    """The household with another head, who belongs to it on that day."""
    if not is_member(household, consumer, day):
        return Refusal((_no_member(consumer, "head"),))
    return attrs.evolve(household, head=consumer)


def primary_household(consumer: ConsumerId, households: Iterable[Household], day: date) -> Household | None:
    """The main one of the households that the consumer is in on that day; None where none is marked so."""
    return next((one for one in households if any(_is_main(stay, consumer, day) for stay in one.members)), None)


def make_primary_household(
    consumer: ConsumerId, household: HouseholdId, households: Iterable[Household], day: date
) -> tuple[Household, ...] | Refusal:
    """The households that change when one becomes the consumer's main one, on that day and later.

    ``households`` are all that the consumer is in. There is at most one main one a day; days gone by stay as they were.
    """
    known = tuple(households)
    if not any(one.id == household and is_member(one, consumer, day) for one in known):
        return Refusal((_no_member(consumer, "household"),))
    marked = tuple(_marked(one, consumer, day, is_main=one.id == household) for one in known)
    return tuple(after for before, after in zip(known, marked, strict=True) if after != before)


def _overlap(stay: HouseholdMember, other: HouseholdMember) -> bool:
    begins = max(stay.starts_on or date.min, other.starts_on or date.min)
    ends = min(stay.ends_on or date.max, other.ends_on or date.max)
    return stay.consumer == other.consumer and begins <= ends


def _cannot_leave(
    household: Household,
    consumer: ConsumerId,
    last_day: date,
    new_head: ConsumerId | None,
    remaining: tuple[ConsumerId, ...],
) -> Iterator[Reason]:
    if not is_member(household, consumer, last_day):
        yield _no_member(consumer, "consumer")
    if new_head is not None and new_head not in remaining:
        yield _no_member(new_head, "head")
    if new_head is None and household.head == consumer and remaining:
        yield _NEW_HEAD


def _no_member(consumer: ConsumerId, field: str) -> Reason:
    return Reason("no_member", f"{shown(consumer)} is no member on that day", (field,))


def _is_main(stay: HouseholdMember, consumer: ConsumerId, day: date) -> bool:
    return stay.is_primary and stay.consumer == consumer and stay.is_current(day)


def _marked(household: Household, consumer: ConsumerId, day: date, *, is_main: bool) -> Household:
    members = tuple(
        attrs.evolve(stay, is_primary=is_main and stay.is_current(day))
        if stay.consumer == consumer and (stay.ends_on or day) >= day
        else stay
        for stay in household.members
    )
    return attrs.evolve(household, members=members)
