"""Windows of a day: what people write, and what no clock can read."""

from datetime import time

import pytest

from csmcore.calendars import Window
from csmcore.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ("09:00-17:00", 32_400, 61_200),  # 9 * 3600, 17 * 3600
        ("22:00-06:00", 79_200, 21_600),
        ("18:00-24:00", 64_800, 86_400),
        ("00:00-24:00", 0, 86_400),
        ("00:00-00:01", 0, 60),
        ("23:59-24:00", 86_340, 86_400),
        ("09:00:30-10:00", 32_430, 36_000),
        ("23:59:59-00:00:01", 86_399, 1),
        ("23:00-00:00", 82_800, 0),
        (" 09:00 - 17:00 ", 32_400, 61_200),
    ],
)
def test_a_window_is_read_in_seconds_after_midnight(text: str, opens: int, closes: int) -> None:
    """Each part is hours, minutes and perhaps seconds; an end before the start is the next day's."""
    assert Window.parse(text) == Window(opens, closes)


@pytest.mark.parametrize("text", ["09:00-17:00", "22:00-06:00", "18:00-24:00", "09:00:30-10:00", "00:00-24:00"])
def test_a_window_is_written_as_it_is_read(text: str) -> None:
    """The text of a window is what `parse` reads; seconds are written only where there are any."""
    assert str(Window.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "9-17",
        "9:00-17:00",
        "09:00",
        "09:00-",
        "-17:00",
        "09:00-17:00-18:00",
        "09:00–17:00",  # noqa: RUF001 - an en dash, as word processors write it
        "09:00—17:00",
        "09.00-17.00",
        "09:00 to 17:00",
        "9am-5pm",
        "25:00-26:00",
        "09:00-25:00",
        "09:60-10:00",
        "09:00-10:60",
        "09:00:60-10:00",
        "24:01-25:00",
        "18:00-24:01",
        "18:00-24:00:01",
        "24:00-24:00",
        "24:00-06:00",
        "09:00-09:00",
        "00:00-00:00",
        "-09:00-17:00",
        "+09:00-17:00",
        "09:00-17:00\n",
        "09:00-17:00\x00",
        "\u0660\u0669:\u0660\u0660-\u0661\u0667:\u0660\u0660",  # digits, but not those of a clock
        "09:00Z-17:00Z",
        "0900-1700",
        "09:00-17:00" * 1000,
        "1" * 10_000,
        "nan-inf",
    ],
)
def test_what_is_no_window_is_refused(text: str) -> None:
    """Text that is no window, or none that a clock can read, is refused with a way to write one."""
    if text == "09:00-17:00\n":
        assert Window.parse(text) == Window.parse("09:00-17:00")  # white space around is nothing
        return
    with pytest.raises(InvalidValue) as caught:
        Window.parse(text)
    assert caught.value.path == "window"
    assert caught.value.hint
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("opens", "closes"),
    [(0, 0), (3600, 3600), (-1, 10), (0, -1), (86_400, 10), (0, 86_401), (90_000, 90_001), (10**30, 5), (5, -(10**30))],
)
def test_a_window_lies_within_the_day(opens: int, closes: int) -> None:
    """Seconds outside 0 to 86400, and ends that equal the start, are refused."""
    with pytest.raises(InvalidValue):
        Window(opens, closes)


def test_a_full_day_is_written_to_its_end() -> None:
    """Equal ends are refused with the way to write a whole day."""
    with pytest.raises(InvalidValue, match="00:00-24:00"):
        Window.parse("08:00-08:00")


def test_windows_are_made_from_times_of_day() -> None:
    """Midnight as the end of a window between two times is the end of the day."""
    assert Window.between(time(9), time(17, 30)) == Window.parse("09:00-17:30")
    assert Window.between(time(18), time(0)) == Window.parse("18:00-24:00")
    assert Window.between(time(22), time(6)) == Window.parse("22:00-06:00")
    assert Window.between(time(9, 0, 30), time(10)) == Window.parse("09:00:30-10:00")


@pytest.mark.parametrize("opens", [time(9, 0, 0, 1), time(9, 0, 0, 999_999)])
def test_a_fraction_of_a_second_is_no_edge(opens: time) -> None:
    """A window between times with microseconds is refused."""
    with pytest.raises(InvalidValue):
        Window.between(opens, time(10))


def test_a_span_counts_an_overnight_end_past_the_day() -> None:
    """The end of a night is counted from the midnight that its date began with."""
    assert Window.parse("22:00-06:00").span == (79_200, 108_000)  # 22 h, 30 h
    assert Window.parse("09:00-17:00").span == (32_400, 61_200)
    assert Window.parse("18:00-24:00").span == (64_800, 86_400)
    assert Window.parse("23:00-00:00").span == (82_800, 86_400)
