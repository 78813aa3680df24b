"""What may be asked of major cases, of their children, and of duplicates. What is required is data of the table."""

from typing import Any, ClassVar, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.case_actions import Action
from csmcore.model.fields import ids_up_to, is_id, is_ids, is_text, is_written, one_of, optional, within
from csmcore.model.ids import AccountId, CaseId, ConsumerId

__all__ = [
    "AcceptMajorCase",
    "AddChildren",
    "FollowParent",
    "FollowedState",
    "HearOfChild",
    "MergeCase",
    "ProposeMajorCase",
    "RejectMajorCase",
]

FollowedState: TypeAlias = Literal["open", "awaiting_info", "resolved", "closed", "cancelled"]

_MOST_RECIPIENTS = 10_000


def _is_blank_or_seen(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """Nothing, which the table refuses, or something that a reader sees: a case keeps it as it is."""
    (is_written if value.strip() else is_text)(_, field, value)


@attrs.frozen(kw_only=True)
class ProposeMajorCase:
    """Say that a case is a sign of something that many customers have, what that means for them, and why.

    Raises LimitExceeded, InvalidValue.
    """

    action: ClassVar[Action] = "propose_major_case"

    business_impact: str = attrs.field(default="", validator=_is_blank_or_seen, repr=False)
    note: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen
class AcceptMajorCase:
    """Make a major case of what was proposed."""

    action: ClassVar[Action] = "accept_major_case"


@attrs.frozen
class RejectMajorCase:
    """Say that it is no major case, and why: the case is like any other again."""

    action: ClassVar[Action] = "reject_major_case"

    reason: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class AddChildren:
    """Give each of these accounts and consumers a case below a major one; those who have a live one keep that.

    The ``comment`` is told to the customer of each new child. Each list holds at most 10,000. Raises LimitExceeded,
    InvalidValue.
    """

    action: ClassVar[Action] = "add_children"

    accounts: tuple[AccountId, ...] = attrs.field(default=(), validator=ids_up_to(_MOST_RECIPIENTS))
    consumers: tuple[ConsumerId, ...] = attrs.field(default=(), validator=ids_up_to(_MOST_RECIPIENTS))
    comment: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class FollowParent:
    """Do as the major case above did: the system's command, which comes once for each thing that it did.

    ``version`` is the major case's when it did so: of what it has left since, nothing is taken.

    ``code``, ``notes`` and ``cause`` are those of the solution or the close; cancelling has its reason as ``notes``.
    Something is said to the customer (``comment``) or among those who work (``note``), not both. Raises InvalidValue.
    """

    action: ClassVar[Action] = "follow_parent"

    parent: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    version: int | None = attrs.field(default=None, validator=optional(within(1, 1 << 53)))
    state: FollowedState | None = attrs.field(default=None, validator=optional(one_of(get_args(FollowedState))))
    priority: int | None = attrs.field(default=None, validator=optional(within(1, 5)))
    comment: str = attrs.field(default="", validator=is_text, repr=False)
    note: str = attrs.field(default="", validator=is_text, repr=False)
    code: str = attrs.field(default="", validator=is_text)
    notes: str = attrs.field(default="", validator=is_text, repr=False)
    cause: str = attrs.field(default="", validator=is_text)

    def __attrs_post_init__(self) -> None:
        """Refuse two things said at once."""
        if self.comment and self.note:
            raise InvalidValue("note", "there is a comment, too", "send one after the other")


@attrs.frozen
class HearOfChild:
    """Look after a child of a major case, on which its customer or an agent has written."""

    action: ClassVar[Action] = "hear_of_child"

    child: CaseId | None = attrs.field(default=None, validator=optional(is_id))


@attrs.frozen(kw_only=True)
class MergeCase:
    """Go on in another case (``into``) that is about the same: this one is cancelled, and keeps all it has.

    The system then tells the other case of its ``duplicate``, and who wants to be informed from now on. Raises
    InvalidValue.
    """

    action: ClassVar[Action] = "merge_case"

    into: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    duplicate: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    informed_users: tuple[str, ...] = attrs.field(default=(), validator=is_ids)

    def __attrs_post_init__(self) -> None:
        """Refuse to go both ways at once."""
        if self.into is not None and self.duplicate is not None:
            raise InvalidValue("duplicate", "the case goes into another, too", "send one command to each of the two")
