"""Weekly hours: as people write them, as documents hold them, and what is refused."""

import pytest

from csmcore.calendars import WeeklyHours, Window
from csmcore.errors import InvalidValue, LimitExceeded, UnknownKey

NINE_TO_FIVE = (Window.parse("09:00-17:00"),)


def test_hours_are_read_as_people_write_them() -> None:
    """Days and ranges of days, then windows; entries apart by semicolons; a day not named is closed."""
    hours = WeeklyHours.parse("Mon-Fri 09:00-17:00; Sat 10:00-14:00")
    assert hours.mon == hours.tue == hours.wed == hours.thu == hours.fri == NINE_TO_FIVE
    assert hours.sat == (Window.parse("10:00-14:00"),)
    assert hours.sun == ()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon 09:00-17:00", "mon"),
        ("monday 09:00-17:00", "mon"),
        ("MON,Wed 09:00-17:00", "mon wed"),
        ("Fri-Mon 09:00-17:00", "fri sat sun mon"),
        ("Mon-Tue,Thursday-Friday 09:00-17:00", "mon tue thu fri"),
        ("Sun-Sun 09:00-17:00", "sun"),
        ("  Tue   09:00-17:00  ", "tue"),
        ("Tue 09:00-17:00; ", "tue"),
    ],
)
def test_days_may_be_listed_and_ranged(text: str, days: str) -> None:
    """Names are short or full, in any case; a range may run over the end of the week."""
    assert set(WeeklyHours.parse(text).to_mapping()) == set(days.split())


def test_a_day_may_have_several_windows() -> None:
    """Windows of a day are apart by commas, and kept in order."""
    hours = WeeklyHours.parse("Mon 13:00-18:00, 08:00-12:00")
    assert [str(window) for window in hours.mon] == ["08:00-12:00", "13:00-18:00"]


def test_all_the_time_has_a_short_form() -> None:
    """24/7 is each day from 00:00 to 24:00."""
    assert WeeklyHours.parse("24/7") == WeeklyHours.parse(" 24/7 ") == WeeklyHours.always()
    assert set(WeeklyHours.always().days) == {(Window(0, 86_400),)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "Mon",
        "09:00-17:00",
        "Mon-Fri",
        "Mon-Fri: 09:00-17:00",
        "Mo-Fr 09:00-17:00",
        "Funday 09:00-17:00",
        "Mon-Fri-Sat 09:00-17:00",
        "Mon 09:00-17:00; Mon 18:00-19:00",
        "Mon-Fri 09:00-17:00; Wed 18:00-19:00",
        "Mon,Mon 09:00-17:00",
        "Mon 09:00-12:00 13:00-17:00",
        "Mon 09:00-12:00,",
        "Mon 09:00-13:00, 12:00-17:00",
        "Mon 25:00-26:00",
        "24/8",
        "\x00",
        "Mon " * 5000,
        "Mon," * 100_000 + "Tue 09:00-10:00",
        "Mon 09:00-09:01," * 10_000,
    ],
)
def test_what_is_no_hours_is_refused(text: str) -> None:
    """Text without days, without windows, with a day twice or windows that overlap is refused in a short sentence."""
    with pytest.raises(InvalidValue) as caught:
        WeeklyHours.parse(text)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("windows", "place"),
    [
        (["09:00-13:00", "12:00-17:00"], "$.mon[1]"),
        (["12:00-17:00", "09:00-12:01"], "$.mon[0]"),
        (["09:00-17:00", "09:00-17:00"], "$.mon[1]"),
        (["22:00-06:00", "23:00-24:00"], "$.mon[1]"),
        (["00:00-24:00", "12:00-13:00"], "$.mon[1]"),
        (["08:00-09:00", "20:00-02:00", "10:00-11:00", "21:00-21:30"], "$.mon[3]"),
    ],
)
def test_windows_of_one_day_do_not_overlap(windows: list[str], place: str) -> None:
    """The error names the window, by its place in the list as it was given, that begins inside another."""
    with pytest.raises(InvalidValue) as caught:
        WeeklyHours.from_mapping({"mon": windows})
    assert caught.value.path == place


def test_windows_of_one_day_may_meet() -> None:
    """Two windows that share an edge are no overlap."""
    assert len(WeeklyHours.from_mapping({"mon": ["09:00-12:00", "12:00-17:00"]}).mon) == 2


def test_a_night_may_run_into_the_next_day_s_hours() -> None:
    """Windows of neighbouring days may meet or overlap: they are open time once."""
    hours = WeeklyHours.from_mapping({"mon": ["22:00-06:00"], "tue": ["05:00-09:00"]})
    assert hours.to_mapping() == {"mon": ["22:00-06:00"], "tue": ["05:00-09:00"]}


def test_hours_are_written_as_they_are_read() -> None:
    """The plain form leaves closed days out and keeps the rest, in order of the week."""
    plain: dict[str, object] = {"tue": ["09:00-12:00", "13:00-17:00"], "sun": ["22:00-06:00"]}
    assert WeeklyHours.from_mapping(plain).to_mapping() == plain
    assert WeeklyHours.from_mapping({"mon": []}).to_mapping() == {}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "$"),
        ("Mon-Fri 09:00-17:00", "$"),
        (None, "$"),
        (7, "$"),
        ({"mon": "09:00-17:00"}, "$.mon"),
        ({"mon": {"0": "09:00-17:00"}}, "$.mon"),
        ({"mon": None}, "$.mon"),
        ({"mon": [None]}, "$.mon[0]"),
        ({"mon": ["09:00-12:00", 9]}, "$.mon[1]"),
        ({"mon": [["09:00", "17:00"]]}, "$.mon[0]"),
        ({"mon": ["09:00-12:00", "9-17"]}, "$.mon[1]"),
        ({1: ["09:00-17:00"]}, "$"),
        ({"mon": [True]}, "$.mon[0]"),
        ({"fri": ["x" * 10_001]}, "$.fri[0]"),
    ],
)
def test_a_document_of_hours_is_refused_at_its_place(document: object, place: str) -> None:
    """A wrong type or a malformed window is refused with the place in the document."""
    with pytest.raises(InvalidValue) as caught:
        WeeklyHours.from_mapping(document)  # type: ignore[arg-type]
    assert caught.value.path == place


@pytest.mark.parametrize("key", ["Mon", "monday", "mo", "", "holiday", "x" * 5000])
def test_a_key_that_is_no_weekday_is_refused(key: str) -> None:
    """An unknown key is refused, with the one that was perhaps meant."""
    with pytest.raises(UnknownKey) as caught:
        WeeklyHours.from_mapping({key: ["09:00-17:00"]})
    assert len(str(caught.value)) < 400


def test_a_day_has_at_most_24_windows() -> None:
    """More windows than a day can need are refused, from documents and from Python."""
    windows = [
        f"{minute // 60:02}:{minute % 60:02}-{minute // 60:02}:{minute % 60 + 1:02}" for minute in range(0, 50, 2)
    ]
    assert len(windows) == 25
    with pytest.raises(LimitExceeded):
        WeeklyHours.from_mapping({"mon": windows})
    with pytest.raises(LimitExceeded):
        WeeklyHours(mon=tuple(map(Window.parse, windows)))
    assert len(WeeklyHours.from_mapping({"mon": windows[:24]}).mon) == 24
