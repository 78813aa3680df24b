"""Alerts: what monitoring says of the things that customers use, and what follows for their cases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, LimitExceeded, shown
from csmcore.model.account import Account
from csmcore.model.actor import SYSTEM, Actor
from csmcore.model.case import Case
from csmcore.model.consumer import Consumer
from csmcore.model.fields import in_utc, is_id, is_ids, is_short_id, is_written, one_of, optional, within
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.household import Household
from csmcore.model.ids import AccountId, AlertId, CaseId, CommandId, ConfigurationItemId, ConsumerId, InstallBaseItemId
from csmcore.model.install_base_item import InstallBaseItem
from csmcore.model.orders import Order
from csmcore.model.reasons import Reason
from csmcore.model.rendering import escaped, html_table, instant_text, printable

__all__ = [
    "ALERT_SEVERITIES",
    "AffectedCustomer",
    "Alert",
    "AlertDecision",
    "AlertFacts",
    "AlertOrder",
    "AlertSeverity",
    "LeftOut",
    "MajorCaseProposal",
    "MajorRecipient",
    "ProactivePolicy",
]

AlertSeverity: TypeAlias = Literal["critical", "major", "minor", "warning", "info"]
ALERT_SEVERITIES: tuple[AlertSeverity, ...] = get_args(AlertSeverity)
_OnClear: TypeAlias = Literal["note", "nothing"]
_Kind: TypeAlias = Literal["configuration_item", "install_base_item", "account", "consumer", "case"]

_PRIORITIES: Mapping[AlertSeverity, int] = FrozenMapping(
    {"critical": 1, "major": 2, "minor": 3, "warning": 4, "info": 4}
)
_MAX_SHORT = 1_000  # characters of what an alert says
_LOWEST = 5  # of priorities
_TITLES = ("what", "to", "because")


def _is_short(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """Text that says something in so many characters that a note can repeat it."""
    is_written(_, field, value)
    if len(value) > _MAX_SHORT:
        raise LimitExceeded(field.name, "characters", _MAX_SHORT)


def _are_priorities(_: object, field: "attrs.Attribute[Any]", priorities: Mapping[AlertSeverity, int]) -> None:
    """Priorities 1 to 5 by severity; some may be left out."""
    for severity, priority in priorities.items():
        place = f"{field.name}.{severity}"
        if severity not in ALERT_SEVERITIES:
            hint = f"known are {', '.join(ALERT_SEVERITIES)}"
            raise InvalidValue(place, f"{shown(severity)} is no severity", hint)
        if not 1 <= priority <= _LOWEST:
            raise InvalidValue(place, f"{shown(priority)} is no priority", "write 1 to 5")


@attrs.frozen(kw_only=True)
class Alert:
    """Something is wrong with these configuration items, says a ``source``, since ``raised_at``.

    Raised again it is the same alert with a later ``raised_at``; over, it has a ``cleared_at``. Raises InvalidValue,
    NaiveDatetime, LimitExceeded.
    """

    id: AlertId = attrs.field(validator=is_short_id)
    source: str = attrs.field(validator=is_id)
    severity: AlertSeverity = attrs.field(validator=one_of(ALERT_SEVERITIES))
    configuration_items: tuple[ConfigurationItemId, ...] = attrs.field(validator=is_ids)
    short_description: str = attrs.field(validator=_is_short, repr=False)
    raised_at: datetime
    cleared_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC, and refuse an alert that was over before it began."""
        in_utc(self, "raised_at", "cleared_at")
        if self.cleared_at is not None and self.cleared_at < self.raised_at:
            raise InvalidValue("cleared_at", "it is before raised_at", "leave it out until the alert is cleared again")


@attrs.frozen(kw_only=True)
class ProactivePolicy:
    """Whether alerts open cases, with which priority, and what is done when one is over.

    Off unless ``opens_cases`` (ServiceNow's default). ``priorities`` by severity are set as an impact and urgency that
    the policy's matrix gives that priority. From ``major_from`` customers on, one major case is proposed instead of a
    case for each. A cleared alert is told as a work note (``on_clear``); it ends no case. Raises InvalidValue.
    """

    opens_cases: bool = False
    priorities: Mapping[AlertSeverity, int] = attrs.field(
        default=_PRIORITIES, converter=frozen, validator=_are_priorities
    )
    major_from: int | None = attrs.field(default=None, validator=optional(within(2, 1_000_000)))
    on_clear: _OnClear = attrs.field(default="note", validator=one_of(get_args(_OnClear)))


@attrs.frozen(kw_only=True)
class AlertFacts:
    """What is known around an alert: which install base items each configuration item is, and whose they are.

    ``accounts``, ``consumers`` and ``households`` are the items' owners, as far as they are known; ``cases`` those that
    this alert has opened so far, ended ones too, and ``major`` the major case that it led to.
    """

    items: Mapping[ConfigurationItemId, tuple[InstallBaseItem, ...]] = attrs.field(factory=dict, converter=frozen)
    accounts: tuple[Account, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    households: tuple[Household, ...] = ()
    cases: tuple[Case, ...] = ()
    major: Case | None = None


@attrs.frozen(kw_only=True)
class AffectedCustomer:
    """An account, a consumer, or a consumer of an account (B2B2C), and what of theirs an alert is about."""

    account: AccountId | None
    consumer: ConsumerId | None
    items: tuple[InstallBaseItemId, ...]
    configuration_items: tuple[ConfigurationItemId, ...]

    def __str__(self) -> str:
        """Who it is."""
        named = (("account", self.account), ("consumer", self.consumer))
        return ", ".join(f"{kind} {identity}" for kind, identity in named if identity is not None)


@attrs.frozen(kw_only=True)
class AlertOrder:
    """A command that an alert leads to, to be sent in the system's name, and why."""

    order: Order
    reason: Reason


@attrs.frozen(kw_only=True)
class LeftOut:
    """Something that an alert is about and that nothing is done for, with every reason."""

    kind: _Kind
    id: str
    reasons: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class MajorRecipient:
    """Somebody to whom a major case matters: the customer, and the case of theirs that there already is."""

    customer: AffectedCustomer
    case: CaseId | None


@attrs.frozen(kw_only=True)
class MajorCaseProposal:
    """One major case for all these customers, or, where there is a ``case``, these customers for it.

    ``command_id`` is that of the command that proposes it, the same however often the alert comes, as long as that
    major case has not ended; or of the one that gives these customers children.
    """

    command_id: CommandId
    case: CaseId | None
    short_description: str = attrs.field(repr=False)
    impact: int | None
    urgency: int | None
    recipients: tuple[MajorRecipient, ...]


@attrs.frozen(kw_only=True)
class AlertDecision:
    """What an alert leads to: commands to send as ``by``, perhaps a major case to propose, and who is left out, why.

    Printed it is text; a notebook shows a table. Neither has what people wrote.
    """

    alert: AlertId
    at: datetime
    affected: tuple[AffectedCustomer, ...]
    orders: tuple[AlertOrder, ...]
    major: MajorCaseProposal | None
    left_out: tuple[LeftOut, ...]
    reasons: tuple[Reason, ...]
    by: Actor = SYSTEM

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")

    def __str__(self) -> str:
        """The alert, then each thing that is done and left undone."""
        lines = [f"  {what} {to}: {because}" for what, to, because in self._rows()]
        return "\n".join(map(printable, (self._headline(), *lines)))

    def _repr_html_(self) -> str:
        return f"<p><b>{escaped(self._headline())}</b></p>{html_table(_TITLES, self._rows())}"

    def _headline(self) -> str:
        because = "".join(f"; {reason.text}" for reason in self.reasons)
        return f"alert {self.alert}, {instant_text(self.at)}: {len(self.affected)} affected{because}"

    def _rows(self) -> list[tuple[str, str, str]]:
        rows: list[tuple[str, str, str]] = [
            (each.order.action, each.order.case or "a new case", each.reason.text) for each in self.orders
        ]
        if self.major is not None:
            rows.append(("major case", self.major.case or "a new case", f"{len(self.major.recipients)} recipients"))
        for other in self.left_out:
            because = "; ".join(reason.text for reason in other.reasons)
            rows.append(("nothing", f"{other.kind.replace('_', ' ')} {other.id}", because))
        return rows
