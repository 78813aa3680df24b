"""What may be done to a service contract, in the imperative.

A constructor checks form only. What an action needs is data of the table in `csmcore.rules`: a command that lacks it
can be made, and is refused with the reasons.
"""

from datetime import date
from typing import ClassVar, Literal, TypeAlias, get_args

import attrs

from csmcore.calendars import Term
from csmcore.model.contract import ContractLine, Covered, CoveredKind
from csmcore.model.fields import is_id, is_short_id, is_text, one_of, optional
from csmcore.model.ids import ContractId, ContractLineId, UserId
from csmcore.model.periods import in_order, is_day

__all__ = [
    "CONTRACT_ACTIONS",
    "ActivateContract",
    "AddContractLine",
    "AddCovered",
    "ApproveContract",
    "CancelContract",
    "ChangeContractDates",
    "ChangeContractLine",
    "ContractAction",
    "ContractCommand",
    "ExpireContract",
    "RejectContract",
    "RemoveCovered",
    "RenewContract",
    "ResumeContract",
    "SubmitContract",
    "SuspendContract",
]

ContractAction: TypeAlias = Literal[
    "submit",
    "approve",
    "reject",
    "activate",
    "suspend",
    "resume",
    "expire",
    "cancel",
    "renew",
    "change_dates",
    "add_line",
    "change_line",
    "add_covered",
    "remove_covered",
]
CONTRACT_ACTIONS: tuple[ContractAction, ...] = get_args(ContractAction)


@attrs.frozen
class SubmitContract:
    """Ask the approver to review a draft, which stays a draft."""

    action: ClassVar[ContractAction] = "submit"


@attrs.frozen(kw_only=True)
class ApproveContract:
    """Agree to a draft: it becomes active by itself on its first day."""

    action: ClassVar[ContractAction] = "approve"

    by: UserId = attrs.field(validator=is_id)


@attrs.frozen(kw_only=True)
class RejectContract:
    """Send a draft back, with what is wrong with it."""

    action: ClassVar[ContractAction] = "reject"

    by: UserId = attrs.field(validator=is_id)
    comment: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen
class ActivateContract:
    """Put a draft into force whose first day has come."""

    action: ClassVar[ContractAction] = "activate"


@attrs.frozen(kw_only=True)
class SuspendContract:
    """Take a contract out of force, until the first instant of ``resumes_on`` or until it is resumed."""

    action: ClassVar[ContractAction] = "suspend"

    resumes_on: date | None = attrs.field(default=None, validator=optional(is_day))
    reason: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen
class ResumeContract:
    """Put a suspended contract into force again."""

    action: ClassVar[ContractAction] = "resume"


@attrs.frozen
class ExpireContract:
    """End a contract whose last day is over: the system's part."""

    action: ClassVar[ContractAction] = "expire"


@attrs.frozen(kw_only=True)
class CancelContract:
    """End a contract for good before its time."""

    action: ClassVar[ContractAction] = "cancel"

    reason: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class RenewContract:
    """Draft the contract that follows, under that id and number; its lines and entitlements have ids made from them.

    It runs as long as the one before, or for a ``term`` of its own.
    """

    action: ClassVar[ContractAction] = "renew"

    id: ContractId = attrs.field(validator=is_short_id)
    number: str = attrs.field(validator=is_short_id)
    term: Term | None = None


@attrs.frozen(kw_only=True)
class ChangeContractDates:
    """Give a draft another first and last day; None is open. Raises InvalidValue where they are in the wrong order."""

    action: ClassVar[ContractAction] = "change_dates"

    starts_on: date | None = attrs.field(validator=optional(is_day))
    ends_on: date | None = attrs.field(validator=optional(is_day))

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order."""
        in_order(self, "starts_on", "ends_on")


@attrs.frozen
class AddContractLine:
    """Add a line; its state is that of the contract, whatever it says."""

    action: ClassVar[ContractAction] = "add_line"

    line: ContractLine


@attrs.frozen
class ChangeContractLine:
    """Put this line in the place of the one with its id. It keeps its state, unless it says ``cancelled``."""

    action: ClassVar[ContractAction] = "change_line"

    line: ContractLine


@attrs.frozen
class AddCovered:
    """Cover one more thing."""

    action: ClassVar[ContractAction] = "add_covered"

    item: Covered


@attrs.frozen(kw_only=True)
class RemoveCovered:
    """Cover something no longer than to ``last_day``: the ``item`` of that kind on that line, or on none."""

    action: ClassVar[ContractAction] = "remove_covered"

    kind: CoveredKind = attrs.field(validator=one_of(get_args(CoveredKind)))
    item: str = attrs.field(validator=is_id)
    line: ContractLineId | None = attrs.field(default=None, validator=optional(is_id))
    last_day: date = attrs.field(validator=is_day)


ContractCommand: TypeAlias = (
    SubmitContract
    | ApproveContract
    | RejectContract
    | ActivateContract
    | SuspendContract
    | ResumeContract
    | ExpireContract
    | CancelContract
    | RenewContract
    | ChangeContractDates
    | AddContractLine
    | ChangeContractLine
    | AddCovered
    | RemoveCovered
)
