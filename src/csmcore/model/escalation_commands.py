"""What may be asked about an escalation. Constructors check form; what is required is data of the table."""

from typing import ClassVar, Literal, TypeAlias, get_args

import attrs

from csmcore.model.escalation import (
    ESCALATION_REASONS,
    ESCALATION_SEVERITIES,
    ESCALATION_TRENDS,
    EscalationReason,
    EscalationRequestSource,
    EscalationSeverity,
    EscalationTrend,
    is_remark,
)
from csmcore.model.fields import is_id, is_ids, one_of, optional
from csmcore.model.ids import CaseId, GroupId, UserId

__all__ = [
    "ESCALATION_ACTIONS",
    "ApproveEscalation",
    "DeclineEscalation",
    "Deescalate",
    "EscalationAction",
    "EscalationCommand",
    "RequestEscalation",
    "UpdateEscalation",
]

EscalationAction: TypeAlias = Literal[
    "request_escalation", "approve_escalation", "decline_escalation", "deescalate", "update_escalation"
]
ESCALATION_ACTIONS: tuple[EscalationAction, ...] = get_args(EscalationAction)


@attrs.frozen(kw_only=True)
class RequestEscalation:
    """Ask for a case or an account to be escalated, and say why.

    ``template`` names one of the policy's, which also says the ``severity`` and ``reason`` that are left out. Whoever
    takes down what a customer asked for gives ``request_source``. Customers themselves give a reason and a
    justification, nothing else. Assignment and ``related_cases`` are for accounts.
    """

    action: ClassVar[EscalationAction] = "request_escalation"

    template: str | None = attrs.field(default=None, validator=optional(is_id))
    reason: EscalationReason | None = attrs.field(default=None, validator=optional(one_of(ESCALATION_REASONS)))
    justification: str = attrs.field(default="", validator=is_remark, repr=False)
    severity: EscalationSeverity | None = attrs.field(default=None, validator=optional(one_of(ESCALATION_SEVERITIES)))
    request_source: EscalationRequestSource | None = attrs.field(
        default=None, validator=optional(one_of(get_args(EscalationRequestSource)))
    )
    watch_list: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    assignment_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    assigned_to: UserId | None = attrs.field(default=None, validator=optional(is_id))
    related_cases: tuple[CaseId, ...] = attrs.field(default=(), validator=is_ids)


@attrs.frozen
class ApproveEscalation:
    """Say that what was asked for is escalated."""

    action: ClassVar[EscalationAction] = "approve_escalation"


@attrs.frozen
class DeclineEscalation:
    """Say that what was asked for is not escalated, and why."""

    action: ClassVar[EscalationAction] = "decline_escalation"

    reason: str = attrs.field(default="", validator=is_remark, repr=False)


@attrs.frozen
class Deescalate:
    """End an escalation, and say why it is no longer needed."""

    action: ClassVar[EscalationAction] = "deescalate"

    justification: str = attrs.field(default="", validator=is_remark, repr=False)


@attrs.frozen(kw_only=True)
class UpdateEscalation:
    """Say how an escalation goes on; what is None stays as it is, and an empty list is one.

    A new group takes an account's escalation from the person who works on it, unless one is named too.
    """

    action: ClassVar[EscalationAction] = "update_escalation"

    severity: EscalationSeverity | None = attrs.field(default=None, validator=optional(one_of(ESCALATION_SEVERITIES)))
    trend: EscalationTrend | None = attrs.field(default=None, validator=optional(one_of(ESCALATION_TRENDS)))
    reason: EscalationReason | None = attrs.field(default=None, validator=optional(one_of(ESCALATION_REASONS)))
    watch_list: tuple[UserId, ...] | None = attrs.field(default=None, validator=optional(is_ids))
    assignment_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    assigned_to: UserId | None = attrs.field(default=None, validator=optional(is_id))
    related_cases: tuple[CaseId, ...] | None = attrs.field(default=None, validator=optional(is_ids))


EscalationCommand: TypeAlias = RequestEscalation | ApproveEscalation | DeclineEscalation | Deescalate | UpdateEscalation
