"""The log of a case: what each accepted command left behind. It is the outbox too."""

from collections.abc import Mapping
from typing import Self

import attrs

from csmcore.model.consumption import LedgerEntry, TimeEntry
from csmcore.model.decisions import Decision
from csmcore.model.derivation import EntitlementDecision
from csmcore.model.events import Event
from csmcore.model.fields import is_id, within
from csmcore.model.frozen_mapping import frozen
from csmcore.model.ids import ActivityId, CaseId, CommandId
from csmcore.model.notifications import Notification
from csmcore.model.orders import Order
from csmcore.model.reasons import Reason
from csmcore.model.revision import Revision

__all__ = ["CommandReceipt", "LogEntry"]


@attrs.frozen
class CommandReceipt:
    """Which command it was: the id that its sender gave it, and the digest of what it said, about what, by whom."""

    command_id: CommandId = attrs.field(validator=is_id)
    digest: str = attrs.field(validator=is_id)


@attrs.frozen(kw_only=True)
class LogEntry:
    """One accepted command, by case and version; ``receipt`` is None where its sender gave it no id.

    With the entries before it and the texts that ``activity`` names, it tells the whole decision. Texts of comments and
    work notes are not repeated here. ``revision`` is None for a tick. ``relies_on`` are the versions of other cases by
    which it was decided.
    """

    case: CaseId = attrs.field(validator=is_id)
    version: int = attrs.field(validator=within(1, 1 << 53))
    receipt: CommandReceipt | None
    revision: Revision | None
    events: tuple[Event, ...]
    activity: tuple[ActivityId, ...] = ()
    intents: tuple[Notification, ...] = ()
    orders: tuple[Order, ...] = ()
    reasons: tuple[Reason, ...] = ()
    derivation: EntitlementDecision | None = None
    ledger: tuple[LedgerEntry, ...] = ()
    time: tuple[TimeEntry, ...] = ()
    relies_on: Mapping[CaseId, int] = attrs.field(default=frozen({}), converter=frozen)

    @classmethod
    def of(cls, decision: Decision, receipt: CommandReceipt | None) -> Self:
        """What the log keeps of a decision."""
        return cls(
            case=decision.case.id,
            version=decision.case.version,
            receipt=receipt,
            revision=decision.revision,
            events=decision.events,
            activity=tuple(said.id for said in decision.activity),
            intents=decision.intents,
            orders=decision.orders,
            reasons=decision.reasons,
            derivation=decision.derivation,
            ledger=decision.ledger,
            time=decision.time,
            relies_on=decision.relies_on,
        )
