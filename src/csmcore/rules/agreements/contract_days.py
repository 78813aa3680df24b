"""The days of a contract: when each begins and ends in its zone, and what lies inside what."""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from csmcore.calendars import WallClock, covered
from csmcore.model import ContractLine, ContractLineId, Reason, ServiceContract, SupportPolicy

__all__ = ["LAST_YEAR", "beginning", "downwards", "ending", "outside", "overlaps", "today"]

LAST_YEAR = 2199
"""What ends after this year does not end."""

_HORIZON = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)


def beginning(day: date | None, contract: ServiceContract, policy: SupportPolicy) -> datetime:
    """Local 00:00 of a day in the contract's zone, else the policy's; an open one was always."""
    return covered(day, None, contract.timezone or policy.timezone)[0]


def ending(contract: ServiceContract, policy: SupportPolicy) -> datetime | None:
    """Local 00:00 after its last day; None where it does not end."""
    until = covered(None, contract.ends_on, contract.timezone or policy.timezone)[1]
    return until if until < _HORIZON else None


def today(contract: ServiceContract, policy: SupportPolicy, now: datetime) -> date:
    """The date that it is for the contract."""
    return WallClock(contract.timezone or policy.timezone).reading(now).date()


def outside(
    what: str, days: tuple[date | None, date | None], whole: str, of_whole: tuple[date | None, date | None]
) -> Iterator[Reason]:
    """A reason for each day of a part that is not within those of the whole; what is open is as long as the whole."""
    first, last = of_whole
    for day in dict.fromkeys(days):
        if day is not None and not (first or day) <= day <= (last or day):
            span = f"{first or 'ever'} to {last or 'ever'}"
            yield Reason("outside_days", f"{what}: {day} is outside {span}, the days of {whole}", ("dates",))


def overlaps(one: tuple[date | None, date | None], two: tuple[date | None, date | None]) -> bool:
    """Whether two stretches of days share one; an open end is as far as there are days."""
    return all((first or date.min) <= (last or date.max) for first, last in ((one[0], two[1]), (two[0], one[1])))


def downwards(lines: Iterable[ContractLine], top: ContractLineId | None = None) -> Iterator[ContractLine]:
    """The lines that are parts of one, or all for None: each after the line that it is a part of."""
    parts: dict[ContractLineId | None, list[ContractLine]] = {}
    for line in lines:
        parts.setdefault(line.parent, []).append(line)
    waiting = deque(parts.get(top, ()))
    while waiting:
        line = waiting.popleft()
        yield line
        waiting.extend(parts.get(line.id, ()))
