"""What some commands need to know beyond the case itself: asked of the host only where a rule will look at it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any, cast

from csmcore.model import (
    ESCALATION_ACTIONS,
    SYSTEM,
    AcceptMajorCase,
    Account,
    AccountId,
    AccountRelationship,
    Actor,
    AddChildren,
    AddComment,
    AddWorkNote,
    ApproveEscalation,
    Case,
    CaseCommand,
    CaseId,
    CommandId,
    Comment,
    Consumer,
    ConsumerId,
    Contact,
    ContactRelationship,
    EscalationCommand,
    HearOfChild,
    MergeCase,
    OpenCase,
    ProposeMajorCase,
    RejectSolution,
    ReopenCase,
    SupportPolicy,
    UpdateCase,
    UserId,
)
from csmcore.ports import Host
from csmcore.rules import approval_group_for, child_ids

__all__ = ["around_case", "around_opening"]

_DAY = timedelta(days=1)
_BY_TASK = frozenset({"update_task", "close_task", "cancel_task", "log_time"})
_COMMENTING = (AddComment, RejectSolution, ReopenCase)
_FAMILY = (AddChildren, MergeCase, ProposeMajorCase, AcceptMajorCase)
_ENDS = frozenset({"propose_solution", "update_case", "deescalate", "follow_parent"})  # then it may close by itself


def around_opening(  # noqa: PLR0913, PLR0917 - whatever a rule may look at
    host: Host, command: OpenCase, account: AccountId | None, actor: Actor, policy: SupportPolicy, now: datetime
) -> dict[str, Any]:
    """More facts of a case that is to be opened: who acts for its account, what its consumer opened, its parent."""
    facts: dict[str, Any] = {}
    if actor.kind == "contact" and account is not None and account != actor.account:
        facts |= dict(_acting(host, account))
    if actor.kind == "consumer" and policy.cases.cases_a_day is not None:
        facts["recent_cases"] = host.cases_opened(ConsumerId(actor.id), now - _DAY)
    if command.parent is not None:
        facts["parent"] = host.case(command.parent)
    return facts


def around_case(  # noqa: PLR0913, PLR0917 - whatever a rule may look at
    host: Host, case: Case, command: CaseCommand | None, actor: Actor | None, policy: SupportPolicy, now: datetime
) -> dict[str, Any]:
    """More facts of a case, as far as the command has to do with them; without a command, of what anybody may do."""
    return dict(_around(host, case, command, actor, policy, now))


def _around(  # noqa: PLR0913, PLR0917 - the same
    host: Host, case: Case, command: CaseCommand | None, actor: Actor | None, policy: SupportPolicy, now: datetime
) -> Iterator[tuple[str, Any]]:
    action = None if command is None else command.action
    if actor is not None and actor.kind == "internal" and (action is None or action in _BY_TASK):
        user = host.user(UserId(actor.id))
        yield "actor_groups", () if user is None else user.groups
    if action is None or action in ESCALATION_ACTIONS:
        yield "approvers", tuple(_approvers(host, case, command, policy))
    if action in _ENDS and case.account is not None:
        escalation = host.account_escalation(case.account)
        yield "account_is_escalated", escalation is not None and escalation.is_open
    if isinstance(command, AddChildren):  # before the children: one that is opened in between shows in one of the two
        yield "used_ids", frozenset(_used_ids(host, case.id, command))
    if _has_family(case, command, actor):
        yield "children", tuple(host.children(case.id))
    parent = command.changes.get("parent", case.parent) if isinstance(command, UpdateCase) else case.parent
    if parent is not None:
        yield "parent", host.case(cast(CaseId, parent))
    if isinstance(command, AddChildren):
        yield "recipients", tuple(_recipients(host, command))
    if isinstance(command, MergeCase) and command.into is not None:
        yield "merge_target", host.case(command.into)
    limited = policy.cases.comments_a_day is not None
    is_said = command is None or isinstance(command, _COMMENTING)
    if limited and is_said and actor is not None and actor.kind == "consumer":
        yield "recent_comments", _said(host, case, actor, now - _DAY)


def _has_family(case: Case, command: CaseCommand | None, actor: Actor | None) -> bool:
    """Whether the case has children that hear of the command, or stand against it.

    What the system hears of one child is told to no other: ten thousand that write do not load ten thousand each.
    """
    if isinstance(command, HearOfChild) or (actor == SYSTEM and isinstance(command, AddWorkNote)):
        return False
    if isinstance(command, UpdateCase):
        return case.major_case_state == "accepted" or command.changes.get("parent") is not None
    return command is None or case.major_case_state == "accepted" or isinstance(command, _FAMILY)


def _approvers(host: Host, case: Case, command: CaseCommand | None, policy: SupportPolicy) -> Iterator[UserId]:
    asked = ApproveEscalation() if command is None else cast(EscalationCommand, command)
    group = approval_group_for(case.escalation, asked, policy.escalation)
    if group is not None:
        for user in host.members(group):
            if user.active:
                yield user.id


def _used_ids(host: Host, case_id: CaseId, command: AddChildren) -> Iterator[CommandId]:
    """The ids of the commands that opened children for these customers before."""
    for account_id in command.accounts:
        yield from takewhile(host.entry, child_ids(case_id, "account", account_id))
    for consumer_id in command.consumers:
        yield from takewhile(host.entry, child_ids(case_id, "consumer", consumer_id))


def _recipients(host: Host, command: AddChildren) -> Iterator[Account | Consumer | Contact]:
    for account_id in command.accounts:
        for account in islice(host.accounts(account_id), 1):
            yield account
            contact = None if account.primary_contact is None else host.contact(account.primary_contact)
            if contact is not None:
                yield contact
    for consumer_id in command.consumers:
        consumer = host.consumer(consumer_id)
        if consumer is not None:
            yield consumer


def _acting(host: Host, account: AccountId) -> Iterator[tuple[str, Any]]:
    """Who acts for an account, and how accounts are related to it."""
    related = tuple(host.records_of(account, AccountRelationship))
    types = (host.relationship_type(each) for each in dict.fromkeys(one.type for one in related))
    yield "relationships", related
    yield "relationship_types", tuple(found for found in types if found is not None)
    yield "contact_relationships", tuple(host.records_of(account, ContactRelationship))


def _said(host: Host, case: Case, actor: Actor, since: datetime) -> int:
    """How many comments somebody made on the case since an instant."""
    return sum(
        isinstance(said, Comment) and said.at > since and (said.by.kind, said.by.id) == (actor.kind, actor.id)
        for said in host.activity(case.id)
    )
