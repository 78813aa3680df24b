"""What was used of entitlements: a ledger that is only ever added to, and the hours that go into it."""

from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.case import CHANNELS, Channel
from csmcore.model.fields import in_utc, is_id, is_text, one_of, optional, within
from csmcore.model.ids import CaseId, EntitlementId, TaskNumber, TimeEntryId

__all__ = ["CONSUMPTION_MILESTONES", "MAX_WORKED_SECONDS", "ConsumptionMilestone", "LedgerEntry", "TimeEntry"]

ConsumptionMilestone: TypeAlias = Literal["creation", "resolution", "close"]
CONSUMPTION_MILESTONES: tuple[ConsumptionMilestone, ...] = get_args(ConsumptionMilestone)

_MOST = 1 << 53
MAX_WORKED_SECONDS = 366 * 24 * 3600  # of one time entry: a year


@attrs.frozen(kw_only=True)
class LedgerEntry:
    """Units that a case took from an entitlement, or gave back: whole cases, or seconds where the unit is hours.

    ``sequence`` numbers an entitlement's entries 1, 2, 3; ``case_version`` is the version of the case that brought it.
    ``units`` are negative for what ``reverses`` an earlier entry of the same entitlement, by its sequence. The
    ``shortfall`` is what the case needed beyond what was left. Raises InvalidValue, NaiveDatetime.
    """

    entitlement: EntitlementId = attrs.field(validator=is_id)
    sequence: int = attrs.field(validator=within(1, _MOST))
    case: CaseId = attrs.field(validator=is_id)
    case_version: int = attrs.field(validator=within(1, _MOST))
    channel: Channel = attrs.field(validator=one_of(CHANNELS))
    milestone: ConsumptionMilestone = attrs.field(validator=one_of(CONSUMPTION_MILESTONES))
    units: int = attrs.field(validator=within(-_MOST, _MOST))
    shortfall: int = attrs.field(default=0, validator=within(0, _MOST))
    at: datetime
    reverses: int | None = attrs.field(default=None, validator=optional(within(1, _MOST)))

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC. Refuse units of the wrong sign, and a reversal of what is not yet there."""
        in_utc(self, "at")
        if (self.units < 0 and self.reverses is None) or (self.units > 0 and self.reverses is not None):
            raise InvalidValue("units", "what is taken is positive, what is given back negative", "turn the sign")
        if self.reverses is not None and self.reverses >= self.sequence:
            raise InvalidValue("reverses", "it is not an earlier entry", "name the entry that it undoes")


@attrs.frozen(kw_only=True)
class TimeEntry:
    """Time that was worked on a case, in whole seconds; hours entitlements are counted by it, and what service costs.

    ``by`` is who worked, ``task`` the task of the case that it was for; None: the case as a whole. Raises InvalidValue,
    NaiveDatetime.
    """

    id: TimeEntryId = attrs.field(validator=is_id)
    case: CaseId = attrs.field(validator=is_id)
    by: str = attrs.field(validator=is_id)
    seconds: int = attrs.field(validator=within(1, MAX_WORKED_SECONDS))
    at: datetime
    task: TaskNumber | None = attrs.field(default=None, validator=optional(is_id))
    text: str = attrs.field(default="", validator=is_text, repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")
