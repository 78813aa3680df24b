"""Major cases: one for something that many customers have, with a child for each of them.

A case is proposed as one and accepted or rejected. A case that has a customer does not become the major case: it
becomes the first child of a new one, which has none (ServiceNow's major issue management). There is one level: a child
has no children, and a major case is nobody's child.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

import attrs

from csmcore.errors import shown
from csmcore.model import (
    TERMINAL_STATES,
    AcceptMajorCase,
    Account,
    Action,
    Actor,
    AddChildren,
    BusinessModel,
    Case,
    CaseFacts,
    CaseId,
    CommandId,
    Consumer,
    Contact,
    OpenCase,
    Order,
    ProposeMajorCase,
    Reason,
    Refusal,
    RejectMajorCase,
    SupportPolicy,
    UpdateCase,
    says_something,
)
from csmcore.rules.cases.case_types import parties_in
from csmcore.rules.cases.flows import Flows, flow_of
from csmcore.rules.cases.moments import Moment, details_of
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.cases.transitions import Party

__all__ = [
    "MAJOR",
    "MODEL_OF",
    "candidate_taken",
    "child_ids",
    "full_family",
    "major_opening_denied",
    "major_with_customer",
    "seen_parent",
    "unacceptable",
    "unfit_parent",
    "unproposable",
    "unrejectable",
]

_Kind: TypeAlias = Literal["account", "consumer"]

_CUSTOMER = ("account", "contact", "consumer", "requested_by")
_COPIED = ("short_description", "description", "category", "channel", "business_impact", "priority")
_FIELDS = ("accounts", "consumers")
MODEL_OF: Mapping[str, BusinessModel] = MappingProxyType({"account": "b2b", "consumer": "b2c"})
_NAMED_IN_A_NOTE = 10
_ALREADY: Mapping[str | None, Reason] = MappingProxyType(
    {
        "proposed": Reason("already_proposed", "it is proposed as a major case already", ("major_case_state",)),
        "accepted": Reason("already_major", "it is a major case already", ("major_case_state",)),
    }
)
_HAS_CHILDREN = Reason("has_children", "the case has children: it cannot be a child itself", ("children",))
_OWN_PARENT = Reason("own_parent", "a case is not its own parent", ("parent",))
_MAJOR_IS_NO_CHILD = Reason("major_is_no_child", "a major case, proposed or accepted, is no child", ("parent",))
_NO_CUSTOMER_LEFT = Reason(
    "customer_missing", "it has no customer, as other cases must: name one first, or cancel it", _CUSTOMER
)
_MAJOR_HAS_NONE = "a major case is for many: it has no customer of its own"
_FOR_MANAGERS = Reason("not_permitted", "opening a major case is for a manager or the system", ("major_case_state",))
_FOR_SYSTEM = Reason("not_permitted", "the case that led to it is named by the system", ("major_case_of",))
_NEVER_MAJOR = Reason("never_major", "cases of this type do not become major cases", ("case_type",))
_OF_NO_MAJOR = Reason("no_major_case", "only a major case comes from a proposed one", ("major_case_of",))


class _Customer(NamedTuple):
    """For whom a child is: the field of a case that names them, and how."""

    kind: _Kind
    id: str


def _may_be_major(name: str | None, policy: SupportPolicy) -> bool:
    """What the case type says, where there is one."""
    kind = policy.case_types.get(name or "")
    return kind is None or kind.may_be_major


def _has_customer(case: Case) -> bool:
    return any(getattr(case, name) is not None for name in _CUSTOMER)


# --- proposed, accepted, rejected ------------------------------------------------------------------------------------


def _propose(moment: Moment, command: ProposeMajorCase) -> Step | Refusal:
    refusals = tuple(unproposable(moment))
    if refusals:
        return Refusal(refusals)
    note = moment.work_note(command.note)
    changes = {"major_case_state": "proposed", "business_impact": command.business_impact}
    return moment.step(Happening("major_case_proposed", changes, details_of(note)), activity=(note,))


def unproposable(moment: Moment) -> Iterator[Reason]:
    """Why the case is not proposed as a major one, whatever is said of it."""
    case = moment.case
    if case.major_case_state in _ALREADY:
        yield _ALREADY[case.major_case_state]
    if not _may_be_major(case.case_type, moment.policy):
        yield _NEVER_MAJOR
    if case.parent is not None:
        yield Reason("is_child", f"it is a child of {shown(case.parent)}: propose that one", ("parent",))
    if moment.facts.children:
        yield _HAS_CHILDREN


def _accept(moment: Moment, _: AcceptMajorCase) -> Step | Refusal:
    """A case without a customer is the major case now; one with a customer asks for a new one, to be a child of."""
    case = moment.case
    if not _has_customer(case):
        return moment.step(Happening("major_case_accepted", {"major_case_state": "accepted"}))
    refusals = tuple(unacceptable(moment))
    if refusals:
        return Refusal(refusals)
    names = _COPIED if case.priority_override else (*_COPIED, "impact", "urgency")
    copied = {name: getattr(case, name) for name in names}
    command = OpenCase(major_case_state="accepted", major_case_of=case.id, **copied)
    order = Order.of(command, None, f"{case.id}/{case.version + 1}/major")
    return moment.step(Happening("major_case_accepted", {"major_case_state": None}), orders=(order,))


def unacceptable(moment: Moment) -> Iterator[Reason]:
    """Why the case cannot be the first child of a major case, which it becomes if it has a customer."""
    if _has_customer(moment.case) and moment.facts.children:
        yield _HAS_CHILDREN


def _reject(moment: Moment, command: RejectMajorCase) -> Step | Refusal:
    """Like any other again, which needs a customer."""
    refusals = tuple(unrejectable(moment))
    if refusals:
        return Refusal(refusals)
    note = moment.work_note(command.reason)
    changes = {"major_case_state": "rejected"}
    return moment.step(Happening("major_case_rejected", changes, details_of(note)), activity=(note,))


def unrejectable(moment: Moment) -> Iterator[Reason]:
    """Why the case cannot be one like any other."""
    if not _has_customer(moment.case):
        yield _NO_CUSTOMER_LEFT


# --- a child for each customer ---------------------------------------------------------------------------------------


def _add_children(moment: Moment, command: AddChildren) -> Step | Refusal:
    """One case for each who has no live one below this yet; an account's primary contact has it, if they are known."""
    wanted, live = _wanted(command), _living(moment.facts)
    new = [whose for whose in wanted if whose not in live]
    kept = tuple(_kept(whose) for whose in wanted if whose in live)
    refusals = [*_not_served(wanted, moment), *(() if new else kept), *_too_many(moment, len(new))]
    if refusals:
        return Refusal(tuple(refusals))
    contacts, strangers = _primary_contacts(moment.facts)
    orders = tuple(_opened(moment, command, whose, contacts.get(whose)) for whose in new)
    reasons = (*kept, *(strangers[whose] for whose in new if whose in strangers))
    note = moment.work_note(_noted(new))
    details = {**details_of(note), "accounts": _ids(new, "account"), "consumers": _ids(new, "consumer")}
    return moment.step(Happening("children_added", {}, details), activity=(note,), reasons=reasons, orders=orders)


def full_family(moment: Moment) -> Iterator[Reason]:
    """Why a major case gets no child, whosever it is."""
    return _too_many(moment, 1)


def _too_many(moment: Moment, new: int) -> Iterator[Reason]:
    most = moment.policy.major_cases.max_children
    if sum(child.state not in TERMINAL_STATES for child in moment.facts.children) + new > most:
        yield Reason("too_many_children", f"a major case has at most {most:,} at a time", _FIELDS)


def _not_served(wanted: list[_Customer], moment: Moment) -> Iterator[Reason]:
    """A reason for each who can have no case."""
    known = {(type(noun), noun.id) for noun in moment.facts.recipients}
    policy = moment.policy
    for whose in wanted:
        if (Account if whose.kind == "account" else Consumer, whose.id) not in known:
            yield _unknown(whose)
        elif not policy.allows_consumers_of_accounts and MODEL_OF[whose.kind] not in policy.business_models:
            text = f"{shown(whose.id)}: the policy has no business with {whose.kind}s"
            yield Reason("business_model", text, (f"{whose.kind}s",))


def _primary_contacts(facts: CaseFacts) -> tuple[dict[_Customer, str], dict[_Customer, Reason]]:
    """Who has an account's child; for an account whose primary contact is no contact of its, that nobody has."""
    theirs = {(noun.account, noun.id) for noun in facts.recipients if isinstance(noun, Contact)}
    contacts: dict[_Customer, str] = {}
    strangers: dict[_Customer, Reason] = {}
    for noun in facts.recipients:
        if isinstance(noun, Account) and noun.primary_contact is not None:
            whose = _Customer("account", noun.id)
            if (noun.id, noun.primary_contact) in theirs:
                contacts[whose] = noun.primary_contact
            else:
                text = f"{shown(noun.primary_contact)}: {shown(noun.id)} has no such contact, and its child has none"
                strangers[whose] = Reason("unknown_contact", text, ("accounts",))
    return contacts, strangers


def _wanted(command: AddChildren) -> list[_Customer]:
    accounts = (_Customer("account", account) for account in command.accounts)
    return [*accounts, *(_Customer("consumer", consumer) for consumer in command.consumers)]


def _living(facts: CaseFacts) -> set[_Customer]:
    """Who has a child that lives."""
    live: set[_Customer] = set()
    for child in facts.children:
        if child.state not in TERMINAL_STATES:
            live |= {_Customer("account", child.account or ""), _Customer("consumer", child.consumer or "")}
    return live


def child_ids(case_id: CaseId, kind: Literal["account", "consumer"], customer: str) -> Iterator[CommandId]:
    """The ids of the commands that open children of a major case for one customer: the first, the next, and so on.

    Each is used up by the child that it opened, wherever that is now. So of two lists that are sent at once, both open
    the same child; and one that is sent after the child has ended, or was moved, opens another.
    """
    return (Order.id_of(f"{case_id}/child/{number}/{kind}/{customer}") for number in count())


def _opened(moment: Moment, command: AddChildren, whose: _Customer, contact: str | None) -> Order:
    case, used = moment.case, moment.facts.used_ids
    fields: dict[str, Any] = {whose.kind: whose.id, "contact": contact}
    if contact is not None:
        fields["informed_users"] = (contact,)
    if "priority" in moment.policy.major_cases.synced_fields:
        fields["priority"] = case.priority
    child = OpenCase(
        short_description=case.short_description,
        channel=case.channel,
        parent=case.id,
        alert=case.alert,
        comment=command.comment if says_something(command.comment) else "",
        **fields,
    )
    command_id = next(each for each in child_ids(case.id, *whose) if each not in used)
    return Order(action=child.action, command=child, command_id=command_id)


def _ids(customers: Iterable[_Customer], kind: _Kind) -> tuple[str, ...]:
    return tuple(whose.id for whose in customers if whose.kind == kind)


def _noted(new: list[_Customer]) -> str:
    first = ", ".join(whose.id for whose in new[:_NAMED_IN_A_NOTE])
    more = f" and {len(new) - _NAMED_IN_A_NOTE:,} more" if len(new) > _NAMED_IN_A_NOTE else ""
    return f"Children are opened for {first}{more}."


def _unknown(whose: _Customer) -> Reason:
    return Reason(
        f"unknown_{whose.kind}", f"{shown(whose.id)}: no {whose.kind} is known by that id", (f"{whose.kind}s",)
    )


def _kept(whose: _Customer) -> Reason:
    return Reason("child_exists", f"{whose.kind} {shown(whose.id)} has a live child here already", (f"{whose.kind}s",))


# --- what other rules ask --------------------------------------------------------------------------------------------


def major_opening_denied(
    command: OpenCase, actor: Actor, parties: tuple[Party, ...], policy: SupportPolicy
) -> Iterator[Reason]:
    """Why this actor may not open a case as a major one; whether agents only may propose one, the form says."""
    if command.major_case_state == "accepted" and "manager" not in parties and actor.kind != "system":
        yield _FOR_MANAGERS
    if command.major_case_of is not None and actor.kind != "system":
        yield _FOR_SYSTEM
    if command.major_case_of is not None and command.major_case_state != "accepted":
        yield _OF_NO_MAJOR
    if command.major_case_state is not None and not _may_be_major(command.case_type, policy):
        yield _NEVER_MAJOR


def candidate_taken(command: OpenCase, case_id: CaseId) -> tuple[Order, ...]:
    """A new major case takes the case that led to it as its first child."""
    candidate = command.major_case_of
    if candidate is None:
        return ()
    return (Order.of(UpdateCase({"parent": case_id}), candidate, f"{case_id}/1/candidate/{candidate}"),)


def major_with_customer(fields: Mapping[str, Any]) -> Iterator[Reason]:
    """A reason for each customer that a major case would have."""
    if fields.get("major_case_state") == "accepted":
        for name in _CUSTOMER:
            if fields.get(name) is not None:
                yield Reason("major_has_customer", _MAJOR_HAS_NONE, (name,))


def seen_parent(facts: CaseFacts, actor: Actor, flows: Flows) -> CaseFacts:
    """The facts as the actor may know them: a parent whose type hides it from them is as unknown as none."""
    parent = facts.parent
    if parent is None or parties_in(flow_of(flows, parent.case_type), parent, actor, facts):
        return facts
    return attrs.evolve(facts, parent=None)


def unfit_parent(fields: Mapping[str, Any], facts: CaseFacts) -> Iterator[Reason]:
    """Why the parent that a case would have is none for it. ``facts`` are those of the fields: their parent."""
    name, parent = fields["parent"], facts.parent
    if name == fields.get("id"):
        yield _OWN_PARENT
    elif parent is None or parent.id != name:
        yield Reason("unknown_parent", f"{shown(name)}: no such case", ("parent",))
    elif parent.parent is not None:
        yield Reason("parent_is_child", f"{shown(name)} is a child of {shown(parent.parent)} itself", ("parent",))
    elif parent.is_terminal:
        yield Reason("parent_ended", f"{shown(name)} is {parent.state}: nothing goes on below it", ("parent",))
    if fields.get("major_case_state") in {"proposed", "accepted"}:
        yield _MAJOR_IS_NO_CHILD
    if facts.children:
        yield _HAS_CHILDREN


MAJOR: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {
        "propose_major_case": _propose,
        "accept_major_case": _accept,
        "reject_major_case": _reject,
        "add_children": _add_children,
    }
)
"""By the command's action."""
