"""The laws of imports, for whatever rows: every row has one outcome, a second run changes nothing, nothing is taken."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmcore.model import IMPORT_OUTCOMES, Account, Contact, ImportOutcome
from csmcore.rules import email_key, import_summary
from tests.property.import_worlds import ImportWorld, random_accounts, random_contacts
from tests.tally import Tally
from tests.unit.customers.import_host import Host, account

WORLDS = 2_000

Make = Callable[[Random], ImportWorld]

names = st.sampled_from(["key", "name", "account", "parent", "email", "roles", "active", "notes", "number", "timezone"])
cells = st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text()), st.sampled_from(["yes", "a", "1", "a@b"]))
columns = st.one_of(names, st.text(), st.none(), st.integers(), st.floats())
anything = st.one_of(st.dictionaries(columns, cells, max_size=12), st.dictionaries(names, cells), cells, st.binary())


def imported(world: ImportWorld, *, at_once: bool = True) -> tuple[Host, list[ImportOutcome[Any]]]:
    """The host after the import, and what was said."""
    host = deepcopy(world.host)
    return host, host.take(world.kind, world.rows, world.rules, at_once=at_once)


@pytest.mark.parametrize("kind", [Account, Contact])
@given(rows=st.lists(anything, max_size=12))
def test_whatever_the_rows_are_each_has_one_outcome(kind: type, rows: list[object]) -> None:
    """Nothing is raised, and each row is accounted for once; what is not accepted has reasons."""
    outcomes = Host.of(account("a"), a="a").take(kind, rows)
    assert sorted(outcome.row for outcome in outcomes) == list(range(1, len(rows) + 1))
    assert import_summary(outcomes).rows == len(rows)
    for outcome in outcomes:
        assert outcome.kind in IMPORT_OUTCOMES
        assert (outcome.noun is None) == bool(outcome.reasons) == (outcome.kind in {"duplicate", "rejected"})


@pytest.mark.parametrize("make", [random_accounts, random_contacts])
def test_a_second_run_has_nothing_to_save(make: Make, tally: Tally) -> None:
    """Idempotence: once it is saved, the same file creates, changes and adopts nothing; accepted rows are unchanged."""
    kinds: Counter[str] = Counter()
    for seed in range(WORLDS):
        world = make(Random(seed))
        host, outcomes = imported(world)
        before = deepcopy(host)
        again = host.take(world.kind, world.rows, world.rules)
        accepted = {outcome.row for outcome in outcomes if outcome.noun is not None}
        assert import_summary(again).is_settled, seed
        assert host == before, seed
        assert {outcome.row for outcome in again if outcome.kind == "unchanged"} == accepted, seed
        kinds.update(outcome.kind for outcome in outcomes)
    tally("imports run twice", WORLDS)
    assert all(kinds[kind] > WORLDS / 100 for kind in IMPORT_OUTCOMES), kinds


@pytest.mark.parametrize("make", [random_accounts, random_contacts])
def test_it_is_the_same_whenever_the_host_saves(make: Make) -> None:
    """A host that saves at once, and one that saves when all rows were read, are told the same."""
    for seed in range(WORLDS):
        world = make(Random(seed))
        assert imported(world) == imported(world, at_once=False), seed


@pytest.mark.parametrize("make", [random_accounts, random_contacts])
def test_nothing_is_written_over(make: Make) -> None:
    """What is created was not there; what was there is changed by its own key only, and adopted where it had none."""
    for seed in range(WORLDS):
        world = make(Random(seed))
        _, outcomes = imported(world)
        nouns = {**world.host.accounts, **world.host.contacts}
        keys = world.host.account_keys if world.kind is Account else world.host.contact_keys
        for outcome in outcomes:
            if outcome.noun is not None:
                at = outcome.noun.id
                before = [key for key, one in keys.items() if one == at] if at in nouns else None
                lawful = {"created": None, "adopted": []}.get(outcome.kind, [outcome.key])
                assert before == lawful, seed


def test_no_two_contacts_of_an_account_get_one_address() -> None:
    """Whatever is accepted, an e-mail address within an account is one contact's, and so is a user."""
    for seed in range(WORLDS):
        world = random_contacts(Random(seed))
        if world.rules.identities is None:
            people = imported(world)[0].contacts.values()
            addresses = Counter((one.account, email_key(one.email)) for one in people if one.email)
            users = Counter(one.user for one in people if one.user is not None)
            assert set(addresses.values()) | set(users.values()) <= {1}, seed
    assert seed


def test_accounts_stay_a_tree_with_numbers_and_codes_of_their_own() -> None:
    """No account is above itself, a parent is given out before its children, and no number or code is had twice."""
    for seed in range(WORLDS):
        world = random_accounts(Random(seed))
        host, outcomes = imported(world)
        seen = set(world.host.accounts)
        for outcome in outcomes:
            if outcome.noun is not None:
                assert outcome.noun.parent is None or outcome.noun.parent in seen, seed
                seen.add(outcome.noun.id)
        assert all(_is_under_a_root(one, host) for one in host.accounts.values()), seed
        if world.rules.identities is None:
            numbers = [one.number for one in host.accounts.values() if one.number]
            codes = [one.account_code for one in host.accounts.values() if one.account_code]
            assert (len(set(numbers)), len(set(codes))) == (len(numbers), len(codes)), seed


def _is_under_a_root(one: Account, host: Host) -> bool:
    for _ in host.accounts:
        if one.parent is None:
            return True
        one = host.accounts[one.parent]
    return False


@given(st.randoms(), st.integers(1, 30))
def test_the_order_of_unrelated_rows_is_irrelevant(rng: Random, count: int) -> None:
    """Rows that share no key, address or user come to the same in any order."""
    rows = [
        {"key": f"k{one}", "account": rng.choice("abz"), "name": rng.choice(("Ann", "")), "email": f"{one}@x"}
        for one in range(count)
    ]
    shuffled = rng.sample(rows, count)
    host = Host.of(account("A"), account("Z", active=False), a="A", z="Z")
    found = [_by_key(deepcopy(host).take(Contact, each)) for each in (rows, shuffled)]
    assert found[0] == found[1]


@given(st.randoms(), st.integers(1, 30))
def test_the_order_of_parents_and_children_is_irrelevant(rng: Random, count: int) -> None:
    """A tree comes out the same whatever the order of its rows."""
    rows = [{"key": "k0", "name": "root"}]
    rows += [{"key": f"k{one}", "name": "n", "parent": f"k{rng.randrange(one)}"} for one in range(1, count)]
    found = [_by_key(Host().take(Account, each)) for each in (rows, rng.sample(rows, count))]
    assert found[0] == found[1]
    assert {kind for kind, _ in found[0].values()} == {"created"}


def _by_key(outcomes: list[ImportOutcome[Any]]) -> dict[str | None, tuple[str, object]]:
    """What became of each key."""
    return {outcome.key: (outcome.kind, outcome.noun or outcome.reasons) for outcome in outcomes}
