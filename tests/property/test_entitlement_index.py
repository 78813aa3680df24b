"""Law of the index: it answers as the exhaustive rule does, however it was built and changed."""

import pickle
from random import Random

from csmcore.model import SupportPolicy
from csmcore.rules import EntitlementIndex
from tests.property.entitlement_indexing import differences, index_of, world_differences
from tests.property.entitlement_worlds import random_world
from tests.tally import Tally

WORLDS = 700
CROWDED = 50


def test_an_index_answers_as_the_exhaustive_rule_does(tally: Tally) -> None:
    """On random worlds, before and after changes, it chooses the same; asked to explain, it answers the same."""
    found = [each for seed in range(WORLDS) for each in world_differences(seed, 8)]
    found += [each for seed in range(CROWDED) for each in world_differences(f"crowded {seed}", 120)]
    planned = WORLDS + CROWDED
    tally("entitlement worlds asked by index", planned, planned=planned, mismatches=len(found))
    assert found[:3] == []


def test_an_index_pickles_as_what_it_was_made_of() -> None:
    """Another process files the same agreements by its own hashes, and answers the same."""
    for seed in range(20):
        world = random_world(Random(f"pickled {seed}"), 30)
        again = pickle.loads(pickle.dumps(index_of(world)))  # noqa: S301 - it was made a moment ago
        assert len(again) == len(world.facts.entitlements)
        assert list(differences(again, world)) == []


def test_an_empty_index_entitles_nobody() -> None:
    """No entitlements: no answer but that."""
    world = random_world(Random(1))
    index = EntitlementIndex.of(SupportPolicy(name="p", version="1"))
    assert len(index) == 0
    assert index.derive(world.question, world.at).chosen is None
