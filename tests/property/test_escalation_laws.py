"""Random lives of escalations, of a case or an account: csmcore's answers against a plain dict; and their documents."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from csmcore.model import (
    AccountId,
    Actor,
    ApproveEscalation,
    CaseId,
    DeclineEscalation,
    Deescalate,
    Escalation,
    EscalationCommand,
    EscalationDecision,
    EscalationFacts,
    EscalationId,
    EscalationPolicy,
    EscalationTemplate,
    GroupId,
    Party,
    Refusal,
    RequestEscalation,
    UpdateEscalation,
    UserId,
)
from csmcore.rules import decide_account_escalation, decide_escalation, escalation_actions
from csmcore.wire import from_json, from_plain, to_json, to_plain
from tests.oracle.escalation import Person, World, act
from tests.property.wire_scenes import nouns
from tests.tally import Tally

RUNS, STEPS = 300, 40
EXAMPLES = max(RUNS + 30, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SLOW = {HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large}
COUNTED = {"runs": 0, "steps": 0, "accepted": 0, "refused": 0, "escalations": 0}

PEOPLE: tuple[Person, ...] = (
    {"kind": "internal", "id": "ann", "roles": ("agent",), "side": "agent"},
    {"kind": "internal", "id": "mia", "roles": ("manager", "deescalation_requester"), "side": "agent"},
    {"kind": "internal", "id": "ada", "roles": ("admin",), "side": "agent"},
    {"kind": "internal", "id": "bob", "roles": (), "side": None},
    {"kind": "internal", "id": "dee", "roles": ("deescalation_requester",), "side": None},
    {"kind": "internal", "id": "cem", "roles": ("agent",), "side": "customer"},
    {"kind": "contact", "id": "bob", "roles": (), "side": "customer"},
    {"kind": "contact", "id": "dee", "roles": ("deescalation_requester",), "side": None},
    {"kind": "system", "id": "system", "roles": (), "side": "system"},
)
"""Users and contacts share ids, as they do where hosts count them."""
PARTIES: dict[str, tuple[Party, ...]] = {
    "ann": ("agent", "internal"),
    "mia": ("assignee", "agent", "internal"),
    "ada": ("agent", "internal"),
    "bob": ("internal",),
    "dee": ("internal",),
    "cem": ("customer", "agent", "internal"),
    "system": ("system",),
}
INSIDE = ("ann", "mia", "ada", "bob", "dee", "cem")
KINDS: dict[str, Any] = {
    "request_escalation": RequestEscalation,
    "approve_escalation": ApproveEscalation,
    "decline_escalation": DeclineEscalation,
    "deescalate": Deescalate,
    "update_escalation": UpdateEscalation,
}

LIKELY = {
    "requested": ("approve_escalation", "update_escalation", "decline_escalation"),
    "escalated": ("update_escalation", "update_escalation", "deescalate"),
}
"""What people mostly do next; where nothing is open they ask."""

some = st.lists(st.sampled_from(INSIDE), max_size=3, unique=True).map(tuple)
severities = st.sampled_from(("high", "medium"))
reasons = st.sampled_from(("inactivity", "lack_of_progress", "customer_deadline"))
remarks = st.sampled_from(("Because.", "Because.", "Because.", "", " \n"))
of_accounts = {
    "assignment_group": st.sampled_from(("board", "desk")),
    "assigned_to": st.sampled_from(INSIDE),
    "related_cases": st.sampled_from(((), ("c1",), ("c2", "c3"))),
}
contents: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "request_escalation": st.fixed_dictionaries(
        {"justification": remarks},
        optional={
            "template": st.sampled_from(("plain", "plain", "accounts", "accounts", "gone")),
            "reason": reasons,
            "severity": severities,
            "request_source": st.sampled_from(("customer", "internal")),
            "watch_list": some,
            **of_accounts,
        },
    ),
    "approve_escalation": st.just({}),
    "decline_escalation": st.fixed_dictionaries({"reason": remarks}),
    "deescalate": st.fixed_dictionaries({"justification": remarks}),
    "update_escalation": st.fixed_dictionaries(
        {},
        optional={
            "severity": severities,
            "reason": reasons,
            "trend": st.sampled_from(("improving", "same", "declining")),
            "watch_list": some,
            **of_accounts,
        },
    ),
}
templates = st.fixed_dictionaries(
    {
        "skip": st.sampled_from((False, False, False, True)),
        "group": st.sampled_from((True, True, False)),
        "manager": st.booleans(),
        "team": st.booleans(),
        "watch": some,
        "severity": severities,
        "reason": st.one_of(st.none(), reasons),
    }
)


def policy_of(world: World) -> EscalationPolicy:
    """The policy as csmcore has it."""
    return EscalationPolicy(
        templates={
            name: EscalationTemplate(
                type=one["type"],
                skip_approval=one["skip"],
                approval_group=GroupId("board") if one["group"] else None,
                add_assignment_group_manager=one["manager"],
                add_account_team=one["team"],
                watch_list=one["watch"],
                severity=one["severity"],
                reason=one["reason"],
            )
            for name, one in world["templates"].items()
        },
        customer_template=world["for customers"],
        requester_may_approve=world["own"],
    )


def facts_of(world: World) -> EscalationFacts:
    """The facts as csmcore has them."""
    is_case = world["of"] == "case"
    return EscalationFacts(
        case=CaseId("c1") if is_case else None,
        account=None if is_case else AccountId("acme"),
        approvers=tuple(map(UserId, world["approvers"])),
        group_manager=world["manager"],
        account_team=tuple(map(UserId, world["team"])),
        assignee=world["assignee"],
    )


def actor_of(person: Person) -> Actor:
    """Somebody as csmcore has them."""
    return Actor(kind=person["kind"], id=person["id"], roles=frozenset(person["roles"]))


def parties_of(person: Person) -> tuple[Party, ...]:
    """What somebody is to the case."""
    if person["kind"] == "contact":
        return ("customer",) if person["side"] == "customer" else ()
    return PARTIES[person["id"]]


def as_dict(escalation: Escalation) -> dict[str, Any]:
    """An escalation as the dict has it."""
    return {
        "state": escalation.state,
        "template": escalation.template,
        "source": escalation.request_source,
        "reason": escalation.reason,
        "severity": escalation.severity,
        "trend": escalation.trend,
        "watch_list": list(escalation.watch_list),
        "assignment_group": escalation.assignment_group,
        "assigned_to": escalation.assigned_to,
        "related_cases": list(escalation.related_cases),
        "by": (escalation.requester_kind, escalation.requested_by),
        "approved": escalation.approved_by,
        "declined": escalation.declined_by,
        "closed": escalation.closed_by,
        "changed": (escalation.updated_at - NOON) // timedelta(hours=1),
    }


class EscalationLife(RuleBasedStateMachine):
    """Escalations of one case or account, one after another, twice: as nouns and as a plain dict."""

    world: World
    current: Escalation | None
    past: list[Escalation]
    hour: int

    def __init__(self) -> None:
        super().__init__()
        COUNTED["runs"] += 1

    @initialize(
        plain=templates,
        accounts=templates,
        of=st.sampled_from(("case", "case", "account")),
        people=st.tuples(some, some, st.sampled_from((*INSIDE, None)), st.sampled_from((*INSIDE, None))),
        flags=st.tuples(st.booleans(), st.booleans()),
    )
    def begin(
        self, plain: dict[str, Any], accounts: dict[str, Any], of: str, people: Any, flags: tuple[bool, bool]
    ) -> None:
        """A vendor has a policy and people."""
        approvers, team, manager, assignee = people
        own, customers = flags
        self.world = {
            "of": of,
            "templates": {
                "plain": {**plain, "type": "case", "team": False},
                "accounts": {**accounts, "type": "account", "manager": False},
            },
            "for customers": "plain" if customers else None,
            "own": own,
            "approvers": approvers,
            "team": team,
            "manager": manager,
            "assignee": assignee,
            "current": None,
        }
        self.current, self.past, self.hour = None, [], 0

    @rule(data=st.data(), action=st.sampled_from(tuple(KINDS)), who=st.sampled_from(PEOPLE), bits=st.integers(0, 7))
    def try_it(self, data: st.DataObject, action: str, who: Person, bits: int) -> None:
        """Somebody tries something; most of the time something that the dict allows, if it allows anything."""
        if not bits:
            self.command(action, data.draw(contents[action]), who)
            return
        current = self.world["current"]
        action = data.draw(st.sampled_from(LIKELY.get(current["state"] if current else "", ("request_escalation",))))
        drawn = data.draw(contents[action])
        start = PEOPLE.index(who)
        tries = [(person, self.mended(action, drawn, person)) for person in PEOPLE[start:] + PEOPLE[:start]]
        allowed = (each for each in tries if act(self.world, action, each[1], self.on_side(each[0]), self.hour))
        person, content = next(allowed, tries[0])
        self.command(action, content, person)

    def mended(self, action: str, content: dict[str, Any], person: Person) -> dict[str, Any]:
        """What somebody would rather say."""
        content = {name: "Because." if value in {"", " \n"} else value for name, value in content.items()}
        if self.world["of"] == "case":
            content = {name: value for name, value in content.items() if name not in of_accounts}
        if action != "request_escalation":
            return content
        content = {"reason": "inactivity", **content}
        if person["side"] == "customer":
            return {name: content[name] for name in ("reason", "justification")}
        return {**content, "template": "plain" if self.world["of"] == "case" else "accounts"}

    def on_side(self, person: Person) -> Person:
        """An account's escalation is no matter of customers."""
        is_customer = person["side"] == "customer" and self.world["of"] == "account"
        return {**person, "side": None} if is_customer else person

    @rule(approvers=some)
    def change_group(self, approvers: tuple[str, ...]) -> None:
        """People come to the approval group, and leave it."""
        self.world["approvers"] = approvers

    @rule(hours=st.sampled_from((1, 1, 1, 1, 1, -1)))
    def wait(self, hours: int) -> None:
        """Time goes by; now and then a clock goes back."""
        self.hour += hours

    def command(self, action: str, content: dict[str, Any], person: Person) -> None:
        """One command: csmcore and the dict agree whether it may be, what it makes, and who hears of it."""
        person = self.on_side(person)
        expected = act(self.world, action, content, person, self.hour)
        before = attrs.evolve(self.current) if self.current else None
        answer = self.ask(KINDS[action](**content), person)
        assert self.current == before
        self.check_options(action, person, may_be=expected is not None)
        if expected is None:
            COUNTED["refused"] += 1
            assert isinstance(answer, Refusal)
            assert answer.reasons
            return
        assert isinstance(answer, EscalationDecision), str(answer)
        COUNTED["accepted"] += 1
        self.keep(answer)
        assert as_dict(answer.escalation) == expected["current"]
        assert [f"escalation_{one}" for one in expected["happened"]] == list(answer.events)
        assert [one for each in answer.notifications for one in each.to] == expected["told"]
        assert (answer.work_note is None) == (self.world["of"] == "account")
        self.world = {name: value for name, value in expected.items() if name not in {"told", "happened"}}

    def ask(self, command: EscalationCommand, person: Person) -> EscalationDecision | Refusal:
        """What csmcore answers, the same twice."""
        facts, policy = facts_of(self.world), policy_of(self.world)
        now, identity = NOON + timedelta(hours=self.hour), EscalationId(f"e{len(self.past)}")
        actor = actor_of(person)
        if self.world["of"] == "account":
            return decide_account_escalation(self.current, command, actor, facts, policy, now, identity)
        parties = parties_of(person)
        answer = decide_escalation(self.current, command, parties, actor, facts, policy, now, identity)
        assert answer == decide_escalation(self.current, command, parties, actor, facts, policy, now, identity)
        return answer

    def check_options(self, action: str, person: Person, *, may_be: bool) -> None:
        """What is accepted is listed as allowed; what is not allowed says why."""
        if self.world["of"] == "case":
            now = NOON + timedelta(hours=self.hour)
            facts, policy = facts_of(self.world), policy_of(self.world)
            options = escalation_actions(self.current, parties_of(person), actor_of(person), facts, policy, now)
            [option] = [one for one in options if one.action == action]
            assert option.is_allowed or not may_be
            assert option.is_allowed != bool(option.reasons)

    def keep(self, answer: EscalationDecision) -> None:
        """What has ended stays as it is, and at most one is open."""
        if self.current is None or answer.escalation.id != self.current.id:
            assert self.current is None or not self.current.is_open
            COUNTED["escalations"] += 1
            self.past.append(answer.escalation)
        else:
            assert self.current.is_open
            self.past[-1] = answer.escalation
        self.current = answer.escalation
        assert sum(one.is_open for one in self.past) <= 1
        assert from_json(Escalation, to_json(self.current)) == self.current

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Hypothesis calls this after every step."""
        COUNTED["steps"] += 1
        super().check_invariants(*args, **kwargs)


def test_an_escalation_lives_as_the_plain_dict_says(tally: Tally) -> None:
    """After every command, whoever gives it, the escalation, its events and who hears of them are as expected."""
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck))
    COUNTED.update(dict.fromkeys(COUNTED, 0))
    run_state_machine_as_test(EscalationLife, settings=chosen)
    tally("escalation machine: runs", COUNTED["runs"], planned=RUNS)
    tally("escalation machine: steps", COUNTED["steps"])
    tally.detail(
        f"escalation machine: {COUNTED['accepted']:,} accepted, {COUNTED['refused']:,} refused, "
        f"{COUNTED['escalations']:,} escalations"
    )
    assert min(COUNTED["accepted"], COUNTED["refused"]) > RUNS
    assert COUNTED["escalations"] > RUNS // 2


@pytest.mark.parametrize("kind", [Escalation, EscalationPolicy, *KINDS.values()], ids=lambda kind: kind.__name__)
def test_a_noun_reads_as_it_was_written(kind: type[Any]) -> None:
    """Plain data and JSON give an equal noun, and that noun the same data."""

    @settings(max_examples=40, suppress_health_check=SLOW)
    @given(nouns(kind))
    def holds(noun: Any) -> None:
        document = to_plain(noun)
        assert from_plain(kind, document) == noun
        assert from_json(kind, to_json(noun)) == noun
        assert to_plain(from_plain(kind, document)) == document

    holds()
