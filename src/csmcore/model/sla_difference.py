"""What is different between the clocks of two states of a case: after a repair, a what-if, or under another policy."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs

from csmcore.model.ids import DefinitionId
from csmcore.model.rendering import escaped, hours_text, html_table, instant_text, printable
from csmcore.model.sla_clock import CalendarStretch, Pause, SlaClock

__all__ = ["ClockChange", "SlaDifference"]

_TITLES = ("promise", "cycle", "what", "before", "after")


@attrs.frozen
class ClockChange:
    """A field of one cycle that is not what it was."""

    definition: DefinitionId
    cycle: int
    field: str
    before: object
    after: object


@attrs.frozen
class SlaDifference:
    """The cycles that only one of two states has, and what is not the same in those that both have.

    Empty, and false, where the states have the same clocks. Printed it is text, in a notebook a table.
    """

    removed: tuple[SlaClock, ...] = ()
    added: tuple[SlaClock, ...] = ()
    changed: tuple[ClockChange, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.removed or self.added or self.changed)

    def __str__(self) -> str:
        """A line for each; instants in UTC."""
        lines = (f"{name} {cycle} {what}: {before} -> {after}" for name, cycle, what, before, after in self._rows())
        return "\n".join(map(printable, lines)) or "no difference"

    def _repr_html_(self) -> str:
        return html_table(_TITLES, self._rows()) if self else f"<p>{escaped('no difference')}</p>"

    def _rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        for clock in self.removed:
            yield clock.definition, str(clock.cycle), "clock", _said(clock), "none"
        for clock in self.added:
            yield clock.definition, str(clock.cycle), "clock", "none", _said(clock)
        for change in self.changed:
            yield change.definition, str(change.cycle), change.field, _told(change.before), _told(change.after)


def _said(clock: SlaClock) -> str:
    return f"{clock.stage} from {instant_text(clock.started_at)}" + (", breached" if clock.has_breached else "")


def _told(value: object) -> str:
    match value:
        case datetime():
            return instant_text(value)
        case timedelta():
            return hours_text(value)
        case Pause() | CalendarStretch():
            return f"{instant_text(value.start)} to {instant_text(value.end)}"
        case tuple():
            return ", ".join(map(_told, value)) or "none"
        case _:
            return "none" if value is None else str(value)
