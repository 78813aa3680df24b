"""Rotas: who of a group is on duty, turn by turn."""

import re
from datetime import date, datetime
from typing import Any

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import in_utc, is_id, is_ids, is_text, within
from csmcore.model.ids import GroupId, RotaId, UserId
from csmcore.model.periods import is_day, is_zone

__all__ = ["Rota", "RotaSwap"]

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _is_time(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if not _TIME.fullmatch(value):
        raise InvalidValue(field.name, f"{shown(value)} is no time of day", "write it as 09:00")


@attrs.frozen(kw_only=True)
class RotaSwap:
    """Somebody who stands in from one instant to another, the second not included. Raises InvalidValue."""

    user: UserId = attrs.field(validator=is_id)
    starts_at: datetime
    ends_at: datetime

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC, and refuse them in the wrong order."""
        in_utc(self, "starts_at", "ends_at")
        if self.ends_at <= self.starts_at:
            raise InvalidValue("ends_at", "it is not after starts_at", "let the swap last for a while")


@attrs.frozen(kw_only=True)
class Rota:
    """Users who take turns of so many days, in their order and again, from ``starts_on`` at the ``handover`` time.

    Of swaps that overlap the last counts. Raises InvalidValue, UnknownTimeZone.
    """

    id: RotaId = attrs.field(validator=is_id)
    group: GroupId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    users: tuple[UserId, ...] = attrs.field(validator=is_ids)
    starts_on: date = attrs.field(validator=is_day)
    days: int = attrs.field(default=7, validator=within(1, 366))
    handover: str = attrs.field(default="09:00", validator=_is_time)
    timezone: str = attrs.field(default="UTC", validator=is_zone)
    swaps: tuple[RotaSwap, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse a rota of nobody."""
        if not self.users:
            raise InvalidValue("users", "nobody is on it", "name at least one user")
