"""A promise that starts but has no goal for the case does not run, and the decision says so."""

from datetime import UTC, datetime, timedelta

from csmcore.conditions import field
from csmcore.model import (
    Account,
    AccountId,
    Actor,
    CaseFacts,
    CaseId,
    ContractId,
    Decision,
    DefinitionId,
    Goal,
    OpenCase,
    ServiceContract,
    SlaDefinition,
    SlaState,
    SupportPolicy,
)
from csmcore.rules import compile_policy, decide_open
from csmcore.rules.clocks.fold import not_running

NOW = datetime(2026, 5, 21, 9, tzinfo=UTC)
URGENT = SlaDefinition(
    id=DefinitionId("urgent"),
    goals=(Goal(timedelta(hours=1), field("priority") == 1),),
    start=field("state").is_in("new", "open"),
)


def opened(*definitions: SlaDefinition, contracts: tuple[ServiceContract, ...] = ()) -> Decision:
    """A case of priority 4, opened under these definitions, and under the first of the contracts."""
    plan = compile_policy(SupportPolicy(name="demo", version="1", definitions=definitions))
    ann = Actor(kind="internal", id="ann", roles=frozenset({"agent"}))
    facts = CaseFacts(account=Account(id=AccountId("acme"), name="Acme"), contracts=contracts)
    contract = contracts[0].id if contracts else None
    command = OpenCase(account=AccountId("acme"), short_description="No sound", contract=contract)
    decision = decide_open(command, ann, facts, plan, NOW, CaseId("case"), "CS1")
    assert isinstance(decision, Decision)
    return decision


def test_no_goal_for_the_case_is_a_reason() -> None:
    """A definition whose goals are all for other cases attaches no clock, and the decision carries the reason."""
    decision = opened(URGENT)
    assert decision.sla.clocks == ()
    assert [reason.text for reason in decision.reasons if reason.code == "no_goal"] == [
        "urgent does not run: none of its goals is for this case"
    ]


def test_a_goal_for_all_is_no_reason() -> None:
    """A definition with a goal for every case attaches, and there is nothing to say."""
    anyone = SlaDefinition(id=DefinitionId("all"), goals=(Goal(timedelta(hours=1)),), start=URGENT.start)
    decision = opened(anyone)
    assert [clock.definition for clock in decision.sla.clocks] == ["all"]
    assert "no_goal" not in [reason.code for reason in decision.reasons]


def test_a_promise_that_is_stopped_lacks_nothing() -> None:
    """One that would start, but that a stop keeps from it, has no clock for that reason: there is nothing to say."""
    stopped = SlaDefinition(
        id=DefinitionId("stopped"), goals=URGENT.goals, start=URGENT.start, stop=field("state") == "new"
    )
    decision = opened(stopped)
    assert decision.sla.clocks == ()
    assert "no_goal" not in [reason.code for reason in decision.reasons]


def test_before_the_first_revision_nothing_lacks_a_goal() -> None:
    """A state that has seen no revision has no definition that starts."""
    plan = compile_policy(SupportPolicy(name="demo", version="1", definitions=(URGENT,)))
    assert not_running(plan, SlaState(), SlaState()) == ()


def test_a_contract_that_leaves_a_promise_out_is_a_reason() -> None:
    """Under a contract that runs only what it names, an ordinary promise does not run, and the decision says why."""
    anyone = SlaDefinition(id=DefinitionId("all"), goals=(Goal(timedelta(hours=1)),), start=URGENT.start)
    gold = SlaDefinition(
        id=DefinitionId("gold"), goals=(Goal(timedelta(hours=1)),), start=URGENT.start, contractual=True
    )
    later = SlaDefinition(
        id=DefinitionId("later"), goals=(Goal(timedelta(hours=1)),), start=field("state") == "resolved"
    )
    contract = ServiceContract(
        id=ContractId("ct"), number="CT-1", account=AccountId("acme"), state="active", starts_on=NOW.date()
    )
    decision = opened(anyone, gold, later, contracts=(contract,))
    assert decision.sla.clocks == ()
    assert [reason.code for reason in decision.reasons if reason.fields == ("contract",)] == ["not_run_by_contract"]
