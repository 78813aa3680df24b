"""Commands: what an actor asks to be done to a case, in the imperative.

A constructor checks types and form only. What an action requires, and of whom, is data of the table in
`csmcore.rules`: a command that lacks it can be made, and is refused with the reason.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, UnknownKey, shown
from csmcore.model.case import CHANNELS, Case, Channel
from csmcore.model.fields import is_id, is_ids, is_text, one_of, optional, within
from csmcore.model.frozen_mapping import frozen
from csmcore.model.ids import (
    AccountId,
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
from csmcore.model.rendering import names_alone

__all__ = [
    "ACTIONS",
    "COMMANDS",
    "UPDATABLE_FIELDS",
    "AcceptCase",
    "AcceptSolution",
    "Action",
    "AddComment",
    "AddWorkNote",
    "AssignCase",
    "AssignToMe",
    "AutoCloseCase",
    "CancelCase",
    "CaseCommand",
    "CloseCase",
    "Command",
    "OpenCase",
    "OverridePriority",
    "ProposeSolution",
    "RejectSolution",
    "ReopenCase",
    "RequestInfo",
    "ResumeWork",
    "UpdateCase",
]

Action: TypeAlias = Literal[
    "open_case",
    "assign_to_me",
    "accept_case",
    "assign_case",
    "request_info",
    "resume_work",
    "add_comment",
    "add_work_note",
    "update_case",
    "override_priority",
    "propose_solution",
    "accept_solution",
    "reject_solution",
    "close_case",
    "auto_close_case",
    "cancel_case",
    "reopen_case",
    "follow_up",
]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""Everything that can be done about a case. A follow-up is opened by `OpenCase`; every other action has its command."""


@attrs.frozen(kw_only=True)
class OpenCase:
    """Open a case for a customer. ``follow_up_of`` names the ended case that it goes on from."""

    action: ClassVar[Action] = "open_case"

    short_description: str = attrs.field(default="", validator=is_text, repr=False)
    description: str = attrs.field(default="", validator=is_text, repr=False)
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
    share_resolution_notes: bool = False


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
    """Give the case to a group, a person, or both. A new group takes it from the person, unless one is named too."""

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


_TEXT_FIELDS = ("short_description", "description", "category")
_NUMBER_FIELDS = ("impact", "urgency")
_LIST_FIELDS = ("informed_users", "work_notes_list")
_FLAG_FIELDS = ("share_resolution_notes", "needs_attention", "contract_is_manual", "entitlement_is_manual")
_ID_FIELDS = (
    *("account", "contact", "consumer", "requested_by", "partner", "partner_contact"),
    *("product", "asset", "sold_product", "install_base_item", "contract", "entitlement", "parent"),
)
_KINDS: Mapping[str, type] = MappingProxyType(
    {
        **dict.fromkeys(_TEXT_FIELDS, str),
        **dict.fromkeys(_ID_FIELDS, str),
        "channel": str,
        **dict.fromkeys(_NUMBER_FIELDS, int),
        **dict.fromkeys(_LIST_FIELDS, tuple),
        **dict.fromkeys(_FLAG_FIELDS, bool),
    }
)
_CALLED: Mapping[type, str] = MappingProxyType(
    {str: "text", int: "a whole number", tuple: "a tuple of texts", bool: "True or False"}
)
_FIELDS: Mapping[str, "attrs.Attribute[Any]"] = MappingProxyType({field.name: field for field in attrs.fields(Case)})

UPDATABLE_FIELDS: tuple[str, ...] = tuple(_KINDS)
"""The fields of the form that `UpdateCase` sets; the others have commands of their own, or are stamps."""


@attrs.frozen
class UpdateCase:
    """Set fields of the form, by their names; None empties one. Raises UnknownKey, InvalidValue.

    A contract or entitlement that is set, or emptied, is set by hand and stays; ``contract_is_manual`` and
    ``entitlement_is_manual`` give them back to derivation.

    >>> UpdateCase({"category": "printing", "impact": 2}).changes["impact"]
    2
    """

    action: ClassVar[Action] = "update_case"

    changes: Mapping[str, object] = attrs.field(factory=dict, converter=frozen, repr=names_alone)

    @changes.validator
    def _are_fields(self, _: "attrs.Attribute[Any]", changes: Mapping[str, object]) -> None:
        for name, value in changes.items():
            if name not in _KINDS:
                hint = f"an update sets {', '.join(UPDATABLE_FIELDS)}"
                raise UnknownKey("changes", f"{shown(name)} is no field to update", hint)
            _check_value(_FIELDS[name], value, _KINDS[name])


def _check_value(field: "attrs.Attribute[Any]", value: object, kind: type) -> None:
    """What a typed field would have had a type checker check, then what the case itself checks."""
    if value is None and field.default is None:
        return
    listed = value if isinstance(value, tuple) else ()
    if type(value) is not kind or not all(isinstance(item, str) for item in listed):
        raise InvalidValue(field.name, f"{shown(value)} is not what it holds", f"give {_CALLED[kind]}")
    if field.validator is not None:
        field.validator(None, field, value)


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
)
"""What can be asked of a case that there is."""

Command: TypeAlias = OpenCase | CaseCommand

COMMANDS: Mapping[Action, type[Command]] = MappingProxyType(
    {kind.action: kind for kind in (OpenCase, *get_args(CaseCommand))}
)
"""Each command's class by its action, which is its name on the wire."""
