"""Recurrence rules that would not end, name no date, or are no rules: refused quickly; those admitted stay quick."""

import time
from contextlib import suppress
from datetime import date, datetime
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from csmcore.calendars import BusinessCalendar, Recurrence
from csmcore.errors import CsmError, InvalidValue
from tests.tally import Tally
from tests.unit.calendars.offices import HOUR, at, office

HOSTILE = [
    "",
    " ",
    ";",
    "=",
    "RRULE:",
    "RRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
    "FREQ",
    "FREQ=",
    "FREQ=YEARLY",  # on which date?
    "FREQ=MONTHLY",
    "FREQ=WEEKLY",
    "FREQ=YEARLY;BYMONTH=5",
    "FREQ=YEARLY;BYMONTHDAY=5",
    "BYMONTH=1;BYMONTHDAY=1",
    "freq=yearly;bymonth=1;bymonthday=1",
    "FREQ=HOURLY;BYMONTH=1;BYMONTHDAY=1",
    "FREQ=MINUTELY",
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=FORTNIGHTLY",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;INTERVAL=1001",
    "FREQ=DAILY;INTERVAL=1.5",
    "FREQ=DAILY;INTERVAL=1e3",
    "FREQ=DAILY;INTERVAL=",
    "FREQ=DAILY;INTERVAL=٣",
    "FREQ=DAILY;INTERVAL=" + "9" * 400,
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;COUNT=-1",
    "FREQ=DAILY;COUNT=10001",
    "FREQ=DAILY;COUNT=5;UNTIL=20261231",
    "FREQ=DAILY;COUNT=5;COUNT=6",
    "FREQ=DAILY;FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=99;BYMONTHDAY=1",
    "FREQ=YEARLY;BYMONTH=0;BYMONTHDAY=1",
    "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1",
    "FREQ=YEARLY;BYMONTH=-1;BYMONTHDAY=1",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=32",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=0",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=-32",
    "FREQ=YEARLY;BYYEARDAY=367",
    "FREQ=YEARLY;BYYEARDAY=0",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2,4,6;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",  # a walk through all days for one in 28 years
    "FREQ=DAILY;BYDAY=MO",
    "FREQ=WEEKLY;BYDAY=MO;BYMONTH=5",
    "FREQ=MONTHLY;BYYEARDAY=5;BYDAY=MO",
    "FREQ=WEEKLY;BYDAY=MO;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-30",
    "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12;BYMONTHDAY=31",
    "FREQ=YEARLY;BYMONTH=1;BYDAY=MO;BYSETPOS=6",
    "FREQ=YEARLY;BYMONTH=1;BYDAY=XX",
    "FREQ=YEARLY;BYMONTH=1;BYDAY=0MO",
    "FREQ=YEARLY;BYMONTH=1;BYDAY=6MO",
    "FREQ=YEARLY;BYMONTH=1;BYDAY=MO(+1)",
    "FREQ=YEARLY;BYMONTH=1;BYDAY=",
    "FREQ=WEEKLY;BYDAY=2MO",
    "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "FREQ=YEARLY;BYEASTER=0",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=9",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYMINUTE=0,1,2",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYSECOND=0",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;X-COLOR=RED",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;WKST=XX",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;UNTIL=tomorrow",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;UNTIL=20261301",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;UNTIL=2026-12-31",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;UNTIL=20261231T235959Z",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;UNTIL=19691231",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;UNTIL=00000000",
    "DTSTART=20260101",
    "DTSTART:20260101T000000\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1\nFREQ=DAILY",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1\n",
    " FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;",
    "FREQ=YEARLY;;BYMONTH=1;BYMONTHDAY=1",
    "FREQ=YEARLY,DAILY;BYMONTH=1;BYMONTHDAY=1",
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1\x00",
    "EXRULE:FREQ=DAILY",
    "every christmas",
    "\ud800",
    "FREQ=DAILY;" * 1000,
    "x" * 10_000,
    "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=" + ",".join(["1"] * 5000),
]


@pytest.mark.parametrize("rule", HOSTILE)
def test_a_rule_that_is_none_or_would_not_end_is_refused(rule: str, tally: Tally) -> None:
    """Whatever is wrong with it, it is refused soon, in a short sentence, at its place."""
    begun = time.process_time()
    with pytest.raises(InvalidValue) as caught:
        BusinessCalendar.from_mapping(
            {"timezone": "UTC", "hours": {}, "holidays": ["2026-01-01", {"recurrence": rule, "start": "2026-01-01"}]}
        )
    assert time.process_time() - begun < 2
    assert caught.value.path == "$.holidays[1].recurrence"
    assert len(str(caught.value)) < 400
    with pytest.raises(InvalidValue):
        Recurrence(rule, start=date(2026, 1, 1))
    tally("hostile inputs refused", 1)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=1000",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
        "FREQ=DAILY;COUNT=10000",
        "FREQ=YEARLY;INTERVAL=1000;BYMONTH=1;BYMONTHDAY=1",
        "FREQ=WEEKLY;INTERVAL=999;BYDAY=MO",
        "FREQ=MONTHLY;INTERVAL=1000;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=" + ",".join(map(str, range(1, 13))) + ";BYDAY=MO,TU,WE,TH,FR,SA,SU",
    ],
)
def test_a_rule_that_is_admitted_stays_quick(rule: str) -> None:
    """Rules with few dates in centuries, or with all dates, are asked about any year within half a second."""
    begun = time.process_time()
    desk = office(holidays=[{"recurrence": rule, "start": "1970-01-01"}])
    desk.is_open(at("2021-01-04T12:00"))
    assert time.process_time() - begun < 2
    found = Recurrence(rule, start=date(1970, 1, 1)).between(date(2199, 1, 1), date(2199, 12, 31))
    assert len(list(islice(found, 400))) <= 366


def test_a_rule_for_each_day_leaves_a_calendar_closed() -> None:
    """A holiday on every date is no loop: the calendar is never open, and says so."""
    with pytest.raises(CsmError, match="never open"):
        office(holidays=[{"recurrence": "FREQ=DAILY", "start": "1970-01-01"}]).add(at("2026-03-02T12:00"), HOUR)


DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule that says which days it means."""
    frequency = draw(st.sampled_from(("YEARLY", "MONTHLY", "WEEKLY", "DAILY")))
    month, day = draw(st.integers(1, 12)), draw(st.integers(1, 28))
    nth = draw(st.sampled_from(("", "1", "2", "-1", "+3"))) + draw(st.sampled_from(DAYS))
    which = {
        "YEARLY": (
            f"BYMONTH={month};BYMONTHDAY={day}",
            f"BYMONTH={month};BYDAY={nth}",
            f"BYYEARDAY={day * month}",
            f"BYMONTH={month};BYMONTHDAY={-day}",
        ),
        "MONTHLY": (
            f"BYMONTHDAY={day}",
            f"BYDAY={nth}",
            f"BYMONTHDAY={day};BYMONTH={month}",
            "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ),
        "WEEKLY": (f"BYDAY={nth[-2:]}", "BYDAY=MO,TH", f"BYDAY=SU,MO;WKST={draw(st.sampled_from(DAYS))}"),
        "DAILY": ("WKST=MO",),
    }
    ends = ("", "", "", f";COUNT={draw(st.integers(1, 40))}", f";UNTIL={draw(st.integers(1990, 2040))}0615")
    days, end = draw(st.sampled_from(which[frequency])), draw(st.sampled_from(ends))
    return f"FREQ={frequency};INTERVAL={draw(st.integers(1, 6))};{days}{end}"


@given(rule=rules(), start=st.dates(date(2000, 1, 1), date(2030, 1, 1)), year=st.integers(1999, 2040))
def test_a_recurrence_is_rrule_s_from_its_start(rule: str, start: date, year: int) -> None:
    """Looking into one year gives the dates that iterating from the start gives: nothing is lost by not walking."""
    first, last = date(year, 3, 4), date(year + 1, 8, 9)
    walked = rrulestr(rule, dtstart=datetime(start.year, start.month, start.day))
    expected = [found.date() for found in walked.between(datetime(year, 3, 4), datetime(year + 1, 8, 9), inc=True)]
    try:
        recurrence = Recurrence(rule, start=start)
    except InvalidValue:
        assert expected == []  # a rule that names no date at all
        return
    assert list(recurrence.between(first, last)) == expected


@given(
    text=st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                (
                    "FREQ=YEARLY",
                    "FREQ=DAILY",
                    "BYMONTH=2",
                    "BYMONTHDAY=31",
                    "BYDAY=5FR",
                    "INTERVAL=7",
                    "COUNT=3",
                    "BYSETPOS=2",
                    "UNTIL=20300101",
                    "WKST=SU",
                    "BYYEARDAY=366",
                )
            ),
            max_size=6,
        ).map(";".join),
    )
)
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    """Nothing but InvalidValue leaves the constructor, within half a second."""
    begun = time.process_time()
    with suppress(InvalidValue):
        Recurrence(text, start=date(2026, 1, 1))
    assert time.process_time() - begun < 2
