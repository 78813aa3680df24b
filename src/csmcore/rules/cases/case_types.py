"""What a case type says of one case: who sees and opens it, what its own fields hold, which substate it is in."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from csmcore.conditions import same
from csmcore.errors import InvalidValue, shown
from csmcore.model import OF_TYPE, Actor, Case, CaseFacts, CaseId, Reason
from csmcore.rules.cases.changing import changed
from csmcore.rules.cases.flows import Flow, Flows, flow_of
from csmcore.rules.cases.moments import Moment
from csmcore.rules.cases.parties import OUTSIDE, parties_of
from csmcore.rules.cases.revisions import case_record
from csmcore.rules.cases.showing import is_meant, newborn, shows
from csmcore.rules.cases.transitions import Party
from csmcore.rules.clocks.plan import Plan

__all__ = [
    "Followed",
    "Typed",
    "extra_for",
    "followed_by",
    "is_offered",
    "parties_in",
    "seen_extra",
    "typed_opening",
    "typed_update",
    "unfilled",
]

_MACHINES = frozenset({"system", "integration"})
_NO_VALUES: Mapping[str, object] = MappingProxyType({})
_SETTLED = Reason("type_settled", "the type of a case changes only while it is new or open", ("case_type",))
_BY_AGENTS = Reason("not_yours_to_set", "case_type is set by agents", ("case_type",))
_NEVER_MAJOR = Reason("never_major", "a major case, or one proposed as such, cannot have this type", ("case_type",))


class Typed(NamedTuple):
    """What follows for the type, the substate and the own fields of a case, why, and what is wrong with it."""

    changes: dict[str, Any]
    reasons: list[Reason]
    refusals: list[Reason]


class Followed(NamedTuple):
    """The case that a new one goes on from, its flow, and everything that the actor is to it."""

    case: Case
    flow: Flow
    parties: tuple[Party, ...]


# --- who sees it, who opens it ---------------------------------------------------------------------------------------


def parties_in(flow: Flow, case: Case, actor: Actor, facts: CaseFacts) -> tuple[Party, ...]:
    """Everything that the actor is to a case of this flow; () has no part in it, or may not see its type."""
    parties = parties_of(case, actor, facts)
    if flow.name is None or not parties or actor.kind in _MACHINES:
        return parties
    if not is_meant(flow.type.visible_to, parties, actor.roles):
        return ()
    return parties if shows(flow, case, parties, facts) else ()


def followed_by(name: CaseId | None, actor: Actor, facts: CaseFacts, flows: Flows) -> Followed | None:
    """The case of that name that a new one goes on from; None, too, where the actor has no part in it."""
    case = facts.followed
    if name is None or case is None or case.id != name:
        return None
    flow = flow_of(flows, case.case_type)
    parties = parties_in(flow, case, actor, facts)
    return Followed(case, flow, parties) if parties else None


def is_offered(
    flow: Flow, fields: Mapping[str, Any], actor: Actor, parties: tuple[Party, ...], facts: CaseFacts
) -> bool:
    """Whether the actor may choose the type for a new case with these fields."""
    return _may_open(flow, newborn({**fields, "extra": _defaults(flow, _NO_VALUES)}), actor, parties, facts)


def _may_open(flow: Flow, case: Case, actor: Actor, parties: tuple[Party, ...], facts: CaseFacts) -> bool:
    is_theirs = is_meant(flow.type.opened_by, parties, actor.roles)
    is_seen = actor.kind in _MACHINES or is_meant(flow.type.visible_to, parties, actor.roles)
    return is_theirs and is_seen and (flow.is_visible is None or flow.is_visible(case_record(case, facts), None))


def _unknown_type(name: object) -> Reason:
    """One that the actor may not choose is as unknown as one that there is not."""
    return Reason("unknown_case_type", f"{shown(name)}: no such case type", ("case_type",))


# --- what it holds ---------------------------------------------------------------------------------------------------


def typed_opening(
    fields: Mapping[str, Any], actor: Actor, parties: tuple[Party, ...], facts: CaseFacts, flows: Flows
) -> Typed:
    """What the type of a new case with these fields adds to them: its own fields with their defaults, its substate."""
    name = fields.get("case_type")
    flow = flows.get(name)
    if flow is None:
        return Typed({}, [], [_unknown_type(name)])
    is_free = "agent" in parties or actor.kind in _MACHINES
    followed = followed_by(fields.get("follow_up_of"), actor, facts, flows)
    copied = _NO_VALUES if followed is None or followed.case.case_type != name else _copied(followed, actor)
    given, refusals = _own_fields(flow, fields.get("extra", _NO_VALUES), copied, is_free=is_free)
    changes: dict[str, Any] = {}
    extra = {**_defaults(flow, given), **{key: value for key, value in given.items() if value is not None}}
    changes["extra"] = extra
    substate = flow.first_substate("new")
    if substate is not None:
        changes["substate"] = substate
    case = newborn({**fields, **changes})
    if not _may_open(flow, case, actor, parties, facts):
        return Typed({}, [], [_unknown_type(name)])
    return Typed(changes, [], refusals + unfilled(flow, flow.opening.holds, case, facts))


def typed_update(moment: Moment, given: Mapping[str, Any], beside: Mapping[str, Any]) -> Typed:
    """What an update means for the type, the substate and the own fields of a case; ``beside`` are its other changes.

    Another type keeps the fields that it has, too, and clears the others. One that the actor may not choose is answered
    as one that there is not.
    """
    case, typed = moment.case, Typed({}, [], [])
    name = given.get("case_type", case.case_type)
    is_new = name != case.case_type
    flow = moment.flows.get(name) if is_new else flow_of(moment.flows, name)
    if flow is None:
        return _untyped(moment, name)
    extra, refusals = _own_fields(flow, given.get("extra", _NO_VALUES), _NO_VALUES, is_free=moment.by != "customer")
    typed.refusals.extend(refusals)
    if is_new:
        typed.changes["case_type"] = name
        extra = {**_kept(flow, case, extra, typed.reasons), **extra}
    changes = {key: value for key, value in extra.items() if not same(value, case.extra.get(key))}
    if changes:
        typed.changes["extra"] = changes
    typed.refusals.extend(_divided(flow, case, given, typed.changes, is_new=is_new))
    after = changed(case, {**beside, **typed.changes})
    if is_new:
        parties = parties_of(after, moment.actor, moment.facts)
        if not _may_open(flow, after, moment.actor, parties, moment.facts):
            return _untyped(moment, name)
        typed.refusals[:0] = (*_fixed(moment), *_unfit(flow, after))
    needs = (*flow.opening.holds, *flow.kept) if is_new else flow.kept
    typed.refusals.extend(unfilled(flow, dict.fromkeys(needs), after, moment.facts))
    return typed


def unfilled(flow: Flow, needs: Iterable[str], case: Case, facts: CaseFacts) -> list[Reason]:
    """A reason for each of the fields that the case must hold, and does not."""
    return [Reason("missing", f"{need} is missing", (need,)) for need in needs if _lacks(flow, need, case, facts)]


def seen_extra(flow: Flow, case: Case, actor: Actor, parties: tuple[Party, ...]) -> Mapping[str, object]:
    """The own fields of a case of this flow, as far as somebody with these parties in it may see them."""
    sees_all = not OUTSIDE.issuperset(parties) or actor.kind in _MACHINES
    fields = flow.type.fields
    return {
        name: value
        for name, value in case.extra.items()
        if name in fields and (sees_all or fields[name].customer_may_see)
    }


def _copied(followed: Followed, actor: Actor) -> Mapping[str, object]:
    return seen_extra(followed.flow, followed.case, actor, followed.parties)


def extra_for(case: Case, actor: Actor, facts: CaseFacts, plan: Plan) -> Mapping[str, object]:
    """The own fields of a case that an actor may see: none for whoever has no part in it."""
    flow = flow_of(plan.flows, case.case_type)
    parties = parties_in(flow, case, actor, facts)
    return seen_extra(flow, case, actor, parties) if parties else {}


def _lacks(flow: Flow, need: str, case: Case, facts: CaseFacts) -> bool:
    value = case.extra.get(need.removeprefix(OF_TYPE)) if need.startswith(OF_TYPE) else getattr(case, need)
    if not _is_blank(value):
        return False
    needed = flow.needed.get(need)
    return needed is None or needed(case_record(case, facts), None)


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple) and not value)


def _defaults(flow: Flow, given: Mapping[str, object]) -> dict[str, object]:
    """What the fields that are not given hold at first."""
    fields = flow.type.fields.items()
    return {name: field.default for name, field in fields if name not in given and field.default is not None}


def _own_fields(
    flow: Flow, given: Mapping[str, object], copied: Mapping[str, object], *, is_free: bool
) -> tuple[dict[str, Any], list[Reason]]:
    """Values as a case keeps them, blank ones as None; and why some cannot be set, at all or by a customer."""
    values: dict[str, Any] = {}
    refusals: list[Reason] = []
    for name, value in given.items():
        place = (f"{OF_TYPE}{name}",)
        field = flow.type.fields.get(name)
        if field is None:
            refusals.append(Reason("unknown_field", f"{shown(name)}: a case of this type has no such field", place))
            continue
        if not (is_free or field.customer_may_set or same(value, copied.get(name))):
            refusals.append(Reason("not_yours_to_set", f"{name} is set by agents", place))
        try:
            values[name] = None if _is_blank(value) else field.kept(value)
        except InvalidValue as error:
            refusals.append(Reason("wrong_value", f"{name}: {error.problem}", place))
    return values, refusals


# --- another type ----------------------------------------------------------------------------------------------------


def _fixed(moment: Moment) -> Iterator[Reason]:
    """Why the case keeps its type."""
    if moment.by != "agent":
        yield _BY_AGENTS
    if moment.case.state not in {"new", "open"}:
        yield _SETTLED


def _untyped(moment: Moment, name: object) -> Typed:
    """What is said of a type that there is not."""
    return Typed({}, [], [*_fixed(moment), _unknown_type(name)])


def _unfit(flow: Flow, after: Case) -> Iterator[Reason]:
    """Why the case cannot have this type."""
    if not flow.type.may_be_major and after.major_case_state in {"proposed", "accepted"}:
        yield _NEVER_MAJOR


def _kept(flow: Flow, case: Case, given: Mapping[str, object], reasons: list[Reason]) -> dict[str, object]:
    """What becomes of the own fields under another type: those that it lacks, or has otherwise, are cleared."""
    lost = {name: None for name, value in case.extra.items() if not _fits(flow, name, value)}
    gone = tuple(f"{OF_TYPE}{name}" for name in lost if name not in given)
    if gone:
        reasons.append(Reason("cleared", f"another type: {', '.join(gone)} cleared", gone))
    present = {**case.extra, **given}
    return {**lost, **_defaults(flow, {name: value for name, value in present.items() if name not in lost})}


def _fits(flow: Flow, name: str, value: object) -> bool:
    field = flow.type.fields.get(name)
    try:
        return field is not None and same(field.kept(value), value)
    except InvalidValue:
        return False


def _divided(
    flow: Flow, case: Case, given: Mapping[str, Any], changes: dict[str, Any], *, is_new: bool
) -> Iterator[Reason]:
    """The substate, as it is after an update, and what is wrong with the one that was asked for."""
    divided = flow.type.substates.get(case.state)
    substate = given.get("substate", flow.first_substate(case.state) if is_new else case.substate)
    if substate != case.substate:
        changes["substate"] = substate
    elif not is_new:
        return
    names = (None,) if divided is None else divided.names
    if substate not in names:
        known = "none" if divided is None else ", ".join(divided.names)
        yield Reason("unknown_substate", f"{shown(substate)} is no substate here; known are {known}", ("substate",))
    elif divided is not None and not is_new and not divided.leads(case.substate, substate):
        yield Reason("substate_move", f"{shown(substate)} cannot follow {shown(case.substate)}", ("substate",))
