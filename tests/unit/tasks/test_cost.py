"""What service cost: time at hourly rates in one currency, and the units of entitlements."""

import decimal
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from csmcore.errors import InvalidValue
from csmcore.model import LedgerEntry, TimeEntry
from csmcore.rules import CostLine, HourlyRates, cost_of
from tests.unit.tasks.desk import NOON, name

EUROS = HourlyRates(currency="EUR", hourly=Decimal(60), users={"ann": Decimal("75.50")})


def worked(seconds: int, by: str = "pia", task: int | None = None) -> TimeEntry:
    """An entry of somebody's time."""
    fields: dict[str, Any] = {"id": "t", "case": "case-1", "by": by, "seconds": seconds, "at": NOON}
    return TimeEntry(**fields, task=None if task is None else name(task))


def used(entitlement: str, sequence: int, units: int, reverses: int | None = None) -> LedgerEntry:
    """An entry of a ledger."""
    fields: dict[str, Any] = {"case": "case-1", "case_version": 2, "channel": "web", "milestone": "close", "at": NOON}
    return LedgerEntry(entitlement=entitlement, sequence=sequence, units=units, reverses=reverses, **fields)  # type: ignore[arg-type]


def test_time_costs_what_an_hour_of_each_costs() -> None:
    """By task and user, in order, the case as a whole first."""
    found = cost_of([worked(1800), worked(900, "ann", 1), worked(900, "pia", 1), worked(1800)], EUROS)
    assert found.lines == (
        CostLine(task=None, user="pia", seconds=3600, rate=Decimal(60), cost=Decimal("60.00")),
        CostLine(task=name(1), user="ann", seconds=900, rate=Decimal("75.50"), cost=Decimal("18.88")),
        CostLine(task=name(1), user="pia", seconds=900, rate=Decimal(60), cost=Decimal("15.00")),
    )
    assert (found.currency, found.seconds, found.cost) == ("EUR", 5400, Decimal("93.88"))
    assert found.by_task == {None: Decimal("60.00"), name(1): Decimal("33.88")}
    assert found.by_user == {"pia": Decimal("75.00"), "ann": Decimal("18.88")}


def test_a_cost_explains_itself() -> None:
    """Line by line, and the sum."""
    assert str(cost_of([worked(5400), worked(61, "ann", 1)], EUROS)) == (
        "the case, pia: 1:30:00 hours at 60 are 90.00\n"
        "CSTASK-CS1-1, ann: 0:01:01 hours at 75.50 are 1.28\n"
        "1:31:01 hours: 91.28 EUR"
    )
    assert str(cost_of((), EUROS)) == "0:00:00 hours: 0.00 EUR"


def test_units_are_net() -> None:
    """What was given back does not count; what comes to nothing is left out."""
    entries = [
        used("e2", 1, 1),
        used("e1", 1, 5400),
        used("e2", 2, -1, 1),
        used("e1", 2, -5400, 1),
        used("e1", 3, 7200),
    ]
    assert cost_of((), EUROS, entries).units == {"e1": 7200}


@pytest.mark.parametrize(("places", "cost"), [(0, "1"), (2, "0.83"), (6, "0.833333")])
def test_the_smallest_unit_is_the_currencys(places: int, cost: str) -> None:
    """Yen have no places."""
    rates = HourlyRates(currency="JPY", hourly=Decimal(50), places=places)
    assert str(cost_of([worked(60)], rates).cost) == cost


@pytest.mark.parametrize(("rate", "cost"), [("0.01", "0.00"), ("0.03", "0.02"), ("0.05", "0.02")])
def test_halves_go_to_the_even(rate: str, cost: str) -> None:
    """Half a cent is no cent, one and a half are two, two and a half are two."""
    rates = HourlyRates(currency="EUR", hourly=Decimal(rate))
    assert str(cost_of([worked(1800)], rates).cost) == cost


def test_costs_are_those_of_fractions_in_any_order() -> None:
    """Beside exact fractions; in parts or whole, forwards or backwards, whatever the host's own precision is."""
    random = Random(1)
    for _ in range(200):
        entries = [
            worked(random.randint(1, 90_000), random.choice("abc"), random.choice((None, 1, 2)))
            for _ in range(random.randint(0, 12))
        ]
        rates = HourlyRates(
            currency="EUR", hourly=Decimal(random.randint(0, 10**6)).scaleb(-3), users={"a": Decimal(7)}
        )
        sums: dict[Any, int] = {}
        for entry in entries:
            sums[entry.task, entry.by] = sums.get((entry.task, entry.by), 0) + entry.seconds
        cents = {key: round(Fraction(rates.of(key[1])) * seconds / 36) for key, seconds in sums.items()}
        with decimal.localcontext() as context:
            context.prec = 3
            found = cost_of(reversed(entries), rates)
        assert {(line.task, line.user): line.cost * 100 for line in found.lines} == cents
        assert found.cost * 100 == sum(cents.values())
        assert sum(found.by_task.values()) == sum(found.by_user.values()) == found.cost
        assert found == cost_of(entries, rates)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"currency": "eur"}, "currency"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "€€€"}, "currency"),
        ({"hourly": 60.0}, "hourly"),
        ({"hourly": 60}, "hourly"),
        ({"hourly": Decimal(-1)}, "hourly"),
        ({"hourly": Decimal("NaN")}, "hourly"),
        ({"hourly": Decimal("Infinity")}, "hourly"),
        ({"hourly": Decimal(10) ** 13}, "hourly"),
        ({"users": {"ann": Decimal("-0.01")}}, "users"),
        ({"users": {"ann": 75.5}}, "users"),
        ({"places": -1}, "places"),
        ({"places": 7}, "places"),
        ({"places": True}, "places"),
    ],
)
def test_rates_are_decimals_of_a_currency(fields: dict[str, Any], path: str) -> None:
    """No floats, nothing negative or endless."""
    with pytest.raises(InvalidValue) as caught:
        HourlyRates(**{"currency": "EUR", "hourly": Decimal(60), **fields})
    assert caught.value.path == path
