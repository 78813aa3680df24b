"""How a case begins: who may open it for whom, with what, and what it then has."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.calendars import as_utc
from csmcore.errors import shown
from csmcore.model import (
    ActivityId,
    Actor,
    ActorKind,
    Case,
    CaseFacts,
    CaseId,
    Comment,
    ConsumerId,
    ContactId,
    Notification,
    OpenCase,
    Reason,
    Refusal,
    SupportPolicy,
    UserId,
    frozen,
    made,
    says_something,
)
from csmcore.rules.cases.case_types import Followed, followed_by, is_offered, typed_opening
from csmcore.rules.cases.flows import BASE_FLOWS, Flows, flow_of
from csmcore.rules.cases.moments import details_of, other_respondent, told, told_informed
from csmcore.rules.cases.parties import SIDES, account_of_opening, is_agent, is_partner, parties_opening
from csmcore.rules.cases.refusing import NOT_INVOLVED, missing, verdict
from csmcore.rules.cases.showing import is_shown_to_customer, newborn
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.cases.transitions import OPENING, Party
from csmcore.rules.clocks.plan import Plan
from csmcore.rules.customers.acting import Neighbourhood, can_create_on_behalf
from csmcore.rules.intake.continuing import continued
from csmcore.rules.intake.limits import too_many_cases
from csmcore.rules.intake.relating import THINGS, outsiders_listed, relate
from csmcore.rules.relatives.major import candidate_taken, major_opening_denied, seen_parent

__all__ = ["case_types_for", "follow_up", "for_themselves", "new_case", "opening"]

_CUSTOMER = ("account", "contact", "consumer", "requested_by")
_AGREED = ("contract", "entitlement")
_OF_MAJOR = ("major_case_state", "business_impact", "major_case_of")
_FOR_AGENTS = (
    *("assignment_group", "assigned_to", "work_notes_list", "contract", "entitlement", "parent"),
    *("priority", "comment", "alert", *_OF_MAJOR),
)
_OF_TYPE = frozenset({"case_type", "extra"})
_OF_THINGS = frozenset(THINGS)
_ASIDE = frozenset({"comment", "major_case_of"})
"""What is said with the opening, and is no field of the case."""
_FOR_INSIDE = ("requested_by", "partner", "partner_contact")
_NOT_FOR: Mapping[ActorKind, tuple[str, ...]] = MappingProxyType(
    {
        "internal": _FOR_AGENTS,
        "contact": (*_FOR_AGENTS, *_FOR_INSIDE, "consumer"),
        "consumer": (*_FOR_AGENTS, *_FOR_INSIDE, "account", "contact"),
    }
)
"""What those who are no agents cannot say about a new case."""
_REQUIRED: Mapping[str | None, tuple[str, ...]] = MappingProxyType(
    {"proposed": ("short_description", "business_impact"), "accepted": ("short_description",)}
)
"""What a case is opened with that is for no customer in particular."""
_DEFAULTS = tuple((field.name, field.default) for field in attrs.fields(OpenCase))
_FIELDS: Mapping[str, "attrs.Attribute[Any]"] = MappingProxyType(attrs.fields_dict(Case))
_AT_FIRST: Mapping[str, Any] = MappingProxyType({name: field.default for name, field in _FIELDS.items()})


def for_themselves(command: OpenCase, actor: Actor) -> OpenCase:
    """The command with its customer: whoever is no agent and names nobody opens the case for themselves.

    So does a contact who names only their own account. Services gather the facts of what comes back. Agents and
    machines must say whom the case is for; a major case is for nobody in particular.
    """
    if command.contact or command.consumer or command.requested_by or command.major_case_state:
        return command
    if actor.kind == "contact" and command.account in {None, actor.account}:
        return attrs.evolve(command, contact=ContactId(actor.id))
    if command.account is None and actor.kind == "consumer":
        return attrs.evolve(command, consumer=ConsumerId(actor.id))
    if command.account is None and actor.kind == "internal" and not is_agent(actor):
        return attrs.evolve(command, requested_by=UserId(actor.id))
    return command


def opening(  # noqa: PLR0913, PLR0917 - a new case's identity comes from outside too
    command: OpenCase,
    actor: Actor,
    facts: CaseFacts,
    policy: SupportPolicy,
    now: datetime,
    case_id: CaseId,
    number: str,
    flows: Flows = BASE_FLOWS,
) -> Step | Refusal:
    """The step that makes a new case: all its fields, or every reason why it cannot be opened.

    The priority, the entitlement and the clocks are other rules' business. ``facts`` are those of the command as
    `for_themselves` completes it, ``flows`` those of the policy's case types. Raises NaiveDatetime.
    """
    now = as_utc(now)
    command = for_themselves(command, actor)
    parties = parties_opening(command, actor, facts) or _on_behalf(command, actor, facts)
    if not parties:
        return Refusal((NOT_INVOLVED,))
    followed = None if command.follow_up_of is None else followed_by(command.follow_up_of, actor, facts, flows)
    written, denied = _said(command, actor, parties, followed)
    fields, reasons, refusals = relate(written, {"id": case_id}, seen_parent(facts, actor, flows), policy, now)
    if not _OF_TYPE.isdisjoint(fields):
        typed = typed_opening(fields, actor, parties, facts, flows)
        fields |= typed.changes
        refusals += typed.refusals
    refusals += missing(_REQUIRED.get(command.major_case_state, OPENING.requires), _with_customer(command, fields))
    refusals += major_opening_denied(command, actor, parties, policy)
    refusals += denied
    if "work_notes_list" in fields:
        refusals += outsiders_listed(fields)
    refusals += too_many_cases(actor, facts, policy)
    refusals += _no_follow_up(command, actor, followed, facts.followed_policy or policy, now)
    if refusals:
        return Refusal(tuple(refusals))
    fields |= {"id": case_id, "number": number, "policy": policy.ref, "state": OPENING.to}
    fields |= {"opened_at": now, "opened_by": actor.id, "opened_by_kind": actor.kind}
    if "assigned_to" in fields:
        fields["assigned_at"] = now
    if _is_for_customer(command, actor):
        fields |= {"partner": actor.account, "partner_contact": actor.id}
    flow = flow_of(flows, fields.get("case_type"))
    is_shown = flow.name is None or is_shown_to_customer(flow, newborn(fields), facts)
    return _opened(command, fields, actor, parties, reasons, is_shown=is_shown)


def new_case(fields: Mapping[str, Any]) -> Case:
    """The case that begins with these fields; the others are as the case declares them.

    Law: it equals ``Case(**fields)``, and raises what that raises. Only what is given is checked, which is most of the
    time that it takes to make a case.
    """
    case = made(Case, {**_AT_FIRST, **fields, "extra": frozen(fields.get("extra", _AT_FIRST["extra"]))})
    for name, value in fields.items():
        check = _FIELDS[name].validator
        if check is not None:
            check(case, _FIELDS[name], value)
    case.__attrs_post_init__()
    return case


def case_types_for(command: OpenCase, actor: Actor, facts: CaseFacts, plan: Plan, now: datetime) -> tuple[str, ...]:
    """The case types that the actor may choose for a case that they want opened, in the order of the policy.

    A type that is not among them is refused as one that there is not; for what is not the customer's there is none.
    ``facts`` are as for `decide_open`. Raises NaiveDatetime.
    """
    command = for_themselves(command, actor)
    parties = parties_opening(command, actor, facts) or _on_behalf(command, actor, facts)
    if not parties:
        return ()
    followed = followed_by(command.follow_up_of, actor, facts, plan.flows)
    fields, _, refusals = relate(_said(command, actor, parties, followed)[0], {}, facts, plan.policy, as_utc(now))
    if not all(_OF_THINGS.isdisjoint(reason.fields) for reason in refusals):
        return ()
    flows = plan.flows.values()
    return tuple(flow.name for flow in flows if flow.name and is_offered(flow, fields, actor, parties, facts))


def follow_up(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    case: Case, actor: Actor, facts: CaseFacts, policy: SupportPolicy, now: datetime, flows: Flows = BASE_FLOWS
) -> OpenCase | Refusal:
    """The command that opens a case to go on from this one, or every reason why there is none to open.

    It copies whom the case is for, what it is about, and agreements that were set by hand (others are derived afresh);
    its type with the fields that the actor sees, where ``flows``, a plan's, have it. What a case could not be opened
    with now is left out: a contact, a thing, a product or an agreement that is the customer's no more, an item that was
    taken out, a type that the actor may not choose, or that needs a field which they do not see.

    ``facts`` are those of the case; ``policy`` is the one that the new case would pin, ``facts.followed_policy`` the
    one that this case pins, where they differ. A host sets what else it knows with `attrs.evolve`. `opening` asks
    again, of ``facts.followed``. Raises NaiveDatetime.
    """
    answer = continued(case, actor, facts, policy, now, flows)
    return answer if isinstance(answer, Refusal) else answer.command


def _on_behalf(command: OpenCase, actor: Actor, facts: CaseFacts) -> tuple[Party, ...]:
    """The customer's part, for whoever has a right to act for the account: its partners, contacts who are named."""
    account = facts.account
    if account is None or account.id != account_of_opening(command, facts):
        return ()
    around = Neighbourhood(
        account=account,
        above=facts.ancestors,
        relationships=facts.relationships,
        relationship_types=facts.relationship_types,
        contact_relationships=facts.contact_relationships,
    )
    return ("customer",) if isinstance(can_create_on_behalf(actor, around), Reason) else ()


def _with_customer(command: OpenCase, fields: Mapping[str, Any]) -> OpenCase:
    """The command with the customer whom its install base item brings."""
    if command.install_base_item is None:
        return command
    return attrs.evolve(command, account=fields.get("account"), consumer=fields.get("consumer"))


def _is_for_customer(command: OpenCase, actor: Actor) -> bool:
    """Whether a partner opens the case for somebody else."""
    return is_partner(actor) and actor.id != command.contact


def _said(
    command: OpenCase, actor: Actor, parties: tuple[Party, ...], followed: Followed | None
) -> tuple[dict[str, Any], tuple[Reason, ...]]:
    """What the command says of the case as far as it is the actor's to say, and a reason for the rest, each.

    Nothing is looked up for that: what there is beside theirs is not theirs to learn.
    """
    given = {name: value for name, default in _DEFAULTS if (value := getattr(command, name)) != default}
    denied = tuple(_not_theirs_to_set(given, actor, parties, followed))
    aside = _ASIDE.union(name for reason in denied for name in reason.fields)
    return {name: value for name, value in given.items() if name not in aside}, denied


def _not_theirs_to_set(
    given: Mapping[str, Any], actor: Actor, parties: tuple[Party, ...], followed: Followed | None
) -> Iterator[Reason]:
    """What only agents and machines say about a new case, unless it is copied from the one that it follows."""
    if not {"agent", "manager"}.isdisjoint(parties) or actor.kind in {"system", "integration"}:
        return
    own = {"partner": actor.account, "partner_contact": actor.id}
    copied = {} if followed is None else _copied(followed.case)
    for name in _NOT_FOR[actor.kind]:
        if name in given and given[name] not in {own.get(name), copied.get(name)}:
            yield Reason("not_yours_to_set", f"{name} is set by agents", (name,))


def _copied(followed: Case) -> Mapping[str, Any]:
    """What `follow_up` takes over that customers do not say themselves."""
    agreed = [name for name in _AGREED if getattr(followed, f"{name}_is_manual")]
    return {name: getattr(followed, name) for name in (*_CUSTOMER, "partner", "partner_contact", *agreed)}


def _no_follow_up(
    command: OpenCase, actor: Actor, followed: Followed | None, policy: SupportPolicy, now: datetime
) -> tuple[Reason, ...]:
    if command.follow_up_of is None:
        return ()
    if followed is None:  # a stranger to that case is told the same whether it exists or not
        return (Reason("unknown_follow_up_of", f"{shown(command.follow_up_of)}: no such case", ("follow_up_of",)),)
    case, flow, parties = followed
    return verdict(case, "follow_up", parties, policy, now, flow, actor.roles).reasons


def _opened(  # noqa: PLR0913 - all that makes the step
    command: OpenCase,
    fields: dict[str, Any],
    actor: Actor,
    parties: tuple[Party, ...],
    reasons: list[Reason],
    *,
    is_shown: bool,
) -> Step:
    """The step with who is told of it: the customer, if they see the case, the assignee, and of a comment all."""
    by = SIDES[next(party for party in parties if party in OPENING.by)]
    case_id, now = fields["id"], fields["opened_at"]
    said: tuple[Comment, ...] = ()
    if says_something(command.comment):
        said = (Comment(id=ActivityId(f"{case_id}/1/c0"), case=case_id, at=now, by=actor, text=command.comment),)
        fields |= {"first_response_at": now} if by == "agent" else {}
    spoken = said[0].id if said else None
    customer = other_respondent(fields.get("contact"), fields.get("consumer"), fields.get("requested_by"), actor)
    assignee = fields.get("assigned_to")
    intents: list[Notification] = []
    if customer is not None and is_shown:
        intents.append(told("notify_customer", (customer,), "case_opened", spoken))
    if assignee is not None and not (actor.kind == "internal" and assignee == actor.id):
        intents.append(told("notify_assignee", (assignee,), "case_opened", spoken))
    if said and "informed_users" in fields:
        intents += told_informed(newborn(fields), actor, "case_opened", spoken, intents, is_shown=is_shown)
    opened = Happening("case_opened", fields, details_of(said[0]) if said else {})
    return Step(fields, (opened,), said, tuple(intents), tuple(reasons), by, candidate_taken(command, case_id))
