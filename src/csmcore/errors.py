"""Everything csmcore raises on purpose: one root, stable codes, data as attributes."""

import reprlib
from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Self

__all__ = [
    "CalendarExhausted",
    "CsmError",
    "DocumentError",
    "InvalidValue",
    "LimitExceeded",
    "NaiveDatetime",
    "NoBusinessTime",
    "NotFound",
    "OutOfRange",
    "StaleVersion",
    "TimeZoneDataMissing",
    "UnknownKey",
    "UnknownTimeZone",
]

_SHOWN = 80  # characters of a caller's value that an error's text repeats
_LISTED = 5  # problems of a document that its error's text repeats


def _revive(kind: type["CsmError"], args: tuple[object, ...], data: dict[str, object]) -> "CsmError":
    error = kind.__new__(kind, *args)
    error.__dict__.update(data)
    return error


class CsmError(Exception):
    """Root of the errors that leave csmcore's public face.

    ``code`` is stable, so that a host can translate or count it; what the error is about is in
    the attributes of each child, which survive pickling and copying.
    """

    code: ClassVar[str] = "csm_error"

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the text and the attributes: a child's own arguments are not needed again."""
        return (_revive, (type(self), self.args, self.__dict__))


class InvalidValue(CsmError, ValueError):
    """A value cannot be what its place asks for.

    ``path`` is the place (``$.hours.mon[0]``, or an argument's name), ``problem`` what is wrong there,
    ``hint`` what to do about it.
    """

    code: ClassVar[str] = "invalid_value"

    def __init__(self, path: str, problem: str, hint: str = "") -> None:
        super().__init__(_sentence(f"{path}: {problem}", hint))
        self.path = path
        self.problem = problem
        self.hint = hint

    def under(self, place: str) -> Self:
        """The same error as the holder of the value sees it: ``$.mon[0]`` under ``$.hours`` is ``$.hours.mon[0]``.

        An argument's name gives way to the place.
        """
        path = place + self.path[1:] if self.path.startswith("$") else place
        moved = type(self).__new__(type(self), _sentence(f"{path}: {self.problem}", self.hint))
        moved.__dict__.update(self.__dict__, path=path)
        return moved


class LimitExceeded(InvalidValue):
    """A value is larger than csmcore works on, or a question takes more work than a call may do.

    ``allowed`` is the bound, in units of ``counted``.
    """

    code: ClassVar[str] = "limit_exceeded"

    def __init__(self, path: str, counted: str, allowed: int, hint: str = "") -> None:
        super().__init__(path, f"more than {allowed:,} {counted}", hint)
        self.counted = counted
        self.allowed = allowed


class UnknownKey(InvalidValue):
    """A document has a key that nothing reads; refused, so that a typing error cannot silently change a rule."""

    code: ClassVar[str] = "unknown_key"


class NaiveDatetime(InvalidValue):
    """A datetime without an offset names no instant."""

    code: ClassVar[str] = "naive_datetime"


class OutOfRange(InvalidValue):
    """An instant outside 1970-01-01 to 2199-12-31, or a duration over 100 years."""

    code: ClassVar[str] = "out_of_range"


class DocumentError(CsmError, ValueError):
    """A document cannot be read. ``problems`` say what is wrong with it, each with its place and what to do.

    They are all that could be found, the first 100 where there are more; the text repeats the first few.
    """

    code: ClassVar[str] = "invalid_document"

    def __init__(self, problems: Iterable[InvalidValue]) -> None:
        self.problems: tuple[InvalidValue, ...] = tuple(problems)
        super().__init__(_summary([str(problem) for problem in self.problems]))


class UnknownTimeZone(InvalidValue):
    """No time zone of that name in the IANA database that csmcore reads."""

    code: ClassVar[str] = "unknown_time_zone"


class TimeZoneDataMissing(CsmError):
    """The ``tzdata`` package, which csmcore reads its time zones from, is not installed."""

    code: ClassVar[str] = "time_zone_data_missing"

    def __init__(self) -> None:
        super().__init__("the time zone database is missing; install the package `tzdata`")


class CalendarExhausted(CsmError, ValueError):
    """A calendar has less open time than was asked for. ``why`` tells what ended the search."""

    code: ClassVar[str] = "calendar_exhausted"

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(_sentence(why, hint))
        self.why = why
        self.hint = hint


class NoBusinessTime(CalendarExhausted):
    """A calendar is never open, so no due date exists under it."""

    code: ClassVar[str] = "no_business_time"


class NotFound(CsmError, LookupError):
    """What an id names is not there. ``kind`` says what it would have been (``case``, ``policy``), ``id`` which."""

    code: ClassVar[str] = "not_found"

    def __init__(self, kind: str, id: str) -> None:  # noqa: A002 - it is the id
        super().__init__(f"there is no {kind} {shown(id)}")
        self.kind = kind
        self.id = id


class StaleVersion(CsmError):
    """A case is no more, or not yet, what somebody thinks: it is not at version ``expected``. Nothing was changed.

    ``found`` is the version that it is at, where that is known. Or others took units of the ``entitlement`` that it was
    to take from. Read it again and decide anew.
    """

    code: ClassVar[str] = "stale_version"

    def __init__(self, case: str, expected: int, found: int | None = None, *, entitlement: str | None = None) -> None:
        known = "" if found is None else f" but at {found}"
        problem = f"case {shown(case)} is not at version {expected}{known}"
        if entitlement is not None:
            problem = f"others took units of entitlement {shown(entitlement)} before case {shown(case)} could"
        super().__init__(f"{problem}; read it again")
        self.case = case
        self.expected = expected
        self.found = found
        self.entitlement = entitlement


def shown(value: object) -> str:
    """A caller's value as an error's text may repeat it: on one line, short, and whatever it is."""
    if isinstance(value, str):
        return repr(value) if len(value) <= _SHOWN else repr(value[:_SHOWN]) + "..."
    if isinstance(value, date):
        return value.isoformat()
    try:
        return reprlib.repr(value)
    except (ValueError, RecursionError):  # an integer of over 4,300 digits; a nest of over 1,000 levels
        return f"a value of type {type(value).__name__}"


def _summary(texts: list[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    more = [f"... and {len(texts) - _LISTED} more"] if len(texts) > _LISTED else []
    return "\n  ".join([f"{len(texts)} problems", *texts[:_LISTED], *more])


def _sentence(problem: str, hint: str) -> str:
    return f"{problem}; {hint}" if hint else problem
