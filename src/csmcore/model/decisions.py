"""What a rule answers when it says yes: the new state of things, and why."""

from collections.abc import Mapping

import attrs

from csmcore.model.activity import Activity
from csmcore.model.case import Case
from csmcore.model.consumption import LedgerEntry, TimeEntry
from csmcore.model.derivation import EntitlementDecision
from csmcore.model.events import Event
from csmcore.model.frozen_mapping import frozen
from csmcore.model.ids import CaseId
from csmcore.model.notifications import Notification
from csmcore.model.orders import Order
from csmcore.model.reasons import Reason
from csmcore.model.rendering import escaped, hours_text, html_table, instant_text, printable
from csmcore.model.revision import Revision
from csmcore.model.sla_clock import SlaClock, SlaState

__all__ = ["Decision"]

_TITLES = ("promise", "cycle", "stage", "goal", "due", "ended", "breached")


@attrs.frozen(kw_only=True)
class Decision:
    """One accepted command: the case one version on, its clocks, what was said and done, what is to do, and why.

    A service saves all of it in one unit of work, or none. ``revision`` is None for a tick, which changes no field.
    ``derivation`` is the answer about the entitlement, where the command asked that question; ``ledger`` is what the
    case took of entitlements with it, or gave back, ``time`` what was worked on it. ``intents`` are for the host to
    send, ``orders`` are further commands, in the system's name, once this one is kept. ``relies_on`` are the other
    cases that were looked at, by the versions that they must still be at when it is kept.
    Printed it is text; a notebook shows it with a table of the clocks. Neither has what people wrote.
    """

    case: Case
    sla: SlaState
    revision: Revision | None
    activity: tuple[Activity, ...] = ()
    events: tuple[Event, ...] = ()
    intents: tuple[Notification, ...] = ()
    orders: tuple[Order, ...] = ()
    reasons: tuple[Reason, ...] = ()
    derivation: EntitlementDecision | None = None
    ledger: tuple[LedgerEntry, ...] = ()
    time: tuple[TimeEntry, ...] = ()
    relies_on: Mapping[CaseId, int] = attrs.field(default=frozen({}), converter=frozen)

    def __str__(self) -> str:
        """The case, then why, what happened, every clock, and what the host is left to do; instants in UTC."""
        sections = {**self._sections(), "clocks": tuple(map(_clock_line, self.sla.clocks))}
        lines = [self._headline()]
        for title in ("because", "events", "clocks", "to do"):
            lines += [f"  {'' if place else title:<9}{line}" for place, line in enumerate(sections[title])]
        return "\n".join(map(printable, lines))

    def _repr_html_(self) -> str:
        lists = (f"<br>{title}: {escaped('; '.join(lines))}" for title, lines in self._sections().items() if lines)
        clocks = html_table(_TITLES, map(_cells, self.sla.clocks)) if self.sla.clocks else ""
        return f"<p><b>{escaped(self._headline())}</b>{''.join(lists)}</p>{clocks}"

    def _headline(self) -> str:
        return f"{self.case.number} is {self.case.state}, version {self.case.version}"

    def _sections(self) -> dict[str, tuple[str, ...]]:
        return {
            "because": tuple(reason.text for reason in self.reasons),
            "events": tuple(map(_happened, self.events)),
            "to do": (*(intent.kind for intent in self.intents), *(str(order) for order in self.orders)),
        }


def _happened(event: Event) -> str:
    definition, threshold = event.details.get("definition"), event.details.get("threshold")
    return event.kind + (f" {definition}" if definition else "") + (f" {threshold}" if threshold else "")


def _cells(clock: SlaClock) -> tuple[str, ...]:
    instants = (clock.due_at, clock.stopped_at, clock.breached_at)
    told = (instant_text(instant) if instant else "" for instant in instants)
    return clock.definition, str(clock.cycle), clock.stage, hours_text(clock.goal), *told


def _clock_line(clock: SlaClock) -> str:
    definition, cycle, stage, goal, due, ended, breached = _cells(clock)
    told = [f"due {due}" if due else "no due date now", *([f"breached {breached}"] if breached else [])]
    told += [f"ended {ended}"] if ended else []
    return f"{definition} {cycle}: {stage}, goal {goal}, {', '.join(told)}"
