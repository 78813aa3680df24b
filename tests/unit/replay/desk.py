"""A small desk with two promises, and histories written as tables; all in March 2026, Monday the 2nd first.

The office is open Monday to Friday from 09:00 to 17:00 in Berlin, where clocks change on Sunday the 29th.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO

from csmcore.analysis import ReplayReport, replay_history
from csmcore.model import AgreementBook, CaseId, Finding, HistoryMapping, HistoryRow
from csmcore.rules import Plan, compile_policy
from csmcore.wire import load_mapping, load_policy, read_history

__all__ = ["MAPPING", "PLAN", "POLICY", "at", "found", "mapping", "read", "replayed", "rows"]

POLICY = """
format = 1
name = "desk"
version = "1"
timezone = "Europe/Berlin"

[calendars.office]
timezone = "Europe/Berlin"
[calendars.office.hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]

[definitions.response]
calendar = "office"
when_to_cancel = "never"
start = { field = "state", op = "eq", value = "new" }
stop = { field = "state", op = "ne", value = "new" }
goals = [{ duration = "2h" }]

[definitions.resolution]
calendar = "office"
start = { field = "state", op = "in", value = ["new", "open", "awaiting_info"] }
pause = { field = "state", op = "eq", value = "awaiting_info" }
stop = { field = "state", op = "in", value = ["resolved", "closed"] }
goals = [{ duration = "8h", when = { field = "priority", op = "eq", value = 1 } }, { duration = "16h" }]
"""
PLAN: Plan = compile_policy(load_policy(POLICY))

HEAD = """
format = 1
name = "tickets"
case = "ticket"
"""
TIME = """
[at]
column = "when"
format = "%d.%m.%Y %H:%M"
timezone = "Europe/Berlin"
"""
FIELDS = """
[fields]
assigned_to = "agent"

[fields.state]
column = "status"

[fields.state.values]
New = "new"
Open = "open"
Waiting = "awaiting_info"
Solved = "resolved"
Closed = "closed"
Void = "cancelled"

[fields.priority]
column = "prio"
"""


def mapping(head: str = "", time: str = TIME, fields: str = FIELDS) -> HistoryMapping:
    """The desk's mapping, with more in its head, or other parts."""
    return load_mapping(HEAD + head + time + fields)


MAPPING = mapping()


def table(lines: Iterable[str]) -> bytes:
    """Rows of `ticket,when,status,prio,agent`, days and times of March 2026 in short, as a CSV file."""
    return "\n".join(["ticket,when,status,prio,agent", *map(_line, lines), ""]).encode()


def _line(line: str) -> str:
    ticket, day, time, status, *more = line.split()
    return ",".join([ticket, f"{day}.03.2026 {time}", status, *more, *[""] * (2 - len(more))])


def rows(*lines: str, head: str = "") -> list[HistoryRow | Finding]:
    """What is read of the desk's rows."""
    return read(table(lines), mapping(head))


def read(content: bytes, how: HistoryMapping | None = MAPPING) -> list[HistoryRow | Finding]:
    """What is read of a file."""
    return list(read_history(BytesIO(content), how))


def found(read: Iterable[HistoryRow | Finding]) -> list[tuple[str, int | None]]:
    """The findings, by code and line."""
    return [(each.code, each.line) for each in read if isinstance(each, Finding)]


def replayed(*lines: str, agreements: AgreementBook | None = None, as_of: datetime | None = None) -> ReplayReport:
    """The desk's rows, replayed in the order in which they come."""
    return replay_history(PLAN, rows(*lines), agreements=agreements, as_of=as_of, keep={CaseId("T1")})


def at(day: int, time: str) -> datetime:
    """An instant of March 2026, in UTC."""
    return datetime.strptime(f"2026-03-{day} {time}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
