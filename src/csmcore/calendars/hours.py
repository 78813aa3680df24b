"""Windows of a day and weekly hours: what is written on the door."""

import re
from collections.abc import Iterator, Mapping
from datetime import time
from itertools import pairwise
from typing import Self

import attrs

from csmcore.calendars.reading import only_keys, read_list, read_mapping, read_text
from csmcore.calendars.zones import DAY
from csmcore.errors import InvalidValue, LimitExceeded, shown

__all__ = ["WEEKDAYS", "WeeklyHours", "Window", "read_windows", "write_windows"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = r"(?:[01]\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
_WINDOW = re.compile(rf"\s*{_CLOCK}\s*-\s*{_CLOCK}\s*", re.ASCII)
_ENTRY = re.compile(r"([^\d]*)(\d.*)", re.ASCII)
_WINDOWS_A_DAY = 24
_HINT = "write 'HH:MM-HH:MM', such as '09:00-17:00', '22:00-06:00' (overnight) or '18:00-24:00'"


@attrs.frozen(order=True)
class Window:
    """A stretch of one day's wall clock, half-open, in seconds after local midnight.

    ``closes < opens`` is an overnight window: it belongs to the date it starts on and runs into the next.
    A full day is ``Window(0, 86400)``; equal ends are refused. Raises InvalidValue.
    """

    opens: int
    closes: int

    def __attrs_post_init__(self) -> None:
        """Refuse what no clock can read."""
        if not (0 <= self.opens < DAY and 0 <= self.closes <= DAY):
            raise InvalidValue(
                "window", f"{self.opens} to {self.closes} s is outside the day", "stay within 0 and 86400"
            )
        if self.opens == self.closes:
            raise InvalidValue("window", "it ends when it starts", "write a full day as '00:00-24:00'")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The window that people write.

        >>> Window.parse("22:00-06:00")
        Window(opens=79200, closes=21600)
        """
        if not _WINDOW.fullmatch(text):
            raise InvalidValue("window", f"{shown(text)} is no window", _HINT)
        opens, closes = (_seconds(part) for part in text.split("-"))
        if opens > DAY or closes > DAY:
            raise InvalidValue("window", f"{shown(text)} goes past 24:00", _HINT)
        return cls(opens, closes)

    @classmethod
    def between(cls, opens: time, closes: time) -> Self:
        """The window between two times of day; midnight as the end is the end of the day. Whole seconds only."""
        return cls.parse(f"{opens.isoformat()}-{'24:00' if closes == time.min else closes.isoformat()}")

    @property
    def span(self) -> tuple[int, int]:
        """Where it starts and ends in seconds after the midnight of its own date; an overnight end is over 86400."""
        return self.opens, self.closes if self.closes > self.opens else self.closes + DAY

    def __str__(self) -> str:
        """The window as `parse` reads it."""
        return f"{_clock(self.opens)}-{_clock(self.closes)}"


@attrs.frozen(kw_only=True)
class WeeklyHours:
    """The windows that start on each weekday, sorted; those of one day may meet but not overlap. Raises InvalidValue.

    Windows of neighbouring days may overlap (an overnight shift and an early one): together they are open time once.
    """

    mon: tuple[Window, ...] = ()
    tue: tuple[Window, ...] = ()
    wed: tuple[Window, ...] = ()
    thu: tuple[Window, ...] = ()
    fri: tuple[Window, ...] = ()
    sat: tuple[Window, ...] = ()
    sun: tuple[Window, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Sort each day's windows and refuse overlaps."""
        for name, windows in zip(WEEKDAYS, self.days, strict=True):
            object.__setattr__(self, name, in_order(windows, f"$.{name}"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Hours as people write them: days, then windows; entries apart by semicolons, and ``24/7``.

        >>> hours = WeeklyHours.parse("Mon-Fri 09:00-12:00, 13:00-17:00; Sat 10:00-14:00")
        >>> [str(window) for window in hours.mon]
        ['09:00-12:00', '13:00-17:00']
        """
        if text.strip() == "24/7":
            return cls.always()
        week: dict[str, tuple[Window, ...]] = {}
        for entry in read_text(text, "hours").rstrip("; \n").split(";"):
            days, windows = _read_entry(entry)
            for day in days:
                if day in week:
                    raise InvalidValue("hours", f"{day} is given twice", "write all windows of a day in one entry")
                week[day] = windows
        return cls(**week)

    @classmethod
    def always(cls) -> Self:
        """Open all day, every day."""
        return cls(**dict.fromkeys(WEEKDAYS, (Window(0, DAY),)))

    @classmethod
    def from_mapping(cls, document: Mapping[str, object]) -> Self:
        """Hours from ``{"mon": ["09:00-17:00"], ...}``; a day left out is closed. Raises InvalidValue, UnknownKey."""
        days = read_mapping(document, "$")
        only_keys(days, WEEKDAYS, "$")
        return cls(**{day: read_windows(windows, f"$.{day}") for day, windows in days.items()})

    def to_mapping(self) -> dict[str, object]:
        """The plain form that `from_mapping` reads; closed days are left out."""
        return {name: write_windows(windows) for name, windows in zip(WEEKDAYS, self.days, strict=True) if windows}

    @property
    def days(self) -> tuple[tuple[Window, ...], ...]:
        """The windows of each weekday, Monday first."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


def read_windows(document: object, path: str) -> tuple[Window, ...]:
    """One day's windows from plain data, in order. Raises InvalidValue with the place."""
    windows = []
    for index, item in enumerate(read_list(document, path, limit=_WINDOWS_A_DAY)):
        text = read_text(item, f"{path}[{index}]")
        try:
            windows.append(Window.parse(text))
        except InvalidValue as error:
            raise error.under(f"{path}[{index}]") from None
    return in_order(tuple(windows), path)


def write_windows(windows: tuple[Window, ...]) -> list[str]:
    """The plain form of one day's windows."""
    return [str(window) for window in windows]


def in_order(windows: tuple[Window, ...], path: str) -> tuple[Window, ...]:
    """One day's windows, sorted. Raises InvalidValue where two overlap, LimitExceeded over 24."""
    if len(windows) > _WINDOWS_A_DAY:
        raise LimitExceeded(path, "windows", _WINDOWS_A_DAY)
    places = sorted(range(len(windows)), key=windows.__getitem__)
    for earlier, later in pairwise(places):
        if windows[later].opens < windows[earlier].span[1]:
            problem = f"{windows[later]} overlaps {windows[earlier]}"
            raise InvalidValue(f"{path}[{later}]", problem, "join them or move one")
    return tuple(windows[place] for place in places)


def _read_entry(entry: str) -> tuple[list[str], tuple[Window, ...]]:
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise InvalidValue(
            "hours", f"{shown(entry)} needs days and windows", "write 'Mon-Fri 09:00-17:00; Sat 10:00-14:00'"
        )
    days, windows = match.groups()
    found = [day for part in days.split(",") for day in _read_days(part)]
    return found, in_order(tuple(Window.parse(window) for window in windows.split(",")), "hours")


def _read_days(part: str) -> Iterator[str]:
    first, dash, last = part.partition("-")
    start = _weekday(first)
    length = (_weekday(last) - start) % 7 if dash else 0
    return (WEEKDAYS[(start + step) % 7] for step in range(length + 1))


def _weekday(name: str) -> int:
    lowered = name.strip().lower()
    for names in (WEEKDAYS, _FULL_NAMES):
        if lowered in names:
            return names.index(lowered)
    raise InvalidValue("hours", f"{shown(name)} is no weekday", "write 'Mon', 'Tue', 'Mon-Fri' or 'Sat,Sun'")


def _seconds(clock: str) -> int:
    hour, minute, second = (int(part) for part in f"{clock.strip()}:00".split(":")[:3])
    return hour * 3600 + minute * 60 + second


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{second:02}" if second else "")
