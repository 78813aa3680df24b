"""Commands: what an actor asks to be done to a case, in the imperative.

A constructor checks types and form only. What an action requires, and of whom, is data of the table in
`csmcore.rules`: a command that lacks it can be made, and is refused with the reason.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Literal, TypeAlias, get_args

import attrs

from csmcore.model.blocking_commands import AddBlocker, ResolveBlocker
from csmcore.model.case import CHANNELS, Channel
from csmcore.model.case_actions import Action
from csmcore.model.escalation_commands import (
    ApproveEscalation,
    DeclineEscalation,
    Deescalate,
    RequestEscalation,
    UpdateEscalation,
)
from csmcore.model.fields import is_id, is_ids, is_text, is_written, one_of, optional, within
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.ids import (
    AccountId,
    AlertId,
    AssetId,
    CaseId,
    ConsumerId,
    ContactId,
    ContractId,
    EntitlementId,
    GroupId,
    InstallBaseItemId,
    ProductModelId,
    SoldProductId,
    UserId,
)
from csmcore.model.major_commands import (
    AcceptMajorCase,
    AddChildren,
    FollowParent,
    HearOfChild,
    MergeCase,
    ProposeMajorCase,
    RejectMajorCase,
)
from csmcore.model.record_commands import HearOfRecord, LinkRecord, UnlinkRecord
from csmcore.model.rendering import names_alone
from csmcore.model.task_commands import AddTask, CancelTask, CloseTask, LogTime, UpdateTask
from csmcore.model.update_case import UpdateCase

__all__ = [
    "COMMANDS",
    "AcceptCase",
    "AcceptSolution",
    "AddComment",
    "AddWorkNote",
    "AnswerSurvey",
    "AssignCase",
    "AssignToMe",
    "AutoCloseCase",
    "CancelCase",
    "CaseCommand",
    "CloseCase",
    "Command",
    "OpenCase",
    "OpenedMajorState",
    "OverridePriority",
    "ProposeSolution",
    "RejectSolution",
    "RemindCustomer",
    "ReopenCase",
    "RequestInfo",
    "ResumeWork",
]

OpenedMajorState: TypeAlias = Literal["proposed", "accepted"]

_NO_VALUES: Mapping[str, object] = FrozenMapping()


@attrs.frozen(kw_only=True)
class OpenCase:
    """Open a case for a customer. ``follow_up_of`` names the ended case that it goes on from.

    ``case_type`` and the fields of ``extra`` are those that the policy declares. A major case, or one that is proposed
    as such (``major_case_state``), is for no customer in particular; ``major_case_of`` names the case that led to it.
    ``comment`` is told to the customer at once. ``priority`` stands where the matrix has none for impact and urgency.
    """

    action: ClassVar[Action] = "open_case"

    short_description: str = attrs.field(default="", validator=is_text, repr=False)
    description: str = attrs.field(default="", validator=is_text, repr=False)
    case_type: str | None = attrs.field(default=None, validator=optional(is_id))
    extra: Mapping[str, object] = attrs.field(default=_NO_VALUES, converter=frozen, repr=names_alone)
    channel: Channel = attrs.field(default="web", validator=one_of(CHANNELS))
    category: str = attrs.field(default="", validator=is_text)
    impact: int | None = attrs.field(default=None, validator=optional(within(1, 3)))
    urgency: int | None = attrs.field(default=None, validator=optional(within(1, 3)))
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    requested_by: UserId | None = attrs.field(default=None, validator=optional(is_id))
    partner: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    partner_contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    product: ProductModelId | None = attrs.field(default=None, validator=optional(is_id))
    asset: AssetId | None = attrs.field(default=None, validator=optional(is_id))
    sold_product: SoldProductId | None = attrs.field(default=None, validator=optional(is_id))
    install_base_item: InstallBaseItemId | None = attrs.field(default=None, validator=optional(is_id))
    contract: ContractId | None = attrs.field(default=None, validator=optional(is_id))
    entitlement: EntitlementId | None = attrs.field(default=None, validator=optional(is_id))
    assignment_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    assigned_to: UserId | None = attrs.field(default=None, validator=optional(is_id))
    informed_users: tuple[str, ...] = attrs.field(default=(), validator=is_ids)
    work_notes_list: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    parent: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    follow_up_of: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    alert: AlertId | None = attrs.field(default=None, validator=optional(is_id))
    share_resolution_notes: bool = False
    priority: int | None = attrs.field(default=None, validator=optional(within(1, 5)))
    comment: str = attrs.field(default="", validator=is_text, repr=False)
    major_case_state: OpenedMajorState | None = attrs.field(
        default=None, validator=optional(one_of(get_args(OpenedMajorState)))
    )
    business_impact: str | None = attrs.field(default=None, validator=optional(is_written), repr=False)
    major_case_of: CaseId | None = attrs.field(default=None, validator=optional(is_id))


@attrs.frozen
class AssignToMe:
    """Take a new case and begin to work on it."""

    action: ClassVar[Action] = "assign_to_me"


@attrs.frozen
class AcceptCase:
    """Begin to work on a new case that one was given."""

    action: ClassVar[Action] = "accept_case"


@attrs.frozen(kw_only=True)
class AssignCase:
    """Give the case to a group, a person, or both. A new group takes it from the person, unless one is named too.

    Any id will do: whom it may be given to is for the host to offer, and for assignment rules to find.
    """

    action: ClassVar[Action] = "assign_case"

    group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))


@attrs.frozen
class RequestInfo:
    """Ask the customer for something, and wait for it."""

    action: ClassVar[Action] = "request_info"

    comment: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen
class ResumeWork:
    """Go on without what the customer was asked for."""

    action: ClassVar[Action] = "resume_work"


@attrs.frozen
class AddComment:
    """Say something to the other side."""

    action: ClassVar[Action] = "add_comment"

    text: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen
class AddWorkNote:
    """Say something that the customer will not see."""

    action: ClassVar[Action] = "add_work_note"

    text: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class OverridePriority:
    """Set the priority by hand, and say why."""

    action: ClassVar[Action] = "override_priority"

    priority: int | None = attrs.field(default=None, validator=optional(within(1, 5)))
    reason: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class ProposeSolution:
    """Offer the customer a solution. ``share``: tell its notes as a comment; None: as the case says."""

    action: ClassVar[Action] = "propose_solution"

    code: str = attrs.field(default="", validator=is_text)
    notes: str = attrs.field(default="", validator=is_text, repr=False)
    cause: str = attrs.field(default="", validator=is_text)
    share: bool | None = None


@attrs.frozen
class AcceptSolution:
    """Say that the proposed solution will do: the case is closed."""

    action: ClassVar[Action] = "accept_solution"


@attrs.frozen
class RejectSolution:
    """Say that the proposed solution will not do, and why: the case is open again."""

    action: ClassVar[Action] = "reject_solution"

    reason: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class CloseCase:
    """End the case without a solution to accept; in Resolved, the customer accepts by it."""

    action: ClassVar[Action] = "close_case"

    code: str = attrs.field(default="", validator=is_text)
    notes: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen
class AutoCloseCase:
    """End a resolved case that its customer has left unanswered."""

    action: ClassVar[Action] = "auto_close_case"


@attrs.frozen
class CancelCase:
    """End a case that should not have been, and say why."""

    action: ClassVar[Action] = "cancel_case"

    reason: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen
class ReopenCase:
    """Take up a closed case again, within the policy's window."""

    action: ClassVar[Action] = "reopen_case"

    comment: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen
class RemindCustomer:
    """Remind the customer of a resolved case that it will close by itself."""

    action: ClassVar[Action] = "remind_customer"


@attrs.frozen(kw_only=True)
class AnswerSurvey:
    """Say how it went: a score from 1, the worst, to 5."""

    action: ClassVar[Action] = "answer_survey"

    score: int | None = attrs.field(default=None, validator=optional(within(1, 5)))
    comment: str = attrs.field(default="", validator=is_text, repr=False)


CaseCommand: TypeAlias = (
    AssignToMe
    | AcceptCase
    | AssignCase
    | RequestInfo
    | ResumeWork
    | AddComment
    | AddWorkNote
    | UpdateCase
    | OverridePriority
    | ProposeSolution
    | AcceptSolution
    | RejectSolution
    | CloseCase
    | AutoCloseCase
    | CancelCase
    | ReopenCase
    | RemindCustomer
    | AnswerSurvey
    | AddBlocker
    | ResolveBlocker
    | LinkRecord
    | UnlinkRecord
    | HearOfRecord
    | ProposeMajorCase
    | AcceptMajorCase
    | RejectMajorCase
    | AddChildren
    | FollowParent
    | HearOfChild
    | MergeCase
    | AddTask
    | UpdateTask
    | CloseTask
    | CancelTask
    | LogTime
    | RequestEscalation
    | ApproveEscalation
    | DeclineEscalation
    | Deescalate
    | UpdateEscalation
)
"""What can be asked of a case that there is."""

Command: TypeAlias = OpenCase | CaseCommand

COMMANDS: Mapping[Action, type[Command]] = MappingProxyType(
    {kind.action: kind for kind in (OpenCase, *get_args(CaseCommand))}
)
"""Each command's class by its action, which is its name on the wire."""
