"""The case: one customer's request, from its opening to its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.actor import ActorKind
from csmcore.model.blocking import ActionStatus, Blocker
from csmcore.model.case_task import CaseTask
from csmcore.model.escalation import Escalation
from csmcore.model.fields import in_utc, is_id, is_ids, is_short_id, is_text, is_written, one_of, optional, within
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
from csmcore.model.policy_ref import PolicyRef
from csmcore.model.related_record import RelatedRecord
from csmcore.model.satisfaction import Satisfaction

__all__ = [
    "CASE_STATES",
    "CHANNELS",
    "KEYED_FIELDS",
    "MAJOR_CASE_STATES",
    "TERMINAL_STATES",
    "Case",
    "CaseState",
    "Channel",
    "MajorCaseState",
    "Resolution",
]

CaseState: TypeAlias = Literal["new", "open", "awaiting_info", "resolved", "closed", "cancelled"]
Channel: TypeAlias = Literal["web", "phone", "email", "chat", "social", "self_service", "machine"]
MajorCaseState: TypeAlias = Literal["proposed", "accepted", "rejected"]

CASE_STATES: tuple[CaseState, ...] = get_args(CaseState)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
TERMINAL_STATES: frozenset[CaseState] = frozenset({"closed", "cancelled"})
MAJOR_CASE_STATES: tuple[MajorCaseState, ...] = get_args(MajorCaseState)
KEYED_FIELDS: frozenset[str] = frozenset({"extra", "blockers", "tasks", "records"})
"""The fields of a case that are mappings: of these an event's ``changes`` have what was set, and None for what went."""

_NO_VALUES: Mapping[str, object] = FrozenMapping()
_NO_BLOCKERS: Mapping[str, Blocker] = FrozenMapping()
_NO_TASKS: Mapping[str, CaseTask] = FrozenMapping()
_NO_RECORDS: Mapping[str, RelatedRecord] = FrozenMapping()


_INSTANTS = (
    *("opened_at", "updated_at", "assigned_at", "first_response_at", "closed_at", "cancelled_at"),
    "auto_close_from",
)


@attrs.frozen(kw_only=True)
class Resolution:
    """A solution as it was proposed: the code, the notes, by whom and when."""

    code: str = attrs.field(validator=is_written)
    notes: str = attrs.field(validator=is_written, repr=False)
    by: str = attrs.field(validator=is_id)
    at: datetime
    cause: str = attrs.field(default="", validator=is_text)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")


@attrs.frozen(kw_only=True, slots=False)
class Case:
    """A case as it stands after its last accepted command; ``version`` counts those. It decides nothing.

    The fields are those of the form (ServiceNow's and EXM's). ``informed_users`` is the watch list; impact and
    urgency are 1 High to 3 Low, priority 1 Critical to 5 Planning. ``case_type``, ``substate`` and ``extra`` are as the
    policy declares them. ``blockers``, ``tasks`` and ``records`` are by their keys; contributors are those who work on
    its tasks. ``opened_by_kind`` is the kind of actor that ``opened_by`` is, which older logs do not tell. What is said
    on it is a store of its own: `Comment`, `WorkNote`. Raises InvalidValue, NaiveDatetime.
    """

    id: CaseId = attrs.field(validator=is_short_id)
    number: str = attrs.field(validator=is_id)
    policy: PolicyRef
    version: int = attrs.field(default=1, validator=within(1, 1 << 53))
    state: CaseState = attrs.field(default="new", validator=one_of(CASE_STATES))
    case_type: str | None = attrs.field(default=None, validator=optional(is_id))
    substate: str | None = attrs.field(default=None, validator=optional(is_id))
    extra: Mapping[str, object] = attrs.field(default=_NO_VALUES, converter=frozen, repr=False)
    channel: Channel = attrs.field(default="web", validator=one_of(CHANNELS))
    short_description: str = attrs.field(validator=is_written, repr=False)
    description: str = attrs.field(default="", validator=is_text, repr=False)
    category: str = attrs.field(default="", validator=is_text)
    impact: int | None = attrs.field(default=None, validator=optional(within(1, 3)))
    urgency: int | None = attrs.field(default=None, validator=optional(within(1, 3)))
    priority: int = attrs.field(default=4, validator=within(1, 5))
    priority_override: str | None = attrs.field(default=None, validator=optional(is_written), repr=False)

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
    contract_is_manual: bool = False
    entitlement: EntitlementId | None = attrs.field(default=None, validator=optional(is_id))
    entitlement_is_manual: bool = False

    assignment_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    assigned_to: UserId | None = attrs.field(default=None, validator=optional(is_id))
    assigned_at: datetime | None = None
    informed_users: tuple[str, ...] = attrs.field(default=(), validator=is_ids)
    work_notes_list: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    parent: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    follow_up_of: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    alert: AlertId | None = attrs.field(default=None, validator=optional(is_id))
    merged_into: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    major_case_state: MajorCaseState | None = attrs.field(default=None, validator=optional(one_of(MAJOR_CASE_STATES)))
    escalation: Escalation | None = None
    business_impact: str | None = attrs.field(default=None, validator=optional(is_written), repr=False)
    contributor_users: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    contributor_groups: tuple[GroupId, ...] = attrs.field(default=(), validator=is_ids)
    blockers: Mapping[str, Blocker] = attrs.field(default=_NO_BLOCKERS, converter=frozen)
    tasks: Mapping[str, CaseTask] = attrs.field(default=_NO_TASKS, converter=frozen)
    records: Mapping[str, RelatedRecord] = attrs.field(default=_NO_RECORDS, converter=frozen)

    opened_at: datetime
    opened_by: str = attrs.field(validator=is_id)
    opened_by_kind: ActorKind | None = attrs.field(default=None, validator=optional(one_of(get_args(ActorKind))))
    updated_at: datetime
    first_response_at: datetime | None = None
    share_resolution_notes: bool = False
    resolution: Resolution | None = None
    past_resolutions: tuple[Resolution, ...] = ()
    closed_at: datetime | None = None
    closed_by: str | None = attrs.field(default=None, validator=optional(is_id))
    closed_code: str | None = attrs.field(default=None, validator=optional(is_written))
    closed_notes: str | None = attrs.field(default=None, validator=optional(is_written), repr=False)
    cancelled_at: datetime | None = None
    cancelled_by: str | None = attrs.field(default=None, validator=optional(is_id))
    cancelled_reason: str | None = attrs.field(default=None, validator=optional(is_written), repr=False)
    reopen_count: int = attrs.field(default=0, validator=within(0, 1 << 53))
    auto_close: bool = False
    auto_close_from: datetime | None = None
    is_auto_close_exempt: bool = False
    auto_close_reminders: int = attrs.field(default=0, validator=within(0, 1_000))
    needs_attention: bool = False
    survey_requested: bool = False
    satisfaction: Satisfaction | None = None

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, *_INSTANTS)

    @property
    def is_terminal(self) -> bool:
        """Whether it is closed or cancelled."""
        return self.state in TERMINAL_STATES

    @property
    def is_blocked(self) -> bool:
        """Whether it waits for something inside: a task, another record, a workaround, whatever the desk named."""
        return any(blocker.is_active and not blocker.is_customers for blocker in self.blockers.values())

    @property
    def action_status(self) -> ActionStatus | None:
        """What to do about it, at a glance; None: nothing stands out. Attention outranks what blocks.

        An ended case has none.
        """
        if self.is_terminal:
            return None
        if self.needs_attention:
            return "needs_attention"
        by_customer = any(blocker.is_active and blocker.is_customers for blocker in self.blockers.values())
        if self.is_blocked:
            return "blocked_internally_and_by_customer" if by_customer else "blocked_internally"
        return "blocked_by_customer" if by_customer else None
