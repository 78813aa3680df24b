"""Calendars are values: equal, hashable, immutable, picklable, safe between threads."""

import copy
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import attrs
import pytest

from csmcore.calendars import BusinessCalendar, Calendar, Holiday, Recurrence, WeeklyHours, Window
from tests.unit.calendars.offices import HOUR, at, every_day, office

FULL: dict[str, object] = {
    "name": "support",
    "timezone": "Europe/Berlin",
    "hours": {"mon": ["09:00-12:00", "13:00-17:00"], "fri": ["22:00-06:00"], "sun": ["09:00:30-10:00"]},
    "holidays": [
        "2026-12-25",
        {"date": "2026-12-26", "name": "Boxing Day"},
        {"recurrence": "FREQ=DAILY;INTERVAL=40", "name": "retreat", "start": "2026-01-05"},
    ],
    "exceptions": {"2026-12-23": [], "2026-12-24": ["09:00-12:00"]},
    "valid_from": "2020-01-01",
    "valid_until": "2030-12-31",
    "holiday_rule": "day",
}


def test_a_document_is_written_as_it_was_read() -> None:
    """Every key comes back as it was given."""
    assert BusinessCalendar.from_mapping(FULL).to_mapping() == FULL


def test_what_is_empty_is_left_out() -> None:
    """A calendar of its zone and hours alone is written with no more."""
    assert BusinessCalendar.from_mapping(
        {"timezone": "UTC", "hours": {}, "holidays": [], "exceptions": {}, "name": ""}
    ).to_mapping() == {"timezone": "UTC", "hours": {}}


def test_native_dates_equal_their_text() -> None:
    """Documents from TOML hold dates, documents from JSON hold text: they make the same calendar."""
    native = {**FULL, "holidays": [date(2026, 12, 25), *FULL["holidays"][1:]], "valid_from": date(2020, 1, 1)}  # type: ignore[index]
    assert BusinessCalendar.from_mapping(native) == BusinessCalendar.from_mapping(FULL)


def test_equal_documents_make_equal_calendars() -> None:
    """Equality and hash follow what was declared, not what was asked."""
    one, other = BusinessCalendar.from_mapping(FULL), BusinessCalendar.from_mapping(FULL)
    one.add(at("2026-03-02T09:00"), HOUR)
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1
    assert one.union(other) == other.union(one)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "other"),
        ("timezone", "Europe/Paris"),
        ("hours", {}),
        ("holidays", []),
        ("exceptions", {}),
        ("valid_from", "2020-01-02"),
        ("valid_until", "2030-12-30"),
        ("holiday_rule", "shift"),
    ],
)
def test_each_part_of_a_calendar_makes_a_difference(key: str, value: object) -> None:
    """Two calendars that differ in one part are not equal."""
    assert BusinessCalendar.from_mapping({**FULL, key: value}) != BusinessCalendar.from_mapping(FULL)


def test_a_calendar_is_no_document() -> None:
    """A calendar equals no plain data and no combination."""
    desk: object = office()
    assert desk != office().to_mapping()
    assert desk != office().union(office())


@pytest.mark.parametrize(
    "make", [office, lambda: office().minus(every_day("UTC", "12:00-13:00")), BusinessCalendar.always]
)
def test_calendars_pickle_and_copy(make: Callable[[], Calendar]) -> None:
    """A copy, also one that crossed processes, is equal and answers alike; what was compiled stays behind."""
    original = make()
    due = original.add(at("2026-03-02T09:00"), HOUR)
    dumped = pickle.dumps(original)
    for other in (pickle.loads(dumped), copy.copy(original), copy.deepcopy(original)):  # noqa: S301 - our own bytes
        assert other == original
        assert other.add(at("2026-03-02T09:00"), HOUR) == due
    original.is_open(at("2100-01-01T00:00"))
    assert pickle.dumps(original) == dumped


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (office(), "timezone"),
        (office().union(office()), "parts"),
        (Window(0, 60), "opens"),
        (WeeklyHours(), "mon"),
        (Holiday(date(2026, 1, 1)), "name"),
        (Recurrence("FREQ=WEEKLY;BYDAY=MO"), "rule"),
    ],
)
def test_values_do_not_change(value: object, name: str) -> None:
    """Assigning to a part of a value is an error, and leaves it as it was."""
    before = repr(value)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, name, None)
    assert repr(value) == before


def test_a_calendar_keeps_nothing_of_the_document() -> None:
    """Changing the document afterwards changes no calendar, and the written form is the caller's own."""
    document: dict[str, object] = {
        "timezone": "UTC",
        "hours": {"mon": ["09:00-17:00"]},
        "exceptions": {},
        "holidays": [],
    }
    desk = BusinessCalendar.from_mapping(document)
    document["hours"]["mon"].append("18:00-19:00")  # type: ignore[index]
    document["holidays"].append("2026-03-02")  # type: ignore[attr-defined]
    written = desk.to_mapping()
    written["hours"]["mon"].clear()  # type: ignore[index]
    assert desk.elapsed(at("2026-03-02T00:00"), at("2026-03-03T00:00")) == 8 * HOUR


def test_a_calendar_shows_what_was_declared() -> None:
    """The representation names the zone and not the compiled table."""
    desk = office("Europe/Berlin")
    desk.add(at("2026-03-02T09:00"), HOUR)
    assert "Europe/Berlin" in repr(desk)
    assert "_table" not in repr(desk)
    assert len(repr(desk)) < 1000


def test_asking_in_any_order_gives_the_same_answers() -> None:
    """What was asked before, in which order, leaves no trace in an answer."""
    years = [2026, 1971, 2190, 2019, 2020, 2021, 1999, 2050]
    desk, backwards = every_day("Europe/Berlin", "22:00-06:00"), every_day("Europe/Berlin", "22:00-06:00")
    forth = {year: answers(desk, year) for year in years}
    back = {year: answers(backwards, year) for year in reversed(years)}
    assert forth == back == {year: answers(every_day("Europe/Berlin", "22:00-06:00"), year) for year in years}


def test_threads_may_share_a_calendar() -> None:
    """Eight threads that ask one calendar about different years at once get the answers of one of their own."""
    years = [1990, 2021, 2035, 2005, 2028, 2019, 2012, 2042]
    expected = [answers(office("Europe/Berlin"), year) for year in years]
    with ThreadPoolExecutor(len(years)) as pool:
        for _ in range(15):
            desk, barrier = office("Europe/Berlin"), threading.Barrier(len(years))

            def ask(year: int, desk: BusinessCalendar = desk, barrier: threading.Barrier = barrier) -> list[object]:
                barrier.wait()
                return answers(desk, year)

            assert list(pool.map(ask, years)) == expected


def test_growth_in_two_threads_keeps_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one thread compiles later years another asks about earlier ones: afterwards the calendar knows both."""
    desk, compile_years = office(), BusinessCalendar._open
    other = threading.Thread(target=desk.is_open, args=(at("1999-06-01T12:00"),))

    def interrupted(self: BusinessCalendar, first: int, last: int) -> object:
        """Let the other thread begin in the middle of a growth."""
        if other.ident is None:
            other.start()
            other.join(timeout=0.1)
        return compile_years(self, first, last)

    monkeypatch.setattr(BusinessCalendar, "_open", interrupted)
    assert desk.is_open(at("2031-06-02T12:00"))
    other.join()
    assert desk._table.first <= 1999
    assert desk._table.end >= 2032


def test_no_year_is_compiled_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked about every year in turn, a calendar compiles each once, in few growths: they double."""
    compiled: list[range] = []
    compile_years = BusinessCalendar._open

    def recorded(self: BusinessCalendar, first: int, last: int) -> object:
        """Compile, and keep the years."""
        compiled.append(range(first, last + 1))
        return compile_years(self, first, last)

    monkeypatch.setattr(BusinessCalendar, "_open", recorded)
    desk, reaches = office(), set()
    for year in (*range(2020, 2200), *range(2019, 1969, -1)):
        desk.is_open(at(f"{year}-06-01T12:00"))
        reaches.add((desk._table.first, desk._table.end))
    years = [year for each in compiled for year in each]
    assert sorted(years) == list(range(1970, 2200))
    assert len([each for each in compiled if each]) <= 60
    compiled.clear()
    desk.elapsed(at("1970-01-01T00:00"), at("2199-12-31T00:00"))
    assert compiled == []


def answers(desk: Calendar, year: int) -> list[object]:
    """What a calendar says about a year."""
    a, b = at(f"{year}-06-01T12:00"), at(f"{year + 3}-09-20T12:00")
    spans = desk.spans(a, b)
    return [
        desk.elapsed(a, b),
        desk.add(a, 100 * HOUR),
        desk.subtract(b, 100 * HOUR),
        desk.is_open(a),
        desk.previous_close(a),
        desk.next_close(b),
        len(spans),
        spans[0],
    ]
