"""Households: consumers who live together, for as long as they do."""

from collections.abc import Iterator
from datetime import date

import attrs

from csmcore.errors import InvalidValue, LimitExceeded, shown
from csmcore.model.fields import is_id, is_written, optional
from csmcore.model.ids import ConsumerId, HouseholdId
from csmcore.model.periods import in_order, is_day

__all__ = ["Household", "HouseholdMember"]

_MOST = 1_000


@attrs.frozen(kw_only=True)
class HouseholdMember:
    """A consumer who belongs to a household from ``starts_on`` to ``ends_on``, both included; either may be open.

    ``is_primary`` marks the household as the main one of those that the consumer is in. Raises InvalidValue.
    """

    consumer: ConsumerId = attrs.field(validator=is_id)
    starts_on: date | None = attrs.field(default=None, validator=optional(is_day))
    ends_on: date | None = attrs.field(default=None, validator=optional(is_day))
    is_primary: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order."""
        in_order(self, "starts_on", "ends_on")

    def is_current(self, day: date) -> bool:
        """Whether they belong to it on that day."""
        return (self.starts_on or day) <= day <= (self.ends_on or day)


@attrs.frozen(kw_only=True)
class Household:
    """Consumers who live together. Who left may come again: each stay is a member of its own, and no two overlap.

    ``head`` sees to the household's cases. Raises InvalidValue.
    """

    id: HouseholdId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    head: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    members: tuple[HouseholdMember, ...] = attrs.field(default=())

    def __attrs_post_init__(self) -> None:
        """Refuse a consumer who is a member twice at once, and a head who never was one."""
        if len(self.members) > _MOST:
            raise LimitExceeded("members", "members", _MOST)
        for consumer in _twice_at_once(self.members):
            raise InvalidValue("members", f"{shown(consumer)} is a member twice at once", "let one stay end first")
        if self.head is not None and all(member.consumer != self.head for member in self.members):
            raise InvalidValue("head", f"{shown(self.head)} is no member", "name one of the members")

    def members_on(self, day: date) -> tuple[ConsumerId, ...]:
        """Who belongs to it on that day, in the order of the members."""
        return tuple(member.consumer for member in self.members if member.is_current(day))


def _twice_at_once(members: tuple[HouseholdMember, ...]) -> Iterator[ConsumerId]:
    ended: dict[ConsumerId, date] = {}
    for member in sorted(members, key=lambda one: (one.consumer, one.starts_on or date.min)):
        before = ended.get(member.consumer)
        if before is not None and (member.starts_on or date.min) <= before:
            yield member.consumer
        ended[member.consumer] = member.ends_on or date.max
