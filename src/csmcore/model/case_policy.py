"""How a vendor works its cases, where the flow leaves it a choice."""

from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import is_id, is_written, one_of, optional, within

__all__ = ["AutoClose", "BlockerRule", "CasePolicy", "DayCount"]

DayCount: TypeAlias = Literal["calendar", "business"]
BlockerRule: TypeAlias = Literal["allow", "warn", "forbid"]

_MOST_DAYS = 3_650
_REMINDER = "Please tell us whether this solves it. Without an answer the case will close by itself."
_CLOSING = "The case was closed by itself, since there was no answer."


def _in_order(_: object, field: "attrs.Attribute[Any]", days: tuple[int, ...]) -> None:
    """Numbers of days that grow."""
    for day in days:
        within(1, _MOST_DAYS)(None, field, day)
    if list(days) != sorted(set(days)):
        raise InvalidValue(field.name, "the days do not grow", "list them from the first to the last, each once")


@attrs.frozen(kw_only=True)
class AutoClose:
    """When a resolved case that nobody answers closes by itself (ServiceNow's defaults), and what its customer is told.

    Days count from the solution, or from the customer's last comment: ``calendar`` days of 24 hours each, or the
    ``business`` days of a ``calendar`` of the policy. Raises InvalidValue.
    """

    after_days: int = attrs.field(default=10, validator=within(1, _MOST_DAYS))
    reminders: tuple[int, ...] = attrs.field(default=(5,), validator=_in_order)
    counts: DayCount = attrs.field(default="calendar", validator=one_of(get_args(DayCount)))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    reminder_text: str = attrs.field(default=_REMINDER, validator=is_written)
    closing_text: str = attrs.field(default=_CLOSING, validator=is_written)

    def __attrs_post_init__(self) -> None:
        """Refuse business days of no calendar, and reminders that come too late."""
        if (self.counts == "business") != (self.calendar is not None):
            raise InvalidValue(
                "calendar", "only business days have a calendar, and they need one", "name it, or drop it"
            )
        if self.reminders and self.reminders[-1] >= self.after_days:
            raise InvalidValue("reminders", "one comes no earlier than the close", "use fewer days than after_days")


@attrs.frozen(kw_only=True)
class CasePolicy:
    """Choices about the working of cases.

    ``auto_close``: None leaves resolved cases as they are, whatever their flag says. ``on_open_blockers``: whether
    agents may resolve and close a case that still waits for something. ``cancel_open_tasks``: whether a case that ends
    takes its open tasks with it. ``cases_a_day`` and ``comments_a_day`` bound what one consumer may send in 24 hours
    (ServiceNow's are 10, and 25 for one case); two cases that are opened at one instant may pass the bound by one.
    Raises InvalidValue.
    """

    auto_close: AutoClose | None = None
    on_open_blockers: BlockerRule = attrs.field(default="allow", validator=one_of(get_args(BlockerRule)))
    cancel_open_tasks: bool = False
    cases_a_day: int | None = attrs.field(default=None, validator=optional(within(1, 1_000_000)))
    comments_a_day: int | None = attrs.field(default=None, validator=optional(within(1, 1_000_000)))
