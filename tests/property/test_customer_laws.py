"""Random edits of customers: csmcore's answers against a plain dict, step by step."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from csmcore.model import (
    Account,
    AccountId,
    Address,
    AddressId,
    Consumer,
    ConsumerId,
    Contact,
    Household,
    HouseholdId,
    HouseholdMember,
    Refusal,
    ResponsibilityDefinition,
    Rota,
    TeamMember,
    accepted,
)
from csmcore.rules import (
    account_path,
    add_household_member,
    assign_team_member,
    define_responsibility,
    end_membership,
    make_head,
    make_primary_address,
    make_primary_household,
    merge_consumers,
    move_account,
    on_duty,
    primary_household,
    put_address,
    remove_address,
)
from tests.oracle import customer_model as oracle
from tests.tally import Tally
from tests.unit.lifecycle.cast import START, made

RUNS, STEPS, EXAMPLES = 400, 40, 400
MOST = max(RUNS + 50, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more
COUNTED = {"runs": 0, "steps": 0, "accepted": 0, "refused": 0}

EPOCH = date(2026, 1, 1)
CUSTOMERS: dict[str, Any] = {
    "acme": made(Account, id="acme", name="Acme"),
    "eve": made(Contact, id="eve", account="acme", name="Eve"),
    "carl": made(Consumer, id="carl", name="Carl"),
}
ACCOUNTS = ["a", "b", "c", "d", "e"]
HOUSES = ["h1", "h2", "h3"]
CONSUMERS = {"carl": "good", "dora": "good", "emil": "good", "fred": "inactive", "caller": "unknown"}
PEOPLE = {
    name: made(Consumer, id=name, name=name, active=what != "inactive", is_unknown=what == "unknown")
    for name, what in CONSUMERS.items()
}

whose, which = st.sampled_from(sorted(CUSTOMERS)), st.sampled_from(["x", "y", "z"])
account, house = st.sampled_from(ACCOUNTS), st.sampled_from(HOUSES)
consumer = st.sampled_from(["carl", "carl", "dora", "dora", "emil", "fred", "caller"])
day = st.integers(0, 12)
open_day = st.none() | day


def on(number: int | None) -> date | None:
    """A day of the dict's, as a date."""
    return None if number is None else EPOCH + timedelta(days=number)


def number(when: date | None) -> int | None:
    """And back."""
    return None if when is None else (when - EPOCH).days


class CustomerLife(RuleBasedStateMachine):
    """Customers, by csmcore and as a plain dict."""

    def __init__(self) -> None:
        super().__init__()
        COUNTED["runs"] += 1
        self.customers = dict(CUSTOMERS)
        self.accounts: dict[str, Account] = {name: made(Account, id=name, name=name) for name in ACCOUNTS}
        self.definitions: dict[str, ResponsibilityDefinition] = {}
        self.team: dict[str, TeamMember] = {}
        self.houses: dict[str, Household] = {name: made(Household, id=name, name=name) for name in HOUSES}
        self.model = oracle.new_model(list(CUSTOMERS), ACCOUNTS, HOUSES, CONSUMERS)

    def edit(self, answer: Any, expected: list[str], keep: Callable[[Any], object]) -> None:
        """Both refuse for the same reasons, or both change; what is refused is not kept."""
        found = sorted(answer.codes) if isinstance(answer, Refusal) else []
        assert found == expected
        COUNTED["refused" if expected else "accepted"] += 1
        if not isinstance(answer, Refusal):
            keep(answer)

    @rule(who=whose, address=which, city=which, primary=st.booleans())
    def put(self, who: str, address: str, city: str, primary: bool) -> None:  # noqa: FBT001 - by name
        """An address is added, or changed."""
        noun = made(Address, id=address, city=city, is_primary=primary)
        expected = oracle.put(self.model, who, address, city, primary=primary)
        self.edit(put_address(self.customers[who], noun), expected, lambda new: self.customers.update({who: new}))

    @rule(who=whose, address=which, remove=st.booleans())
    def remove_or_lead(self, who: str, address: str, remove: bool) -> None:  # noqa: FBT001 - by name
        """An address goes, or becomes primary."""
        edit, model = (remove_address, oracle.remove) if remove else (make_primary_address, oracle.lead)
        answer = edit(self.customers[who], AddressId(address))
        self.edit(answer, model(self.model, who, address), lambda new: self.customers.update({who: new}))

    @rule(moved=account, parent=st.none() | account)
    def move(self, moved: str, parent: str | None) -> None:
        """An account moves in the tree."""
        answer = move_account(self.accounts[moved], None if parent is None else AccountId(parent), self.line(parent))
        self.edit(answer, oracle.move(self.model, moved, parent), lambda new: self.accounts.update({moved: new}))

    @rule(name=account)
    def switch(self, name: str) -> None:
        """An account becomes inactive, or active again."""
        active = self.model["active"][name] = not self.model["active"][name]
        self.accounts[name] = attrs.evolve(self.accounts[name], active=active)

    @rule(what=which, unique=st.booleans())
    def define(self, what: str, unique: bool) -> None:  # noqa: FBT001 - by name
        """A responsibility is defined, or becomes unique, or is so no longer."""
        answer = define_responsibility(
            made(ResponsibilityDefinition, id=what, name=what, is_unique=unique), self.team.values()
        )
        expected = oracle.define(self.model, what, unique=unique)
        self.edit(answer, expected, lambda new: self.definitions.update({what: new}))

    @rule(member=st.sampled_from("12345"), user=which, what=which, customer=st.sampled_from(["a", "b"]))
    def assign(self, member: str, user: str, what: str, customer: str) -> None:
        """Somebody joins a team, or a member changes."""
        noun = made(TeamMember, id=member, user=user, responsibility=what, household=customer)
        answer = assign_team_member(noun, self.definitions.get(what), self.team.values())
        expected = oracle.assign(self.model, member, user, what, customer)
        self.edit(answer, expected, lambda new: self.team.update({member: new}))

    @rule(member=st.sampled_from("12345"))
    def dismiss(self, member: str) -> None:
        """Somebody leaves a team: that needs no rule."""
        self.team.pop(member, None)
        self.model["team"].pop(member, None)

    @rule(where=house, who=consumer, first=open_day, length=st.none() | st.integers(0, 5))
    def join(self, where: str, who: str, first: int | None, length: int | None) -> None:
        """Somebody comes to a household."""
        last = length if first is None or length is None else first + length
        answer = add_household_member(self.houses[where], PEOPLE[who], on(first), on(last))
        self.edit(answer, oracle.join(self.model, where, who, first, last), self.keep_house)

    @rule(where=house, who=consumer, last=day, heir=st.none() | consumer)
    def leave(self, where: str, who: str, last: int, heir: str | None) -> None:
        """Somebody leaves a household."""
        then, new_head = EPOCH + timedelta(days=last), None if heir is None else ConsumerId(heir)
        answer = end_membership(self.houses[where], ConsumerId(who), then, new_head)
        self.edit(answer, oracle.end_stay(self.model, where, who, last, heir), self.keep_house)

    @rule(where=house, who=consumer, when=day)
    def take_head(self, where: str, who: str, when: int) -> None:
        """Somebody becomes the head of a household."""
        answer = make_head(self.houses[where], ConsumerId(who), EPOCH + timedelta(days=when))
        self.edit(answer, oracle.take_head(self.model, where, who, when), self.keep_house)

    @rule(where=house, who=consumer, when=day)
    def make_main(self, where: str, who: str, when: int) -> None:
        """A household becomes somebody's main one; the others change with it."""
        then = EPOCH + timedelta(days=when)
        answer = make_primary_household(ConsumerId(who), HouseholdId(where), self.houses.values(), then)
        expected = oracle.make_main(self.model, where, who, when)
        self.edit(answer, expected, lambda changed: self.houses.update((one.id, one) for one in changed))
        if not expected:
            main = primary_household(ConsumerId(who), self.houses.values(), then)
            assert main == self.houses[where]

    def keep_house(self, new: Household) -> None:
        """A household after an edit."""
        self.houses[new.id] = new

    def line(self, name: str | None) -> list[Account]:
        """An account and all above it, as a host gathers them; it ends."""
        line: list[Account] = []
        while name is not None:
            line.append(self.accounts[name])
            assert len(line) <= len(self.accounts), "a circle"
            name = line[-1].parent
        return line

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Hypothesis calls this after every step: nouns and dict are the same, and the laws hold."""
        COUNTED["steps"] += 1
        super().check_invariants(*args, **kwargs)
        assert {who: addresses(noun) for who, noun in self.customers.items()} == self.model["addresses"]
        assert {name: one.parent for name, one in self.accounts.items()} == self.model["parent"]
        assert {name: one.is_unique for name, one in self.definitions.items()} == self.model["unique"]
        team = {name: (one.user, one.responsibility, one.household) for name, one in self.team.items()}
        assert team == self.model["team"]
        assert {name: [stay(one) for one in home.members] for name, home in self.houses.items()} == self.model["stays"]
        assert {name: home.head for name, home in self.houses.items()} == self.model["head"]
        self.check_laws()

    def check_laws(self) -> None:
        """One primary address, one holder of what is unique, no circle, one main household a day."""
        for noun in self.customers.values():
            assert sum(one.is_primary for one in noun.addresses) == bool(noun.addresses)
        held = [one for one in self.team.values() if self.definitions[one.responsibility].is_unique]
        assert len({(one.household, one.responsibility) for one in held}) == len(held)
        for name in self.accounts:
            assert [one.id for one in self.line(name)] == oracle.ancestors(self.model, name)
        for who in CONSUMERS:
            for when in (EPOCH + timedelta(days=days) for days in range(-1, 20)):
                stays = [one for home in self.houses.values() for one in home.members if one.consumer == who]
                assert sum(one.is_primary and one.is_current(when) for one in stays) <= 1


def addresses(noun: Account | Contact | Consumer) -> dict[str, tuple[str, bool]]:
    """Addresses as the dict has them."""
    return {one.id: (one.city, one.is_primary) for one in noun.addresses}


def stay(member: HouseholdMember) -> tuple[str, int | None, int | None, bool]:
    """A stay as the dict has it."""
    return member.consumer, number(member.starts_on), number(member.ends_on), member.is_primary


def test_customers_live_as_the_plain_dict_says(tally: Tally) -> None:
    """After any edits everything is as expected, every refusal has the expected reasons, and the laws hold."""
    chosen = settings(max_examples=MOST, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck))
    COUNTED.update(dict.fromkeys(COUNTED, 0))
    run_state_machine_as_test(CustomerLife, settings=chosen)
    tally("customer machine: runs", COUNTED["runs"], planned=RUNS)
    tally("customer machine: steps", COUNTED["steps"], planned=RUNS * STEPS * 3 // 4)  # a life may end early
    tally.detail("customer machine: " + ", ".join(f"{count:,} {name}" for name, count in COUNTED.items()))


def some(names: list[str], primary: int) -> tuple[Address, ...]:
    """Addresses, one of them primary."""
    chosen = names[primary % len(names)] if names else None
    return tuple(made(Address, id=name, is_primary=name == chosen) for name in names)


lists = st.lists(st.sampled_from("uvwxyz"), unique=True).map(list[str])


@settings(max_examples=EXAMPLES)
@given(lists, lists, st.integers(0, 5), st.integers(0, 5))
def test_a_merge_keeps_one_primary_address_and_every_address(
    theirs: list[str], own: list[str], first: int, second: int
) -> None:
    """The known one's stays primary, where they have one."""
    unknown = made(Consumer, id="u", name="Caller", is_unknown=True, addresses=some(theirs, first))
    known = made(Consumer, id="k", name="Carl", addresses=some(own, second))
    merge = accepted(merge_consumers(unknown, known))
    found = merge.known.addresses
    leading = known.addresses or unknown.addresses
    assert [one.id for one in found if one.is_primary] == [one.id for one in leading if one.is_primary]
    assert sorted(one.id for one in found) == sorted({*theirs, *own})


@settings(max_examples=EXAMPLES)
@given(st.lists(st.text("ABC-", min_size=1), min_size=1, max_size=6))
def test_a_path_is_its_parents_path_and_its_own_code(codes: list[str]) -> None:
    """So whoever moves takes all below along."""
    line = [made(Account, id=str(index), name="x", account_code=code) for index, code in enumerate(codes)]
    above = account_path(line[1:])
    assert account_path(line) == (codes[0] if above is None else f"{above}/{codes[0]}")


@settings(max_examples=EXAMPLES)
@given(
    zone=st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]),
    handover=st.times().map(lambda time: f"{time:%H:%M}"),
    days=st.integers(1, 10),
    minutes=st.lists(st.integers(0, 60 * 24 * 500), min_size=2, max_size=6).map(sorted),
)
def test_turns_only_go_forward(zone: str, handover: str, days: int, minutes: list[int]) -> None:
    """Whatever the clocks do, nobody's turn comes back before the others had theirs."""
    rota = made(
        Rota,
        id="r",
        group="g",
        users=("ann", "bob", "cy"),
        starts_on=(START - timedelta(days=5_500)).date(),
        days=days,
        handover=handover,
        timezone=zone,
    )
    begin = START - timedelta(days=5_495)
    duties = [on_duty(rota, begin + timedelta(minutes=more)) for more in minutes]
    turns = [duty.turn for duty in duties if duty is not None]
    assert len(turns) == len(minutes)
    assert turns == sorted(turns)
    for duty, more in zip(duties, minutes, strict=True):
        assert duty is not None
        expected = 5 + more / (24 * 60)  # days since the start, give or take a day for the zone
        assert abs(duty.turn - expected / days) <= 1 + 2 / days
        assert duty.user == rota.users[(duty.turn - 1) % 3]
