"""Where the verbs meet: one pure call for each way in which a case moves on.

`decide_open`, `decide_apply` and `decide_tick` chain intake, flow, priority, entitlement, consumption and clocks.
Services of any kind, analysis and hosts with a shell of their own call these and nothing below them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from csmcore.calendars import as_utc
from csmcore.errors import InvalidValue
from csmcore.model import (
    DERIVED_FROM,
    SYSTEM,
    Actor,
    AutoCloseCase,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    Decision,
    EntitlementDecision,
    EntitlementQuestion,
    Event,
    EventId,
    Notification,
    OpenCase,
    Reason,
    Refusal,
    RemindCustomer,
    Revision,
    SlaState,
    frozen,
    made,
    revised,
)
from csmcore.rules.agreements.consumption import consume, unspent
from csmcore.rules.agreements.entitlement import derive_entitlement
from csmcore.rules.cases.changing import changed
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.priority import priority_of
from csmcore.rules.cases.reacting import reactions_to
from csmcore.rules.cases.revisions import record_of
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.cases.timing_out import auto_close_at, next_auto_close_step
from csmcore.rules.clocks.events import clock_happenings
from csmcore.rules.clocks.fold import advance, not_running, tick
from csmcore.rules.clocks.plan import Plan
from csmcore.rules.intake.intake import new_case, opening
from csmcore.rules.records.record_news import outgoing
from csmcore.rules.relatives.propagating import propagated

__all__ = ["decide_apply", "decide_open", "decide_tick"]

_NO_FACTS = CaseFacts()
_GRADES = frozenset({"impact", "urgency", "priority_override"})
_DERIVED_FROM = DERIVED_FROM | {"contract_is_manual", "entitlement_is_manual", "entitlement"}


def decide_open(  # noqa: PLR0913, PLR0917 - a new case's identity comes from outside too
    command: OpenCase,
    actor: Actor,
    facts: CaseFacts,
    plan: Plan,
    now: datetime,
    case_id: CaseId,
    number: str,
) -> Decision | Refusal:
    """The new case with its priority, entitlement and clocks, or every reason why it cannot be opened.

    ``facts`` are those of the command's customer, product and agreements. The case pins the plan's policy.
    """
    now = as_utc(now)
    opened = opening(command, actor, facts, plan.policy, now, case_id, number, plan.flows)
    if isinstance(opened, Refusal):
        return opened
    case = new_case({"updated_at": now, **opened.changes})
    return _decided(None, case, SlaState(), opened, actor, facts, plan, now, asks=True)


def decide_apply(  # noqa: PLR0913, PLR0917 - a case comes with its clocks and its facts
    case: Case, sla: SlaState, command: CaseCommand, actor: Actor, facts: CaseFacts, plan: Plan, now: datetime
) -> Decision | Refusal:
    """The case after one command, with all that follows from it, or every reason why not; refused, nothing changes.

    ``sla`` are its clocks as stored, ``plan`` is that of the policy that the case pins (else InvalidValue). An instant
    before the case's last change is refused.
    """
    now = as_utc(now)
    if plan.policy.ref != case.policy:
        raise InvalidValue("plan", f"it is of another policy than case {case.number} pins", "compile the case's own")
    taken = step(case, command, actor, facts, plan.policy, now, plan.flows)
    if isinstance(taken, Refusal):
        return taken
    if _has_fired_after(sla, now):
        return Refusal((Reason("too_early", "one of its clocks has already come further", ("updated_at",)),))
    after = changed(case, taken.changes, version=case.version + 1, updated_at=now)
    asks = not _DERIVED_FROM.isdisjoint(taken.changes)
    return _decided(case, after, sla, taken, actor, facts, plan, now, asks=asks)


def decide_tick(case: Case, sla: SlaState, plan: Plan, now: datetime, facts: CaseFacts = _NO_FACTS) -> Decision | None:
    """What has become due by an instant, once each and in order, however late it is asked. None: nothing has.

    Clocks reach thresholds and breach, which makes no revision. A resolved case that nobody answers is reminded of or
    closed, as a command of the system; only then ``facts`` are looked at.
    """
    now = as_utc(now)
    waits_until = next_auto_close_step(case, plan.policy)
    if waits_until is not None and waits_until <= now:
        ends_at = auto_close_at(case, plan.policy)
        command = AutoCloseCase() if ends_at is not None and ends_at <= now else RemindCustomer()
        decided = decide_apply(case, sla, command, SYSTEM, facts, plan, now)
        if isinstance(decided, Decision):
            return decided
    after = tick(plan, sla, now)
    happened = clock_happenings(plan, sla, after, now)
    if not happened:
        return None
    ticked = revised(case, {"version": case.version + 1})
    reacted = reactions_to(plan, ticked, after.last.fields if after.last else {}, happened)
    return Decision(
        case=ticked,
        sla=after,
        revision=None,
        events=_events(ticked, happened, SYSTEM, now),
        intents=reacted.intents,
        orders=reacted.orders,
        reasons=reacted.reasons,
    )


def _decided(  # noqa: PLR0913, PLR0917 - what `decide_open` and `decide_apply` have in common
    before: Case | None,
    case: Case,
    sla: SlaState,
    taken: Step,
    actor: Actor,
    facts: CaseFacts,
    plan: Plan,
    now: datetime,
    *,
    asks: bool,
) -> Decision:
    case, happened = _graded(case, taken, plan)
    reasons = list(taken.reasons)
    derivation = None
    if asks:
        case, derivation = _entitled(case, facts, plan, now, happened)
        reasons.append(derivation.reason)
    used = consume(before, case, facts, now)
    happened += used.happened
    reasons += used.reasons
    revision = _revision(case, facts, taken, now)
    after = advance(plan, sla, revision)
    spoken = clock_happenings(plan, sla, after, now)
    happened += spoken
    intents = taken.intents + _to_records(before, happened, taken, actor)
    heard = _by_time_alone(plan, sla, now) if actor.kind == "system" else spoken
    reacted = reactions_to(plan, case, revision.fields, heard)
    reasons += reacted.reasons
    reasons += not_running(plan, after, sla)
    happened[0] = _sided(happened[0], case, actor, taken)
    return Decision(
        case=case,
        sla=after,
        revision=revision,
        activity=taken.activity,
        events=_events(case, happened, actor, now),
        intents=intents + reacted.intents,
        orders=taken.orders + propagated(before, case, taken, facts, plan.policy) + reacted.orders,
        reasons=tuple(reasons),
        derivation=derivation,
        ledger=used.ledger,
        time=taken.time,
        relies_on=_relied_on(taken, facts),
    )


def _to_records(
    before: Case | None, happened: Sequence[Happening], taken: Step, actor: Actor
) -> tuple[Notification, ...]:
    """What the systems of the case's records are told."""
    if before is None or not before.records:
        return ()
    return outgoing(before, _all_changes(happened), taken.activity, happened[0].kind, actor)


def _sided(first: Happening, case: Case, actor: Actor, taken: Step) -> Happening:
    """The first event, with the side of somebody inside whose own case it is: nobody could tell from it alone."""
    if actor.kind != "internal" or actor.id != case.requested_by:
        return first
    return first._replace(details={**first.details, "side": taken.by})


def _relied_on(taken: Step, facts: CaseFacts) -> Mapping[CaseId, int]:
    """The versions of other cases that the step is only true of: what it says itself, and the parent that is new."""
    parent = facts.parent
    if parent is None or taken.changes.get("parent") != parent.id:
        return taken.relies_on
    return {**taken.relies_on, parent.id: parent.version}


def _by_time_alone(plan: Plan, sla: SlaState, now: datetime) -> list[Happening]:
    """What clocks had to say before the system did something: only that is reacted to, or it would go on forever."""
    return clock_happenings(plan, sla, tick(plan, sla, now), now) if plan.reactions else []


def _graded(case: Case, taken: Step, plan: Plan) -> tuple[Case, list[Happening]]:
    """The case with the priority of its grades, where those changed; its first event tells."""
    happened = list(taken.happened)
    if _GRADES.isdisjoint(taken.changes):
        return case, happened
    changes = _priority(case, plan)
    happened[0] = happened[0]._replace(changes={**happened[0].changes, **changes})
    return (revised(case, changes) if changes else case), happened


def _entitled(
    case: Case, facts: CaseFacts, plan: Plan, now: datetime, happened: list[Happening]
) -> tuple[Case, EntitlementDecision]:
    """The case with the entitlement that applies to it now; an event tells where that is another."""
    question = EntitlementQuestion.asked_by(case)
    derivation = derive_entitlement(question, unspent(case, facts), plan.policy, now, plan.strategies)
    changes = _derived(case, derivation)
    if not changes:
        return case, derivation
    happened.append(Happening("entitlement_derived", changes))
    return revised(case, changes), derivation


def _all_changes(happened: Sequence[Happening]) -> dict[str, Any]:
    return {name: value for happening in happened for name, value in happening.changes.items()}


def _revision(case: Case, facts: CaseFacts, taken: Step, now: datetime) -> Revision:
    fields = frozen(record_of(case, facts, taken))
    event_id = EventId(f"{case.id}/{case.version}/0")
    return made(Revision, {"at": now, "sequence": case.version, "event_id": event_id, "fields": fields})


def _has_fired_after(sla: SlaState, now: datetime) -> bool:
    """Whether a clock did something by itself after that instant, as far as a tick has noticed."""
    for clock in sla.clocks:
        if clock.breached_at is not None and now < clock.breached_at:
            return True
        if clock.fired and now < clock.fired[-1][1]:
            return True
    return False


def _priority(case: Case, plan: Plan) -> dict[str, int]:
    found = None if case.priority_override is not None else priority_of(case.impact, case.urgency, plan.policy)
    return {} if found is None or found == case.priority else {"priority": found}


def _derived(case: Case, derivation: EntitlementDecision) -> dict[str, Any]:
    return {name: value for name, value in derivation.case_fields.items() if getattr(case, name) != value}


def _events(case: Case, happened: Sequence[Happening], actor: Actor, now: datetime) -> tuple[Event, ...]:
    fields: dict[str, Any] = {"case": case.id, "version": case.version, "at": now, "by": actor}
    events = []
    for index, (kind, changes, details) in enumerate(happened):
        fields |= {"index": index, "kind": kind, "changes": frozen(changes), "details": frozen(details)}
        events.append(made(Event, fields))  # which copies them
    return tuple(events)
