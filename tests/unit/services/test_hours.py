"""By whose hours a clock runs in a service: the account's, the asset's location's, the group's that has the case."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.calendars import BusinessCalendar, WeeklyHours
from csmcore.model import AgreementBook, AssignCase, Goal, Group, GroupId, Location, LocationId, SlaDefinition
from csmcore.services import CaseService
from tests.unit.services.desk import ANN, BOOK, JO, LIVE, POLICY, WANTED, at, made

LATE = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 12:00-20:00"), floating=True)


def service(**definition: Any) -> tuple[CaseService, SettableClock]:
    """A service whose one promise takes its hours from somewhere; it is Monday, 09:00."""
    promise = made(
        SlaDefinition, id="hours", calendar="office", goals=(Goal(timedelta(hours=4)),), start=LIVE, **definition
    )
    policy = attrs.evolve(POLICY, calendars={**POLICY.calendars, "late": LATE}, definitions=(promise,))
    book = attrs.evolve(BOOK, **hours_of(BOOK))
    clock = SettableClock(at("12 09:00"))
    return CaseService(MemoryHost(policy, book, clock=clock)), clock


def hours_of(book: AgreementBook) -> dict[str, Any]:
    """The same customers with hours: the account's, and those of the place where its press stands."""
    accounts = {
        key: attrs.evolve(each, calendar="late", timezone="Europe/Athens") for key, each in book.accounts.items()
    }
    assets = {key: attrs.evolve(each, location=LocationId("hall")) for key, each in book.assets.items()}
    return {
        "accounts": accounts,
        "assets": assets,
        "locations": {LocationId("hall"): Location(id=LocationId("hall"), calendar="always")},
        "groups": {GroupId("late"): Group(id=GroupId("late"), calendar="late", timezone="America/New_York")},
    }


@pytest.mark.parametrize(
    ("sources", "due"),
    [
        ({}, "12 13:00"),  # the office: 9-13
        ({"calendar_source": ("account.calendar",)}, "12 16:00"),  # 12-16 UTC: the zone is not asked
        (
            {"calendar_source": ("account.calendar",), "timezone_source": ("account.timezone",)},
            "12 14:00",
        ),  # 12-16 UTC+2
        ({"calendar_source": ("location.calendar",)}, "12 13:00"),  # around the clock
        ({"calendar_source": ("group.calendar", "location.calendar")}, "12 13:00"),  # no group yet
    ],
)
def test_a_clock_runs_by_the_hours_that_its_source_names(sources: dict[str, Any], due: str) -> None:
    """The case's account, the location of its asset: each may have a calendar and a zone."""
    desk, _ = service(**sources)
    (clock,) = desk.open(WANTED, JO).sla.clocks
    assert clock.due_at == at(due)


def test_another_group_has_other_hours() -> None:
    """Two hours of the office, then the group's: 12:00 in New York is 17:00 UTC, and two hours are left."""
    desk, clock = service(calendar_source=("group.calendar",), timezone_source=("group.timezone",))
    case = desk.open(WANTED, JO).case.id
    clock.set(at("12 11:00"))
    (moved,) = desk.apply(case, AssignCase(group=GroupId("late")), ANN).sla.clocks
    assert (moved.calendar, moved.timezone, moved.due_at) == ("late", "America/New_York", at("12 19:00"))
    (explanation,) = desk.explain(case)
    assert explanation.calendar_reason.code == "calendar_segments"
    assert "America/New_York" in explanation.calendar_reason.text
