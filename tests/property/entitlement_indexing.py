"""What an index answers beside what the exhaustive rule answers: the same question, put to both."""

from collections.abc import Iterator
from random import Random

import attrs

from csmcore.model import EntitlementDecision
from csmcore.rules import EntitlementIndex, derive_entitlement
from tests.property.entitlement_worlds import World, random_question, random_world

__all__ = ["QUESTIONS", "differences", "index_of", "world_differences"]

QUESTIONS = 4


def index_of(world: World) -> EntitlementIndex:
    """The index of a world's agreements."""
    return EntitlementIndex.of(world.policy, world.facts.entitlements, world.facts.contracts)


def differences(index: EntitlementIndex, world: World) -> Iterator[str]:
    """In what the index differs from the rule: in the choice, in the fields of the case, in the explanation."""
    full = derive_entitlement(*world)
    bare = attrs.evolve(world.facts, entitlements=(), contracts=())
    quick = index.derive(world.question, world.at, bare)
    if _essence(quick) != _essence(full):
        yield f"chose {quick.reason.text}, the rule {full.reason.text}"
    if quick.candidates != full.candidates[: len(quick.candidates)] or len(quick.candidates) != (
        full.chosen is not None
    ):
        yield f"lists {quick.candidates}"
    if index.derive(world.question, world.at, bare, explain=True) != full:
        yield "explains it otherwise"


def _essence(decision: EntitlementDecision) -> EntitlementDecision:
    """All of a decision but the candidates."""
    return attrs.evolve(decision, candidates=())


def world_differences(seed: object, most: int) -> Iterator[str]:
    """The differences in one random world with so many entitlements: several questions, before and after changes."""
    rng = Random(str(seed))
    world, other = random_world(rng, most), random_world(rng, most)
    index = index_of(world)
    for _ in range(QUESTIONS):
        asked = world._replace(question=random_question(rng))
        yield from (f"{seed}: {found}" for found in differences(index, asked))
    facts = world.facts
    kept = tuple(one for one in facts.entitlements if rng.random() < 0.6)
    agreed = tuple(one for one in facts.contracts if rng.random() < 0.6)
    changed = index.updated(
        without_entitlements=[one.id for one in facts.entitlements if one not in kept],
        without_contracts=[one.id for one in facts.contracts if one not in agreed],
    )
    entitlements, contracts = {one.id: one for one in kept}, {one.id: one for one in agreed}
    for one in rng.sample(other.facts.entitlements, len(other.facts.entitlements)):
        changed, entitlements[one.id] = changed.updated(entitlements=[one]), one
    for contract in other.facts.contracts:
        changed, contracts[contract.id] = changed.updated(contracts=[contract]), contract
    after = attrs.evolve(facts, entitlements=tuple(entitlements.values()), contracts=tuple(contracts.values()))
    asked = world._replace(question=random_question(rng), facts=after)
    yield from (f"{seed}, changed: {found}" for found in differences(changed, asked))
    yield from (f"{seed}, before the change: {found}" for found in differences(index, world))
