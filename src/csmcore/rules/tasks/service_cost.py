"""What serving a case cost: its time at hourly rates, and the units of entitlements that it used."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce
from typing import Any, TypeVar

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model import EntitlementId, LedgerEntry, TaskNumber, TimeEntry, frozen

__all__ = ["CostLine", "HourlyRates", "ServiceCost", "cost_of"]

_Key = TypeVar("_Key")

_HOUR = 3_600
_SIXTY = 60
_MOST = Decimal(10**12)
_MOST_PLACES = 6
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_NO_RATES: Mapping[str, Decimal] = frozen({})


def _is_rate(_: object, field: "attrs.Attribute[Any]", value: Decimal) -> None:
    if not (type(value) is Decimal and value.is_finite() and not value.is_signed() and value <= _MOST):
        raise InvalidValue(field.name, f"{shown(value)} is no rate", "give a Decimal from 0 to a million million")


def _are_rates(_: object, field: "attrs.Attribute[Any]", rates: Mapping[str, Decimal]) -> None:
    for rate in rates.values():
        _is_rate(_, field, rate)


def _is_currency(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if not (value.isascii() and value.isalpha() and value.isupper() and len(value) == len("EUR")):
        raise InvalidValue(field.name, f"{shown(value)} is no currency", "give its three letters, such as 'EUR'")


def _are_places(_: object, field: "attrs.Attribute[Any]", value: int) -> None:
    if not (type(value) is int and 0 <= value <= _MOST_PLACES):
        raise InvalidValue(field.name, f"{shown(value)} are no places", f"give 0 to {_MOST_PLACES}")


@attrs.frozen(kw_only=True)
class HourlyRates:
    """What an hour of work costs: of most people, and of some ``users``. In one currency, by its ISO 4217 letters.

    ``places`` is how many digits its smallest unit has after the point. Raises InvalidValue.
    """

    currency: str = attrs.field(validator=_is_currency)
    hourly: Decimal = attrs.field(validator=_is_rate)
    users: Mapping[str, Decimal] = attrs.field(default=_NO_RATES, converter=frozen, validator=_are_rates)
    places: int = attrs.field(default=2, validator=_are_places)

    def of(self, user: str) -> Decimal:
        """What an hour of this user costs."""
        return self.users.get(user, self.hourly)


@attrs.frozen(kw_only=True)
class CostLine:
    """The time of one user on one task (None: on the case as a whole), and what it cost."""

    task: TaskNumber | None
    user: str
    seconds: int
    rate: Decimal
    cost: Decimal

    def __str__(self) -> str:
        """The time and the rate that make the cost, without a currency."""
        time = _hours(self.seconds)
        return f"{self.task or 'the case'}, {self.user}: {time} hours at {self.rate} are {self.cost}"


@attrs.frozen(kw_only=True)
class ServiceCost:
    """What was spent on a case: ``seconds`` of work, and its cost as the sum of the ``lines``, each rounded once.

    ``units`` are what the case used of each entitlement, net of what it gave back: cases, or seconds where the unit is
    hours; entitlements of which it used nothing in the end are left out.
    """

    currency: str
    seconds: int
    cost: Decimal
    lines: tuple[CostLine, ...]
    units: Mapping[EntitlementId, int]

    @property
    def by_task(self) -> Mapping[TaskNumber | None, Decimal]:
        """The cost of each task; None: of the case as a whole."""
        return _sums((line.task, line.cost) for line in self.lines)

    @property
    def by_user(self) -> Mapping[str, Decimal]:
        """The cost of each user's time."""
        return _sums((line.user, line.cost) for line in self.lines)

    def __str__(self) -> str:
        """Every line, then the sum."""
        total = f"{_hours(self.seconds)} hours: {self.cost} {self.currency}"
        return "\n".join((*map(str, self.lines), total))


def _sums(costs: Iterable[tuple[_Key, Decimal]]) -> Mapping[_Key, Decimal]:
    sums: dict[_Key, Decimal] = {}
    for key, cost in costs:
        sums[key] = _EXACT.add(sums[key], cost) if key in sums else cost
    return frozen(sums)


def cost_of(time: Iterable[TimeEntry], rates: HourlyRates, used: Iterable[LedgerEntry] = ()) -> ServiceCost:
    """What the time of a case, and what it used of entitlements, come to for finance.

    The time of each user on each task is summed to the second and rounded once, half to even, to the currency's
    smallest unit. Laws: the order of the entries makes no difference, nor that time is entered in parts; what is shown
    adds up: cost by task and cost by user both sum to the cost. Whole numbers and decimals throughout, never floats.
    """
    worked: Counter[tuple[TaskNumber | None, str]] = Counter()
    for entry in time:
        worked[entry.task, entry.by] += entry.seconds
    held = sorted(worked.items(), key=lambda item: (item[0][0] or "", item[0][1]))
    lines = tuple(_line(task, user, seconds, rates) for (task, user), seconds in held)
    units: Counter[EntitlementId] = Counter()
    for taken in used:
        units[taken.entitlement] += taken.units
    return ServiceCost(
        currency=rates.currency,
        seconds=sum(line.seconds for line in lines),
        cost=reduce(_EXACT.add, (line.cost for line in lines), Decimal(0).scaleb(-rates.places)),
        lines=lines,
        units=frozen({name: units[name] for name in sorted(units) if units[name]}),
    )


def _line(task: TaskNumber | None, user: str, seconds: int, rates: HourlyRates) -> CostLine:
    rate = rates.of(user)
    exact = _EXACT.divide(_EXACT.multiply(rate, Decimal(seconds)), Decimal(_HOUR))
    cost = _EXACT.quantize(exact, Decimal(1).scaleb(-rates.places))
    return CostLine(task=task, user=user, seconds=seconds, rate=rate, cost=cost)


def _hours(seconds: int) -> str:
    minutes, rest = divmod(seconds, _SIXTY)
    hours, minutes = divmod(minutes, _SIXTY)
    return f"{hours}:{minutes:02}:{rest:02}"
