"""Laws of case types: their flow is the oracle's, ends stay ends, every case can end, and what happens is replayed."""

from datetime import timedelta
from typing import Any

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csmcore.errors import InvalidValue
from csmcore.model import (
    COMMANDS,
    SYSTEM,
    TERMINAL_STATES,
    Case,
    CaseId,
    CaseType,
    Decision,
    OpenCase,
    Refusal,
    SlaState,
    SupportPolicy,
    UpdateCase,
    accepted,
)
from csmcore.rules import Flow, Plan, actions_for, compile_policy, decide_apply, decide_open, replay_events
from csmcore.rules.cases.flows import BASE_FLOW
from csmcore.wire import dump_policy, load_policy, to_plain
from tests.oracle.flows import Table, overlaid
from tests.property.case_type_scenes import VALUES, case_types
from tests.tally import Tally
from tests.unit.case_types.desk import ANN, BOSS, EVE, FACTS, MACHINE, START, inside, made

SLOW = {HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large}
CAST = (ANN, BOSS, EVE, MACHINE, SYSTEM, inside("ada", "admin", "contributor"), inside("ian"))
CONTENT: dict[str, dict[str, Any]] = {
    "assign_case": {"user": "ann"},
    "request_info": {"comment": "Which?"},
    "add_comment": {"text": "Hello."},
    "add_work_note": {"text": "Hm."},
    "override_priority": {"priority": 1, "reason": "now"},
    "propose_solution": {"code": "done", "notes": "Done."},
    "reject_solution": {"reason": "No."},
    "close_case": {"code": "done", "notes": "Done."},
    "cancel_case": {"reason": "No."},
    "reopen_case": {"comment": "Again."},
    **{action: {} for action in ("assign_to_me", "accept_case", "resume_work", "accept_solution")},
}


def policy(case_type: CaseType) -> SupportPolicy:
    """A policy with a case type, and with a base one beside it."""
    types = {"own": case_type, "bare": CaseType()}
    return SupportPolicy(name="types", version="1", reopen_window_days=2, case_types=types)


def compiled(case_type: CaseType) -> Plan | None:
    """The plan of a policy with the case type; None where there can be none."""
    try:
        return compile_policy(policy(case_type))
    except InvalidValue as error:
        if error.path.startswith("$.case_types.own."):
            return None
        raise


def entries(flow: Flow) -> Table:
    """A flow as the oracle has it."""
    return {
        (state, action, party): (row.to, frozenset((*row.requires, *row.holds)), frozenset(row.roles), row.only_if)
        for (state, action), rows in flow.rows.items()
        for party, row in rows.items()
    }


def test_the_flow_is_the_oracles(tally: Tally) -> None:
    """Every row of every type, or none at all for the same types; Closed and Cancelled are the base table's."""
    flows, refused, base = 0, 0, entries(BASE_FLOW)

    @settings(max_examples=150, suppress_health_check=SLOW)
    @given(case_types())
    def holds(case_type: CaseType) -> None:
        nonlocal flows, refused
        expected, plan = overlaid(base, to_plain(case_type)), compiled(case_type)
        if plan is None:
            refused += 1
            assert expected is None
            return
        flows += 1
        flow = plan.flows["own"]
        assert entries(flow) == expected
        assert {(*key, party): row for key in flow.rows for party, row in flow.rows[key].items()} == {
            (state, action, party): row._replace(by=(party,))
            for state, cells in flow.table.items()
            for action, rows in cells.items()
            for row in rows
            for party in row.by
        }
        for state in TERMINAL_STATES:
            assert flow.table[state] == BASE_FLOW.table[state]

    holds()
    tally("case types: flows compared with the oracle", flows)
    tally("case types: refused by both", refused)
    assert min(flows, refused) > 20


@settings(max_examples=40, suppress_health_check=SLOW)
@given(case_types())
def test_a_document_gives_the_same_flow(case_type: CaseType) -> None:
    """Whether a type is written in Python or read from a document."""
    again = load_policy(dump_policy(policy(case_type)))
    assert again == policy(case_type)
    plan, read = compiled(case_type), compiled(again.case_types["own"])
    assert (plan is None) == (read is None)
    if plan is not None and read is not None:
        assert entries(plan.flows["own"]) == entries(read.flows["own"])


@st.composite
def updates(draw: st.DrawFn, case_type: CaseType) -> UpdateCase:
    """Something to write in the form: own fields, right and wrong, a substate, another type."""
    names = [*case_type.fields, "strange"]
    values = st.sampled_from([None, "", 1.5, [1], *(value for kept in VALUES.values() for value in kept)])
    substates = [name for divided in case_type.substates.values() for name in divided.names]
    options: dict[str, st.SearchStrategy[Any]] = {
        "extra": st.dictionaries(st.sampled_from(names), values, max_size=3),
        "substate": st.sampled_from([None, "lost", *substates]),
        "case_type": st.sampled_from((None, "own", "bare", "none")),
        "category": st.sampled_from(("", "x")),
    }
    return UpdateCase(draw(st.fixed_dictionaries({}, optional=options)))


def fits(case: Case, plan: Plan) -> None:
    """The case is as its type says, whatever happened."""
    case_type = plan.policy.type_of(case.case_type)
    assert case.case_type in {None, *plan.policy.case_types}
    divided = case_type.substates.get(case.state)
    assert case.substate in ((None,) if divided is None else divided.names)
    for name, value in case.extra.items():
        assert case_type.fields[name].kept(value) == value


def opened(case_type: CaseType, plan: Plan) -> Decision:
    """A case of the type that holds all that it asks for, else a base case."""
    extra = {name: field.default or VALUES[field.kind][0] for name, field in case_type.fields.items()}
    more: Any = {"extra": extra, "product": "press", "category": "x", "urgency": 1, "assigned_to": "ann"}
    command = made(OpenCase, short_description="x", account="acme", case_type="own", **more)
    decided = decide_open(command, SYSTEM, FACTS, plan, START, CaseId("c1"), "CS1")
    if isinstance(decided, Decision):
        return decided
    plain = made(OpenCase, short_description="x", account="acme")
    return accepted(decide_open(plain, SYSTEM, FACTS, plan, START, CaseId("c1"), "CS1"))


@settings(max_examples=40, suppress_health_check=SLOW)
@given(st.data())
def test_a_case_is_always_as_its_type_says(data: st.DataObject) -> None:
    """Whatever is done: a state of the six, one of its substates, fields that fit; and events replay to the snapshot.

    The buttons say what is accepted; a refusal changes nothing.
    """
    case_type = data.draw(case_types())
    plan = compiled(case_type)
    if plan is None:
        return
    decision, sla = opened(case_type, plan), SlaState()
    events, now = list(decision.events), START
    for _ in range(data.draw(st.integers(1, 12))):
        case, sla = decision.case, decision.sla
        fits(case, plan)
        now += timedelta(hours=1)
        actor = data.draw(st.sampled_from(CAST))
        action = data.draw(st.sampled_from(("update_case", *CONTENT)))
        if action == "update_case":
            command: Any = data.draw(updates(case_type))
        else:
            command = COMMANDS[action](**CONTENT[action])  # type: ignore[index]
        before = attrs.asdict(case, recurse=False)
        answer = decide_apply(case, sla, command, actor, FACTS, plan, now)
        [button] = [each for each in actions_for(case, actor, FACTS, plan, now) if each.action == action]
        assert attrs.asdict(case, recurse=False) == before
        if isinstance(answer, Refusal):
            assert answer.reasons
            assert action == "update_case" or not button.is_allowed or not set(button.required) <= set(CONTENT[action])
            continue
        assert button.is_allowed
        decision = answer
        events += answer.events
        assert replay_events(events) == decision.case
    fits(decision.case, plan)
