"""Escalations: a case or an account that more people are to look at, and how a vendor decides on it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NewType, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, LimitExceeded, shown
from csmcore.model.actor import ActorKind
from csmcore.model.fields import in_utc, is_id, is_ids, is_text, one_of, optional
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.ids import AccountId, CaseId, GroupId, UserId

__all__ = [
    "ESCALATION_REASONS",
    "ESCALATION_SEVERITIES",
    "ESCALATION_SOURCES",
    "ESCALATION_STATES",
    "ESCALATION_TRENDS",
    "SEVERITY_COLOURS",
    "Escalation",
    "EscalationId",
    "EscalationPolicy",
    "EscalationReason",
    "EscalationRequestSource",
    "EscalationSeverity",
    "EscalationSource",
    "EscalationState",
    "EscalationTemplate",
    "EscalationTrend",
    "is_remark",
]

EscalationId = NewType("EscalationId", str)
EscalationSource: TypeAlias = Literal["case", "account"]
EscalationState: TypeAlias = Literal["requested", "escalated", "declined", "closed"]
EscalationRequestSource: TypeAlias = Literal["customer", "internal"]
EscalationReason: TypeAlias = Literal["inactivity", "lack_of_progress", "customer_deadline"]
EscalationSeverity: TypeAlias = Literal["high", "medium"]
EscalationTrend: TypeAlias = Literal["improving", "same", "declining"]

ESCALATION_SOURCES: tuple[EscalationSource, ...] = get_args(EscalationSource)
ESCALATION_STATES: tuple[EscalationState, ...] = get_args(EscalationState)
ESCALATION_REASONS: tuple[EscalationReason, ...] = get_args(EscalationReason)
ESCALATION_SEVERITIES: tuple[EscalationSeverity, ...] = get_args(EscalationSeverity)
ESCALATION_TRENDS: tuple[EscalationTrend, ...] = get_args(EscalationTrend)

SEVERITY_COLOURS: Mapping[EscalationSeverity, str] = MappingProxyType({"high": "red", "medium": "orange"})
"""How user interfaces show what is escalated (ServiceNow's colours)."""

_MAX_REMARK = 10_000  # characters: a remark is copied into a work note, with more text around it

_STAMPS: Mapping[EscalationState, frozenset[str]] = MappingProxyType(
    {
        "requested": frozenset(),
        "escalated": frozenset({"approved_by", "approved_at"}),
        "declined": frozenset({"declined_by", "declined_at", "declined_reason"}),
        "closed": frozenset({"approved_by", "approved_at", "closed_by", "closed_at", "closed_justification"}),
    }
)
"""What has been stamped by each state, beside the request."""

_OF_ACCOUNTS = ("assignment_group", "assigned_to", "related_cases")


def is_remark(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """Text of at most 10,000 characters, so that a work note holds it."""
    if len(value) > _MAX_REMARK:
        raise LimitExceeded(field.name, "characters", _MAX_REMARK)
    is_text(_, field, value)


def _says_something(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    is_remark(_, field, value)
    if not value.strip():
        raise InvalidValue(field.name, "it is empty", "write why")


@attrs.frozen(kw_only=True)
class Escalation:
    """A case or an account that was asked to be escalated, and what became of it. It decides nothing.

    It is of the one that it names, ``case`` or ``account``; ``template`` is the policy's by which it was asked for.
    ``requested_by`` is the id of somebody of the ``requester_kind``: two kinds may share ids. The ``watch_list`` has
    people inside, as no customer sees an escalation. Those of accounts also have somebody who works on them, and cases
    that they are about. Raises InvalidValue where its stamps are not those of its state, NaiveDatetime.
    """

    id: EscalationId = attrs.field(validator=is_id)
    case: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    state: EscalationState = attrs.field(default="requested", validator=one_of(ESCALATION_STATES))
    template: str = attrs.field(validator=is_id)
    request_source: EscalationRequestSource = attrs.field(
        default="internal", validator=one_of(get_args(EscalationRequestSource))
    )
    reason: EscalationReason = attrs.field(validator=one_of(ESCALATION_REASONS))
    severity: EscalationSeverity = attrs.field(default="medium", validator=one_of(ESCALATION_SEVERITIES))
    trend: EscalationTrend | None = attrs.field(default=None, validator=optional(one_of(ESCALATION_TRENDS)))
    justification: str = attrs.field(validator=_says_something, repr=False)
    watch_list: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    assignment_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    assigned_to: UserId | None = attrs.field(default=None, validator=optional(is_id))
    related_cases: tuple[CaseId, ...] = attrs.field(default=(), validator=is_ids)
    requested_by: str = attrs.field(validator=is_id)
    requester_kind: ActorKind = attrs.field(default="internal", validator=one_of(get_args(ActorKind)))
    requested_at: datetime
    updated_at: datetime
    approved_by: str | None = attrs.field(default=None, validator=optional(is_id))
    approved_at: datetime | None = None
    declined_by: str | None = attrs.field(default=None, validator=optional(is_id))
    declined_at: datetime | None = None
    declined_reason: str | None = attrs.field(default=None, validator=optional(_says_something), repr=False)
    closed_by: str | None = attrs.field(default=None, validator=optional(is_id))
    closed_at: datetime | None = None
    closed_justification: str | None = attrs.field(default=None, validator=optional(_says_something), repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC. Refuse one of nothing, or of both, and stamps that its state does not have."""
        in_utc(self, "requested_at", "updated_at", "approved_at", "declined_at", "closed_at")
        if (self.case is None) == (self.account is None):
            problem = "it names no case and no account" if self.case is None else "it names both a case and an account"
            raise InvalidValue("case", problem, "name one of them")
        if self.case is not None:
            for name in _OF_ACCOUNTS:
                if getattr(self, name):
                    raise InvalidValue(name, "a case's escalation has none", "leave it out: the case has its own")
        self._check_stamps()

    def _check_stamps(self) -> None:
        for name in sorted(_STAMPS["declined"] | _STAMPS["closed"]):
            is_set = getattr(self, name) is not None
            if is_set != (name in _STAMPS[self.state]):
                problem = f"it is {'set' if is_set else 'not set'}, and the escalation is {self.state}"
                raise InvalidValue(name, problem, "leave it out" if is_set else "set it")
        stamps = [self.requested_at, self.approved_at, self.declined_at, self.closed_at, self.updated_at]
        instants = [instant for instant in stamps if instant is not None]
        if instants != sorted(instants):
            raise InvalidValue("updated_at", "its instants are not in order", "a request is decided, then closed")

    @property
    def source(self) -> EscalationSource:
        """Whether it is of a case or of an account."""
        return "case" if self.account is None else "account"

    @property
    def is_open(self) -> bool:
        """Whether it is requested or escalated; a case or an account has one such at a time."""
        return self.state in {"requested", "escalated"}


@attrs.frozen(kw_only=True)
class EscalationTemplate:
    """How one kind of escalation is asked for and decided on (ServiceNow's escalation template).

    The members of the ``approval_group`` decide, and for cases, with ``add_assignment_group_manager``, the manager of
    the case's group. With ``skip_approval``, or where nobody is there to approve, a request is approved at once. The
    ``watch_list`` is that of every escalation by it, for accounts also the account's team with ``add_account_team``.
    ``severity`` and ``reason`` stand where a request does not say. Raises InvalidValue.
    """

    type: EscalationSource = attrs.field(default="case", validator=one_of(ESCALATION_SOURCES))
    skip_approval: bool = False
    approval_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    add_assignment_group_manager: bool = False
    add_account_team: bool = False
    watch_list: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    severity: EscalationSeverity = attrs.field(default="medium", validator=one_of(ESCALATION_SEVERITIES))
    reason: EscalationReason | None = attrs.field(default=None, validator=optional(one_of(ESCALATION_REASONS)))

    def __attrs_post_init__(self) -> None:
        """Refuse what is for the other type."""
        for name, kind in (("add_assignment_group_manager", "case"), ("add_account_team", "account")):
            if getattr(self, name) and self.type != kind:
                raise InvalidValue(name, f"the template is of type {self.type}", f"it is for type {kind}")


def _have_names(_: object, field: "attrs.Attribute[Any]", templates: Mapping[str, EscalationTemplate]) -> None:
    for name in templates:
        try:
            is_id(_, field, name)
        except InvalidValue as error:
            raise InvalidValue(field.name, f"name {error.problem}", error.hint) from None


_NO_TEMPLATES: Mapping[str, EscalationTemplate] = FrozenMapping()


@attrs.frozen(kw_only=True)
class EscalationPolicy:
    """How a vendor escalates: its ``templates`` by name. Without any nothing is escalated.

    Customers ask by the ``customer_template``; None: they cannot. Whoever asked does not approve what they asked for,
    whatever their role, unless ``requester_may_approve``. Raises InvalidValue where the customers' is no template of
    cases.
    """

    templates: Mapping[str, EscalationTemplate] = attrs.field(
        default=_NO_TEMPLATES, converter=frozen, validator=_have_names
    )
    customer_template: str | None = attrs.field(default=None, validator=optional(is_id))
    requester_may_approve: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse a template of customers that is none."""
        if self.customer_template is None:
            return
        template = self.templates.get(self.customer_template)
        if template is None:
            problem = f"no template {shown(self.customer_template)}"
            raise InvalidValue("customer_template", problem, "declare it under `templates`")
        if template.type != "case":
            raise InvalidValue("customer_template", "it is a template of accounts", "customers ask for their cases")
