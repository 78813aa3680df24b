"""The laws of derivation, for every case and all agreements; and the answers of an oracle that shares no code."""

import re
from pathlib import Path
from random import Random
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from csmcore.model import Candidate, ContractLine, Entitlement, EntitlementDecision, EntitlementId, ServiceContract
from csmcore.rules import derive_entitlement
from tests.oracle.entitlement import Answer, Verdict, answer
from tests.property.entitlement_worlds import World, random_world
from tests.tally import Tally

WORLDS = 6_000

worlds = st.randoms().map(random_world)


def derived(world: World) -> EntitlementDecision:
    """The rule's answer."""
    return derive_entitlement(*world)


def without(world: World, *ids: str) -> World:
    """The same world, some entitlements fewer."""
    kept = tuple(entitlement for entitlement in world.facts.entitlements if entitlement.id not in ids)
    return world._replace(facts=attrs.evolve(world.facts, entitlements=kept))


def summary(found: EntitlementDecision) -> Answer:
    """An answer in the oracle's terms."""
    return Answer(
        found.case_fields["entitlement"],
        found.case_fields["contract"],
        tuple(map(verdict, found.candidates)),
        tuple(candidate.entitlement.id for candidate in found.would_have_helped),
    )


def verdict(candidate: Candidate) -> Verdict:
    """A candidate in the oracle's terms."""
    codes = frozenset(reason.code for reason in candidate.reasons)
    return Verdict(candidate.entitlement.id, candidate.standing, frozenset(candidate.matched), codes)


def documented_codes() -> list[str]:
    """The codes of reasons that the how-to page lists, in a table."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "explain-an-entitlement.md"
    _, reasons = page.read_text(encoding="utf-8").split("## All reasons")
    return re.findall(r"^\| `(\w+)` \|", reasons, re.MULTILINE)


def test_the_rule_agrees_with_the_oracle(tally: Tally) -> None:
    """On random worlds winner, contract, ranks, reasons and what would have helped are the oracle's."""
    mismatches, seen, winners = [], set[str](), 0
    for seed in range(WORLDS):
        world = random_world(Random(seed))
        ours, theirs = summary(derived(world)), answer(*world)
        winners += ours.entitlement is not None
        seen |= {code for candidate in ours.verdicts for code in candidate.codes}
        if ours != theirs:
            mismatches.append((seed, ours, theirs))
    tally("entitlement worlds compared with the oracle", WORLDS, planned=5_000, mismatches=len(mismatches))
    assert mismatches[:3] == []
    assert seen | {"chosen_by_host"} == set(documented_codes())
    assert WORLDS / 3 < winners < WORLDS


@given(worlds, st.randoms())
def test_the_order_of_the_facts_changes_nothing(world: World, rng: Random) -> None:
    """Law of order: shuffled candidates and contracts give the same answer, to the last reason."""
    entitlements, contracts = list(world.facts.entitlements), list(world.facts.contracts)
    rng.shuffle(entitlements)
    rng.shuffle(contracts)
    facts = attrs.evolve(world.facts, entitlements=tuple(entitlements), contracts=tuple(contracts))
    assert derived(world._replace(facts=facts)) == derived(world)


@given(worlds)
def test_without_a_losing_candidate_the_same_one_wins(world: World) -> None:
    """Law of losers: taking any of them away changes nothing but the list, which lacks it."""
    found = derived(world)
    for loser in found.candidates:
        if loser.standing != "chosen":
            rest = tuple(candidate for candidate in found.candidates if candidate is not loser)
            assert derived(without(world, loser.entitlement.id)) == attrs.evolve(
                found, candidates=rest, considered=len(rest)
            )


@given(worlds)
def test_without_the_winner_the_next_one_wins(world: World) -> None:
    """Law of ranks: without the winner, the first that it outranked wins, or nobody."""
    found = derived(world)
    if found.chosen and not found.question.entitlement_is_manual:
        second = next((one.entitlement for one in found.candidates if one.standing == "outranked"), None)
        assert derived(without(world, found.chosen.id)).chosen == second


@given(worlds)
def test_every_candidate_is_chosen_or_has_reasons(world: World) -> None:
    """Law of reasons: all entitlements are there, one is chosen at most, and each other has a reason."""
    found = derived(world)
    assert {candidate.entitlement for candidate in found.candidates} == set(world.facts.entitlements)
    assert len(found.candidates) == len(world.facts.entitlements)
    chosen = [candidate.entitlement for candidate in found.candidates if candidate.standing == "chosen"]
    assert chosen == ([found.chosen] if found.chosen else [])
    assert all(candidate.reasons for candidate in found.candidates if candidate.standing != "chosen")


@given(worlds)
def test_an_ineligible_candidate_changes_nothing_but_the_list(world: World) -> None:
    """Law of bystanders: one more entitlement that is not active joins the list and changes nothing else."""
    idle = Entitlement(id=EntitlementId("idle"), number="N0", account=world.question.account, active=False)
    facts = attrs.evolve(world.facts, entitlements=(*world.facts.entitlements, idle))
    found = derived(world._replace(facts=facts))
    rest = tuple(candidate for candidate in found.candidates if candidate.entitlement.id != "idle")
    assert attrs.evolve(found, candidates=rest, considered=len(rest)) == derived(world)


@given(worlds)
def test_asking_again_gives_the_same_answer(world: World) -> None:
    """Law of rest: a case that has what was derived for it is given the same again."""
    found = derived(world)
    fields: dict[str, Any] = {**found.case_fields}
    question = attrs.evolve(world.question, **fields)
    assert attrs.evolve(derived(world._replace(question=question)), question=found.question) == found


def _running(contract: ServiceContract) -> tuple[ContractLine, ...]:
    """The lines of a contract, in force for ever."""
    return tuple(attrs.evolve(line, state="active", starts_on=None, ends_on=None) for line in contract.lines)


@given(worlds)
@settings(max_examples=200)
def test_what_would_have_helped_would_have_helped(world: World) -> None:
    """Law of help: with its obstacles out of the way, the first that would have helped leaves the case entitled."""
    helpers = derived(world).would_have_helped
    account = world.question.account
    if helpers and account:
        free: dict[str, Any] = {
            "active": True,
            "channels": frozenset(),
            "restrict_when_exhausted": False,
            "state": "active",
        }
        whose: dict[str, Any] = {"account": account, "consumer": None, "state": "active"}
        always: dict[str, Any] = {"starts_on": None, "ends_on": None}
        mended = attrs.evolve(
            world.facts,
            entitlements=(attrs.evolve(helpers[0].entitlement, **free, **always),),
            contracts=tuple(
                attrs.evolve(contract, **whose, **always, lines=_running(contract))
                for contract in world.facts.contracts
            ),
        )
        assert derived(world._replace(facts=mended)).chosen == mended.entitlements[0]


@given(worlds)
def test_what_was_set_by_hand_stays(world: World) -> None:
    """Law of the hand: entitlement and contract that were set by hand are the case's, whatever the facts say."""
    fields = derived(world).case_fields
    assert not world.question.entitlement_is_manual or fields["entitlement"] == world.question.entitlement
    assert not world.question.contract_is_manual or fields["contract"] == world.question.contract
