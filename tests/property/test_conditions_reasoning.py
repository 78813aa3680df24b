"""Reasoning agrees with trying everything, wherever everything can be tried."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from csmcore.conditions import (
    Condition,
    FieldType,
    Kind,
    Schema,
    Witness,
    compile_condition,
    condition_to_mapping,
    disjoint,
    equivalent,
    implies,
    satisfiable,
)
from tests.oracle.conditions import holds, pairs
from tests.property.condition_scenes import World, atoms, conditions, examples, worlds
from tests.tally import TALLY

FIRST = {"later": False, "first": True}


def show(witness: Witness, condition: Condition, *, as_it_holds: bool) -> None:
    """The oracle and the compiled condition both say so of a witness."""
    document = condition_to_mapping(condition)
    assert holds(document, witness.now, witness.before) is as_it_holds
    assert compile_condition(condition)(witness.now, witness.before) is as_it_holds


DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
SPRING = date(2026, 3, 1)
DAWN, DUSK = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

# Constants of each type, and values of which two, or all there are, lie in every stretch between them.
INTEGERS = ((1, 3, 4), (-1, 0, 1, 2, 3, 4, 5, 6))
TEXTS = (("a", "a\0", "b"), ("", "\0", "A", "a", "a\0", "a\0\0", "aa", "b", "b\0", "c"))
DECIMALS = tuple(tuple(map(Decimal, line.split())) for line in ("0 1 1.5", "-2 -1 0 0.1 0.9 1 1.2 1.3 1.5 1.6 2"))
DATES = (
    (date.min, SPRING, SPRING + 2 * DAY, date.max),
    (date.min, date.min + DAY, SPRING, SPRING + DAY, SPRING + 2 * DAY, SPRING + 3 * DAY, date.max - DAY, date.max),
)
LATE_DATES = (
    (date.max - 2 * DAY, date.max),
    (date.max - 4 * DAY, date.max - 3 * DAY, *DATES[1][-2:], date.max - 2 * DAY),
)
INSTANTS = (
    (DAWN + TICK, NOON, NOON + 2 * TICK, DUSK),
    (DAWN, DAWN + TICK, DAWN + DAY, NOON - TICK, NOON, NOON + TICK, NOON + 2 * TICK, NOON + DAY, DUSK - TICK, DUSK),
)
SOUGHT = (1, 3, "a", True)
LISTS = tuple(each for size in range(len(SOUGHT) + 1) for each in combinations(SOUGHT, size))
MIXED = (False, True, *TEXTS[1][:4], "aa", "b", *INTEGERS[1], Decimal(7), *LISTS, ("z",))
GRIDS: Mapping[str, tuple[Mapping[Kind, Sequence[Any]], Sequence[Any]]] = {
    "integer": ({"integer": INTEGERS[0]}, INTEGERS[1]),
    "text": ({"text": TEXTS[0]}, TEXTS[1]),
    "decimal": ({"decimal": DECIMALS[0]}, DECIMALS[1]),
    "boolean": ({"boolean": (True, False)}, (True, False)),
    "date": ({"date": DATES[0]}, DATES[1]),
    "date at the end of time": ({"date": LATE_DATES[0]}, LATE_DATES[1]),
    "instant": ({"instant": INSTANTS[0]}, INSTANTS[1]),
    "any": ({"integer": (1, 3), "text": ("a",), "boolean": (True,)}, MIXED),
}


@examples(3)
@given(worlds(), st.data())
def test_reasoning_agrees_with_brute_force(world: World, data: st.DataObject) -> None:
    """In a world that can be tried whole, each of the four questions has the answer that trying every pair gives."""
    leaves = atoms(("a", "b"), world.pools, others=False)
    a, b = data.draw(conditions(leaves, size=5)), data.draw(conditions(leaves, size=5))
    kinds = data.draw(st.sampled_from([("later",), ("first",), ("later", "first")]))
    first = FIRST[kinds[0]] if len(kinds) == 1 else None
    documents = condition_to_mapping(a), condition_to_mapping(b)
    tried = list(pairs(world.values, nullable=world.nullable, kinds=kinds))
    outcomes = {(holds(documents[0], *pair), holds(documents[1], *pair)) for pair in tried}
    seen = satisfiable(a, schema=world.schema, first=first)
    assert (seen is not None) is any(of_a for of_a, _ in outcomes)
    together = disjoint(a, b, schema=world.schema, first=first)
    assert together.holds is ((True, True) not in outcomes)
    following = implies(a, b, schema=world.schema, first=first)
    assert following.holds is ((True, False) not in outcomes)
    alike = equivalent(a, b, schema=world.schema, first=first)
    assert alike.holds is all(of_a == of_b for of_a, of_b in outcomes)
    for witness in (seen, together.counterexample, following.counterexample):
        if witness is not None:
            show(witness, a, as_it_holds=True)
            assert first is None or (witness.before is None) is first
    if following.counterexample is not None:
        show(following.counterexample, b, as_it_holds=False)
    TALLY("pairs of records tried by brute force", len(tried))
    TALLY("answers of reasoning compared with brute force", 4)


@examples(5)
@given(st.sampled_from(sorted(GRIDS)), st.booleans(), st.data())
def test_what_lies_between_constants_is_known_exactly(kind: str, nullable: bool, data: st.DataObject) -> None:  # noqa: FBT001
    """Over each type's line, its ends and its neighbours included, reasoning agrees with trying every stretch."""
    constants, grid = GRIDS[kind]
    (first_kind, *_) = constants
    schema = None if kind == "any" else Schema({"a": FieldType(first_kind, nullable=nullable)})
    leaves = atoms(("a",), constants, others=False)
    a, b = data.draw(conditions(leaves, size=4)), data.draw(conditions(leaves, size=4))
    tried = list(pairs({"a": grid}, nullable=["a"] if nullable or schema is None else []))
    documents = condition_to_mapping(a), condition_to_mapping(b)
    outcomes = {(holds(documents[0], *pair), holds(documents[1], *pair)) for pair in tried}
    together, following = disjoint(a, b, schema=schema), implies(a, b, schema=schema)
    assert together.holds is ((True, True) not in outcomes)
    assert following.holds is ((True, False) not in outcomes)
    if together.counterexample is not None:
        show(together.counterexample, a, as_it_holds=True)
        show(together.counterexample, b, as_it_holds=True)
    TALLY("pairs of records tried by brute force", len(tried))
    TALLY("answers of reasoning compared with brute force", 2)
