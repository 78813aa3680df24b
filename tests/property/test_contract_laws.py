"""Random lives of a contract: csmcore's answers against a plain dict, ticked at every step and ticked late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from csmcore.model import (
    Account,
    AccountId,
    ActivateContract,
    AddContractLine,
    AddCovered,
    ApproveContract,
    CancelContract,
    CaseFacts,
    ChangeContractDates,
    ChangeContractLine,
    ContractCommand,
    ContractDecision,
    ContractFacts,
    ContractId,
    ContractLine,
    ContractLineId,
    CoveredProduct,
    Entitlement,
    EntitlementId,
    EntitlementQuestion,
    ExpireContract,
    ProductModel,
    ProductModelId,
    Refusal,
    RejectContract,
    RemoveCovered,
    Renewal,
    RenewContract,
    ResumeContract,
    ServiceContract,
    SubmitContract,
    SupportPolicy,
    SuspendContract,
    UserId,
)
from csmcore.rules import contract_due, decide_contract, derive_entitlement, next_contract_instant, tick_contract
from tests.oracle.contract_life import DAY_0, Life, act, day_of, midnight, new_life, pass_time
from tests.tally import Tally

RUNS, STEPS = 300, 40
EXAMPLES = max(RUNS + 30, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Etc/GMT+12")
POLICY = SupportPolicy(name="test", version="1", timezone="Asia/Tokyo")
ACME = Account(id=AccountId("acme"), name="Acme Ltd")
PUMP = ProductModel(id=ProductModelId("pump"), name="Pump")
ENDED = {"expired", "cancelled"}
BY_ITSELF = ("activate", "resume", "expire")
MICROSECOND = timedelta(microseconds=1)
COUNTED = {"runs": 0, "steps": 0, "accepted": 0, "refused": 0, "ticks": 0, "renewals": 0, "entitled": 0}

days = st.one_of(st.none(), st.integers(0, 24))
ACTIONS = (
    *("submit", "approve", "approve", "reject", "activate", "activate", "suspend", "suspend", "resume", "cancel"),
    *("expire", "renew", "change_dates", "add_line", "change_line", "add_covered", "add_covered", "remove_covered"),
)


@attrs.frozen
class World:
    """A contract with what belongs to it, as a host keeps it."""

    contract: ServiceContract
    entitlements: tuple[Entitlement, ...]
    renewals: tuple[Renewal, ...] = ()

    @property
    def facts(self) -> ContractFacts:
        """What the rules are told."""
        known = tuple(renewal.contract for renewal in self.renewals)
        return ContractFacts(account=ACME, item=PUMP, entitlements=self.entitlements, renewals=known)

    def keep(self, decision: ContractDecision) -> "World":
        """The world after a decision."""
        changed = {one.id: one for one in decision.entitlements}
        own = tuple(changed.get(one.id, one) for one in self.entitlements)
        new = (decision.renewal,) if decision.renewal else ()
        return World(decision.contract, own, (*self.renewals, *new))

    def ticked(self, now: datetime) -> "World":
        """The world after what has become due."""
        decision = tick_contract(self.contract, self.facts, POLICY, now)
        assert (decision.steps if decision else ()) == contract_due(self.contract, POLICY, now)
        return self.keep(decision) if decision else self


def command_of(action: str, content: dict[str, Any]) -> ContractCommand:
    """A command as csmcore has it."""
    first, last, day, text = (
        day_of(content["first"]),
        day_of(content["last"]),
        day_of(content["day"]),
        content["text"],
    )
    on = ContractLineId(content["on"]) if content["on"] else None
    line = ContractLine(id=ContractLineId(content["line"]), parent=on, starts_on=first, ends_on=last)
    makers: dict[str, Callable[[], ContractCommand]] = {
        "submit": SubmitContract,
        "approve": lambda: ApproveContract(by=UserId(content["by"])),
        "reject": lambda: RejectContract(by=UserId(content["by"]), comment=text),
        "activate": ActivateContract,
        "suspend": lambda: SuspendContract(resumes_on=day_of(content["resumes"])),
        "resume": ResumeContract,
        "expire": ExpireContract,
        "cancel": lambda: CancelContract(reason=text),
        "renew": lambda: RenewContract(id=ContractId("c2"), number="C2"),
        "change_dates": lambda: ChangeContractDates(starts_on=first, ends_on=last),
        "add_line": lambda: AddContractLine(line),
        "change_line": lambda: ChangeContractLine(line),
        "add_covered": lambda: AddCovered(
            CoveredProduct(product=PUMP.id, line=on, date_added=first, date_removed=last)
        ),
        "remove_covered": lambda: RemoveCovered(kind="product", item="pump", line=on, last_day=day or DAY_0),
    }
    return makers[action]()


class ContractLife(RuleBasedStateMachine):
    """One contract thrice: ticked at every step, ticked only by commands, and as a plain dict."""

    now: datetime
    often: World
    late: World
    life: Life

    def __init__(self) -> None:
        super().__init__()
        COUNTED["runs"] += 1

    @initialize(
        zone=st.sampled_from(ZONES),
        first=days,
        length=st.integers(0, 20),
        endless=st.booleans(),
        flags=st.integers(0, 3),
    )
    def draft(self, zone: str, first: int | None, length: int, endless: bool, flags: int) -> None:  # noqa: FBT001 - hypothesis gives them by name
        """Somebody drafts the contract."""
        last = None if endless and flags else (first or 0) + length
        approver, renews = bool(flags & 1), bool(flags & 2)
        self.life = new_life(zone, first, last, approver=approver, renews=renews)
        self.now = midnight(self.life, 0) - timedelta(hours=3)
        contract = ServiceContract(
            id=ContractId("c1"),
            number="C1",
            account=ACME.id,
            approver=UserId("mia") if approver else None,
            renews_by_itself=renews,
            starts_on=day_of(first),
            ends_on=day_of(last),
            timezone=zone,
            lines=(ContractLine(id=ContractLineId("l0"), state="draft"),),
        )
        names = {"e0": ("draft", "l0"), "e1": ("active", None)}
        own = tuple(
            Entitlement(id=EntitlementId(name), number=name, contract=contract.id, state=state, contract_line=line)  # type: ignore[arg-type]
            for name, (state, line) in names.items()
        )
        foreign = Entitlement(id=EntitlementId("e2"), number="e2", contract=ContractId("c9"))
        self.often = self.late = World(contract, (*own, foreign))

    @rule(
        action=st.sampled_from(ACTIONS),
        span=st.tuples(days, days),
        day=st.integers(0, 26),
        line=st.sampled_from(["l0", "l1", "l2"]),
        on=st.sampled_from([None, None, "l0", "l1"]),
        bits=st.integers(0, 15),
    )
    def try_it(  # noqa: PLR0913, PLR0917 - hypothesis gives them by name
        self, action: str, span: tuple[int | None, int | None], day: int, line: str, on: str | None, bits: int
    ) -> None:
        """Somebody tries something, to all three."""
        first, last = span if None in span else sorted(span)  # type: ignore[type-var]
        content: dict[str, Any] = {"first": first, "last": last, "day": day, "line": line, "on": on}
        content |= {"by": "mia" if bits & 3 else "bob", "text": "so" if bits & 12 else " ", "cancel": False}
        content["resumes"] = None if bits & 1 else day
        if action == "change_line":
            self.change(content, cancel=bits in {0, 1})
            return
        told = {**content, "text": content["text"].strip()}
        if bits & 5:  # most of the time something that the dict allows, if anything; no early end
            start = ACTIONS.index(action)
            others = (
                one for one in ACTIONS[start:] + ACTIONS[:start] if one not in {"cancel", "change_line", "expire"}
            )
            action = next((one for one in others if act(self.life, one, told, self.now) is not None), action)
        self.command(action, command_of(action, content), told)

    def change(self, content: dict[str, Any], *, cancel: bool) -> None:
        """A line has other days, or ends; it stays where it is, and as it is else."""
        present = {line.id: line for line in self.often.contract.lines}.get(content["line"])
        if present is None or cancel:
            content |= {"first": None, "last": None}
        line = ContractLine(
            id=content["line"],
            parent=present.parent if present else None,
            state="cancelled" if cancel or present is None else present.state,
            starts_on=day_of(content["first"]),
            ends_on=day_of(content["last"]),
        )
        self.command("change_line", ChangeContractLine(line), {**content, "cancel": cancel})

    @rule(hours=st.sampled_from([1, 5, 13, 24, 24, 49, 120]))
    def wait(self, hours: int) -> None:
        """Time goes by."""
        self.now += timedelta(hours=hours)
        self.tick()

    @rule(microsecond=st.booleans())
    def wait_for_it(self, microsecond: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        """Time goes by to the next thing that is due, or to just before it."""
        due = next_contract_instant(self.often.contract, POLICY)
        if due is not None and due > self.now:
            self.now = due - MICROSECOND if microsecond else due
            before = self.often
            self.tick()
            assert (self.often == before) == microsecond

    def tick(self) -> None:
        """What has become due happens; a second time nothing does."""
        COUNTED["ticks"] += 1
        self.often = self.often.ticked(self.now)
        assert tick_contract(self.often.contract, self.often.facts, POLICY, self.now) is None
        pass_time(self.life, self.now)
        self.compare()

    def command(self, action: str, command: ContractCommand, content: dict[str, Any]) -> None:
        """One command: both worlds and the dict agree whether it may be, and what it makes."""
        self.tick()
        if action in BY_ITSELF:
            self.late = self.late.ticked(self.now)
        before = (self.often, self.late)
        answers = [decide_contract(one.contract, command, one.facts, POLICY, self.now) for one in before]
        expected = act(self.life, action, content, self.now)
        if expected is None:
            COUNTED["refused"] += 1
            assert all(isinstance(answer, Refusal) and answer.reasons for answer in answers)
            assert before == (self.often, self.late)
        else:
            COUNTED["accepted"] += 1
            self.life = expected
            self.often, self.late = (
                one.keep(answer)
                for one, answer in zip(before, answers, strict=True)
                if isinstance(answer, ContractDecision)
            )
            self.was_ended(before[0].contract)
        self.compare()

    def was_ended(self, before: ServiceContract) -> None:
        """What has expired or was cancelled never becomes anything else."""
        if before.state in ENDED:
            assert self.often.contract == before

    def compare(self) -> None:
        """The worlds are one, and are what the dict says."""
        assert self.late.ticked(self.now) == self.often.ticked(self.now)
        assert as_life(self.often, self.life) == self.life
        if self.often.contract.state in {*ENDED, "suspended"}:
            assert all(one.state != "active" for one in self.often.entitlements if one.contract == "c1")
        self.ask()

    def ask(self) -> None:
        """An ended contract entitles nobody, now, on its boundary days or at any time."""
        contract = self.often.contract
        number = self.life["last"]
        edges = [] if number is None else [midnight(self.life, number), midnight(self.life, number + 1)]
        for instant in (self.now, *edges, *(edge - MICROSECOND for edge in edges)):
            question = EntitlementQuestion(account=ACME.id, contract=contract.id, contract_is_manual=True)
            known = CaseFacts(account=ACME, contracts=(contract,), entitlements=self.often.entitlements)
            chosen = derive_entitlement(question, known, POLICY, instant).chosen
            COUNTED["entitled"] += chosen is not None
            assert chosen is None or contract.state not in ENDED

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Hypothesis calls this after every step."""
        COUNTED["steps"] += 1
        super().check_invariants(*args, **kwargs)

    def teardown(self) -> None:
        """A contract is renewed once at most."""
        if hasattr(self, "often"):
            COUNTED["renewals"] += len(self.often.renewals)
            assert len(self.often.renewals) <= 1


def as_life(world: World, life: Life) -> Life:
    """A contract as the dict has it."""
    contract = world.contract
    numbers = {day_of(number): number for number in (None, *range(-1, 60))}
    own = [one for one in world.entitlements if one.contract == contract.id]
    renewed = [(numbers[one.contract.starts_on], one.contract.approval) for one in world.renewals]
    return {
        **life,
        "state": contract.state,
        "approval": contract.approval,
        "first": numbers[contract.starts_on],
        "last": numbers[contract.ends_on],
        "resumes": numbers[contract.resumes_on],
        "renewed": renewed[0] if renewed else None,
        "lines": {
            one.id: [one.state, numbers[one.starts_on], numbers[one.ends_on], one.parent] for one in contract.lines
        },
        "entitlements": {
            one.id: [one.state, numbers[one.starts_on], numbers[one.ends_on], one.contract_line] for one in own
        },
        "covered": [
            [one.product, numbers[one.date_added], numbers[one.date_removed], one.line]
            for one in contract.covered_products
        ],
    }


def test_a_contract_lives_as_the_plain_dict_says(tally: Tally) -> None:
    """After every command and tick, ticked often or late, contract, parts and renewal are as expected."""
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck))
    COUNTED.update(dict.fromkeys(COUNTED, 0))
    run_state_machine_as_test(ContractLife, settings=chosen)
    tally("contracts: machine runs", COUNTED["runs"], planned=RUNS)
    tally("contracts: machine steps", COUNTED["steps"], planned=RUNS * STEPS)
    assert COUNTED["entitled"] > RUNS
    assert COUNTED["renewals"] > RUNS // 10
    tally.detail("contracts: " + ", ".join(f"{count:,} {name}" for name, count in COUNTED.items()))
